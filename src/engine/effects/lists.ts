// The effects on lists. Positions count from 0 at the left. Where entries are merged every item has a place.

import type { Changes } from '../changes.js'
import type { Recorder } from '../merge/recorder.js'
import type { ListValue } from '../values/list.js'
import { bytesOfItems, itemBytes, type ListPart } from '../values/list-part.js'
import { kinds } from '../merge/cell.js'
import { hookBehind } from '../merge/places.js'

export class ListEffects {
  readonly #changes: Changes
  recorder: Recorder | null = null

  constructor(changes: Changes) {
    this.#changes = changes
  }

  /** Inserts an element before `position`, which is at most the list's size. */
  insert(key: string, list: ListValue, { position, item }: ListPlace): void {
    const { body } = list
    if (this.recorder !== null && body.isHomed) {
      const next = position === body.size ? null : placeAt(list, position)
      const hook = position === 0 ? null : hookBehind(placeAt(list, position - 1), next)
      this.put(key, list, { place: this.recorder.insert(key, hook, item), item })
      return
    }
    const isLast = position === body.size
    const index = isLast ? body.parts.length - 1 : body.partAt(position)
    this.#changes.begin(key, list, index)
    const { items } = body.parts[index] as ListPart
    const at = position - body.before(index)
    if (isLast) items.push(item)
    else if (at === 0) items.unshift(item)
    else items.splice(at, 0, item)
    this.#changes.end(1, itemBytes(item))
  }

  pushLeft(key: string, list: ListValue, item: string): void {
    this.#changes.begin(key, list, 0)
    const part = list.body.parts[0] as ListPart
    part.items.unshift(item)
    let bytes = itemBytes(item)
    if (this.recorder !== null && list.body.isHomed) {
      const place = this.recorder.push(key, 'left', item)
      placesOf(part).unshift(place)
      bytes += itemBytes(place)
    }
    this.#changes.end(1, bytes)
  }

  pushRight(key: string, list: ListValue, item: string): void {
    const index = list.body.parts.length - 1
    this.#changes.begin(key, list, index)
    const part = list.body.parts[index] as ListPart
    part.items.push(item)
    let bytes = itemBytes(item)
    if (this.recorder !== null && list.body.isHomed) {
      const place = this.recorder.push(key, 'right', item)
      placesOf(part).push(place)
      bytes += itemBytes(place)
    }
    this.#changes.end(1, bytes)
  }

  /** Puts another element at `position`. */
  set(key: string, list: ListValue, { position, item }: ListPlace): void {
    const index = list.body.partAt(position)
    const at = position - list.body.before(index)
    this.#changes.begin(key, list, index)
    const { items, places } = list.body.parts[index] as ListPart
    const before = items[at] as string
    items[at] = item
    if (places !== null) {
      this.recorder?.write(key, { kind: kinds.list, name: places[at] as string, payload: item })
    }
    this.#changes.end(0, itemBytes(item) - itemBytes(before))
  }

  popLeft(key: string, list: ListValue): string {
    this.#changes.begin(key, list, 0)
    const { items, places } = list.body.parts[0] as ListPart
    const item = items.shift() as string
    const placeBytes = this.#erased(key, places?.shift())
    this.#changes.end(-1, -itemBytes(item) - placeBytes)
    return item
  }

  popRight(key: string, list: ListValue): string {
    const index = list.body.parts.length - 1
    this.#changes.begin(key, list, index)
    const { items, places } = list.body.parts[index] as ListPart
    const item = items.pop() as string
    const placeBytes = this.#erased(key, places?.pop())
    this.#changes.end(-1, -itemBytes(item) - placeBytes)
    return item
  }

  /** Removes at most `count` elements from `position` on, within one part; how many it removed. */
  removeRun(key: string, list: ListValue, run: ListRun): number {
    const index = list.body.partAt(run.position)
    const at = run.position - list.body.before(index)
    this.#changes.begin(key, list, index)
    const { items, places } = list.body.parts[index] as ListPart
    const gone = items.splice(at, run.count)
    let bytes = bytesOfItems(gone)
    for (const place of places?.splice(at, run.count) ?? []) bytes += this.#erased(key, place)
    this.#changes.end(-gone.length, -bytes)
    return gone.length
  }

  /** Puts an item at its place, or in the place of the one that is there. */
  put(key: string, list: ListValue, { place, item }: PlacedItem): void {
    const { index, at, isThere } = find(list, place)
    this.#changes.begin(key, list, index)
    const part = list.body.parts[index] as ListPart
    if (isThere) {
      const before = part.items[at] as string
      part.items[at] = item
      this.#changes.end(0, itemBytes(item) - itemBytes(before))
      return
    }
    part.items.splice(at, 0, item)
    placesOf(part).splice(at, 0, place)
    this.#changes.end(1, itemBytes(item) + itemBytes(place))
  }

  /** Removes the item of a place; whether there was one. */
  remove(key: string, list: ListValue, place: string): boolean {
    const { index, at, isThere } = find(list, place)
    if (!isThere) return false
    this.#changes.begin(key, list, index)
    const part = list.body.parts[index] as ListPart
    const [item] = part.items.splice(at, 1)
    part.places?.splice(at, 1)
    this.#changes.end(-1, -itemBytes(item ?? '') - itemBytes(place))
    return true
  }

  /** Gives all items places, in their order. */
  place(key: string, list: ListValue, placeOf: () => string): void {
    this.#changes.release(list)
    const { parts } = list.body
    const places = parts.map(({ items }) => items.map(placeOf))
    // From the last one on: a part that becomes too large is split, and those behind it have other indices.
    for (let index = parts.length - 1; index >= 0; index--) {
      this.#changes.begin(key, list, index)
      const part = parts[index] as ListPart
      const before = bytesOfItems(part.places)
      part.places = places[index] as string[]
      this.#changes.end(0, bytesOfItems(part.places) - before)
    }
  }

  /** The bytes of the place. */
  #erased(key: string, place: string | undefined): number {
    if (place === undefined) return 0
    this.recorder?.erase(key, kinds.list, place)
    return itemBytes(place)
  }
}

function placesOf(part: ListPart): string[] {
  if (part.places === null) part.places = []
  return part.places
}

function placeAt(list: ListValue, position: number): string {
  const index = list.body.partAt(position)
  const part = list.body.parts[index] as ListPart
  return placesOf(part)[position - list.body.before(index)] as string
}

/** Where a place is, or would be. */
function find(list: ListValue, place: string): FoundPlace {
  const { parts } = list.body
  let index = 0
  let end = parts.length
  while (end - index > 1) {
    const middle = (index + end) >> 1
    if (((parts[middle] as ListPart).places?.[0] ?? '') <= place) index = middle
    else end = middle
  }
  const places = (parts[index] as ListPart).places ?? []
  let at = 0
  let high = places.length
  while (at < high) {
    const middle = (at + high) >> 1
    if ((places[middle] as string) < place) at = middle + 1
    else high = middle
  }
  return { index, at, isThere: places[at] === place }
}

/** The item of a place, undefined where there is none. */
export function itemOfPlace(list: ListValue, place: string): string | undefined {
  const { index, at, isThere } = find(list, place)
  return isThere ? (list.body.parts[index] as ListPart).items[at] : undefined
}

interface FoundPlace {
  readonly index: number
  readonly at: number
  readonly isThere: boolean
}

export interface PlacedItem {
  readonly place: string
  readonly item: string
}

export interface ListPlace {
  readonly position: number
  readonly item: string
}

export interface ListRun {
  readonly position: number
  readonly count: number
}
