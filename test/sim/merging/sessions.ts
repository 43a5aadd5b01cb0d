// Sessions of causal keyspaces: clients that read and write registers of all groups, lose connections and move to
// other members with their tokens (`checker/walker`). Each keyspace has a history of its own.

import type { Random } from '../../../src/base/random.js'
import { type Question, Walker, Walkers } from '../../checker/walker.js'
import type { Judge } from '../judge.js'
import type { Request, Sender } from '../request.js'

export interface SessionLoadOptions {
  readonly random: Random
  readonly judge: Judge
  /** By keyspace. */
  readonly keys: readonly (readonly string[])[]
  /** Clients. */
  readonly sessions: number
}

/** One client: what it asks next, and nothing where it wants to go to another member. */
export class SessionClient {
  readonly #walker: Walker
  readonly #options: SessionLoadOptions
  readonly #keys: readonly string[]
  /** The memory of its connection, which is another one for each. */
  #connection: unknown = null
  #member = -1

  constructor(walker: Walker, options: SessionLoadOptions, keys: readonly string[]) {
    this.#walker = walker
    this.#options = options
    this.#keys = keys
  }

  next({ last, member }: Sender): readonly Request[] {
    if (last !== this.#connection) {
      const { judge } = this.#options
      const hasMoved = this.#member >= 0 && this.#member !== member
      this.#connection = last
      this.#member = member
      this.#walker.lost()
      const first = this.#walker.arrives()
      if (hasMoved && first.length > 0) judge.mark('tokens-moved')
      if (first.length > 0) return first.map(request)
    }
    const isLeaving = this.#walker.isRestless || this.#options.random.chance(1, 10)
    return isLeaving ? [] : this.#walker.asks().map(request)
  }

  /** After all faults: what it asks at a member, with its token. `done` is told whether that served it. */
  visit(done: (isServed: boolean) => void): readonly Request[] {
    this.#walker.lost()
    const asked = [...this.#walker.arrives(), ...this.#walker.reads(this.#keys)]
    const last = asked.pop() as Question
    const told = (reply: string): void => {
      last.told(reply)
      done(!this.#walker.isRestless)
    }
    return [...asked, { ...last, told }].map(request)
  }
}

export class SessionLoad {
  readonly clients: readonly SessionClient[]
  readonly #judge: Judge
  readonly #keyspaces: readonly Walkers[]
  readonly #keys: ReadonlySet<string>
  /** By key and value: entries that may hold the write. */
  readonly #writes = new Map<string, (() => boolean)[]>()

  constructor(options: SessionLoadOptions) {
    const { random, judge, keys, sessions } = options
    this.#judge = judge
    this.#keys = new Set(keys.flat())
    this.#keyspaces = keys.map((each) => {
      const isLost = (key: string, value: string): boolean => this.isLost(key, value)
      return new Walkers({ random: random.fork(), keys: each, isLost })
    })
    this.clients = Array.from({ length: sessions }, (_, at) => {
      const place = at % keys.length
      const walker = new Walker(this.#keyspaces[place] as Walkers)
      return new SessionClient(walker, options, keys[place] as readonly string[])
    })
  }

  /** A member made an entry that changed `keys`: names of one keyspace are within those of another. */
  made(keys: readonly string[], ops: Uint8Array, isLost: () => boolean): void {
    const text = Buffer.from(ops).toString('latin1')
    for (const key of keys) {
      if (!this.#keys.has(key)) continue
      for (const [value] of text.matchAll(/v\d+/g)) {
        const name = `${key} ${value}`
        this.#writes.set(name, [...(this.#writes.get(name) ?? []), isLost])
      }
    }
  }

  /** Nobody has that write any more. */
  isLost(key: string, value: string): boolean {
    const entries = this.#writes.get(`${key} ${value}`) ?? []
    const isLost = entries.length > 0 && entries.every((each) => each())
    if (isLost) this.#judge.mark('sessions-behind-lost')
    return isLost
  }

  /** CS1 to CS6, of all that was read so far. */
  judge(): void {
    for (const { counts, faults, judge } of this.#keyspaces) {
      const [breach] = [...faults, ...judge.verdict().breaches]
      this.#judge.hold(breach === undefined, 'causal', () => breach as string)
      this.#judge.mark('session-operations', counts.done)
      this.#judge.mark('sessions-behind', counts.behind)
      this.#judge.mark('sessions-anew', counts.anew)
    }
  }
}

function request({ args, told }: Question): Request {
  return { args, told, data: args[0] !== 'QUORATE' }
}
