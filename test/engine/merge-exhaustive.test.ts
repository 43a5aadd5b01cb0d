// All small histories: up to four operations of a family by up to three members, each having seen any set of
// the earlier ones that is closed under causality; taken in by an observer in every order that keeps causes
// before effects, once forgetting nothing and once forgetting all that is stable. Engines serve many histories, each
// on keys of its own.

import test from 'ava'
import { createEngine } from '../../src/engine/engine.js'
import { type Engine, later } from '../../src/api/engine.js'
import { Merging } from '../../src/engine/merging.js'
import { keySlot } from '../../src/base/keyslot.js'
import { msOfStamp, stampAt } from '../../src/log/stamps.js'
import { start } from './merge-world.js'
import { options } from './world.js'

/** Words of commands, parted by semicolons, of one entry; `k` and `o` stand for the keys of the history. */
type Command = string

const families: Readonly<Record<string, readonly Command[]>> = {
  strings: ['set k v', 'set k 5', 'del k', 'incr k', 'append k 1', 'incrbyfloat k 0.5'],
  times: ['set k v', 'set k w ex 1000', 'expire k 2000', 'persist k', 'del k', 'append k 1'],
  hashes: [
    'hset k f 1',
    'hset k g 2 f 3',
    'hdel k f',
    'hincrby k f 4',
    'del k',
    'hset o e 9;rename o k',
  ],
  fields: [
    'hset k f 1',
    'hexpire k 1000 fields 1 f',
    'hpersist k fields 1 f',
    'hincrby k f 1',
    'hdel k f',
  ],
  sets: ['sadd k a', 'sadd k a b', 'srem k a', 'del k', 'sadd o c;sunionstore k o', 'spop k'],
  zsets: [
    'zadd k 1 a',
    'zincrby k 2 a',
    'zrem k a',
    'del k',
    'zadd k 3 a 4 b',
    'zunionstore k 1 k',
  ],
  lists: [
    'rpush k a b',
    'lpush k c',
    'lpop k',
    'rpop k',
    'lset k 0 x',
    'linsert k after a y',
    'del k',
  ],
  moves: [
    'rpush k a b',
    'rename k o',
    'rpush o q;rename o k',
    'copy k o replace',
    'lpop k',
    'del o',
    'rpush o z',
  ],
  streams: ['xadd k * f 1', 'xadd k 5-1 f 2', 'xdel k 5-1', 'xtrim k maxlen 1', 'del k'],
  kinds: ['set k v', 'incr k', 'sadd k a', 'srem k a', 'hset k f 1', 'del k', 'rpush k a'],
  flushes: ['set k v', 'flushdb', 'sadd k a', 'incr k', 'hset o f 1'],
}

/** Who makes an operation, and which of the earlier ones that member has seen: bits. */
interface Step {
  readonly member: number
  readonly seen: number
}

/** All histories of `count` operations: who does what, having seen what. */
function histories(count: number): readonly (readonly Step[])[] {
  let found: (readonly Step[])[] = [[]]
  for (let at = 0; at < count; at++) {
    const longer: (readonly Step[])[] = []
    for (const steps of found) {
      const members = Math.min(3, Math.max(-1, ...steps.map(({ member }) => member)) + 2)
      for (let member = 0; member < members; member++) {
        for (let seen = 0; seen < 1 << at; seen++) {
          if (isClosed(steps, member, seen)) longer.push([...steps, { member, seen }])
        }
      }
    }
    found = longer
  }
  return found
}

function isClosed(steps: readonly Step[], member: number, seen: number): boolean {
  return steps.every((step, i) => {
    const isSeen = (seen & (1 << i)) !== 0
    if (step.member === member && !isSeen) return false
    return !isSeen || (step.seen & ~seen) === 0
  })
}

/** All orders of a history's operations that keep causes before effects. */
function ordersOf(steps: readonly Step[]): readonly (readonly number[])[] {
  const found: number[][] = []
  const extend = (order: readonly number[], taken: number): void => {
    if (order.length === steps.length) found.push([...order])
    steps.forEach(({ seen }, i) => {
      const isReady = (taken & (1 << i)) === 0 && (seen & ~taken) === 0
      if (isReady) extend([...order, i], taken | (1 << i))
    })
  }
  extend([], 0)
  return found
}

interface Made {
  readonly stamp: number
  readonly seen: number
  readonly operations: Uint8Array
}

class World {
  readonly #members = [0, 1, 2].map(() => createEngine({ ...options, merges: true }))
  /** By the number of the order, one that forgets nothing and one that does. */
  readonly #observers: Engine[] = []
  #tick = 0
  /** Stamps of the history begin here: all before was seen by all. */
  #base = 0
  histories = 0

  run(steps: readonly Step[], commands: readonly Command[]): string | null {
    this.histories++
    this.#base = stampAt(start + ++this.#tick, 0)
    const made: Made[] = []
    const held = [0, 0, 0]
    steps.forEach(({ member, seen }, i) => {
      const engine = this.#members[member] as Engine
      made.forEach((entry, j) => {
        if ((seen & (1 << j)) === 0 || ((held[member] as number) & (1 << j)) !== 0) return
        this.#merge(engine, entry, made)
      })
      const stamp = stampAt(start + ++this.#tick, member)
      engine.beginEntry(msOfStamp(stamp), stamp % 1009, 3)
      engine.merging?.prepare(stamp)
      for (const words of this.#words(commands[i] as string)) {
        if (engine.execute(0, words) === later) engine.step(1000)
      }
      made.push({
        stamp,
        seen,
        operations: engine.merging?.prepared().bytes() ?? new Uint8Array(0),
      })
      held[member] = seen | (1 << i)
    })
    const results = new Map<string, string>()
    ordersOf(steps).forEach((order, index) => {
      for (const forgets of [false, true]) {
        const observer = this.#observer(2 * index + (forgets ? 1 : 0))
        this.#observe(observer, { order, made, forgets })
        results.set(`${order.join()} ${forgets ? 'forgetting' : ''}`, this.#see(observer))
      }
    })
    this.#members.forEach((engine, member) => {
      made.forEach((entry, j) => {
        if (((held[member] as number) & (1 << j)) === 0) this.#merge(engine, entry, made)
      })
      results.set(`member ${member}`, this.#see(engine))
    })
    this.#end()
    if (new Set(results.values()).size === 1) return null
    return [...results].map(([who, saw]) => `${who}: ${saw}`).join('\n')
  }

  #observe(
    observer: Engine,
    how: {
      readonly order: readonly number[]
      readonly made: readonly Made[]
      readonly forgets: boolean
    },
  ): void {
    const { order, made, forgets } = how
    let taken = 0
    for (const at of order) {
      this.#merge(observer, made[at] as Made, made)
      taken |= 1 << at
      if (!forgets) continue
      // What has come and was seen by all that is still to come.
      const isStable = (i: number): boolean =>
        (taken & (1 << i)) !== 0 &&
        made.every(({ seen }, j) => (taken & (1 << j)) !== 0 || (seen & (1 << i)) !== 0)
      let upTo = this.#base
      for (let i = 0; i < made.length && isStable(i); i++) upTo = (made[i] as Made).stamp
      observer.merging?.stable(upTo)
    }
  }

  #merge(engine: Engine, entry: Made, made: readonly Made[]): void {
    const { stamp, seen, operations } = entry
    engine.beginEntry(msOfStamp(stamp), 1, 2)
    const covers = (other: number): boolean =>
      other <= this.#base || made.some((each, j) => each.stamp === other && (seen & (1 << j)) !== 0)
    engine.merging?.merge(operations, { stamp, seen: { covers } })
  }

  #observer(index: number): Engine {
    while (this.#observers.length <= index) {
      const engine = createEngine({ ...options, merges: true })
      // It forgets as much as it may.
      if (engine.merging instanceof Merging) engine.merging.partsKept = 0
      this.#observers.push(engine)
    }
    return this.#observers[index] as Engine
  }

  /** Keys go, so that slots stay small, and all is forgotten. */
  #end(): void {
    const stamp = stampAt(start + ++this.#tick, 0)
    const first = this.#members[0] as Engine
    first.beginEntry(msOfStamp(stamp), 1, 2)
    first.merging?.prepare(stamp)
    first.execute(0, ['del', ...this.#keys()])
    const operations = first.merging?.prepared().bytes() ?? new Uint8Array(0)
    for (const engine of [...this.#members, ...this.#observers]) {
      if (engine !== first)
        engine.merging?.merge(operations, { stamp, seen: { covers: () => true } })
      engine.merging?.stable(stamp)
    }
  }

  #keys(): readonly [string, string] {
    return [`k{${this.histories % 1000}}`, `o{${this.histories % 1000}}`]
  }

  #words(command: Command): readonly (readonly string[])[] {
    const [k, o] = this.#keys()
    const key = (word: string): string => (word === 'k' ? k : word === 'o' ? o : word)
    return command.split(';').map((one) => one.split(' ').map(key))
  }

  #see(engine: Engine): string {
    const { high, low } = engine.merging?.slotDigest(keySlot(this.#keys()[0])) ?? {
      high: 0,
      low: 0,
    }
    return `${high}:${low}`
  }
}

/** Four where there is time. */
const countMax = process.env['MERGE_FOUR'] === undefined ? 3 : 4

for (const [name, commands] of Object.entries(families)) {
  test(`merging: ${name}: every small history in every order: one result`, (t) => {
    const world = new World()
    for (let count = 2; count <= countMax; count++) {
      const chosen = count < 4 ? commands : commands.slice(0, 5)
      for (const steps of histories(count)) {
        for (let code = 0; code < chosen.length ** count; code++) {
          const drawn = steps.map(
            (_, i) => chosen[Math.floor(code / chosen.length ** i) % chosen.length] ?? '',
          )
          const fault = world.run(steps, drawn)
          if (fault === null) continue
          const story = steps.map(
            ({ member, seen }, i) => `${member} having seen ${seen.toString(2)}: ${drawn[i]}`,
          )
          t.fail(`${story.join('\n')}\n${fault}`)
          return
        }
      }
    }
    t.log(`${world.histories} histories`)
    t.pass()
  })
}
