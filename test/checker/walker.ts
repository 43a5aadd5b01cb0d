// Clients that are judged: each reads and writes registers, one operation at a time, takes a token behind each of
// them and brings it to the next member it goes to. What they saw is one causal history. A client that nobody can
// serve any more, because what it has seen is lost, begins anew without a token.

import type { Level } from '../../src/api/config.js'
import type { Random } from '../../src/base/random.js'
import { CausalJudge } from './causal.js'

/** One request, and what to do with its reply in canonical form. */
export interface Question {
  readonly args: readonly string[]
  readonly told: (reply: string) => void
}

export interface WalkersOptions {
  readonly random: Random
  readonly keys: readonly string[]
  /** What every connection asks of its reads. */
  readonly asks?: Level
  /** Nobody has that write any more. */
  readonly isLost?: (key: string, value: string) => boolean
}

/** Members that refuse one after the other before a client begins anew. */
const refusalsMax = 8
const getToken = ['QUORATE', 'SESSION', 'GET']

/** Clients of one keyspace. */
export class Walkers {
  readonly judge: CausalJudge
  /** Operations answered, tokens taken, operations refused for being behind one, new beginnings. */
  readonly counts = { done: 0, moves: 0, behind: 0, anew: 0 }
  /** Replies that there must not be. */
  readonly faults: string[] = []
  readonly options: WalkersOptions
  #sessions = 0
  #values = 0

  constructor(options: WalkersOptions) {
    this.judge = new CausalJudge(options.isLost)
    this.options = options
  }

  nextSession(): number {
    return this.#sessions++
  }

  nextValue(): string {
    return `v${++this.#values}`
  }

  /** What was answered otherwise than it may be. */
  breaches(): readonly string[] {
    return [...this.faults, ...this.judge.verdict().breaches]
  }
}

interface Operation {
  /** Of the judge; null for a read. */
  readonly write: number | null
  readonly keys: readonly string[]
  /** Counts once the token behind it is there. */
  reply: string | null
}

export class Walker {
  readonly #all: Walkers
  #session: number
  #token = ''
  #operation: Operation | null = null
  #refusals = 0
  /** It has to go to another member. */
  isRestless = false

  constructor(all: Walkers) {
    this.#all = all
    this.#session = all.nextSession()
  }

  /** What it asks first of a new connection. */
  arrives(): readonly Question[] {
    const { counts, faults, options } = this.#all
    const asked: Question[] = []
    const ask = (args: readonly string[], done: () => void): void => {
      const told = (reply: string): void => {
        if (reply === '+OK') done()
        else if (reply.startsWith('-LOADING')) this.isRestless = true
        else faults.push(`${args.join(' ')} is answered ${reply}`)
      }
      asked.push({ args, told })
    }
    if (options.asks !== undefined) ask(['QUORATE', 'CONSISTENCY', options.asks], () => undefined)
    if (this.#token !== '') ask(['QUORATE', 'SESSION', 'SET', this.#token], () => counts.moves++)
    return asked
  }

  /** The next operation, once the one before is answered. */
  asks(): readonly Question[] {
    const { judge, options } = this.#all
    const { random, keys } = options
    const key = random.pick(keys)
    if (random.chance(1, 3)) {
      const value = this.#all.nextValue()
      return this.#ask(['SET', key, value], {
        write: judge.write(this.#session, key, value),
        keys: [],
      })
    }
    return random.chance(1, 4)
      ? this.reads([key, random.pick(keys), random.pick(keys)])
      : this.reads([key])
  }

  reads(keys: readonly string[]): readonly Question[] {
    const args = keys.length === 1 ? ['GET', ...keys] : ['MGET', ...keys]
    return this.#ask(args, { write: null, keys })
  }

  /** Its connection is gone: what it had under way it never hears of. */
  lost(): void {
    const write = this.#operation?.write ?? null
    if (write !== null) this.#all.judge.settle(write, 'unknown')
    this.#operation = null
    this.isRestless = false
  }

  #ask(args: readonly string[], of: Omit<Operation, 'reply'>): readonly Question[] {
    const operation: Operation = { ...of, reply: null }
    this.#operation = operation
    return [
      { args, told: (reply) => (operation.reply = reply) },
      { args: getToken, told: (reply) => this.#settle(operation, reply) },
    ]
  }

  #settle({ write, keys, reply }: Operation, token: string): void {
    const { judge, counts, faults } = this.#all
    this.#operation = null
    if (!token.startsWith('-')) this.#token = token.slice(1)
    else if (!token.startsWith('-LOADING')) faults.push(`no token: ${token}`)
    if (reply === null || reply.startsWith('-')) return this.#refused(write, reply ?? '')
    this.#refusals = 0
    counts.done++
    if (write !== null) return judge.settle(write, 'acked')
    const values = keys.length === 1 ? [reply] : reply.split(' ').slice(1)
    keys.forEach((key, at) => {
      const value = values[at] as string
      judge.read(this.#session, key, value === '_' ? null : value.slice(1))
    })
  }

  #refused(write: number | null, reply: string): void {
    const { judge, counts } = this.#all
    if (reply.startsWith('-TRYAGAIN This')) counts.behind++
    const isUnknown = reply.startsWith('-UNKNOWNRESULT')
    if (write !== null) judge.settle(write, isUnknown ? 'unknown' : 'refused')
    this.isRestless = true
    if (++this.#refusals <= refusalsMax) return
    counts.anew++
    this.#session = this.#all.nextSession()
    this.#token = ''
    this.#refusals = 0
  }
}
