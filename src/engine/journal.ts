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
  /** What has a whole image since the last mark, and slots whose version has one. */
  readonly #kept = new Set<object | number>()

  begin(): void {
    assert(!this.isOpen, 'journals do not nest')
    this.isOpen = true
  }

  /** Called before or after a change; `undo` runs in the state that the change left. */
  add(undo: () => void): void {
    this.#undo.push(undo)
  }

  /** True once per object or slot between marks: then its image has to be kept. */
  isFirst(what: object | number): boolean {
    if (this.#kept.has(what)) return false
    this.#kept.add(what)
    return true
  }

  /** A place to roll back to. */
  mark(): number {
    this.#kept.clear()
    return this.#forgotten + this.#undo.length
  }

  /** Undoes everything since the mark; the journal stays open. */
  rollbackTo(mark: number): void {
    this.isOpen = false
    const left = mark - this.#forgotten
    while (this.#undo.length > left) (this.#undo.pop() as () => void)()
    this.#kept.clear()
    this.isOpen = true
  }

  rollback(): void {
    assert(this.isOpen, 'a journal is open')
    this.rollbackTo(this.#forgotten)
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
