// A keyspace whose slots stay, in worlds where those of the others move: it merges, and every member holds it. Each member
// has a client of its own that writes keys once and finds there what it wrote, whatever shard groups come and go; when
// the faults are over all members have all of it.

import type { KeyspaceConfig } from '../../src/api/config.js'
import type { SimClient } from './client.js'
import { waitedFor } from './move-waiters.js'
import type { Request } from './request.js'
import type { World } from './world.js'

const prefix = 'root:'
const pollUs = 150_000
/** Keys of one member. */
const keysMax = 60
/** Requests of one look at the end. */
const looksMax = 16

export const rootedKeyspace: KeyspaceConfig = {
  name: 'rooted',
  prefixes: [prefix],
  databases: null,
  level: 'eventual',
  strategy: 'eventual',
  durability: 'always',
  maxMemory: 0,
  options: {},
}

interface Writer {
  readonly client: SimClient
  /** What was answered. */
  readonly written: string[]
  /** At the end: what was not found here yet. */
  owed: string[]
}

export class RootedLoad {
  readonly #world: World
  readonly #writers: readonly Writer[]
  #tried = 0
  #isLast = false

  constructor(world: World) {
    this.#world = world
    this.#writers = world.members.map(({ index }) => {
      const client = world.newClient(index)
      client.stop()
      return { client, written: [], owed: [] }
    })
    this.#poll()
  }

  /** Every member was seen to have everything. */
  get isSettled(): boolean {
    return this.#isLast && this.#writers.every(({ owed }) => owed.length === 0)
  }

  /** The faults are over. */
  stop(): void {
    this.#isLast = true
    const all = this.#writers.flatMap(({ written }) => written)
    for (const writer of this.#writers) writer.owed = [...all]
  }

  #poll(): void {
    this.#world.schedule.after(pollUs, () => {
      for (const writer of this.#writers) {
        if (writer.client.pendingCount > 0) continue
        const requests = this.#isLast ? this.#looks(writer) : this.#writes(writer)
        if (requests.length > 0) writer.client.enqueue(requests)
      }
      if (!this.isSettled) this.#poll()
    })
  }

  #writes(writer: Writer): readonly Request[] {
    const { written } = writer
    if (written.length >= keysMax) return [this.#list(written), this.#read(written)]
    // Their slots move, in the other keyspaces.
    const key = `${prefix}${waitedFor[++this.#tried % waitedFor.length]}${this.#tried}`
    const told = (reply: string): void => {
      if (reply === '+OK') written.push(key)
    }
    const write = { args: ['SET', key, key], data: true, told }
    return [write, this.#read(written), ...(this.#tried % 4 === 0 ? [this.#list(written)] : [])]
  }

  /** The last key, or one before it: it is there since it was answered. */
  #read(written: readonly string[]): Request {
    const key = written[(this.#tried * 7) % Math.max(1, written.length)] ?? `${prefix}0`
    const isSure = written.length > 0
    const told = (reply: string): void => {
      this.#hold(key, reply, isSure)
    }
    return { args: ['GET', key], data: true, told }
  }

  #hold(key: string, reply: string, isSure: boolean): boolean {
    const { judge } = this.#world
    const isFound = reply === `$${key}`
    if (isFound) judge.mark('rooted-reads')
    judge.hold(
      isFound || reply.startsWith('-') || !isSure,
      'lost',
      () => `${key}, whose slot stays, was answered and is ${reply}`,
    )
    return isFound
  }

  #list(written: readonly string[]): Request {
    const sure = [...written]
    const told = (reply: string): void => {
      if (!reply.startsWith('*')) return
      const found = reply.split(' ').slice(1)
      const { judge } = this.#world
      judge.hold(new Set(found).size === found.length, 'slots', () => `keys are twice in ${reply}`)
      const lost = sure.find((key) => !found.includes(`$${key}`))
      judge.hold(lost === undefined, 'lost', () => `${lost}, whose slot stays, is in no list`)
    }
    return { args: ['KEYS', `${prefix}*`], data: true, told }
  }

  #looks(writer: Writer): readonly Request[] {
    return writer.owed.slice(0, looksMax).map((key) => {
      const told = (reply: string): void => {
        // What another member took in may be on its way yet.
        const isOwn = writer.written.includes(key)
        if (this.#hold(key, reply, isOwn)) writer.owed = writer.owed.filter((each) => each !== key)
      }
      return { args: ['GET', key], data: true, told }
    })
  }
}
