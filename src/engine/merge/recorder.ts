// Hears of every effect in an engine that merges. In an own entry it writes down what it comes to as an
// operation, and what is kept of the key: an own operation has seen all that there is here, so that it
// takes the place of everything before it. While others' operations are merged it hears nothing; what
// goes beside entries (expiry) is only forgotten.

import type { Payload as Operations } from '../../api/entry.js'
import { assert } from '../../base/assert.js'
import type { Value } from '../values/value.js'
import {
  type Amount,
  type Delta,
  ElementCell,
  insert,
  KeyCell,
  type Kind,
  kinds,
  type Payload,
} from './cell.js'
import { elementsOf, kindOf, readElement, timeOfElement } from './contents.js'
import { joinAmounts } from './fold.js'
import { endOf, type Ground, openCell, openEntry, storedAt } from './open.js'
import { codes, encodePayload, OperationWriter } from './operations.js'
import { groupOf } from './stream-names.js'
import { type Hook, placeAt, placeLeft, placeRight, placeWhole } from './places.js'

/** tried: what is heard will be undone, so nothing is kept of it. */
export type Hearing = 'nothing' | 'own' | 'merged' | 'tried'

export class Recorder {
  /** Of what is executed, as clients name it; set by the effects. */
  db = 0
  hearing: Hearing = 'nothing'
  /** Of the open entry. */
  stamp = 0
  readonly #ground: Ground
  readonly #writer = new OperationWriter()
  /** Elements of lists made in the entry. */
  #index = 0

  constructor(ground: Ground) {
    this.#ground = ground
  }

  /** What follows is tried out: behind all that there is, as the entry will be that it becomes. */
  tryOut(): void {
    this.hearing = 'tried'
    this.stamp = Number.MAX_SAFE_INTEGER
    this.#index = 0
  }

  begin(stamp: number): void {
    assert(this.hearing === 'nothing', 'entries are opened one by one')
    this.hearing = 'own'
    this.stamp = stamp
    this.#index = 0
  }

  finish(): Operations {
    assert(this.hearing === 'own', 'an own entry is open')
    this.hearing = 'nothing'
    return this.#writer.finish()
  }

  /** A key got a value that takes the place of all before. */
  put(key: string, value: Value): void {
    if (!this.#records()) return
    const { cells } = this.#ground
    if (typeof value === 'string') {
      this.#writer.put(this.db, key, value)
      cells.setStamp(this.db, key, this.stamp)
      return
    }
    const kind = kindOf(value)
    const writer = this.#writer.begin(codes.putWhole, this.db, key).byte(kind)
    let count = 0
    for (const _ of elementsOf(value)) count++
    writer.varint(count)
    for (const [name, payload] of elementsOf(value)) {
      // A list's places follow from the order.
      if (kind !== kinds.list) writer.text(name)
      encodePayload(writer, kind, payload)
      if (kind === kinds.hash) writer.varint(timeOfElement(value, name) + 1)
    }
    const cell = new KeyCell()
    cell.bases = insert(cell.bases, { stamp: this.stamp, kind, text: '' })
    cell.times = insert(cell.times, { stamp: this.stamp, until: -1, isWeak: false })
    this.#keep(key, cell)
  }

  /** A key that is not there gets a value of this kind. */
  make(key: string, kind: Kind): void {
    if (!this.#records()) return
    this.#writer.begin(codes.make, this.db, key).byte(kind)
    const cell = new KeyCell()
    cell.made = insert(cell.made, { stamp: this.stamp, kind })
    cell.times = insert(cell.times, { stamp: this.stamp, until: -1, isWeak: false })
    this.#keep(key, cell)
  }

  /** A key got a text and keeps its time. Told before. */
  replace(key: string, text: string): void {
    if (!this.#records()) return
    // Of a key that is not there a time may be left that nobody sees.
    if (storedAt(this.#ground, this.db, key) === undefined) {
      this.put(key, text)
      return
    }
    this.#meetTime(key)
    this.#writer.begin(codes.replace, this.db, key).text(text)
    const cell = new KeyCell()
    cell.times = openCell(this.#ground, this.db, key).times
    cell.bases = insert(cell.bases, { stamp: this.stamp, kind: kinds.string, text })
    this.#keep(key, cell)
  }

  /** An amount is added to a string. Told before. */
  add(key: string, amount: Amount): void {
    if (!this.#records()) return
    const { db, stamp } = this
    if (storedAt(this.#ground, db, key) === undefined) this.make(key, kinds.string)
    this.#meetTime(key)
    this.#writer.amount({ db, key }, amount, null)
    const cell = openCell(this.#ground, db, key)
    addDelta(cell, stamp, amount)
    cell.saw(stamp)
  }

  expire(key: string, until: number): void {
    if (!this.#records()) return
    const { db, stamp } = this
    this.#writer.begin(codes.expire, db, key).varint(until)
    this.#setTime(key, stamp, until)
  }

  persist(key: string): void {
    if (!this.#records()) return
    this.#writer.begin(codes.persist, this.db, key)
    this.#setTime(key, this.stamp, -1)
  }

  #setTime(key: string, stamp: number, until: number): void {
    const { cells } = this.#ground
    // Part of the same write.
    if (cells.object(this.db, key) === undefined && cells.stampOf(this.db, key) === stamp) return
    const cell = openCell(this.#ground, this.db, key)
    cell.times = [{ stamp, until, isWeak: false }]
    this.#keep(key, cell)
  }

  /** A key is gone, whatever it held. */
  remove(key: string): void {
    if (this.hearing === 'merged' || this.hearing === 'tried') return
    if (this.hearing === 'own') this.#writer.begin(codes.clear, this.db, key)
    this.#ground.cells.forget(this.db, key)
  }

  clearAll(db: number): void {
    if (this.hearing === 'merged' || this.hearing === 'tried') return
    if (this.hearing === 'own') this.#writer.beginAll(codes.clearAll, db)
    this.#ground.cells.forgetAll(db)
  }

  /** An element is written; a field loses its time. */
  write(
    key: string,
    at: { readonly kind: Kind; readonly name: string; readonly payload: Payload },
  ): void {
    if (!this.#records()) return
    this.#meetTime(key)
    const { kind, name, payload } = at
    const writer = this.#writer.begin(codes.write, this.db, key).byte(kind).text(name)
    encodePayload(writer, kind, payload)
    const cell = openCell(this.#ground, this.db, key)
    // Of a list's item the place says when it was made, of what else a stream has nothing does.
    if (kind === kinds.list || (kind === kinds.stream && name[0] !== 'e' && name[0] !== 'h')) {
      const made = new ElementCell()
      made.dots = insert(made.dots, { stamp: this.stamp, isWhole: false, payload })
      cell.setEntry(kind, name, made)
    } else cell.setEntry(kind, name, this.stamp)
    cell.saw(this.stamp)
  }

  /** A field is written and keeps its time. Told before. */
  rewrite(key: string, value: Value, at: { readonly name: string; readonly text: string }): void {
    if (!this.#records() || typeof value === 'string') return
    const { name, text } = at
    if (readElement(value, name) === undefined) {
      this.write(key, { kind: kinds.hash, name, payload: text })
      return
    }
    this.#meetTime(key)
    this.#writer.begin(codes.rewrite, this.db, key).byte(kinds.hash).text(name).text(text)
    const cell = openCell(this.#ground, this.db, key)
    const given = cell.entry(kinds.hash, name)
    const { times } = openEntry(cell, value, { kind: kinds.hash, name, given })
    const made = new ElementCell()
    made.dots = insert(made.dots, { stamp: this.stamp, isWhole: false, payload: text })
    made.times = times
    cell.setEntry(kinds.hash, name, made)
    this.#keep(key, cell)
  }

  /** An element is gone. */
  erase(key: string, kind: Kind, name: string): void {
    if (this.hearing === 'merged' || this.hearing === 'tried') return
    const { db } = this
    const { cells } = this.#ground
    if (this.hearing === 'own') {
      this.#writer.begin(codes.erase, db, key).byte(kind).text(name)
      if (cells.object(db, key) === undefined) return
    }
    const cell = cells.changing(db, key)
    cell?.dropEntry(kind, name)
  }

  /** A stream gets a group: what hung on one of that name, and nobody sees, is no part of it. */
  eraseHanging(key: string, group: string): void {
    if (!this.#records()) return
    const entries = this.#ground.cells.object(this.db, key)?.elements[kinds.stream]
    if (entries === null || entries === undefined) return
    for (const name of [...entries.keys()]) {
      if (groupOf(name) === group) this.erase(key, kinds.stream, name)
    }
  }

  /** An amount is added to an element. Told before. */
  addElement(
    key: string,
    value: Value,
    at: { readonly name: string; readonly amount: Amount },
  ): void {
    if (!this.#records() || typeof value === 'string') return
    this.#meetTime(key)
    const { db, stamp } = this
    const { name, amount } = at
    const kind = kindOf(value)
    // Of a field that is not there a time may be left that nobody sees.
    if (readElement(value, name) === undefined) this.erase(key, kind, name)
    if (kind === kinds.zset) {
      this.#writer.begin(codes.addScore, db, key).text(name).double(Number(amount))
    } else this.#writer.amount({ db, key }, amount, name)
    const cell = openCell(this.#ground, db, key)
    const made = openEntry(cell, value, { kind, name, given: cell.entry(kind, name) })
    cell.addAmount({ kind, name }, made, { stamp, amount })
    cell.saw(stamp)
  }

  /** A field got another time, -1 for none. Told before. */
  expireElement(
    key: string,
    value: Value,
    at: { readonly name: string; readonly until: number },
  ): void {
    if (!this.#records() || typeof value === 'string') return
    this.#meetTime(key)
    const { db, stamp } = this
    const { name, until } = at
    if (until < 0) this.#writer.begin(codes.persistElement, db, key).text(name)
    else this.#writer.begin(codes.expireElement, db, key).text(name).varint(until)
    const cell = openCell(this.#ground, db, key)
    const given = cell.entry(kinds.hash, name)
    // Part of the same write.
    if (given === stamp) return
    const made = openEntry(cell, value, { kind: kinds.hash, name, given })
    made.times = [{ stamp, until, isWeak: false }]
    cell.setEntry(kinds.hash, name, made)
    this.#keep(key, cell)
  }

  /** An item comes to an end of a list: its place. */
  push(key: string, side: 'left' | 'right', item: string): string {
    const isLeft = side === 'left'
    const place = (isLeft ? placeLeft : placeRight)(this.stamp, this.#index++)
    if (this.hearing === 'tried') return place
    assert(this.#records(), 'who merges says where items stand')
    this.#meetTime(key)
    this.#writer.begin(isLeft ? codes.pushLeft : codes.pushRight, this.db, key).text(item)
    this.#touch(key)
    return place
  }

  /** An item comes to a list, `null` at the left: its place. */
  insert(key: string, hook: Hook | null, item: string): string {
    if (hook === null) return this.push(key, 'left', item)
    const place = placeAt(hook, this.stamp, this.#index++)
    if (this.hearing === 'tried') return place
    assert(this.#records(), 'who merges says where items stand')
    this.#meetTime(key)
    const code = hook.isLast ? codes.insertLast : codes.insert
    this.#writer.begin(code, this.db, key).text(hook.place).text(item)
    this.#touch(key)
    return place
  }

  /** The place of the next item of a list that is about to be put. */
  nextWhole(): string {
    return placeWhole(this.stamp, this.#index++)
  }

  #touch(key: string): void {
    openCell(this.#ground, this.db, key).saw(this.stamp)
  }

  #keep(key: string, cell: KeyCell): void {
    cell.saw(this.stamp)
    this.#ground.cells.setObject(this.db, key, cell)
  }

  /** What follows is done to a key that has a time: it has that elsewhere, too. */
  #meetTime(key: string): void {
    const { db, stamp } = this
    const until = endOf(this.#ground, db, key)
    if (until < 0) return
    const cell = openCell(this.#ground, db, key)
    const isKnown = cell.times.some((time) => time.stamp === stamp && time.until === until)
    if (isKnown && this.#writer.isAt(db, key)) return
    this.#writer.begin(codes.meetTime, db, key).varint(until)
    cell.times = cell.times.filter(({ isWeak }) => !isWeak)
    cell.times = insert(cell.times, { stamp, until, isWeak: true })
    this.#keep(key, cell)
  }

  /** Whether what it hears is part of an own entry. */
  #records(): boolean {
    assert(this.hearing !== 'nothing', 'a change of what is merged is part of an entry')
    return this.hearing === 'own'
  }
}

/** A delta of a string; those of one entry are one where they can be, whatever came in between. */
export function addDelta(cell: KeyCell, stamp: number, amount: Amount): void {
  const { deltas } = cell
  if (deltas.length === 0 || cell.span < 0) cell.span = spanOf(cell)
  let at = deltas.length - 1
  while (at >= 0 && (deltas[at] as Delta).stamp > stamp) at--
  const before = deltas[at]
  const sum = before?.stamp === stamp ? joinAmounts(before.amount, amount) : null
  if (sum !== null) deltas[at] = { stamp, amount: sum }
  else cell.deltas = insert(deltas, { stamp, amount })
  cell.span += sizeOf(amount)
}

function spanOf(cell: KeyCell): number {
  const { base } = cell
  const text = base?.kind === kinds.string ? base.text : '0'
  // What is no integer as Redis prints it is not added to as one.
  const number = Number(text)
  if (!Number.isSafeInteger(number) || String(number) !== text) return Number.NaN
  return cell.deltas.reduce((sum, { amount }) => sum + sizeOf(amount), Math.abs(number))
}

function sizeOf(amount: Amount): number {
  return typeof amount === 'number' ? Math.abs(amount) : Number.NaN
}
