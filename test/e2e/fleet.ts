// Real members that come and go: seats are addresses, and whoever sits down there gets a new id and an empty
// directory. Driven through what operators have: `quorate join`, `replace` and `remove`.

import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { readStatus, type StatusReport } from '../../src/cli/status.js'
import { freePorts } from '../ports.js'
import { cleanEnvironment, mainScript, MemberProcess } from './member-process.js'

export interface Seat {
  readonly client: number
  readonly peer: number
  /** 0 while nobody sits there. */
  id: number
  process: MemberProcess | null
}

/** Of a fleet with as many. */
export type SixSeats = readonly [Seat, Seat, Seat, Seat, Seat, Seat]

export class Fleet {
  readonly directory = mkdtempSync(join(tmpdir(), 'quorate-fleet-'))
  readonly seats: Seat[] = []
  readonly #config: Readonly<Record<string, unknown>>
  #ids = 0

  private constructor(config: Readonly<Record<string, unknown>>) {
    this.#config = config
  }

  /** `count` members with `seats` addresses in all. */
  static async start(
    count: number,
    seats: number,
    config: Readonly<Record<string, unknown>> = {},
  ): Promise<Fleet> {
    const fleet = new Fleet(config)
    const ports = await freePorts(seats * 2)
    for (let i = 0; i < seats; i++) {
      const [client = 0, peer = 0] = ports.slice(2 * i)
      fleet.seats.push({ client, peer, id: 0, process: null })
    }
    const first = fleet.seats.slice(0, count)
    for (const seat of first) seat.id = ++fleet.#ids
    for (const seat of first) fleet.#write(seat, first)
    for (const seat of first) fleet.run(seat)
    await fleet.waitFor('a birth', () => fleet.areServing(first))
    return fleet
  }

  get taken(): Seat[] {
    return this.seats.filter(({ id }) => id > 0)
  }

  get free(): Seat[] {
    return this.seats.filter(({ id }) => id === 0)
  }

  get ports(): readonly number[] {
    return this.seats.map(({ client }) => client)
  }

  /** A new member sits down, with a file that names it and one that is there, or others that there are or were. */
  sit(seat: Seat, ...hosts: readonly Pick<Seat, 'id' | 'client' | 'peer'>[]): void {
    seat.id = ++this.#ids
    this.#write(seat, [...hosts, seat])
    this.run(seat)
  }

  /** Starts its process, again. */
  run(seat: Seat): void {
    const conf = join(this.directory, `m${seat.id}.yaml`)
    const data = join(this.directory, `d${seat.id}`)
    const args = ['start', '--conf', conf, '--self', `${seat.id}`, '--directory', data]
    seat.process = new MemberProcess(args, join(this.directory, `m${seat.id}.log`))
  }

  async kill(seat: Seat): Promise<void> {
    await seat.process?.kill()
  }

  /** What `quorate WORDS` prints at a member; throws where its exit code is not 0. */
  cli(at: Seat, ...words: readonly string[]): Promise<string> {
    const args = [mainScript, ...words, '-p', `${at.client}`]
    return new Promise((done, fail) => {
      execFile(process.execPath, args, { env: cleanEnvironment() }, (error, stdout, stderr) => {
        if (error === null) done(stdout)
        else fail(new Error(`quorate ${words.join(' ')}: ${stderr}${stdout}`))
      })
    })
  }

  status(seat: Seat): Promise<StatusReport | null> {
    const options = { host: '127.0.0.1', port: `${seat.client}` }
    return readStatus(options).catch(() => null)
  }

  /** Each of them has a leader in every group, and all groups have these voters and nobody else. */
  async areServing(seats: readonly Seat[]): Promise<boolean> {
    const wanted = seats.map(({ id }) => id).sort((a, b) => a - b)
    for (const seat of seats) {
      const report = await this.status(seat)
      if (report === null || report.members.length !== seats.length) return false
      // Where shard groups are placed, each has members of its own.
      const groups = Array.isArray(this.#config['shards']) ? [] : report.groups
      for (const group of [...groups, report.topology]) {
        const voters = group['voters'] as readonly number[]
        const is = [...voters].sort((a, b) => a - b)
        const others = [group['learners'], group['outgoing']] as readonly (readonly number[])[]
        if (group['leader'] === null || is.join() !== wanted.join()) return false
        if (others.some((list) => list.length > 0)) return false
      }
    }
    return true
  }

  async waitFor(what: string, holds: () => Promise<boolean>, msMax = 60_000): Promise<void> {
    const until = performance.now() + msMax
    while (!(await holds())) {
      if (performance.now() > until) throw new Error(`no ${what} in time\n${await this.tails()}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  async tails(): Promise<string> {
    const parts: string[] = []
    for (const seat of this.taken) {
      const report = await this.status(seat)
      const groups = JSON.stringify([...(report?.groups ?? []), report?.topology])
      parts.push(`--- m${seat.id}\n${groups}\n${seat.process?.tail() ?? ''}`)
    }
    return parts.join('\n')
  }

  async dispose(): Promise<void> {
    await Promise.all(this.seats.map(({ process }) => process?.kill()))
    rmSync(this.directory, { recursive: true, force: true })
  }

  #write(seat: Seat, listed: readonly Pick<Seat, 'id' | 'client' | 'peer'>[]): void {
    const members = listed.map(({ id, client, peer }) => {
      return { id, client: `127.0.0.1:${client}`, peer: `127.0.0.1:${peer}` }
    })
    mkdirSync(this.directory, { recursive: true })
    const config = { cluster: 'fleet', disk: { reserve: '1mb' }, ...this.#config, members }
    writeFileSync(join(this.directory, `m${seat.id}.yaml`), stringify(config))
  }
}
