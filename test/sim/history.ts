// What the simulated clients did and were told, by key, and its judgement at the end of a run: the
// linearizability of every key, a counter of unique increments and a list of unique values.

import { checkEras, type EraOperation } from '../checker/eras.js'
import type { Operation } from '../checker/linearizable.js'
import { readCommands } from '../checker/register.js'
import type { Judge } from './judge.js'

/** The keys of the two tallies. */
export const counterKey = 'counter'
export const listKey = 'list'

/** Outcome of one request: executed with a reply, not executed, or not known. */
export type Outcome = 'executed' | 'refused' | 'unknown'

interface Record extends EraOperation {
  era: number
  returned: number
  reply: string | null
  refused: boolean
}

/** Error prefixes that promise that nothing happened (architecture, section 7). */
const definite = [
  'CLUSTERDOWN',
  'EXECABORT',
  'CROSSSLOT',
  'TRYAGAIN',
  'MISCONF',
  'OOM',
  'READONLY',
  'LOADING',
  'BUSY',
  'MOVED',
]

/** What a canonical reply says of its request. */
export function outcomeOf(reply: string): Outcome {
  if (!reply.startsWith('-')) return 'executed'
  const prefix = reply.slice(1, reply.indexOf(' ') < 0 ? undefined : reply.indexOf(' '))
  if (prefix === 'UNKNOWNRESULT') return 'unknown'
  return definite.includes(prefix) ? 'refused' : 'executed'
}

/** The era of a request: of the member that it was sent to, when it left its client. */
export interface EraStamp {
  /** 0 where a newer era had begun already. */
  readonly era: number
  /** What `era` would be now. */
  readonly now: () => number
}

/** Where there is only one era. */
export const oneEra: EraStamp = { era: 1, now: () => 1 }

/** The era that a reply was made in, 0 where that is not sure. */
export function eraOf(stamp: EraStamp): number {
  return stamp.now() === stamp.era ? stamp.era : 0
}

export class History {
  readonly #judge: Judge
  readonly #byKey = new Map<string, Record[]>()
  readonly #records: Record[] = []
  #time = 0
  readonly counter: Tally
  readonly list: Tally
  /** Requests by outcome. */
  readonly outcomes = { executed: 0, refused: 0, unknown: 0 }

  /** Reads see a prefix of the one order, which may be an old one; only their connection's own order binds them. */
  readonly isSequential: boolean

  constructor(judge: Judge, isSequential = false) {
    this.#judge = judge
    this.isSequential = isSequential
    this.counter = new Tally(judge, 'counter')
    this.list = new Tally(judge, 'list')
  }

  /** Moments of the history, finer than the world's time. */
  get time(): number {
    return ++this.#time
  }

  /** Stamps a request on `key` that leaves for the member with this index. */
  stampOf: (member: number, key: string) => EraStamp = () => oneEra

  /** A request on one key leaves its client; answers its id. `after`: see Operation. */
  invoke(args: readonly string[], after: number): number {
    const id = this.#records.length
    const record: Record = {
      id,
      args,
      after,
      // Known once it is answered; what never happens binds no era.
      era: 0,
      invoked: this.readFrom(args[0] as string),
      returned: Infinity,
      reply: null,
      refused: false,
    }
    this.#records.push(record)
    const key = args[1] as string
    const list = this.#byKey.get(key)
    if (list === undefined) this.#byKey.set(key, [record])
    else list.push(record)
    return id
  }

  /** The moment from which on a command may take effect. */
  readFrom(name: string): number {
    const now = this.time
    return this.isSequential && readCommands.has(name) ? 0 : now
  }

  /** Its reply arrived. An unknown outcome stays open for ever. */
  complete(id: number, reply: string, stamp: EraStamp): void {
    const record = this.#records[id] as Record
    const outcome = outcomeOf(reply)
    if (outcome === 'refused') record.refused = true
    if (outcome !== 'executed') return
    record.reply = reply
    record.returned = this.time
    record.era = eraOf(stamp)
    if (record.era === 0) this.#judge.mark('replies-between-eras')
  }

  /** Judges every key; answers how many searches met their bound. */
  judge(): number {
    let undecided = 0
    for (const [key, records] of this.#byKey) {
      const verdict = checkEras(records.filter((record) => !record.refused))
      if (verdict.kind === 'undecided') undecided++
      if (verdict.kind === 'violation') {
        const stuck = verdict.stuck.map(describe).join('; ')
        const order = verdict.order.slice(-8).map(describe).join('; ')
        const state = verdict.state === null ? 'nothing' : `'${verdict.state}'`
        this.#judge.fail(
          'linearizable',
          `${key}: after ${order} it holds ${state}, none fits of: ${stuck}`,
        )
      }
    }
    this.#judge.mark('undecided-keys', undecided)
    return undecided
  }
}

function describe(op: Operation): string {
  const end = op.returned === Infinity ? '?' : String(op.returned)
  return `${op.args.join(' ')} @${op.invoked}-${end} = ${op.reply ?? '?'}`
}

/** Unique things that must happen exactly once: increments, or appended tokens. */
export class Tally {
  readonly #judge: Judge
  readonly #name: string
  /** By token: when, and in which era. */
  readonly #acknowledged = new Map<string, { readonly time: number; readonly era: number }>()
  readonly #refused = new Set<string>()
  readonly #replies = new Set<string>()
  tried = 0

  constructor(judge: Judge, name: string) {
    this.#judge = judge
    this.#name = name
  }

  get acknowledged(): number {
    return this.#acknowledged.size
  }

  /**
   * `token` names the attempt; `reply` is the new value or length, unique in its era for each that took
   * effect.
   */
  told(token: string, reply: string, { time, stamp }: { time: number; stamp: EraStamp }): void {
    const outcome = outcomeOf(reply)
    if (outcome === 'refused') this.#refused.add(token)
    if (outcome !== 'executed') return
    const era = eraOf(stamp)
    this.#acknowledged.set(token, { time, era })
    if (era === 0) return
    this.#judge.hold(
      !this.#replies.has(`${era} ${reply}`),
      'exactly-once',
      () => `${this.#name}: ${reply} was answered twice in era ${era}`,
    )
    this.#replies.add(`${era} ${reply}`)
  }

  /** A read of the counter that began at `invoked`: no fewer than its era acknowledged, no more than were tried. */
  checkCount(value: number, invoked: number, stamp: EraStamp): void {
    const least = this.#acknowledgedBefore(invoked, stamp).length
    const most = this.tried - this.#refused.size
    this.#judge.hold(
      value >= least,
      'exactly-once',
      () => `${this.#name}: ${value} read, ${least} acknowledged`,
    )
    this.#judge.hold(
      value <= most,
      'exactly-once',
      () => `${this.#name}: ${value} read, ${most} tried and not refused`,
    )
  }

  /** A read of the list: every token that its era acknowledged, each once, no refused one. */
  checkTokens(tokens: readonly string[], invoked: number, stamp: EraStamp): void {
    const counts = new Map<string, number>()
    for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1)
    for (const [token, count] of counts) {
      this.#judge.hold(
        count === 1,
        'exactly-once',
        () => `${this.#name}: ${token} stands ${count} times`,
      )
      this.#judge.hold(
        !this.#refused.has(token),
        'unknown-definite',
        () => `${this.#name}: ${token} was refused`,
      )
    }
    for (const token of this.#acknowledgedBefore(invoked, stamp)) {
      this.#judge.hold(
        counts.has(token),
        'exactly-once',
        () => `${this.#name}: acknowledged ${token} is lost`,
      )
    }
  }

  /** All of one era, and all of any where there is only one. */
  #acknowledgedBefore(time: number, stamp: EraStamp): readonly string[] {
    const era = eraOf(stamp)
    const found: string[] = []
    if (era === 0) return found
    for (const [token, at] of this.#acknowledged)
      if (at.time < time && at.era === era) found.push(token)
    return found
  }
}
