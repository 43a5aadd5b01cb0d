// Merging operations on elements: of a key that holds the same kind in place, else set aside in the cell.

import type { Container } from '../values/value.js'
import {
  type Delta,
  type Dot,
  ElementCell,
  insert,
  type KeyCell,
  type Kind,
  kinds,
  type Time,
  timeOf,
} from './cell.js'
import {
  eraseElement,
  kindOf,
  readElement,
  resolve,
  setTimeOfElement,
  writeElement,
} from './contents.js'
import type { MergerInit } from './keys.js'
import { addToPayload } from './fold.js'
import { openCell, valueAt } from './open.js'
import { stampOfPlace } from './places.js'
import { kindOfCell } from './rebuild.js'
import { headName } from './stream-names.js'
import { restOfElement, type Sees, wholeEntry } from './survivors.js'

/** A key, and an element of which kind of it. */
export interface At {
  readonly db: number
  readonly key: string
  readonly kind: Kind
  /** Of the entry. */
  readonly stamp: number
}

/** The key as it is. `value` undefined: clients see nothing, or something of another kind. */
export interface Opened extends At {
  readonly cell: KeyCell
  readonly value: Container | undefined
}

const events: Readonly<Record<Kind, string>> = {
  [kinds.hash]: 'hset',
  [kinds.list]: 'rpush',
  [kinds.set]: 'sadd',
  [kinds.zset]: 'zadd',
  [kinds.stream]: 'xadd',
}
const erasures: Readonly<Record<Kind, string>> = {
  [kinds.hash]: 'hdel',
  [kinds.list]: 'lrem',
  [kinds.set]: 'srem',
  [kinds.zset]: 'zrem',
  [kinds.stream]: 'xdel',
}

export class Elements {
  readonly #init: MergerInit
  readonly #sees: Sees

  constructor(init: MergerInit, sees: Sees) {
    this.#init = init
    this.#sees = sees
  }

  /** A key whose elements are about to be changed: valid until something else happens to the key. */
  open({ db, key, kind, stamp }: At): Opened {
    const found = valueAt(this.#init, db, key)
    const cell = openCell(this.#init, db, key)
    cell.saw(stamp)
    const isOfKind = found !== undefined && typeof found !== 'string' && kindOf(found) === kind
    return { db, key, kind, stamp, cell, value: isOfKind ? found : undefined }
  }

  /** Tells of the changes. */
  close({ key, kind, value }: Opened): void {
    if (value !== undefined) this.#init.effects.notify(events[kind] as string, key)
  }

  /** A write; `drops`: of the time of a field, too. */
  write(opened: Opened, name: string, dot: Dot, drops: boolean): void {
    const { cell, kind, value } = opened
    const given = cell.entry(kind, name)
    const isPlain = drops && !dot.isWhole && value !== undefined && this.#isSeen(opened, name)
    if (isPlain && kind !== kinds.list && !isHanging(kind, name)) {
      cell.setEntry(kind, name, opened.stamp)
      this.#show(opened, name, { payload: dot.payload, until: -1 })
      return
    }
    if (kind === kinds.list && value !== undefined && given === undefined) {
      // A place that is new says all that there is to keep.
      if (readElement(value, name) === undefined && stampOfPlace(name) === dot.stamp) {
        this.#show(opened, name, { payload: dot.payload, until: -1 })
        return
      }
    }
    const { dots, deltas, times } = this.#whole(opened, name)
    const element = new ElementCell()
    element.deltas = deltas.filter(({ stamp }) => !this.#sees(stamp))
    element.dots = insert(
      dots.filter(({ stamp }) => !this.#sees(stamp)),
      dot,
    )
    element.times = times
    if (drops && kind === kinds.hash) {
      this.#addTime(element, { stamp: dot.stamp, until: -1, isWeak: false })
    }
    this.#keep(opened, name, element)
  }

  add(opened: Opened, name: string, delta: Delta): void {
    const { cell, kind, value } = opened
    const element = this.#whole(opened, name)
    const last = element.deltas[element.deltas.length - 1]
    const isLast = last === undefined || last.stamp <= delta.stamp
    const isThere = element.dots.length + element.deltas.length > 0
    // What clients see is the sum of all before it: there may be very many while a member is away.
    const sum = isLast && isThere && value !== undefined ? readElement(value, name) : undefined
    cell.addAmount({ kind, name }, element, delta)
    if (sum === undefined) this.#keep(opened, name, element)
    else {
      const payload = addToPayload(sum, delta, this.#init.count)
      this.#show(opened, name, { payload, until: timeOf(element.times) })
    }
  }

  expire(opened: Opened, name: string, time: Time): void {
    const { cell, kind, stamp } = opened
    if (opened.value !== undefined && cell.entry(kind, name) === stamp) {
      const target = { effects: this.#init.effects, key: opened.key, value: opened.value }
      setTimeOfElement(target, name, time.until)
      return
    }
    const element = this.#whole(opened, name)
    this.#addTime(element, time)
    this.#keep(opened, name, element)
  }

  /** False where it is to be looked anew what clients see of the key. */
  erase(at: At, name: string): boolean {
    const { effects } = this.#init
    const { db, key, kind } = at
    const found = valueAt(this.#init, db, key)
    const value =
      found !== undefined && typeof found !== 'string' && kindOf(found) === kind ? found : undefined
    const cell = this.#init.cells.changing(db, key)
    cell?.saw(at.stamp)
    if (cell === undefined || this.#isSeen({ ...at, cell, value }, name)) {
      cell?.dropEntry(kind, name)
      if (value === undefined) return cell === undefined
      eraseElement({ effects, key, value }, name)
      return this.#settle(key, value) || cell === undefined
    }
    const opened = { ...at, cell, value }
    const left = restOfElement(this.#whole(opened, name), this.#sees)
    if (left === null) cell.dropEntry(kind, name)
    else cell.setEntry(kind, name, left)
    if (value === undefined) return false
    this.#showElement(opened, name, left ?? new ElementCell())
    return this.#settle(key, value)
  }

  /** Puts an element into a cell that nobody sees yet. */
  place(
    cell: KeyCell,
    { kind, name }: { readonly kind: Kind; readonly name: string },
    dot: Dot,
    time: Time,
  ): void {
    const found = cell.entry(kind, name)
    const element = found instanceof ElementCell ? found : new ElementCell()
    element.dots = insert(element.dots, dot)
    if (kind === kinds.hash) element.times = insert(element.times, time)
    cell.setEntry(kind, name, element)
  }

  /** Elements of the base that counts, and nothing else, need no entry. */
  forgetRest(cell: KeyCell, kind: Kind): void {
    const { base } = cell
    const entries = cell.elements[kind]
    if (base?.kind !== kind || entries === null || entries === undefined) return
    if (kindOfCell(cell) !== kind) return
    for (const [name, entry] of entries) {
      if (typeof entry === 'number' || isHanging(kind, name)) continue
      const [dot] = entry.dots
      const isAlone = entry.dots.length === 1 && entry.deltas.length === 0
      const isTimed = entry.times.some(({ stamp }) => stamp !== base.stamp)
      if (isAlone && dot?.isWhole === true && dot.stamp === base.stamp && !isTimed) {
        entries.delete(name)
      }
    }
  }

  /** Whether all of an element was seen by the entry's origin. */
  #isSeen({ cell, kind, value }: Pick<Opened, 'cell' | 'kind' | 'value'>, name: string): boolean {
    const given = cell.entry(kind, name)
    if (typeof given === 'number') return this.#sees(given)
    if (given !== undefined) return restOfElement(given, this.#sees) === null
    if (value === undefined || readElement(value, name) === undefined) return true
    if (kind === kinds.list) return this.#sees(stampOfPlace(name))
    const { base } = cell
    return base === undefined || base.kind !== kind || this.#sees(base.stamp)
  }

  #whole({ cell, kind, value }: Opened, name: string): ElementCell {
    return wholeEntry(cell, value ?? '', { kind, name, given: cell.entry(kind, name) })
  }

  #addTime(element: ElementCell, time: Time): void {
    element.times = element.times.filter(({ stamp }) => !this.#sees(stamp))
    element.times = insert(element.times, time)
  }

  #keep(opened: Opened, name: string, element: ElementCell): void {
    const { cell, kind, value } = opened
    cell.setEntry(kind, name, element)
    if (value !== undefined) this.#showElement(opened, name, element)
    // An amount that was added beside the removal of the field shows its time again.
    if (isHidden(element, value, name)) cell.saw(this.#init.latest())
  }

  #showElement(opened: Opened, name: string, cell: ElementCell): void {
    const base = opened.cell.base?.stamp ?? 0
    const payload = resolve(opened.kind, name, { cell, base, count: this.#init.count })
    if (payload !== undefined) this.#show(opened, name, { payload, until: timeOf(cell.times) })
    else if (opened.value !== undefined) {
      eraseElement({ effects: this.#init.effects, key: opened.key, value: opened.value }, name)
    }
  }

  #show(
    opened: Opened,
    name: string,
    what: { readonly payload: Dot['payload']; readonly until: number },
  ): void {
    const { key, value, kind, cell } = opened
    if (value === undefined) return
    const target = { effects: this.#init.effects, key, value }
    writeElement(target, name, what.payload)
    if (kind === kinds.hash) setTimeOfElement(target, name, what.until)
    if (kind !== kinds.stream || name[0] !== 'g') return
    // What hangs on a group may have come before it.
    for (const [other, entry] of cell.elements[kind] ?? []) {
      if (!isHanging(kind, other) || other[0] === 'g' || !(entry instanceof ElementCell)) continue
      this.#showElement(opened, other, entry)
    }
  }

  /** Whether there is something left that clients see. */
  #settle(key: string, value: Container): boolean {
    const { effects } = this.#init
    const event = erasures[kindOf(value)] as string
    if (value.type === 'stream') effects.notify(event, key)
    else effects.settle(key, value, event)
    return value.type === 'stream' || value.body.size > 0
  }
}

/** The time of a field that is not there. */
export function isHidden(
  element: ElementCell,
  value: Container | undefined,
  name: string,
): boolean {
  if (element.times.length === 0) return false
  return value === undefined || readElement(value, name) === undefined
}

/** Whether an element of a stream is only there with another one. */
function isHanging(kind: Kind, name: string): boolean {
  return kind === kinds.stream && name !== headName && name[0] !== 'e'
}
