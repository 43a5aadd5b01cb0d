// The invariants RF1-RF5, RF9, RF13 and RF15 over the whole run of a test world (reliability.md). Each
// breaks with an error.

import { hashEquals, type Strategy } from 'quorate/plugin'
import type { AppliedEntry, Node, ReadRecord } from './node.js'

export class Invariants {
  readonly #leaders = new Map<string, number>()
  /** The committed history by index, of the newest era. */
  readonly #history = new Map<number, AppliedEntry>()
  /** By index: a term in which, or before which, it was committed. */
  readonly #committedIn = new Map<number, number>()
  historyEra = 1
  /** Index of the newest entry that a proposer saw executed. */
  ackedIndex = 0

  /**
   * RF15: a linearizable read sees every write that was answered before it began, a sequential one what
   * clients of its member had seen, within one era.
   */
  checkRead(read: ReadRecord, granted: { readonly index: number; readonly era: number }): void {
    if (read.era !== this.historyEra || granted.era !== read.era || granted.index >= read.floor)
      return
    throw new Error(
      `RF15: a ${read.level} read at ${granted.index} misses a write at ${read.floor} that was answered`,
    )
  }

  /** RF4: one committed history per era. */
  record(node: Node, entry: AppliedEntry): void {
    const era = node.strategy?.status().era ?? 1
    if (era > this.historyEra) {
      this.historyEra = era
      this.#history.clear()
      this.#committedIn.clear()
      this.ackedIndex = 0
    }
    if (era < this.historyEra) return
    const known = this.#history.get(entry.at.index)
    if (known === undefined) {
      this.#history.set(entry.at.index, entry)
      this.#committedIn.set(entry.at.index, node.strategy?.status().term ?? 0)
    } else if (known.at.term !== entry.at.term || known.text !== entry.text) {
      throw new Error(`RF4: member ${node.id} executes another entry at ${entry.at.index}`)
    }
  }

  check(node: Node): void {
    const status = node.strategy?.status()
    if (status === undefined) return
    if (status.term < node.term) throw new Error(`RF9: the term of member ${node.id} goes back`)
    node.term = status.term
    node.era = status.era
    if (status.commit.index > status.last.index)
      throw new Error('RF9: commit is behind the end of the log')
    if (node.appliedAt.index > status.commit.index) throw new Error('RF9: applied is behind commit')
    if (status.role !== 'leader') return
    const key = `${status.era}:${status.term}`
    const known = this.#leaders.get(key)
    if (known !== undefined && known !== node.id)
      throw new Error(`RF1: members ${known} and ${node.id} lead term ${status.term}`)
    if (known === undefined) this.#checkNewLeader(node, status.era)
    this.#leaders.set(key, node.id)
  }

  /** RF5: a leader has every entry that was committed in earlier terms. */
  #checkNewLeader(node: Node, era: number): void {
    if (era !== this.historyEra) return
    const status = (node.strategy as Strategy).status()
    let last = 0
    for (const [index, term] of this.#committedIn)
      if (term < status.term) last = Math.max(last, index)
    if (status.last.index < last) throw new Error(`RF5: leader ${node.id} lacks entry ${last}`)
    const known = this.#history.get(last)
    const own = node.entryAt(last)
    if (known !== undefined && own !== null && own.term !== known.at.term) {
      throw new Error(`RF5: leader ${node.id} has another entry at ${last}`)
    }
  }

  /** RF13: engines at the same position hold the same. */
  checkEngines(nodes: readonly Node[]): void {
    const [first] = nodes
    for (const node of nodes) {
      if (node.applied.length !== first?.applied.length)
        throw new Error(
          `RF13: ${node.id} executed ${node.applied.length} entries, not ${first?.applied.length}`,
        )
      node.applied.forEach((entry, at) => {
        if (entry.text !== first.applied[at]?.text)
          throw new Error(`RF13: ${node.id} differs from ${first.id} at ${entry.at.index}`)
      })
    }
  }

  /** RF3: members that have the same position have the same chain there. */
  checkLogs(up: readonly Node[]): void {
    for (const a of up) {
      for (const b of up) {
        if (a.id >= b.id || a.era !== b.era) continue
        const index = Math.min(a.appliedAt.index, b.appliedAt.index)
        const own = a.strategy?.chainAt(index) ?? null
        const other = b.strategy?.chainAt(index) ?? null
        if (own !== null && other !== null && !hashEquals(own, other))
          throw new Error(`RF3: ${a.id} and ${b.id} differ at ${index}`)
      }
    }
  }
}
