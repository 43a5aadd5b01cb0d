// Merging operations on keys as a whole: texts, counters, times, removals. It stands at one key at a time.

import { keySlot } from '../../base/keyslot.js'
import type { Effects } from '../effects.js'
import { SegmentWalk } from '../walk.js'
import { type Amount, insert, KeyCell, type Kind, kinds, type Time, timeOf } from './cell.js'
import { kindOf } from './contents.js'
import { addTo, type Saturation } from './fold.js'
import { endOf, type Ground, openCell, storedAt, valueAt } from './open.js'
import { kindOfCell, rebuild } from './rebuild.js'
import { addDelta } from './recorder.js'
import { isBare, lastOfCell, type Sees, survivors } from './survivors.js'

export interface MergerInit extends Ground {
  readonly effects: Effects
  readonly count: Saturation
  /** A key ended here before it was given another time. */
  readonly owe: (db: number, key: string) => void
  /** The engine's clock. */
  readonly clock: () => number
  /** The greatest stamp that was executed here. */
  readonly latest: () => number
}

/** The entry that is merged. */
export interface OpenEntry {
  stamp: number
  /** Up to here all is stable where the key is: its origin had seen that, whatever it says. */
  stable: number
  /** Whether its origin had seen an operation. */
  readonly sees: Sees
  /** Whether its origin had seen all writes of which there is a bare stamp. */
  seesStamps: boolean
  /** Whether a slot holds it already; null for none that does. */
  holds: ((slot: number) => boolean) | null
}

const never: Sees = () => false

export class Keys {
  db = 0
  key = ''
  /** The greatest that was entered. */
  dbMax = 0
  /** What follows was done to a key that has ended meanwhile. */
  isPast = false
  /** What follows is part of the key already. */
  isHeld = false
  readonly #init: MergerInit
  readonly #entry: OpenEntry

  constructor(init: MergerInit, entry: OpenEntry) {
    this.#init = init
    this.#entry = entry
  }

  /** Goes to a key. One that is past its time is gone first. False where there is no such database. */
  enter(db: number, key: string): boolean {
    if (db >= this.#init.keyspace.databases.length) return false
    if (db > this.dbMax) this.dbMax = db
    this.db = db
    this.key = key
    this.isPast = false
    this.isHeld = this.#entry.holds?.(keySlot(key)) === true
    const { effects, cells } = this.#init
    this.#entry.stable = cells.stableAt(key)
    effects.select(db)
    const until = endOf(this.#init, db, key)
    if (until < 0 || until > this.#init.clock()) return true
    effects.remove(key, 'expired')
    effects.expired++
    cells.forget(db, key)
    return true
  }

  /** Something was changed that clients may or may not see. */
  settleKind(): void {
    const { db, key } = { db: this.db, key: this.key }
    const value = valueAt(this.#init, db, key)
    const cell = openCell(this.#init, db, key)
    const whole = survivors(cell, value, never)
    const kind = kindOfCell(whole)
    if (kind === (value === undefined ? -1 : kindOf(value))) return
    this.become(whole)
  }

  /** What is kept of the key is this, and clients see it. */
  become(cell: KeyCell): void {
    const { cells, effects, count } = this.#init
    const { db, key } = { db: this.db, key: this.key }
    if (isBare(cell)) {
      cells.forget(db, key)
      effects.remove(key, 'del')
      return
    }
    cell.last = lastOfCell(cell)
    cells.setObject(db, key, cell)
    rebuild(effects, key, { cell, count })
  }

  /** What is left of the key when what the entry's origin had seen of it is gone; null for nothing. */
  left(): KeyCell | null {
    // What follows a removal is done to another key.
    this.isPast = false
    const { cells } = this.#init
    const found = cells.object(this.db, this.key)
    if (found === undefined) {
      if (this.#entry.seesStamps) return null
      const stamp = cells.stampOf(this.db, this.key)
      if (stamp === undefined || this.#entry.sees(stamp)) return null
    }
    const cell = found ?? openCell(this.#init, this.db, this.key)
    const value = valueAt(this.#init, this.db, this.key)
    const left = survivors(cell, value, this.#entry.sees)
    return isBare(left) ? null : left
  }

  clear(): void {
    if (this.isHeld) return
    const left = this.left()
    if (left !== null) {
      this.become(left)
      return
    }
    this.#init.cells.forget(this.db, this.key)
    this.#init.effects.remove(this.key, 'del')
  }

  /** What others wrote beside it stays: that is little, and is set aside. */
  clearAll(): void {
    const { cells, effects } = this.#init
    const { holds } = this.#entry
    if (holds !== null) {
      this.#clearEach(holds)
      return
    }
    const db = this.db
    const keys: string[] = []
    for (const [key] of cells.objectsOf(db)) keys.push(key)
    for (const [at, key] of cells.stamps()) if (at === db) keys.push(key)
    const aside: (readonly [string, KeyCell])[] = []
    for (const key of keys) {
      this.key = key
      this.#entry.stable = cells.stableAt(key)
      const left = this.left()
      if (left !== null) aside.push([key, left])
    }
    effects.clear(db)
    cells.forgetAll(db)
    for (const [key, left] of aside) {
      this.key = key
      this.become(left)
    }
    this.key = ''
  }

  /** Slots that were taken may show what came behind it, as stable: only the keys of others go. */
  #clearEach(holds: (slot: number) => boolean): void {
    const { cells, keyspace } = this.#init
    const { db } = this
    const keys = new Set<string>()
    const add = (key: string): void => {
      if (!holds(keySlot(key))) keys.add(key)
    }
    const walk = new SegmentWalk(keyspace, keyspace.places.of(db))
    for (let segment = walk.next(); segment !== null; segment = walk.next())
      for (const key of segment.map.keys()) add(key)
    for (const [key] of cells.objectsOf(db)) add(key)
    this.isHeld = false
    for (const key of keys) {
      this.key = key
      this.#entry.stable = cells.stableAt(key)
      this.clear()
    }
    this.key = ''
  }

  put(text: string): void {
    if (this.isHeld) return
    const { cells, effects } = this.#init
    const left = this.left()
    if (left === null) {
      effects.put(this.key, text, 'set')
      cells.setStamp(this.db, this.key, this.#entry.stamp)
      return
    }
    left.bases = insert(left.bases, { stamp: this.#entry.stamp, kind: kinds.string, text })
    this.addTime(left, { stamp: this.#entry.stamp, until: -1, isWeak: false })
    this.become(left)
  }

  replace(text: string): void {
    if (this.isPast || this.isHeld) return
    const { cells, effects } = this.#init
    const { db, key } = { db: this.db, key: this.key }
    const { times } = openCell(this.#init, db, key)
    const left = this.left() ?? new KeyCell()
    const isAlone = left.bases.length + left.deltas.length + left.made.length === 0
    left.times = times
    left.bases = insert(left.bases, { stamp: this.#entry.stamp, kind: kinds.string, text })
    if (isAlone && left.elements.every((entries) => entries === null)) {
      left.last = Math.max(this.#entry.stamp, ...times.map(({ stamp }) => stamp))
      cells.setObject(db, key, left)
      const isNew = storedAt(this.#init, db, key) === undefined
      effects.replace(key, text, 'set')
      if (isNew) this.#showTime(left)
      return
    }
    this.become(left)
  }

  make(kind: Kind): void {
    if (this.isHeld) return
    const left = this.left()
    const cell = left ?? new KeyCell()
    cell.made = insert(cell.made, { stamp: this.#entry.stamp, kind })
    this.addTime(cell, { stamp: this.#entry.stamp, until: -1, isWeak: false })
    this.become(cell)
  }

  add(amount: Amount): void {
    if (this.isPast || this.isHeld) return
    const { effects, count } = this.#init
    const { db, key } = { db: this.db, key: this.key }
    const value = valueAt(this.#init, db, key)
    const cell = openCell(this.#init, db, key)
    const isLast = (cell.deltas[cell.deltas.length - 1]?.stamp ?? 0) <= this.#entry.stamp
    const isJoined = cell.deltas[cell.deltas.length - 1]?.stamp === this.#entry.stamp
    addDelta(cell, this.#entry.stamp, amount)
    cell.saw(this.#entry.stamp)
    if (value !== undefined && typeof value !== 'string') {
      this.settleKind()
      return
    }
    const { base } = cell
    const isAlone =
      value !== undefined || kindOfCell(survivors(cell, value, never)) === kinds.string
    if (!isAlone) return
    // Not a number where the amount is none, or may be too large to be added so.
    const isSmall = cell.span <= Number.MAX_SAFE_INTEGER && typeof amount === 'number'
    const sum = isSmall ? Number(value) + amount : Number.NaN
    const isSafe = Number.isSafeInteger(Number(value)) && Number.isSafeInteger(sum)
    let text: string
    if (value !== undefined && isSafe) text = String(sum)
    else if (value !== undefined && isLast && !isJoined) {
      text = addTo(value, [{ stamp: this.#entry.stamp, amount }], count)
    } else text = addTo(base?.kind === kinds.string ? base.text : '0', cell.deltas, count)
    effects.add(key, text, amount)
    if (value === undefined) this.#showTime(cell)
  }

  expire(until: number): void {
    if (this.isHeld) return
    const { cells, owe } = this.#init
    const { db, key } = { db: this.db, key: this.key }
    const value = valueAt(this.#init, db, key)
    const time = { stamp: this.#entry.stamp, until, isWeak: false }
    if (value === undefined) {
      // Nobody gives a time to what is not there: it ended here, or was removed by one who had not seen this.
      owe(db, key)
      const cell = openCell(this.#init, db, key)
      this.addTime(cell, time)
      cell.saw(this.#entry.stamp)
      return
    }
    if (cells.object(db, key) === undefined && cells.stampOf(db, key) === this.#entry.stamp) {
      showTime(this.#init, db, { key, until })
      return
    }
    const cell = openCell(this.#init, db, key)
    this.addTime(cell, time)
    cell.saw(this.#entry.stamp)
    this.#showTime(cell)
  }

  meetTime(until: number): void {
    if (this.isHeld) return
    const { db, key } = { db: this.db, key: this.key }
    const value = valueAt(this.#init, db, key)
    this.isPast = value === undefined && until <= this.#init.clock()
    if (this.isPast) return
    const cell = openCell(this.#init, db, key)
    const time = { stamp: this.#entry.stamp, until, isWeak: true }
    cell.times = cell.times.filter(({ stamp, isWeak }) => !isWeak || !this.#entry.sees(stamp))
    cell.times = insert(cell.times, time)
    cell.saw(this.#entry.stamp)
    if (value !== undefined) this.#showTime(cell)
  }

  addTime(cell: KeyCell, time: Time): void {
    cell.times = cell.times.filter(({ stamp }) => !this.#entry.sees(stamp))
    cell.times = insert(cell.times, time)
  }

  /** Gives the value the time that its cell says. */
  #showTime(cell: KeyCell): void {
    showTime(this.#init, this.db, { key: this.key, until: timeOf(cell.times) })
  }
}

function showTime(
  init: Ground & { readonly effects: Effects },
  db: number,
  { key, until }: { readonly key: string; readonly until: number },
): void {
  const { effects } = init
  if (endOf(init, db, key) === until) return
  if (until >= 0) effects.expire(key, until, 'expire')
  else effects.persist(key, 'persist')
}
