// Blocking pops of the simulated clients: unique elements are pushed to lists and sorted sets, alone, in
// transactions and by scripts; moved between lists; and taken by pops with short timeouts. No element is
// delivered twice, and none is lost but to pops whose answer was never seen: the connection broke, or its
// outcome was not known.

import type { Random } from '../../src/base/random.js'
import { type EraStamp, eraOf, type History, outcomeOf } from './history.js'
import type { Judge } from './judge.js'
import { streamKey, StreamQueue } from './stream-queue.js'
import { multi, type Request, type Sender } from './request.js'

export interface QueueLoadOptions {
  readonly random: Random
  readonly history: History
  readonly judge: Judge
  /** All keys are in one slot. */
  readonly isTagged: boolean
}

/** An element, and what became of it. */
interface Element {
  /** The push's reply came. Era 0 where that is not sure. */
  acknowledged: { readonly era: number; readonly time: number } | null
  refused: boolean
  /** When it was delivered, by era: one that lost the pop may do it again. */
  readonly delivered: Map<number, number>
}

export class QueueLoad {
  readonly #options: QueueLoadOptions
  readonly #lists: readonly [string, string, string]
  readonly #sortedSets: readonly [string, string]
  readonly #elements = new Map<string, Element>()
  readonly #streams: StreamQueue
  /** Elements that a pop whose answer was not seen may have taken at most. */
  #unseen = 0
  #number = 0
  /** What was there at the end. */
  #left = new Set<string>()
  #final = { era: 0, invoked: Infinity }

  constructor(options: QueueLoadOptions) {
    this.#options = options
    const tag = options.isTagged ? '{q}' : ''
    this.#lists = [`${tag}q1`, `${tag}q2`, `${tag}q3`]
    this.#sortedSets = [`${tag}w1`, `${tag}w2`]
    this.#streams = new StreamQueue(options)
  }

  /** Keys in use. */
  get keys(): readonly string[] {
    return this.#elements.size === 0 ? [] : [...this.#lists, ...this.#sortedSets, streamKey]
  }

  next(from: Sender): readonly Request[] {
    const { random } = this.#options
    const dice = random.below(12)
    if (dice < 4) return this.#push(from)
    if (dice < 6) return this.#streams.next(from)
    return dice < 7 ? this.#move(from) : this.#pop(from)
  }

  /** Reads what is left everywhere at one point in time, for the end of a run. */
  finals(member: number): readonly Request[] {
    if (this.#elements.size === 0) return this.#streams.finals(member)
    const { history } = this.#options
    const stamp = history.stampOf(member, this.#lists[0])
    const invoked = history.time
    const told = (reply: string): void => {
      if (!reply.startsWith('*')) return
      this.#final = { era: eraOf(stamp), invoked }
      for (const token of tokensOf(reply)) this.#remains(token)
    }
    const reads = [
      ...this.#lists.map((list) => ['LRANGE', list, '0', '-1']),
      ...this.#sortedSets.map((name) => ['ZRANGE', name, '0', '-1']),
    ]
    return [...multi(reads, told), ...this.#streams.finals(member)]
  }

  /** What was acknowledged stands somewhere or was delivered, but for what unseen pops took. */
  judge(): void {
    this.#streams.judge()
    const { judge } = this.#options
    const { era, invoked } = this.#final
    if (era === 0) return
    let lost = 0
    let example = ''
    for (const [token, { acknowledged, delivered }] of this.#elements) {
      judge.hold(
        !(this.#left.has(token) && (delivered.get(era) ?? Infinity) < invoked),
        'hand-over',
        () => `${token} was delivered and is still there`,
      )
      if (acknowledged === null || acknowledged.era !== era || acknowledged.time > invoked) continue
      if (delivered.has(era) || this.#left.has(token)) continue
      lost++
      example = token
    }
    judge.mark('elements', this.#elements.size)
    judge.mark('elements-unseen', lost)
    judge.hold(
      lost <= this.#unseen,
      'hand-over',
      () =>
        `${lost} elements are lost, ${example} for one; ${this.#unseen} may be with unseen pops`,
    )
  }

  #remains(token: string): void {
    this.#options.judge.hold(
      !this.#left.has(token),
      'hand-over',
      () => `${token} stands twice at the end`,
    )
    this.#left.add(token)
  }

  #push({ member }: Sender): readonly Request[] {
    const { random, history } = this.#options
    const isSorted = random.chance(1, 3)
    const name = random.pick(isSorted ? this.#sortedSets : this.#lists)
    const tokens = Array.from({ length: random.between(1, 2) }, () => `t${++this.#number}`)
    for (const token of tokens) {
      this.#elements.set(token, { acknowledged: null, refused: false, delivered: new Map() })
    }
    const stamp = history.stampOf(member, name)
    const told = (reply: string): void => this.#pushed(tokens, outcomeOf(reply), stamp)
    const word = isSorted ? 'ZADD' : random.pick(['RPUSH', 'LPUSH'])
    const items = isSorted ? tokens.flatMap((token) => [String(random.below(9)), token]) : tokens
    switch (random.below(6)) {
      case 0:
        return multi([[word, name, ...items]], told)
      case 1: {
        const values = items.map((_, at) => `A${at + 1}`).join(' ')
        const text = `call ${word.toLowerCase()} K1 ${values}`
        return [{ args: ['EVAL', text, '1', name, ...items], data: true, told }]
      }
      default:
        return [{ args: [word, name, ...items], data: true, told }]
    }
  }

  #pushed(tokens: readonly string[], outcome: string, stamp: EraStamp): void {
    for (const token of tokens) {
      const element = this.#elements.get(token) as Element
      if (outcome === 'refused') element.refused = true
      if (outcome !== 'executed') continue
      element.acknowledged = { era: eraOf(stamp), time: this.#options.history.time }
    }
  }

  #move({ member }: Sender): readonly Request[] {
    const { random, history, judge } = this.#options
    const [from, to] = [random.pick(this.#lists), random.pick(this.#lists)]
    const args = random.chance(1, 2)
      ? ['BRPOPLPUSH', from, to, this.#timeout()]
      : ['BLMOVE', from, to, this.#end(), this.#end(), this.#timeout()]
    const stamp = history.stampOf(member, from)
    const invoked = history.time
    const told = (reply: string): void => {
      const era = eraOf(stamp)
      if (!reply.startsWith('$t') || era === 0) return
      judge.mark('blocked-moves')
      const token = reply.slice(1)
      const taken = this.#elements.get(token)?.delivered.get(era) ?? Infinity
      judge.hold(taken > invoked, 'hand-over', () => `${token} was delivered, and moved after that`)
    }
    return [{ args, data: true, told }]
  }

  #pop({ member }: Sender): readonly Request[] {
    const { random, history, judge } = this.#options
    const { args, most, first } = this.#popLine()
    // Until its answer is seen it may have taken something.
    this.#unseen += most
    const stamp = history.stampOf(member, first)
    const told = (reply: string): void => {
      if (outcomeOf(reply) === 'unknown' || eraOf(stamp) === 0) return
      this.#unseen -= most
      if (!reply.startsWith('*')) return
      judge.mark(`blocked-pops`)
      for (const token of tokensOf(reply)) this.#deliver(token, eraOf(stamp))
    }
    // In a transaction it does not wait.
    return random.chance(1, 10) ? multi([args], told) : [{ args, data: true, told }]
  }

  #popLine(): { readonly args: readonly string[]; readonly most: number; readonly first: string } {
    const { random } = this.#options
    const timeout = this.#timeout()
    const isSorted = random.chance(1, 3)
    const [one, two] = isSorted ? this.#sortedSets : [this.#lists[0], this.#lists[2]]
    const keys = random.chance(1, 2)
      ? [random.pick(isSorted ? this.#sortedSets : this.#lists)]
      : [one, two]
    const first = keys[0] as string
    if (random.chance(1, 4)) {
      const [word, end] = isSorted
        ? ['BZMPOP', random.pick(['MIN', 'MAX'])]
        : ['BLMPOP', this.#end()]
      const args = [word, timeout, String(keys.length), ...keys, end, 'COUNT', '2']
      return { args, most: 2, first }
    }
    const words = isSorted ? ['BZPOPMIN', 'BZPOPMAX'] : ['BLPOP', 'BRPOP']
    return { args: [random.pick(words), ...keys, timeout], most: 1, first }
  }

  /** Mostly shorter than an election. */
  #timeout(): string {
    const { random } = this.#options
    return String(random.chance(1, 8) ? random.between(1, 2) : random.between(1, 60) / 100)
  }

  #end(): string {
    return this.#options.random.pick(['LEFT', 'RIGHT'])
  }

  #deliver(token: string, era: number): void {
    const { judge, history } = this.#options
    const element = this.#elements.get(token)
    if (element === undefined) return judge.fail('hand-over', `${token} was never pushed`)
    judge.hold(!element.delivered.has(era), 'hand-over', () => `${token} was delivered twice`)
    judge.hold(!element.refused, 'unknown-definite', () => `${token} was refused and delivered`)
    element.delivered.set(era, history.time)
  }
}

function tokensOf(reply: string): readonly string[] {
  return reply
    .split(' ')
    .filter((word) => word.startsWith('$t'))
    .map((word) => word.slice(1))
}
