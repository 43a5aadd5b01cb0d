// Keys with one value each. A counter: what was added lies between what was answered and what was tried, save
// what a reset took that had seen it. A register: its writes answer what they replaced.

import { outcomeOf } from '../history.js'
import type { Check, Judge } from '../judge.js'
import type { Span } from './elements.js'

/** What is known in the end of the entries of spans. */
export interface Ends {
  /** All of them are there. */
  isKept(span: Span): boolean
  /** Those of `later` at a key had seen those of `earlier`. */
  hasSeen(key: string, later: Span, earlier: Span): boolean
}

interface Reset {
  readonly value: number
  readonly span: Span
}

interface Step {
  readonly by: number
  state: 'open' | 'acked' | 'refused'
  span: Span | null
}

export class Counter {
  readonly key: string
  readonly #judge: Judge
  readonly #steps: Step[] = []
  /** What resets answered. */
  readonly #resets: Reset[] = []
  #looseResets = 0

  constructor(key: string, judge: Judge) {
    this.key = key
    this.#judge = judge
  }

  /** An increment leaves; what is to be told of its reply. */
  adding(by: number): (reply: string, span: Span) => void {
    const step: Step = { by, state: 'open', span: null }
    this.#steps.push(step)
    return (reply, span) => {
      const outcome = outcomeOf(reply)
      if (outcome === 'refused') step.state = 'refused'
      if (outcome !== 'executed' || reply.startsWith('-')) return
      step.state = 'acked'
      step.span = span
    }
  }

  /** A reset leaves; always from the same member, so that one has seen the other, unless that was lost there. */
  resetting(): void {
    this.#looseResets++
  }

  reset(value: number | null, span: Span): void {
    this.#looseResets--
    if (value !== null) this.#resets.push({ value, span })
    if (value !== null && value > 0) this.#judge.mark('counters-reset')
  }

  /** In the end. */
  shown(value: number, { isKept, hasSeen }: Ends): void {
    let acked = 0
    let tried = 0
    for (const { by, state, span } of this.#steps) {
      if (state !== 'refused') tried += by
      if (state === 'acked' && span !== null && isKept(span)) acked += by
    }
    // A reset that was lost took nothing, or what was lost with it.
    const kept = this.#resets.filter(({ span }) => isKept(span))
    const isSure = this.#looseResets === 0 && kept.length === this.#resets.length
    const sum = kept.reduce((total, each) => total + each.value, value)
    if (isSure && sum < acked)
      this.#judge.fail(
        'lost',
        `${this.key}: ${value}, with resets ${sum}, of ${acked} acknowledged`,
      )
    const most = value + this.#mostOf(kept, hasSeen)
    if (most < sum) this.#judge.mark('resets-apart')
    if (most > tried)
      this.#judge.fail('merged', `${this.key}: ${value}, with resets ${most}, of ${tried} tried`)
  }

  /** What resets took that had seen one another: what others took beside them may be the same. */
  #mostOf(resets: readonly Reset[], hasSeen: Ends['hasSeen']): number {
    const sums: number[] = []
    resets.forEach(({ value, span }, _at) => {
      const before = sums.filter((_, each) => hasSeen(this.key, span, (resets[each] as Reset).span))
      sums.push(value + Math.max(0, ...before))
    })
    return Math.max(0, ...sums)
  }
}

interface Value {
  state: 'open' | 'acked' | 'refused'
  span: Span | null
  readonly replaced: Span[]
}

export class Register {
  readonly key: string
  readonly #judge: Judge
  readonly #values = new Map<string, Value>()
  /** Removals that took something, or that were not answered. */
  #removals = 0

  constructor(key: string, judge: Judge) {
    this.key = key
    this.#judge = judge
  }

  /** A write leaves. */
  writing(token: string): void {
    this.#values.set(token, { state: 'open', span: null, replaced: [] })
  }

  /** Its reply is the value that it replaced, null for none. */
  wrote(token: string, reply: string, span: Span): void {
    const value = this.#values.get(token) as Value
    const outcome = outcomeOf(reply)
    if (outcome === 'refused') value.state = 'refused'
    if (outcome !== 'executed' || reply.startsWith('-')) return
    value.state = 'acked'
    value.span = span
    this.#replaced(reply, span)
  }

  removing(): void {
    this.#removals++
  }

  removed(reply: string, span: Span): void {
    if (outcomeOf(reply) === 'unknown') return
    if (!reply.startsWith('$')) this.#removals--
    this.#replaced(reply, span)
  }

  #replaced(reply: string, span: Span): void {
    if (!reply.startsWith('$')) return
    const value = this.#values.get(reply.slice(1))
    if (value === undefined) this.#fail('invented', `${reply} was there, which nobody wrote`)
    else value.replaced.push(span)
  }

  /** In the end; null for nothing there. */
  shown(token: string | null, { isKept }: Ends): void {
    if (token === null) {
      for (const [name, { state, span, replaced }] of this.#values) {
        if (this.#removals > 0 || state !== 'acked' || span === null || replaced.length > 0)
          continue
        if (isKept(span)) this.#fail('lost', `${name} was acknowledged and nothing is there`)
      }
      return
    }
    const value = this.#values.get(token)
    if (value === undefined) this.#fail('invented', `${token} is there, which nobody wrote`)
    else if (value.state === 'refused') this.#fail('unknown-definite', `${token} was refused`)
    else if (value.replaced.some(isKept))
      this.#fail('returned', `${token} is there, though a later write replaced it`)
  }

  #fail(check: Check, sentence: string): void {
    this.#judge.fail(check, `${this.key}: ${sentence}`)
  }
}
