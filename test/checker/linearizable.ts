// The linearizability checker: the search of Wing and Gong with Lowe's memory of visited
// configurations, for the history of one key. An operation whose outcome is not known has no reply and
// no end: it may take effect at any time after its call, or never. The search is bounded.

import { applyCommand, readCommands, type Register } from './register.js'

/** One operation on one key. Times are any numbers that grow; a return is after everything with a smaller one. */
export interface Operation {
  readonly id: number
  /** Name in lower case, key, and the rest. */
  readonly args: readonly string[]
  readonly invoked: number
  /** Infinity where the outcome is not known. */
  readonly returned: number
  /** Canonical reply, null where the outcome is not known. */
  readonly reply: string | null
  /** Id of the operation that must come before this one (same connection, same key), or -1. */
  readonly after: number
}

export type Verdict =
  | { readonly kind: 'linearizable' }
  /** The longest order found, and the operations among which none could come next. */
  | {
      readonly kind: 'violation'
      readonly order: readonly Operation[]
      readonly stuck: readonly Operation[]
      readonly state: Register
    }
  /** The bound on configurations was met. */
  | { readonly kind: 'undecided' }

/** Configurations that one search may visit. */
export const configurationsMax = 200_000

export interface CheckOptions {
  /** Configurations to visit at most. */
  readonly bound?: number
  /** What the key holds before the first operation. */
  readonly start?: Register
}

/** Judges the history of one key, which starts without a value unless told otherwise. */
export function checkKey(history: readonly Operation[], options: CheckOptions = {}): Verdict {
  return new Search(sorted(history), options).run()
}

/**
 * Adds every state to `met` that some legal order of the history, or of its beginning, passes through.
 * Answers how many configurations it visited; `bound` or more means that there are too many.
 */
export function reachable(
  history: readonly Operation[],
  options: Required<CheckOptions> & { readonly met: Set<Register> },
): number {
  return new Search(sorted(history), options).explore(options.met)
}

function sorted(history: readonly Operation[]): readonly Operation[] {
  return history
    .filter((op) => op.reply !== null || !readCommands.has(op.args[0] ?? ''))
    .sort((a, b) => a.invoked - b.invoked || a.id - b.id)
}

class Search {
  readonly #ops: readonly Operation[]
  readonly #before: readonly number[]
  readonly #done: Uint8Array
  readonly #bits: Int32Array
  readonly #seen = new Set<string>()
  readonly #order: number[] = []
  readonly #bound: number
  readonly #start: Register
  /** Where all states are collected: the search does not end with the first order that is legal. */
  #met: Set<Register> | null = null
  #knownLeft: number
  #visited = 0
  #best: { readonly order: readonly number[]; readonly state: Register } = {
    order: [],
    state: null,
  }

  constructor(ops: readonly Operation[], options: CheckOptions) {
    this.#ops = ops
    this.#bound = options.bound ?? configurationsMax
    this.#start = options.start ?? null
    this.#done = new Uint8Array(ops.length)
    this.#bits = new Int32Array((ops.length >> 5) + 1)
    this.#knownLeft = ops.reduce((sum, op) => sum + (op.reply === null ? 0 : 1), 0)
    // An operation without a reply may never happen, so it binds none behind it.
    const place = new Map<number, number>()
    ops.forEach((op, at) => op.reply !== null && place.set(op.id, at))
    this.#before = ops.map((op) => place.get(op.after) ?? -1)
  }

  run(): Verdict {
    if (this.#search(this.#start)) return { kind: 'linearizable' }
    if (this.#visited > this.#bound) return { kind: 'undecided' }
    const ordered = new Set(this.#best.order)
    return {
      kind: 'violation',
      order: this.#best.order.map((at) => this.#op(at)),
      stuck: this.#ops.filter((op, at) => op.reply !== null && !ordered.has(at)).slice(0, 8),
      state: this.#best.state,
    }
  }

  explore(met: Set<Register>): number {
    this.#met = met
    this.#search(this.#start)
    return this.#visited
  }

  #op(at: number): Operation {
    return this.#ops[at] as Operation
  }

  #search(state: Register): boolean {
    if (this.#knownLeft === 0 && this.#met === null) return true
    if (++this.#visited > this.#bound) return false
    const key = this.#bits.join() + (state === null ? '' : `=${state}`)
    if (this.#seen.has(key)) return false
    this.#seen.add(key)
    this.#met?.add(state)
    if (this.#order.length > this.#best.order.length)
      this.#best = { order: [...this.#order], state }
    const candidates = this.#candidates()
    // A read that fits now changes nothing and stands in nobody's way: no order is better without it here.
    const fitting = candidates.find((at) => this.#fits(at, state))
    if (fitting !== undefined) return this.#try(fitting, state)
    // Operations with a reply first: most unknown ones are not needed to explain the history.
    for (const at of candidates) {
      if (this.#op(at).reply !== null && this.#try(at, state)) return true
    }
    for (const at of candidates) {
      if (this.#op(at).reply === null && this.#try(at, state)) return true
    }
    return false
  }

  #fits(at: number, state: Register): boolean {
    const { args, reply } = this.#op(at)
    const isRead = reply !== null && readCommands.has(args[0] ?? '')
    return isRead && applyCommand(state, args).reply === reply
  }

  #try(at: number, state: Register): boolean {
    const op = this.#op(at)
    const result = applyCommand(state, op.args)
    if (op.reply === null) {
      // Without effect it explains nothing now; it stays available for later.
      if (result.state === state) return false
    } else if (result.reply !== op.reply) {
      return false
    }
    const bit = 1 << (at & 31)
    this.#done[at] = 1
    this.#bits[at >> 5] = (this.#bits[at >> 5] as number) | bit
    this.#order.push(at)
    if (op.reply !== null) this.#knownLeft--
    if (this.#search(result.state)) return true
    if (op.reply !== null) this.#knownLeft++
    this.#order.pop()
    this.#done[at] = 0
    this.#bits[at >> 5] = (this.#bits[at >> 5] as number) & ~bit
    return false
  }

  /** Operations that may come next: called before any operation left has returned. */
  #candidates(): readonly number[] {
    const found: number[] = []
    let firstReturn = Infinity
    for (let at = 0; at < this.#ops.length; at++) {
      if (this.#done[at] === 1) continue
      const op = this.#op(at)
      if (op.invoked > firstReturn) break
      if (op.returned < firstReturn) firstReturn = op.returned
      const before = this.#before[at] as number
      if (before < 0 || this.#done[before] === 1) found.push(at)
    }
    return found.filter((at) => this.#op(at).invoked <= firstReturn)
  }
}
