// The lives (incarnations) that a disk has had. Each start of a member is a new life, and peers remember the last one that
// they met. One that is behind the first of a disk's lives and none of them was lived on another disk, or on this one
// before an older copy was put back: what was acknowledged, promised and voted in it is not there.

import type { Row } from '../api/store.js'
import { decodeLives, encodeLives, livesKey } from '../log/layout.js'

/** The last ones are kept: what a peer met before those is not judged. */
const livesMax = 32

export class Lives {
  #before: readonly number[]

  /** `known`: of the identity, which an earlier build writes without lives; 0 for an empty disk. */
  constructor(rows: readonly Row[], known: number, isOldCopy: boolean) {
    const row = rows.find(({ key }) => key === livesKey)
    const kept = row === undefined ? null : decodeLives(row.value)
    const isWhole = kept !== null && kept.at(-1) === known
    this.#before = known === 0 || isOldCopy ? [] : isWhole ? kept : [known]
  }

  /** With this one. */
  with(life: number): readonly number[] {
    return [...this.#before.filter((each) => each !== life), life].slice(-livesMax)
  }

  /** What was lost is known: earlier lives are told apart no more. */
  forget(): void {
    this.#before = []
  }

  /** It will have been told once this row is written: a later life of the same run goes behind it. */
  rowOf(life: number): Row {
    this.#before = this.with(life)
    return { key: livesKey, value: encodeLives(this.#before) }
  }
}

/** Whether a peer that met the life `met` of a member knows what its disk, which had these, does not. */
export function isForked(lives: readonly number[], met: number): boolean {
  const [first = met] = lives
  return met > first && met < (lives.at(-1) ?? 0) && !lives.includes(met)
}
