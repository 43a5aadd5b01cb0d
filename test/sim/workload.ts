// What the simulated clients ask for: contended registers whose keys change over time, so that every
// key's history stays short enough to judge, a counter, a list, and requests that only prove the order
// of replies.

import type { Random } from '../../src/base/random.js'
import { firstEra } from './eras.js'
import { counterKey, eraOf, type EraStamp, type History, listKey } from './history.js'
import type { Judge } from './judge.js'
import { QueueLoad } from './queues.js'
import type { Request, Sender } from './request.js'
import { ScriptLoad } from './scripts.js'
import { SurfaceLoad, surfaceTag } from './surface.js'
import { TransactionLoad } from './transactions.js'

export interface WorkloadProfile {
  /** Keys in use at a time. */
  readonly hotKeys: number
  /** Share of reads in a hundred. */
  readonly reads: number
  /** Prefixes of keyspaces, the empty one for the default keyspace. */
  readonly prefixes: readonly string[]
  readonly valueBytes: number
  /** Share of transactions in a hundred; none without it. */
  readonly transactions?: number
  /** Share of scripts in a hundred; none without it. */
  readonly scripts?: number
  /** Share of pushes and blocking pops in a hundred; none without it. */
  readonly queues?: number
  /** Share of the whole command set in a hundred; none without it. All of them: no other load. */
  readonly surface?: number
  /** Share of keys whose values have a TTL in a hundred; one of six without it. */
  readonly lapses?: number
  /** What one command, transaction or script names is in one slot. */
  readonly isTagged?: boolean
}

/** Operations on one key before another one takes its place. */
const operationsPerKey = 36

interface HotKey {
  readonly name: string
  /** Its values have a TTL; then no command that keeps a TTL is sent to it. */
  readonly volatile: boolean
  left: number
}

export class Workload {
  readonly #random: Random
  readonly #history: History
  readonly #judge: Judge
  readonly #profile: WorkloadProfile
  readonly #hot: HotKey[] = []
  readonly #transactions: TransactionLoad
  readonly #scripts: ScriptLoad
  readonly #surface: SurfaceLoad
  readonly queues: QueueLoad
  #number = 0
  /** Every key that was used, for the reads at the end. */
  readonly keys: string[] = []

  constructor(
    random: Random,
    options: { history: History; judge: Judge; profile: WorkloadProfile },
  ) {
    this.#random = random
    this.#history = options.history
    this.#judge = options.judge
    this.#profile = options.profile
    for (let i = 0; i < options.profile.hotKeys; i++) this.#hot.push(this.#freshKey(i))
    const { isTagged = false } = options.profile
    const { history, judge } = options
    this.queues = new QueueLoad({ random, history, judge, isTagged })
    const load = {
      ...{ random, history, judge, isTagged },
      prefixes: options.profile.prefixes,
      key: () => this.#key(),
      value: () => this.#value(),
    }
    const { surface = 0 } = options.profile
    this.#surface = new SurfaceLoad({
      ...{ random, judge, isTagged },
      isAlone: surface === 100,
      prefixes: options.profile.prefixes,
    })
    this.#transactions = new TransactionLoad(load)
    this.#scripts = new ScriptLoad(load)
  }

  /** Keys in use. */
  get inUse(): readonly string[] {
    const { surface = 0, prefixes } = this.#profile
    return [
      ...this.#hot.map(({ name }) => name),
      ...[counterKey, listKey],
      ...[this.#transactions, this.#scripts, this.queues].flatMap(({ keys }) => keys),
      ...(surface > 0 ? prefixes.map((prefix) => `${prefix}${surfaceTag}`) : []),
    ]
  }

  /** What a connection sends next: one request, or all of a transaction. */
  next(from: Sender): readonly Request[] {
    const { transactions = 0, queues = 0, surface = 0 } = this.#profile
    if (surface > 0 && this.#random.chance(surface, 100)) return this.#surface.next()
    if (queues > 0 && this.#random.chance(queues, 100)) return this.queues.next(from)
    const { scripts = 0 } = this.#profile
    if (scripts > 0 && this.#random.chance(scripts, 100)) return [this.#scripts.next(from)]
    const isTransaction = transactions > 0 && this.#random.chance(transactions, 100)
    return isTransaction ? this.#transactions.next(from) : [this.#plain(from)]
  }

  #plain(from: Sender): Request {
    const dice = this.#random.below(100)
    if (dice < 2 && this.#profile.isTagged === true) return this.#all(from)
    if (dice < 6) return this.#echo()
    if (dice < 16) return this.#increment(from)
    if (dice < 24) return this.#append(from)
    if (dice < 28) return this.readCounter(from.member)
    if (dice < 31) return this.readList(from.member)
    if (dice < 36) return this.#many(from)
    return this.#single(from)
  }

  /** A read of one key, for the end of a run. */
  read(key: string, member: number): Request {
    return this.#on(['get', key], ['GET', key], { member, last: new Map() })
  }

  write(key: string, from: Sender): Request {
    const value = this.#value()
    return this.#on(['set', key, value], ['SET', key, value], from)
  }

  readCounter(member: number): Request {
    const invoked = this.#history.readFrom('get')
    const stamp = this.#history.stampOf(member, counterKey)
    const { counter } = this.#history
    return {
      args: ['GET', counterKey],
      data: true,
      told: (reply) => {
        if (reply === '_') counter.checkCount(0, invoked, stamp)
        if (reply.startsWith('$')) counter.checkCount(Number(reply.slice(1)), invoked, stamp)
      },
    }
  }

  readList(member: number): Request {
    const invoked = this.#history.readFrom('get')
    const stamp = this.#history.stampOf(member, listKey)
    return {
      args: ['GET', listKey],
      data: true,
      told: (reply) => {
        if (reply.startsWith('-')) return
        const tokens =
          reply === '_'
            ? []
            : reply
                .slice(1)
                .split(';')
                .filter((token) => token !== '')
        this.#history.list.checkTokens(tokens, invoked, stamp)
      },
    }
  }

  #echo(): Request {
    const token = `e${++this.#number}`
    if (this.#random.chance(1, 4)) return this.#expects(['PING'], '+PONG')
    return this.#expects(['ECHO', token], `$${token}`)
  }

  /** All keys, of whatever group: none is there twice, and none that is never removed is missing. */
  #all({ member }: Sender): Request {
    const { judge, history } = { judge: this.#judge, history: this.#history }
    const stamps = [counterKey, listKey].map((key) => history.stampOf(member, key))
    const hadTallies = [history.counter, history.list].map(({ acknowledged }) => acknowledged > 0)
    const told = (reply: string): void => {
      if (!reply.startsWith('*')) return
      const found = reply.split(' ').slice(1)
      judge.mark('keys-listed')
      judge.hold(new Set(found).size === found.length, 'slots', () => `keys are twice in ${reply}`)
      for (const [at, key] of [counterKey, listKey].entries()) {
        const isSure = hadTallies[at] === true && eraOf(stamps[at] as EraStamp) === firstEra
        const isThere = found.includes(`$${key}`)
        judge.hold(!isSure || history.isSequential || isThere, 'slots', () => `${key} is missing`)
      }
    }
    return { args: ['KEYS', '*'], data: true, told }
  }

  #expects(args: readonly string[], expected: string): Request {
    // A loading member refuses everything.
    const told = (reply: string): void =>
      this.#judge.hold(
        reply === expected || reply.startsWith('-LOADING'),
        'reply-order',
        () => `${args.join(' ')} was answered ${reply}`,
      )
    return { args, data: false, told }
  }

  #increment({ member }: Sender): Request {
    const token = `i${++this.#number}`
    const { counter } = this.#history
    counter.tried++
    const stamp = this.#history.stampOf(member, counterKey)
    return {
      args: ['INCR', counterKey],
      data: true,
      told: (reply) => counter.told(token, reply, { time: this.#history.time, stamp }),
    }
  }

  #append({ member }: Sender): Request {
    const token = `a${++this.#number}`
    const { list } = this.#history
    list.tried++
    const stamp = this.#history.stampOf(member, listKey)
    return {
      args: ['APPEND', listKey, `${token};`],
      data: true,
      told: (reply) => list.told(token, reply, { time: this.#history.time, stamp }),
    }
  }

  #single(from: Sender): Request {
    const hot = this.#hotKey()
    const key = hot.name
    if (this.#random.chance(this.#profile.reads, 100)) {
      const name = this.#random.pick(['get', 'get', 'get', 'strlen', 'exists'])
      return this.#on([name, key], [name.toUpperCase(), key], from)
    }
    const value = this.#value()
    if (hot.volatile && this.#random.chance(1, 2)) return this.#lapsing(key, value, from)
    switch (this.#random.below(hot.volatile ? 3 : 11)) {
      case 0:
        return this.#on(['setnx', key, value], ['SETNX', key, value], from)
      case 1:
        return this.#on(['getdel', key], ['GETDEL', key], from)
      case 2:
        return this.#on(['del', key], ['DEL', key], from)
      case 3:
        return this.#on(['append', key, `${value},`], ['APPEND', key, `${value},`], from)
      case 4:
        return this.#on(['getset', key, value], ['SET', key, value, 'GET'], from)
      case 5:
        return this.#on(['setxx', key, value], ['SET', key, value, 'XX'], from)
      case 6:
        return this.#on(['incr', key], ['INCR', key], from)
      case 7:
        return this.#on(['set', key, value], ['SETEX', key, '100000', value], from)
      default:
        return this.#on(['set', key, value], ['SET', key, value], from)
    }
  }

  /** A value with a short TTL: at some moment from now on its time is over, and it never comes back. */
  #lapsing(key: string, value: string, from: Sender): Request {
    const ttl = String(this.#random.between(20, 600))
    const request = this.#on(['set', key, value], ['SET', key, value, 'PX', ttl], from)
    this.#history.invoke(['lapse', key, value], -1)
    return request
  }

  /** MSET or MGET: gathered over groups, so each key is an operation of its own. */
  #many(from: Sender): Request {
    const keys = [...new Set([this.#key(), this.#key(), this.#key()])]
    if (this.#random.chance(1, 2)) {
      const ids = keys.map((key) => this.#invoke(['get', key], from))
      const stamps = keys.map((key) => this.#history.stampOf(from.member, key))
      const told = (reply: string): void => {
        const items = reply.startsWith('*') ? reply.split(' ').slice(1) : []
        ids.forEach((id, at) =>
          this.#history.complete(id, items[at] ?? reply, stamps[at] as EraStamp),
        )
      }
      return { args: ['MGET', ...keys], data: true, told }
    }
    const values = keys.map(() => this.#value())
    const ids = keys.map((key, at) => this.#invoke(['set', key, values[at] as string], from))
    const stamps = keys.map((key) => this.#history.stampOf(from.member, key))
    const told = (reply: string): void =>
      ids.forEach((id, at) => this.#history.complete(id, reply, stamps[at] as EraStamp))
    return {
      args: ['MSET', ...keys.flatMap((key, at) => [key, values[at] as string])],
      data: true,
      told,
    }
  }

  #on(model: readonly string[], args: readonly string[], from: Sender): Request {
    const id = this.#invoke(model, from)
    const stamp = this.#history.stampOf(from.member, model[1] as string)
    return { args, data: true, told: (reply) => this.#history.complete(id, reply, stamp) }
  }

  #invoke(model: readonly string[], from: Sender): number {
    const key = model[1] as string
    const id = this.#history.invoke(model, from.last.get(key) ?? -1)
    from.last.set(key, id)
    return id
  }

  #key(): string {
    return this.#hotKey().name
  }

  #hotKey(): HotKey {
    const at = this.#random.below(this.#hot.length)
    const hot = this.#hot[at] as HotKey
    if (--hot.left <= 0) this.#hot[at] = this.#freshKey(at)
    return hot
  }

  /** In place of the one at this index: in its slot, where slots move. */
  #freshKey(at: number): HotKey {
    const { lapses } = this.#profile
    const volatile =
      lapses === undefined ? this.#random.chance(1, 6) : this.#random.chance(lapses, 100)
    const letter = volatile ? 't' : 'k'
    const tag = this.#profile.isTagged === true ? `{h${at}}` : ''
    const name = `${this.#random.pick(this.#profile.prefixes)}${tag}${letter}${++this.#number}`
    this.keys.push(name)
    return { name, volatile, left: operationsPerKey }
  }

  /** Unique; without spaces, commas or semicolons inside. At times a number, for INCR to work on. */
  #value(): string {
    const number = String(++this.#number)
    if (this.#random.chance(1, 5)) return number
    const filler =
      this.#profile.valueBytes > 0 ? 'x'.repeat(this.#random.below(this.#profile.valueBytes)) : ''
    return `v${number}${filler}`
  }
}
