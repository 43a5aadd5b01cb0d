// The way back: while it is open, every change of the data leaves behind how to undo it, and `rollback`
// does so, the last change first. For scripts, which the leader runs once to see what they do. Exact:
// the order in which containers yield their entries is replicated state. What is replicated by nobody
// (dirty marks, ids of bodies, the layout of heaps) need not be as before, only consistent.

import { assert } from '../base/assert.js'

export class Journal {
  isOpen = false
  /** Slot versions raised so far, whether undone or not: nothing changes without that. */
  changes = 0
  readonly #undo: (() => void)[] = []
  /** How many were forgotten before the first of `#undo`. */
  #forgotten = 0
  /** What has a whole image since the last whole mark, and slots whose version has one: between which marks. */
  readonly #kept = new Map<object | number, number>()
  /** Marks so far. */
  #marks = 0
  /** Something changed since the last mark whose image is older than that. */
  #isTorn = false

  begin(): void {
    assert(!this.isOpen, 'journals do not nest')
    this.isOpen = true
  }

  /** Called before or after a change; `undo` runs in the state that the change left. */
  add(undo: () => void): void {
    this.#undo.push(undo)
  }

  /** True once per object or slot between whole marks: then its image has to be kept. */
  isFirst(what: object | number): boolean {
    const known = this.#kept.get(what)
    if (known !== undefined) {
      if (known !== this.#marks) this.#isTorn = true
      return false
    }
    this.#kept.set(what, this.#marks)
    return true
  }

  /** A place to roll back to. */
  mark(): number {
    this.#kept.clear()
    return this.lightMark()
  }

  /**
   * The same until the next mark, and as long as nothing changes that has an image already: it gets no
   * other one. Images of parts were a tenth of what a script cost.
   */
  lightMark(): number {
    this.#marks++
    this.#isTorn = false
    return this.#forgotten + this.#undo.length
  }

  /** Undoes everything since the mark; the journal stays open. False where it cannot: nothing is done then. */
  rollbackTo(mark: number): boolean {
    if (this.#isTorn) return false
    this.#undoTo(mark)
    return true
  }

  #undoTo(mark: number): void {
    this.isOpen = false
    const left = mark - this.#forgotten
    while (this.#undo.length > left) (this.#undo.pop() as () => void)()
    this.#kept.clear()
    this.isOpen = true
  }

  rollback(): void {
    assert(this.isOpen, 'a journal is open')
    this.#undoTo(this.#forgotten)
    this.#forgotten = 0
    this.isOpen = false
  }

  /** What lies before the mark stays: it will not be undone. */
  forget(mark: number): void {
    this.#undo.splice(0, mark - this.#forgotten)
    this.#forgotten = mark
  }

  /** Everything stays as it is. */
  end(): void {
    assert(this.isOpen, 'a journal is open')
    this.#undo.length = 0
    this.#kept.clear()
    this.#forgotten = 0
    this.isOpen = false
  }
}
