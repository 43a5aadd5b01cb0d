// Containers without commands: keyspace, effects and checkpoints tied together as the engine does it,
// and random changes of values of every type beside a plain model of them.

import type { Hash64 } from '../../src/base/hash.js'
import type { Random } from '../../src/base/random.js'
import { Packed } from '../../src/engine/values/packed.js'
import { Checkpoints } from '../../src/engine/checkpoint.js'
import { digestOf } from '../../src/engine/digest.js'
import { Effects } from '../../src/engine/effects.js'
import { leastTime, timesChanged } from '../../src/engine/field-times.js'
import { Journal } from '../../src/engine/journal.js'
import type { Database } from '../../src/engine/database.js'
import { Keyspace } from '../../src/engine/keyspace.js'
import { Ledger } from '../../src/engine/ledger.js'
import { Loader } from '../../src/engine/loader.js'
import { expiryBytes, keyBytes, slotBytes, timedBytes } from '../../src/engine/memory.js'
import { Segment } from '../../src/engine/segment.js'
import { HashValue } from '../../src/engine/values/hash.js'
import { ListValue } from '../../src/engine/values/list.js'
import type { Body, Part } from '../../src/engine/values/part.js'
import { StreamValue } from '../../src/engine/values/stream.js'
import { type Consumer, Group } from '../../src/engine/values/stream-group.js'
import { idAfter } from '../../src/engine/values/stream-id.js'
import { SetValue } from '../../src/engine/values/set.js'
import { type Container, copyValue, wholeBytes } from '../../src/engine/values/value.js'
import { ZsetValue } from '../../src/engine/values/zset.js'
import type { Storage } from './world.js'

const databases = 2
const types = [HashValue, ListValue, SetValue, StreamValue, ZsetValue] as const

export class ContainerWorld {
  readonly journal = new Journal()
  readonly keyspace = new Keyspace(databases, new Ledger(databases), this.journal)
  readonly effects = new Effects(this.keyspace, null, this.journal)
  readonly checkpoints = new Checkpoints(this.keyspace, this.effects)

  digest(): Hash64 {
    return digestOf(this.keyspace, this.effects.versions, 1)
  }

  /** A world with what is stored; throws what is wrong. */
  static restore(storage: Storage): ContainerWorld {
    const made = new ContainerWorld()
    const { manifest } = storage
    if (manifest === null) return made
    const loader = new Loader(databases, {
      segment: (at, { map, times }) =>
        made.keyspace.restore(new Segment(at, made.keyspace.unpacked, map), times),
      part: (key, value, part) => {
        const database = made.keyspace.databases[value.body.db] as Database
        database.bytes += part.bytes
        if (value.type === 'hash') {
          timesChanged(made.keyspace, { key, hash: value }, { fields: 0, least: 0 })
        }
      },
      lastBody: (id) => {
        made.keyspace.lastBody = id
      },
      version: (slot, version) => {
        made.effects.versions[slot] = version
      },
    })
    loader.begin(manifest)
    loader.take(storage.sorted())
    const loaded = loader.finish(manifest)
    if (typeof loaded === 'string') throw new Error(loaded)
    made.checkpoints.restore(loaded)
    return made
  }

  checkpoint(storage: Storage, number: number): number {
    this.checkpoints.begin(number, 1)
    let rows = 0
    for (;;) {
      const step = this.checkpoints.step(1000, 1 << 20)
      storage.put(step.puts)
      rows += step.puts.length
      if (step.manifest === null) continue
      storage.manifest = step.manifest
      this.checkpoints.finish()
      return rows
    }
  }

  value(key: string): Container | undefined {
    const value = this.keyspace.find(this.effects.db, key)?.map.get(key)
    return typeof value === 'string' ? undefined : value
  }

  /** Changes something at random; at most `entries` entries come or go with it. */
  churn(random: Random, key: string, entries: number): void {
    const value = this.value(key)
    const roll = random.below(40)
    if (value === undefined) {
      this.effects.create(key, new (types[random.below(types.length)] ?? HashValue)())
      this.fill(random, key, 1 + random.below(entries))
    } else if (roll === 0) this.effects.remove(key, 'del')
    else if (roll === 1) {
      const target = `${key}${random.below(3)}`
      this.effects.put(target, copyValue(value), 'copy_to')
    } else if (roll === 2 || roll === 4) {
      this.effects.remove(key, 'rename_from')
      this.effects.put(`{${random.below(9)}}${random.below(20)}`, value, 'rename_to')
    } else if (roll === 3) this.effects.put(key, 'text', 'set')
    else if (roll < 14) this.drain(random, key, random.below(entries))
    else this.fill(random, key, random.below(entries))
  }

  /** Many small ones come to a slot, or most of them go: its segments split and merge. */
  crowd(random: Random): void {
    const comes = random.chance(1, 2)
    for (let i = 0; i < 900; i++) {
      const key = `{0}crowd${random.below(2000)}`
      const value = this.value(key)
      if (value !== undefined && !comes) this.effects.remove(key, 'del')
      else if (value === undefined && comes) {
        const made = new SetValue()
        this.effects.create(key, made)
        this.effects.sets.add(key, made, 'm')
      } else if (value?.type === 'set' && i % 9 === 0) this.effects.sets.add(key, value, `m${i}`)
    }
  }

  fill(random: Random, key: string, count: number): void {
    const value = this.value(key)
    if (value === undefined) return
    for (let i = 0; i < count; i++) {
      const name = `name${random.below(4000)}`
      const { size } = value.body
      if (value.type === 'hash') {
        const text = 'v'.repeat(random.below(60))
        if (random.chance(1, 3)) this.effects.hashes.put(key, value, name, text)
        else this.effects.hashes.set(key, value, name, text)
        if (random.chance(1, 5)) this.effects.hashes.persist(key, value, name)
        if (random.chance(1, 3)) {
          this.effects.hashes.expire({ key, hash: value }, name, 1 + random.below(1000))
        }
      } else if (value.type === 'set') this.effects.sets.add(key, value, name)
      else if (value.type === 'zset') {
        this.effects.zsets.set(key, value, { member: name, score: random.below(50) / 4 })
      } else if (value.type === 'list') {
        const place = random.chance(1, 2) ? Math.min(size, 7) : random.below(size + 1)
        this.effects.lists.insert(key, value, { position: place, item: name })
      } else if (value.type === 'stream') {
        const id = idAfter(value.lastId) as string
        this.effects.streams.append(key, value, id, ['f', name])
      }
    }
    if (value.type === 'stream') this.#group(random, key, value)
    this.effects.settle(key, value, 'filled')
  }

  /** Something happens to a stream's groups. */
  #group(random: Random, key: string, stream: StreamValue): void {
    const { streams } = this.effects
    const name = `group${random.below(3)}`
    const group = stream.groups.get(name)
    if (group === undefined) {
      streams.createGroup(key, stream, new Group(name, stream.lastId, random.below(9)))
      return
    }
    if (random.chance(1, 9)) {
      streams.removeGroup(key, stream, group)
      return
    }
    const owner = `consumer${random.below(3)}`
    const consumer =
      group.consumers.get(owner) ??
      streams.createConsumer(key, stream, { group, name: owner, seenAt: random.below(1000) })
    if (random.chance(1, 9)) streams.removeConsumer(key, stream, { group, consumer })
    else this.#deliver(random, key, { stream, group, consumer })
  }

  #deliver(
    random: Random,
    key: string,
    to: { readonly stream: StreamValue; readonly group: Group; readonly consumer: Consumer },
  ): void {
    const { stream, group, consumer } = to
    const { streams } = this.effects
    const lastId = stream.lastId
    const delivery = { consumer, deliveredAt: random.below(1000), deliveries: 1 }
    streams.deliver(key, stream, { group, id: lastId, delivery })
    streams.setRead(key, stream, { group, lastId, entriesRead: stream.added })
    streams.see(key, stream, { consumer, seenAt: random.below(1000), activeAt: random.below(9) })
    const old = group.order.ids[random.below(group.order.size)]
    if (old !== undefined) streams.acknowledge(key, stream, { group, id: old })
  }

  drain(random: Random, key: string, count: number): void {
    const value = this.value(key)
    if (value === undefined) return
    if (value.type === 'hash' && random.chance(1, 3)) {
      const removed = this.effects.removeFields({ key, hash: value }, random.below(1000), count)
      if (removed > 0) return
    }
    for (let i = 0; i < count && value.body.size > 0; i++) {
      const index = value.body.partAt(random.below(value.body.size))
      const part = value.body.parts[index]
      if (value.type === 'list') {
        if (random.chance(1, 3)) this.effects.lists.popLeft(key, value)
        else {
          const position = random.below(value.body.size)
          this.effects.lists.removeRun(key, value, { position, count: 1 + random.below(9) })
        }
      } else if (value.type === 'stream') {
        const first = value.body.parts[0]
        if (random.chance(1, 3))
          this.effects.streams.trim(key, value, 1 + random.below(first?.size ?? 1))
        else if (part !== undefined && 'ids' in part) {
          this.effects.streams.remove(key, value, part.ids[random.below(part.size)] as string)
        }
      } else if (part !== undefined && 'map' in part) {
        const name = [...part.map.keys()][0] as string
        if (value.type === 'hash') this.effects.hashes.remove(key, value, name)
        if (value.type === 'set') this.effects.sets.remove(key, value, name)
      } else if (part !== undefined && 'scores' in part && value.type === 'zset') {
        this.effects.zsets.remove(key, value, part.member(0))
      }
    }
    this.effects.settle(key, value, 'drained')
  }

  /** What is wrong with the bookkeeping; empty when nothing is. */
  faults(): string[] {
    const faults: string[] = []
    for (const database of this.keyspace.databases) {
      if (database === undefined) continue
      let bytes = database.expiry.size * expiryBytes
      for (const table of database.tables.all()) {
        bytes += slotBytes
        for (const segment of table.segments) {
          let own = 0
          for (const [key, value] of segment.map) {
            own += keyBytes(key, value)
            if (typeof value === 'string' || value instanceof Packed) continue
            if (value.body.id !== 0) bytes += value.body.bytes
            if (value.type === 'hash' && value.timed > 0) bytes += timedBytes
            faults.push(...faultsOf(key, value, segment))
          }
          bytes += own
          if (own !== segment.bytes) faults.push(`a segment counts ${segment.bytes}, holds ${own}`)
        }
      }
      if (bytes !== database.bytes) faults.push(`bytes: ${database.bytes}, holds ${bytes}`)
    }
    return faults
  }
}

function faultsOf(key: string, value: Container, segment: Segment): string[] {
  const body: Body = value.body
  const faults: string[] = []
  const say = (is: boolean, what: string): void => {
    if (!is) faults.push(`${value.type} ${key}: ${what}`)
  }
  const sum = (of: (part: Part) => number): number => body.parts.reduce((s, p) => s + of(p), 0)
  say(body.size === sum((part) => part.size), 'size')
  say(body.bytes === sum((part) => part.bytes), 'bytes')
  say(
    body.parts.every((part) => part.bytes === body.kind.copy(part).bytes),
    'bytes of a part',
  )
  say(wholeBytes(value) > 0, 'whole bytes')
  say(body.size > 0 && body.isHomed, 'empty or homeless')
  if (value.type === 'stream') {
    const sum = value.sortedGroups().reduce((bytes, group) => bytes + group.bytes, 0)
    say(value.headerBytes === sum, 'bytes of the header')
  }
  say((body.id !== 0) === body.parts.length > 1, 'rows of its own')
  say(body.slot === segment.slot && body.db === segment.db, 'place')
  say(
    body.parts.every((part, i) => i === 0 || part.start > (body.parts[i - 1] as Part).start),
    'order of starts',
  )
  say(
    body.parts.every((part) => part.body === body && part.size <= 512),
    'parts',
  )
  for (let i = 0, before = 0; i < body.parts.length; i++) {
    say(body.before(i) === before, `before ${i}`)
    before += (body.parts[i] as Part).size
    say(before === 0 || body.partAt(before - 1) === i, `part at ${before - 1}`)
  }
  if (value.type === 'hash') faults.push(...timesOf(key, value))
  if (value.type === 'zset') say(value.scores.size === body.size, 'index of scores')
  return faults
}

function timesOf(key: string, hash: HashValue): string[] {
  const times = hash.body.parts.flatMap((part) => [...(part.times ?? [])])
  const isRight =
    hash.timed === times.length &&
    (hash.timer !== null) === times.length > 0 &&
    (hash.timer === null || (hash.timer.key === key && hash.timer.at <= leastTime(hash))) &&
    hash.body.parts.every(
      (part) =>
        part.least === Math.min(...[...(part.times?.values() ?? [])]) && part.times?.size !== 0,
    )
  return isRight ? [] : [`hash ${key}: times`]
}
