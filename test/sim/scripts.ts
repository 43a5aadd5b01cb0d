// Scripts of the simulated clients: an exchange of a key's value, pairs of keys that scripts write and read
// whole, each at once or beside the loop, and one that goes beyond its group and must leave no effect.

import type { Random } from '../../src/base/random.js'
import { counterKey, type History } from './history.js'
import type { Judge } from './judge.js'
import type { Request, Sender } from './request.js'

export interface ScriptLoadOptions {
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

export class ScriptLoad {
  readonly #options: ScriptLoadOptions
  #pair = ''
  #left = 0
  #number = 0

  constructor(options: ScriptLoadOptions) {
    this.#options = options
  }

  next(from: Sender): Request {
    const { random, prefixes } = this.#options
    switch (random.below(prefixes.length > 1 ? 6 : 5)) {
      case 4:
        return this.#count(from)
      case 0:
        return this.#writePair(from)
      case 1:
        return this.#readPair(from)
      case 2:
      case 3:
        return this.#exchange(from)
      default:
        return this.#trespass(from)
    }
  }

  #exchange(from: Sender): Request {
    const [key, value] = [this.#options.key(), this.#options.value()]
    const told = this.#invoke(['getset', key, value], from)
    return this.#eval(['call get K1', 'call set K1 A1'], { keys: [key], value, told })
  }

  #writePair(from: Sender): Request {
    const pair = this.#nextPair()
    const value = this.#options.value()
    const told = this.#invoke(['set', pair, value], from)
    const keys = [`${pair}x`, `${pair}y`]
    return this.#eval(['call set K1 A1', 'call set K2 A1'], { keys, value, told })
  }

  #readPair(from: Sender): Request {
    const pair = this.#nextPair()
    const complete = this.#invoke(['get', pair], from)
    const told = (reply: string): void => {
      const [, x, y] = reply.startsWith('*') ? reply.split(' ') : []
      this.#options.judge.hold(x === y, 'atomic', () => `${pair}: ${reply} was read by a script`)
      complete(x ?? reply)
    }
    const keys = [`${pair}x`, `${pair}y`]
    return this.#eval(['call get K1', 'call get K2', 'all'], { keys, value: '', told })
  }

  /** One step of the counter that others move, too: its effect stands once. */
  #count({ member }: Sender): Request {
    const { history } = this.#options
    const { counter } = history
    const token = `s${++this.#number}`
    counter.tried++
    const stamp = history.stampOf(member, counterKey)
    const told = (reply: string): void => counter.told(token, reply, { time: history.time, stamp })
    return this.#eval(['call incr K1'], { keys: [counterKey], value: '', told })
  }

  /** It writes, and then asks for a key of another group, which it did not name. */
  #trespass(from: Sender): Request {
    const { prefixes, judge } = this.#options
    const [key, value] = [this.#options.key(), this.#options.value()]
    const own = prefixes.find((prefix) => prefix !== '' && key.startsWith(prefix)) ?? ''
    const other = prefixes.find((prefix) => prefix !== own) ?? ''
    const complete = this.#invoke(['set', key, value], from)
    const told = (reply: string): void => {
      if (reply.startsWith('-CROSSSLOT')) judge.mark('trespasses')
      complete(reply)
    }
    return this.#eval(['call set K1 A1', `call get ${other}zz`], { keys: [key], value, told })
  }

  #eval(
    lines: readonly string[],
    what: {
      readonly keys: readonly string[]
      readonly value: string
      readonly told: (reply: string) => void
    },
  ): Request {
    const { random, judge } = this.#options
    const made = [...lines]
    if (random.chance(1, 6)) {
      made.splice(random.below(2), 0, 'slow')
      judge.mark('scripts-slow')
    }
    const { keys, value, told } = what
    const args = ['EVAL', made.join('\n'), String(keys.length), ...keys, value]
    const marked = (reply: string): void => {
      if (!reply.startsWith('-')) judge.mark('scripts')
      told(reply)
    }
    return { args, data: true, told: marked }
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
      const name = `s${++this.#number}`
      this.#pair = `${random.pick(prefixes)}${isTagged ? `{${name}}` : name}`
    }
    return this.#pair
  }
}
