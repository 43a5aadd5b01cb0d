// One key whose elements are unique: each is added once, by one request, and taken away by requests that
// answer what they took. So it is known of each whether it has to be there in the end.

import type { Check, Judge } from '../judge.js'
import { outcomeOf } from '../history.js'

/** Entries that a member made. */
export interface Made {
  readonly member: number
  readonly from: number
  readonly to: number
}

/** The entries among which a request's is: those that its member made between its call and its answer. */
export interface Span extends Made {
  readonly group: number
  /** The run of the member at its call, 0 where another one answered. */
  readonly life: number
  /** Where the member has no replica: its request is among those of one of these. */
  readonly anyOf?: readonly Made[]
}

interface Item {
  state: 'open' | 'acked' | 'refused'
  span: Span | null
  /** Requests that took it. */
  readonly taken: Span[]
  /** Somebody may have taken it. */
  isLoose: boolean
}

export class Elements {
  readonly key: string
  readonly #judge: Judge
  readonly #items = new Map<string, Item>()
  /** Elements that came with one request, in the order in which they stand. */
  readonly #pushes: (readonly string[])[] = []
  /** Requests without an answer that may have taken so many elements. */
  #looseTakes = 0

  constructor(key: string, judge: Judge) {
    this.key = key
    this.#judge = judge
  }

  get size(): number {
    return this.#items.size
  }

  tokens(): readonly string[] {
    return [...this.#items.keys()]
  }

  /** A request that adds them leaves; the answer is for `added`. `order`: as they stand in a list. */
  adding(tokens: readonly string[], order: readonly string[] = tokens): void {
    for (const token of tokens)
      this.#items.set(token, { state: 'open', span: null, taken: [], isLoose: false })
    if (order.length > 1) this.#pushes.push(order)
  }

  added(tokens: readonly string[], reply: string, span: Span): void {
    const outcome = outcomeOf(reply)
    for (const token of tokens) {
      const item = this.#items.get(token) as Item
      if (outcome === 'refused') item.state = 'refused'
      if (outcome !== 'executed' || reply.startsWith('-')) continue
      item.state = 'acked'
      item.span = span
    }
  }

  /** A request that takes this element leaves: until it is answered it may or may not have. */
  taking(token: string): void {
    const item = this.#items.get(token)
    if (item !== undefined) item.isLoose = true
  }

  /** A request that takes up to `count` of whatever is there leaves. */
  takingAny(count: number): void {
    this.#looseTakes += count
  }

  answeredAny(count: number): void {
    this.#looseTakes -= count
  }

  /** It was answered that this one was taken. */
  took(token: string, span: Span): void {
    const item = this.#items.get(token)
    if (item === undefined) {
      this.#judge.fail('invented', `${this.key}: ${token} was taken, which nobody added`)
      return
    }
    this.#judge.hold(
      item.state !== 'refused',
      'unknown-definite',
      () => `${this.key}: ${token} was refused and then taken`,
    )
    if (item.taken.length > 0) this.#judge.mark('taken-twice')
    for (const before of item.taken) {
      if (!isSameRun(before, span) || before.to > span.from) continue
      this.#judge.fail('returned', `${this.key}: ${token} was taken twice at one member`)
    }
    item.taken.push(span)
    this.#judge.mark('elements-taken')
  }

  /**
   * What a member shows. `span`: of the read, where members may still be behind; null in the end.
   * `isKept`: whether all entries of a span are in the end.
   */
  shown(tokens: readonly string[], span: Span | null, isKept: (span: Span) => boolean): void {
    const there = new Set(tokens)
    if (there.size !== tokens.length)
      this.#fail('merged', `${tokens.join(' ')} holds an element twice`)
    for (const token of tokens) {
      const item = this.#items.get(token)
      if (item === undefined) {
        this.#fail('invented', `${token} is there, which nobody added`)
        continue
      }
      if (item.state === 'refused') this.#fail('unknown-definite', `${token} was refused`)
      for (const taken of item.taken) {
        const isBefore = span === null ? isKept(taken) : isEarlier(taken, span)
        if (isBefore)
          this.#fail(
            'returned',
            `${token} is there, though it was seen and taken away at member ${taken.member + 1}, its entries ${taken.from} to ${taken.to}${span === null ? '' : ', before this read there'}`,
          )
      }
    }
    let missing = 0
    for (const [token, item] of this.#items) {
      const { state, span: added } = item
      if (there.has(token) || state !== 'acked' || added === null) continue
      if (item.isLoose || item.taken.length > 0) continue
      const isOwed = span === null ? isKept(added) : isEarlier(added, span)
      if (isOwed && ++missing > this.#looseTakes)
        this.#fail(
          'lost',
          `${token} was acknowledged by member ${added.member + 1}, its entries ${added.from} to ${added.to}, and is not there${span === null ? '' : `, as member ${span.member + 1} is read`}`,
        )
    }
  }

  /** What came with one request stands together, in its order; `isOpen`: others may stand between. */
  ordered(tokens: readonly string[], isOpen: boolean): void {
    const places = new Map(tokens.map((token, at) => [token, at]))
    for (const push of this.#pushes) {
      const at = push.flatMap((token) => places.get(token) ?? [])
      const isInOrder = at.every((place, i) => i === 0 || place > (at[i - 1] as number))
      const isTogether =
        isOpen || at.every((place, i) => i === 0 || place === (at[i - 1] as number) + 1)
      if (!isInOrder || !isTogether)
        this.#fail('merged', `${push.join(' ')} came together and stand at ${at.join(' ')}`)
    }
  }

  #fail(check: Check, sentence: string): void {
    this.#judge.fail(check, `${this.key}: ${sentence}`)
  }
}

function isSameRun(a: Span, b: Span): boolean {
  return a.member === b.member && a.life === b.life && a.life !== 0
}

/** Answered by the run of the member that is asked now, before it was asked. */
function isEarlier(a: Span, b: Span): boolean {
  return isSameRun(a, b) && a.to <= b.from
}
