// Transactions of the simulated clients: pairs of keys that only transactions write and read, which must
// be seen whole, counters that move together, and a write behind WATCH and GET, which is one exchange of the key's value where EXEC
// says that it happened. Each is several requests of one pipeline; what counts is EXEC's reply.

import type { Random } from '../../src/base/random.js'
import { type History, outcomeOf } from './history.js'
import type { Judge } from './judge.js'
import { multi, type Request, type Sender, sure } from './request.js'

export interface TransactionLoadOptions {
  readonly random: Random
  readonly history: History
  readonly judge: Judge
  /** Prefixes of keyspaces. */
  readonly prefixes: readonly string[]
  /** Both keys of a pair are in one slot. */
  readonly isTagged: boolean
  /** A key of the workload's that has no TTL, and a fresh value. */
  readonly key: () => string
  readonly value: () => string
}

/** Operations on one pair before another one takes its place. */
const operationsPerPair = 36
/** As a definite error: EXEC did nothing. */
const nothing = '-TRYAGAIN the transaction was aborted'

export class TransactionLoad {
  readonly #options: TransactionLoadOptions
  #pair = ''
  #left = 0
  #number = 0

  constructor(options: TransactionLoadOptions) {
    this.#options = options
  }

  next(from: Sender): readonly Request[] {
    const { random } = this.#options
    switch (random.below(5)) {
      case 0:
        return this.#writePair(from)
      case 1:
        return this.#readPair(from)
      case 2:
        return this.#together()
      default:
        return this.#exchange(from)
    }
  }

  #writePair(from: Sender): readonly Request[] {
    const pair = this.#nextPair()
    const value = this.#options.value()
    const complete = this.#invoke(['set', pair, value], from)
    const told = (reply: string): void => complete(reply.startsWith('*') ? '+OK' : reply)
    return multi(
      [
        ['SET', `${pair}x`, value],
        ['SET', `${pair}y`, value],
      ],
      told,
    )
  }

  #readPair(from: Sender): readonly Request[] {
    const pair = this.#nextPair()
    const complete = this.#invoke(['get', pair], from)
    const told = (reply: string): void => {
      const [, x, y] = reply.startsWith('*') ? reply.split(' ') : []
      this.#options.judge.hold(x === y, 'atomic', () => `${pair}: ${reply} was read`)
      complete(x ?? reply)
    }
    return multi(
      [
        ['GET', `${pair}x`],
        ['GET', `${pair}y`],
      ],
      told,
    )
  }

  /** Two counters that only move together: one transaction has the same reply for both. */
  #together(): readonly Request[] {
    const { judge } = this.#options
    const pair = this.#nextPair()
    const told = (reply: string): void => {
      if (!reply.startsWith('*')) return
      const [, x, y] = reply.split(' ')
      judge.mark('counted-together')
      judge.hold(x === y, 'atomic', () => `${pair}: counters that move together were ${reply}`)
    }
    const lines = ['m', 'n'].map((end) => ['INCR', `${pair}${end}`])
    return multi(lines, told)
  }

  /** WATCH, GET, then a write that happens only if nobody else wrote meanwhile. */
  #exchange(from: Sender): readonly Request[] {
    const key = this.#options.key()
    const value = this.#options.value()
    const complete = this.#invoke(['getset', key, value], from)
    let old = ''
    const get: Request = {
      args: ['GET', key],
      data: false,
      told: (reply) => {
        old = reply
      },
    }
    const told = (reply: string): void => {
      const happened = reply.startsWith('*')
      this.#options.judge.mark(happened ? 'exchanges' : 'exchanges-aborted')
      // Without the old value nothing is known of what was replaced.
      if (happened && outcomeOf(old) !== 'executed') return
      complete(happened ? old : reply === '_' ? nothing : reply)
    }
    return [sure(['WATCH', key]), get, ...multi([['SET', key, value]], told)]
  }

  #invoke(model: readonly string[], from: Sender): (reply: string) => void {
    const { history } = this.#options
    const key = model[1] as string
    const id = history.invoke(model, from.last.get(key) ?? -1)
    from.last.set(key, id)
    const stamp = history.stampOf(from.member, key)
    return (reply) => history.complete(id, reply, stamp)
  }

  /** Keys in use. */
  get keys(): readonly string[] {
    return this.#pair === '' ? [] : [this.#pair]
  }

  #nextPair(): string {
    const { random, prefixes, isTagged } = this.#options
    if (this.#left-- <= 0) {
      this.#left = operationsPerPair
      const name = `p${++this.#number}`
      this.#pair = `${random.pick(prefixes)}${isTagged ? `{${name}}` : name}`
    }
    return this.#pair
  }
}
