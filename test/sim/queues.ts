// Blocking pops of the simulated clients: unique elements are pushed to a few lists and taken by BLPOP,
// BRPOP and BLMPOP with short timeouts. No element is delivered twice; and none is lost but to pops whose
// answer was never seen: the connection broke, or its outcome was not known.

import type { Random } from '../../src/base/random.js'
import { eraOf, type History, outcomeOf } from './history.js'
import type { Judge } from './judge.js'
import type { Request, Sender } from './workload.js'

const lists = ['q1', 'q2', 'q3'] as const

export interface QueueLoadOptions {
  readonly random: Random
  readonly history: History
  readonly judge: Judge
}

/** An element, and what became of it. */
interface Element {
  /** The push's reply came. Era 0 where that is not sure. */
  acknowledged: { readonly era: number; readonly time: number } | null
  refused: boolean
  /** Eras in which it was delivered: one that lost the pop may do it again. */
  readonly delivered: Set<number>
}

export class QueueLoad {
  readonly #options: QueueLoadOptions
  readonly #elements = new Map<string, Element>()
  /** Elements that a pop whose answer was not seen may have taken at most. */
  #unseen = 0
  #number = 0
  /** What the lists held at the end. */
  readonly #left = new Set<string>()
  #final = { era: 0, invoked: Infinity }

  constructor(options: QueueLoadOptions) {
    this.#options = options
  }

  next(from: Sender): readonly Request[] {
    const { random } = this.#options
    return [random.chance(1, 3) ? this.#push(from) : this.#pop(from)]
  }

  /** Reads what is left of every list, for the end of a run. */
  finals(member: number): readonly Request[] {
    if (this.#elements.size === 0) return []
    const { history } = this.#options
    return lists.map((list) => {
      const stamp = history.stampOf(member, list)
      const invoked = history.time
      const told = (reply: string): void => {
        if (!reply.startsWith('*')) return
        this.#final = { era: eraOf(stamp), invoked: Math.min(invoked, this.#final.invoked) }
        for (const word of reply.split(' '))
          if (word.startsWith('$t')) this.#left.add(word.slice(1))
      }
      return { args: ['LRANGE', list, '0', '-1'], data: true, told }
    })
  }

  /** What was acknowledged stands in a list or was delivered, but for what unseen pops took. */
  judge(): void {
    const { judge } = this.#options
    const { era, invoked } = this.#final
    if (era === 0) return
    let lost = 0
    let example = ''
    for (const [token, { acknowledged, delivered }] of this.#elements) {
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

  #push({ member }: Sender): Request {
    const { random, history } = this.#options
    const list = random.pick(lists)
    const count = random.between(1, 2)
    const tokens = Array.from({ length: count }, () => `t${++this.#number}`)
    for (const token of tokens) {
      this.#elements.set(token, { acknowledged: null, refused: false, delivered: new Set() })
    }
    const stamp = history.stampOf(member, list)
    const told = (reply: string): void => {
      const outcome = outcomeOf(reply)
      for (const token of tokens) {
        const element = this.#elements.get(token) as Element
        if (outcome === 'refused') element.refused = true
        if (outcome !== 'executed') continue
        element.acknowledged = { era: eraOf(stamp), time: history.time }
      }
    }
    return { args: [random.pick(['RPUSH', 'LPUSH']), list, ...tokens], data: true, told }
  }

  #pop({ member }: Sender): Request {
    const { random, history, judge } = this.#options
    const timeout = String(random.between(1, 60) / 100)
    const keys = random.chance(1, 2) ? [random.pick(lists)] : ['q1', 'q3']
    const isMany = random.chance(1, 4)
    const most = isMany ? 2 : 1
    const args = isMany
      ? ['BLMPOP', timeout, String(keys.length), ...keys, 'LEFT', 'COUNT', '2']
      : [random.pick(['BLPOP', 'BRPOP']), ...keys, timeout]
    // Until its answer is seen it may have taken something.
    this.#unseen += most
    const stamp = history.stampOf(member, keys[0] as string)
    const told = (reply: string): void => {
      if (outcomeOf(reply) === 'unknown' || eraOf(stamp) === 0) return
      this.#unseen -= most
      if (!reply.startsWith('*')) return
      judge.mark('blocked-pops')
      const tokens = reply.split(' ').filter((word) => word.startsWith('$t'))
      for (const token of tokens) this.#deliver(token.slice(1), eraOf(stamp))
    }
    return { args, data: true, told }
  }

  #deliver(token: string, era: number): void {
    const { judge } = this.#options
    const element = this.#elements.get(token)
    if (element === undefined) return judge.fail('hand-over', `${token} was never pushed`)
    judge.hold(!element.delivered.has(era), 'hand-over', () => `${token} was delivered twice`)
    judge.hold(!element.refused, 'unknown-definite', () => `${token} was refused and delivered`)
    element.delivered.add(era)
  }
}
