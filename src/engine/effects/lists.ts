// The effects on lists. Positions count from 0 at the left.

import type { Changes } from '../changes.js'
import type { ListValue } from '../values/list.js'
import { itemBytes, type ListPart } from '../values/list-part.js'

export class ListEffects {
  readonly #changes: Changes

  constructor(changes: Changes) {
    this.#changes = changes
  }

  /** Inserts an element before `position`, which is at most the list's size. */
  insert(key: string, list: ListValue, { position, item }: ListPlace): void {
    const { body } = list
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
    const { items } = list.body.parts[0] as ListPart
    items.unshift(item)
    this.#changes.end(1, itemBytes(item))
  }

  pushRight(key: string, list: ListValue, item: string): void {
    const index = list.body.parts.length - 1
    this.#changes.begin(key, list, index)
    const { items } = list.body.parts[index] as ListPart
    items.push(item)
    this.#changes.end(1, itemBytes(item))
  }

  /** Puts another element at `position`. */
  set(key: string, list: ListValue, { position, item }: ListPlace): void {
    const index = list.body.partAt(position)
    const at = position - list.body.before(index)
    this.#changes.begin(key, list, index)
    const { items } = list.body.parts[index] as ListPart
    const before = items[at] as string
    items[at] = item
    this.#changes.end(0, itemBytes(item) - itemBytes(before))
  }

  popLeft(key: string, list: ListValue): string {
    this.#changes.begin(key, list, 0)
    const { items } = list.body.parts[0] as ListPart
    const item = items.shift() as string
    this.#changes.end(-1, -itemBytes(item))
    return item
  }

  popRight(key: string, list: ListValue): string {
    const index = list.body.parts.length - 1
    this.#changes.begin(key, list, index)
    const { items } = list.body.parts[index] as ListPart
    const item = items.pop() as string
    this.#changes.end(-1, -itemBytes(item))
    return item
  }

  /** Removes at most `count` elements from `position` on, within one part; how many it removed. */
  removeRun(key: string, list: ListValue, run: ListRun): number {
    const index = list.body.partAt(run.position)
    const at = run.position - list.body.before(index)
    this.#changes.begin(key, list, index)
    const { items } = list.body.parts[index] as ListPart
    let bytes = 0
    const gone = items.splice(at, run.count)
    for (const item of gone) bytes += itemBytes(item)
    this.#changes.end(-gone.length, -bytes)
    return gone.length
  }
}

export interface ListPlace {
  readonly position: number
  readonly item: string
}

export interface ListRun {
  readonly position: number
  readonly count: number
}
