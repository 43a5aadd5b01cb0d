// What clients ask of keyspaces whose members merge, so that it can be judged: elements with unique values,
// counters, registers, pairs that move together, in sets, hashes, sorted sets, lists and streams; alone, in
// transactions and in scripts. Keys of these loads have no time to live, and no slot that others use.

import type { Random } from '../../../src/base/random.js'
import { keySlot, slotCount } from '../../../src/base/keyslot.js'
import { keyNames } from '../../differential/pools.js'
import type { Judge } from '../judge.js'
import { multi, type Request, type Sender } from '../request.js'
import { addOf, numberOf, readOf, resetOf, textOf } from './counting.js'
import { Elements, type Span } from './elements.js'
import { type Family, families, type FamilyName } from './families.js'
import { Counter, type Ends, Register } from './numbers.js'

export interface MergingLoadOptions {
  readonly random: Random
  readonly judge: Judge
  /** Of what is seen of some keys of a group. */
  readonly judgeOf: (group: number, keys: readonly string[]) => Judge
  readonly members: number
  /** Prefixes of keyspaces. */
  readonly prefixes: readonly string[]
  /** Groups of each keyspace. */
  readonly shards: number
  readonly hasSessions: boolean
  /** Share of reads in a hundred. */
  readonly reads: number
  /** Half of what is asked comes in scripts, half of these slow ones. */
  readonly isScripted: boolean
  /** A request on a group leaves for a member: answers its span at its end. */
  readonly begin: (member: number, group: number) => () => Span
  /** Whether slots of a member may have shown what others of it did not, at any time since this was called. */
  readonly ahead: (member: number, group: number) => () => boolean
}

type Told = (reply: string, span: Span) => void

/** Keys of one family and keyspace. */
const keysEach = 2
const sessionKeysEach = 8

interface Place {
  readonly group: number
  readonly key: string
}

interface Keyed<T> extends Place {
  readonly is: T
}

interface Pair {
  readonly group: number
  readonly counter: string
  readonly set: Keyed<Elements>
}

export class MergingLoad {
  readonly #options: MergingLoadOptions
  readonly #elements = new Map<FamilyName, Keyed<Elements>[]>()
  readonly #counters: Keyed<Counter>[] = []
  readonly #registers: Keyed<Register>[] = []
  readonly #pairs: Pair[] = []
  /** By group. */
  readonly #keys = new Map<number, readonly string[]>()
  /** Slots that others use. */
  readonly #taken = new Set<number>()
  /** Registers of the sessions, by keyspace. */
  readonly sessionKeys: (readonly string[])[] = []
  #number = 0

  constructor(options: MergingLoadOptions) {
    this.#options = options
    const { prefixes } = options
    const judgeOf = ({ group, key }: Place): Judge => options.judgeOf(group, [key])
    const taken = this.#taken
    for (const prefix of prefixes) for (const name of keyNames) taken.add(keySlot(prefix + name))
    const names: FamilyName[] = ['set', 'hash', 'zset', 'list', 'inserted', 'stream']
    for (const name of names) this.#elements.set(name, [])
    for (const prefix of prefixes) {
      for (let n = 0; n < keysEach; n++) {
        const place = (name: string, group?: number): Place =>
          this.#place(prefix, `merged:${name}${n}`, group)
        for (const name of names) {
          const at = place(name)
          this.#elements.get(name)?.push({ ...at, is: new Elements(at.key, judgeOf(at)) })
        }
        for (const name of ['count', 'field', 'score']) {
          const at = place(name)
          this.#counters.push({ ...at, is: new Counter(at.key, judgeOf(at)) })
        }
        const at = place('register')
        this.#registers.push({ ...at, is: new Register(at.key, judgeOf(at)) })
        const set = place('pairs')
        const { key: counter } = place('pairc', set.group)
        this.#pairs.push({
          group: set.group,
          counter,
          set: { ...set, is: new Elements(set.key, judgeOf(set)) },
        })
      }
      const count = options.hasSessions ? sessionKeysEach : 0
      const keys = Array.from({ length: count }, (_, n) => this.#place(prefix, `session:${n}`).key)
      this.sessionKeys.push(keys)
    }
  }

  /** A key with a slot of its own, of one group where it is given. */
  #place(prefix: string, name: string, group?: number): Place {
    let key: string
    do key = freeKey(prefix + name, this.#taken)
    while (group !== undefined && this.#groupOf(prefix, key) !== group)
    const found = this.#groupOf(prefix, key)
    const keys = this.#keys.get(found) ?? []
    this.#keys.set(found, [...keys, key])
    return { group: found, key }
  }

  /** A group of a keyspace for each shard; those of the first shard come first, the default keyspace last. */
  #groupOf(prefix: string, key: string): number {
    const { prefixes, shards } = this.#options
    const shard = Math.floor((keySlot(key) * shards) / slotCount)
    return shard * prefixes.length + prefixes.length - 1 - prefixes.indexOf(prefix)
  }

  /** Its keys in one group. */
  keys(group: number): readonly string[] {
    return this.#keys.get(group) ?? []
  }

  get allKeys(): readonly string[] {
    return [...this.#keys.values()].flat()
  }

  get keyCount(): number {
    return [...this.#keys.values()].reduce((sum, keys) => sum + keys.length, 0)
  }

  /** What a connection sends next. */
  next(from: Sender): readonly Request[] {
    const { random, reads } = this.#options
    if (random.chance(reads, 200)) return this.#read(from.member)
    const dice = random.below(108)
    if (dice >= 100) return this.#passing(from.member)
    if (dice < 40) return this.#add(from.member)
    if (dice < 62) return this.#take(from.member)
    if (dice < 78) return this.#count(from.member)
    if (dice < 90) return this.#register(from.member)
    return this.#pair(from.member)
  }

  /** Everything, read at one member in the end. */
  finals(member: number, ends: Ends): readonly Request[] {
    const { isKept } = ends
    const made: Request[] = []
    const ask = (key: Keyed<unknown>, args: readonly string[], told: Told): void => {
      made.push(this.#request(member, key.group, args, told))
    }
    for (const [name, keys] of this.#elements) {
      const family = families[name]
      for (const each of keys) {
        ask(each, family.read(each.key), (reply) => {
          const tokens = family.tokens(reply)
          each.is.shown(tokens, null, isKept)
          if (name === 'list' || name === 'inserted') each.is.ordered(tokens, name === 'inserted')
        })
      }
    }
    for (const each of this.#counters)
      ask(each, readOf(each.key), (reply) => each.is.shown(numberOf(reply) ?? 0, ends))
    for (const each of this.#registers)
      ask(each, ['GET', each.key], (reply) => each.is.shown(textOf(reply), ends))
    for (const { set } of this.#pairs)
      ask(set, ['SMEMBERS', set.key], (reply) =>
        set.is.shown(families.set.tokens(reply), null, isKept),
      )
    return made
  }

  #read(member: number): readonly Request[] {
    const { random } = this.#options
    const pair = random.pick(this.#pairs)
    if (random.chance(1, 4)) return this.#readPair(member, pair)
    const [name, each] = this.#pick()
    const family = families[name]
    return [
      this.#request(member, each.group, family.read(each.key), (reply, span) => {
        if (reply.startsWith('-')) return
        this.#options.judge.mark('merged-reads')
        each.is.shown(family.tokens(reply), span, () => true)
      }),
    ]
  }

  /** Keys that are there for a moment only: nothing of them may stay. */
  #passing(member: number): readonly Request[] {
    const { random, prefixes } = this.#options
    const prefix = prefixes[prefixes.length - 1 - random.below(prefixes.length)] as string
    const key = freeKey(`${prefix}passing${++this.#number}`, this.#taken)
    const group = this.#groupOf(prefix, key)
    this.#options.judge.mark('passing-keys')
    const [ask, ttl] = [() => undefined, String(random.between(1, 300))]
    if (random.chance(1, 2))
      return [this.#request(member, group, ['SET', key, 'v', 'PX', ttl], ask)]
    const add = this.#request(member, group, ['SADD', key, 'v', 'w'], ask)
    return [add, this.#request(member, group, ['DEL', key], ask)]
  }

  #readPair(member: number, { group, counter, set }: Pair): readonly Request[] {
    const { judge: marks, ahead, begin, judgeOf } = this.#options
    const end = begin(member, group)
    const isAhead = ahead(member, group)
    const judge = judgeOf(group, [counter, set.key])
    const lines = [
      ['GET', counter],
      ['SCARD', set.key],
    ]
    return multi(lines, (reply) => {
      end()
      if (!reply.startsWith('*2 ')) return
      const [, count, size] = reply.split(' ')
      const isEqual = (numberOf(count as string) ?? 0) === Number(size?.slice(1))
      marks.mark('pairs-read')
      // Slots come one after the other, and are read at level `eventual` meanwhile.
      if (!isEqual && isAhead()) marks.mark('excused-torn')
      else judge.hold(isEqual, 'atomic', () => `${counter} and ${set.key}: ${reply}`)
    })
  }

  #add(member: number): readonly Request[] {
    const { random } = this.#options
    const [name, each] = this.#pick()
    const family = families[name]
    const tokens = Array.from(
      { length: random.chance(1, 4) ? random.between(2, 4) : 1 },
      () => `~${++this.#number}`,
    )
    const { args, order } = family.add(each.key, tokens, {
      random,
      pivot: () => this.#known(each) ?? '~0',
    })
    each.is.adding(tokens, order)
    return this.#wrapped(member, each.group, args, (reply, span) => {
      // LINSERT without its pivot did nothing.
      const isNothing = args[0] === 'LINSERT' && (reply === ':-1' || reply === ':0')
      each.is.added(tokens, isNothing ? '-BUSY nothing' : reply, span)
    })
  }

  #take(member: number): readonly Request[] {
    const { random, judge } = this.#options
    const [name, each] = this.#pick()
    const family = families[name]
    const dice = random.below(10)
    if (dice < 5) {
      const token = this.#known(each)
      const args = token === null ? null : family.remove(each.key, token)
      if (token === null || args === null) return this.#add(member)
      each.is.taking(token)
      return this.#wrapped(member, each.group, args, (reply, span) => {
        if (reply !== ':0' && /^:[0-9]/.test(reply)) each.is.took(token, span)
      })
    }
    if (dice < 9) {
      const args = family.pop(each.key, random)
      if (args === null) return this.#add(member)
      each.is.takingAny(1)
      const told: Told = (reply, span) => {
        if (reply.startsWith('-UNKNOWNRESULT')) return
        each.is.answeredAny(1)
        for (const token of family.popped(reply)) each.is.took(token, span)
        if (args[0]?.startsWith('B') === true && reply.startsWith('*')) judge.mark('blocked-pops')
      }
      return args[0]?.startsWith('B') === true
        ? [this.#request(member, each.group, args, told)]
        : this.#wrapped(member, each.group, args, told)
    }
    return this.#takeAll(member, each, family)
  }

  /** All that is there is seen and taken in one transaction. */
  #takeAll(member: number, each: Keyed<Elements>, family: Family): readonly Request[] {
    const end = this.#options.begin(member, each.group)
    const most = 1_000_000
    each.is.takingAny(most)
    return multi([family.read(each.key), ['DEL', each.key]], (reply) => {
      const span = end()
      if (reply.startsWith('-UNKNOWNRESULT')) return
      each.is.answeredAny(most)
      if (!reply.startsWith('*2 ')) return
      const inner = reply.slice(3, reply.lastIndexOf(' '))
      for (const token of family.tokens(inner)) each.is.took(token, span)
      this.#options.judge.mark('all-taken')
    })
  }

  #count(member: number): readonly Request[] {
    const { random, members } = this.#options
    const at = random.below(this.#counters.length)
    const { group, key, is } = this.#counters[at] as Keyed<Counter>
    // Always the same member, so that one reset has seen the other.
    if (random.chance(1, 5) && member === at % members) {
      is.resetting()
      const [lines, place] = resetOf(key, random.chance(1, 2))
      const end = this.#options.begin(member, group)
      return multi(lines, (reply) => {
        const span = end()
        if (reply.startsWith('-UNKNOWNRESULT')) return
        const item = reply.startsWith('*') ? (reply.split(' ')[place] as string) : '_'
        is.reset(reply.startsWith('-') ? null : (numberOf(item) ?? 0), span)
      })
    }
    const by = random.between(1, 5)
    const told = is.adding(by)
    return this.#wrapped(member, group, addOf(key, by), told)
  }

  #register(member: number): readonly Request[] {
    const { random } = this.#options
    const { group, key, is } = random.pick(this.#registers)
    if (random.chance(1, 5)) {
      is.removing()
      return this.#wrapped(member, group, ['GETDEL', key], (reply, span) => is.removed(reply, span))
    }
    const token = `~${++this.#number}`
    is.writing(token)
    return this.#wrapped(member, group, ['SET', key, token, 'GET'], (reply, span) =>
      is.wrote(token, reply, span),
    )
  }

  #pair(member: number): readonly Request[] {
    const pair = this.#options.random.pick(this.#pairs)
    if (this.#options.random.chance(1, 3)) return this.#readPair(member, pair)
    const { group, counter, set } = pair
    const token = `~${++this.#number}`
    set.is.adding([token])
    const end = this.#options.begin(member, group)
    const lines = [
      ['INCR', counter],
      ['SADD', set.key, token],
    ]
    return multi(lines, (reply) => set.is.added([token], reply, end()))
  }

  /** As it is, in a transaction of its own, or in a script. */
  #wrapped(member: number, group: number, args: readonly string[], told: Told): readonly Request[] {
    const { random, judge, begin } = this.#options
    const dice = random.below(12)
    if (dice === 0) {
      const end = begin(member, group)
      return multi([args], (reply) => told(reply.startsWith('*1 ') ? reply.slice(3) : reply, end()))
    }
    const isMostly = this.#options.isScripted && random.chance(1, 2)
    if (dice > 1 && !isMostly) return [this.#request(member, group, args, told)]
    const [name, key, ...rest] = args as [string, string, ...string[]]
    const text = `call ${name.toLowerCase()} K1 ${rest.map((_, at) => `A${at + 1}`).join(' ')}`
    const slow = random.chance(1, isMostly ? 2 : 6) ? 'slow\n' : ''
    const script = ['EVAL', slow + text.trim(), '1', key, ...rest]
    return [
      this.#request(member, group, script, (reply, span) => {
        if (!reply.startsWith('-')) judge.mark('scripts')
        told(reply, span)
      }),
    ]
  }

  #request(member: number, group: number, args: readonly string[], told: Told): Request {
    const end = this.#options.begin(member, group)
    return { args, data: true, told: (reply) => told(reply, end()) }
  }

  #pick(): readonly [FamilyName, Keyed<Elements>] {
    const { random } = this.#options
    const name = random.pick([...this.#elements.keys()])
    return [name, random.pick(this.#elements.get(name) as Keyed<Elements>[])]
  }

  /** One of the youngest elements. */
  #known(each: Keyed<Elements>): string | null {
    const tokens = each.is.tokens().slice(-12)
    return tokens.length === 0 ? null : this.#options.random.pick(tokens)
  }
}

function freeKey(name: string, taken: Set<number>): string {
  let key = name
  while (taken.has(keySlot(key))) key += 'x'
  taken.add(keySlot(key))
  return key
}
