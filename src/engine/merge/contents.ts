// A value as elements with names: fields, members, list places, and of a stream its entries and what it
// has beside them. One adapter per kind, through effects only.

import { assert } from '../../base/assert.js'
import type { Effects } from '../effects.js'
import { itemOfPlace } from '../effects/lists.js'
import { makeOf } from '../values/codec.js'
import { partOf } from '../values/hash.js'
import { hasMember } from '../values/set.js'
import type { Container, Value } from '../values/value.js'
import { type ElementCell, type Kind, kinds, type Payload } from './cell.js'
import { fieldOf, lastOf, mostOf, type Saturation, scoreOf } from './fold.js'
import { headName } from './stream-names.js'
import { eraseStream, readStream, streamElements, writeStream } from './stream-contents.js'

/** Of a value. */
export function kindOf(value: Value): Kind {
  return typeof value === 'string' ? kinds.string : kinds[value.type]
}

export function makeValue(kind: Kind): Container {
  const made = makeOf(kind)
  assert(made !== null, 'an element is one of a container')
  return made
}

/** What an element of the value holds, undefined where it is not there. */
export function readElement(value: Container, name: string): Payload | undefined {
  switch (value.type) {
    case 'hash':
      return partOf(value, name).map.get(name)
    case 'list':
      return itemOfPlace(value, name)
    case 'set':
      return hasMember(value, name) ? '' : undefined
    case 'zset':
      return value.scores.get(name)
    case 'stream':
      return readStream(value, name)
  }
}

/** Time of a hash's field, -1 for none. */
export function timeOfElement(value: Container, name: string): number {
  if (value.type !== 'hash' || value.timed === 0) return -1
  return partOf(value, name).times?.get(name) ?? -1
}

/** What a change needs: where the value stands, or '' while no key holds it. */
export interface Target {
  readonly effects: Effects
  readonly key: string
  readonly value: Container
}

/** Writes an element and leaves its time alone. */
export function writeElement(
  { effects, key, value }: Target,
  name: string,
  payload: Payload,
): void {
  switch (value.type) {
    case 'hash':
      effects.hashes.set(key, value, name, payload as string)
      return
    case 'list':
      effects.lists.put(key, value, { place: name, item: payload as string })
      return
    case 'set':
      effects.sets.add(key, value, name)
      return
    case 'zset':
      effects.zsets.set(key, value, { member: name, score: payload as number })
      return
    case 'stream':
      writeStream({ effects, key, stream: value }, name, payload)
  }
}

/** Gives a field that is there a time, or takes it. */
export function setTimeOfElement({ effects, key, value }: Target, name: string, at: number): void {
  if (value.type !== 'hash') return
  const before = timeOfElement(value, name)
  if (before === at) return
  if (at < 0) effects.hashes.persist(key, value, name)
  else effects.hashes.expire({ key, hash: value }, name, at)
}

export function eraseElement({ effects, key, value }: Target, name: string): void {
  switch (value.type) {
    case 'hash':
      effects.hashes.remove(key, value, name)
      return
    case 'list':
      effects.lists.remove(key, value, name)
      return
    case 'set':
      effects.sets.remove(key, value, name)
      return
    case 'zset':
      effects.zsets.remove(key, value, name)
      return
    case 'stream':
      eraseStream({ effects, key, stream: value }, name)
  }
}

/** All elements of a value, in its order. */
export function* elementsOf(value: Container): Iterable<readonly [string, Payload]> {
  switch (value.type) {
    case 'hash':
    case 'set':
      for (const part of value.body.parts) yield* part.map
      return
    case 'list':
      for (const { items, places } of value.body.parts) {
        for (let i = 0; i < items.length; i++) yield [places?.[i] ?? '', items[i] as string]
      }
      return
    case 'zset':
      for (const part of value.body.parts) {
        for (let i = 0; i < part.size; i++) yield [part.member(i), part.scores[i] as number]
      }
      return
    case 'stream':
      yield* streamElements(value)
  }
}

/** What an element comes to; undefined where it is not there. `base`: stamp of the base that counts. */
export function resolve(
  kind: Kind,
  name: string,
  {
    cell,
    base,
    count,
  }: { readonly cell: ElementCell; readonly base: number; readonly count: Saturation | null },
): Payload | undefined {
  if (kind === kinds.hash) return fieldOf(cell, base, count)
  if (kind === kinds.zset) return scoreOf(cell, base)
  if (kind === kinds.stream && name === headName) return mostOf(cell, base)
  return lastOf(cell, base)
}
