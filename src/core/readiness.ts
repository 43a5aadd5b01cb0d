// Whether a member that starts serves already: clients that ask INFO before they begin, as ioredis does, wait until
// every group has somebody who leads it, and is whole here, and the cluster is at the version that all members know.
// Once ready it stays so.

import type { Now } from '../api/ids.js'
import { GoneGroup } from '../shard/gone-group.js'
import type { MemberGroup } from './make-groups.js'

/** Milliseconds after which clients are let in all the same: somebody has to tell them what is wrong. */
const readyMsMax = 10_000

export class Readiness {
  #isReady = false
  #startedAt: number | null = null

  /** The strategies begin. */
  begin({ mono }: Now): void {
    this.#startedAt = mono
  }

  look({ mono }: Now, groups: readonly MemberGroup[], isAtVersion: boolean): boolean {
    if (this.#isReady || this.#startedAt === null) return this.#isReady
    const isLate = mono - this.#startedAt >= readyMsMax
    this.#isReady = isLate || (isAtVersion && groups.every(isServing))
    return this.#isReady
  }
}

function isServing(group: MemberGroup): boolean {
  if (group instanceof GoneGroup) return true
  const { leader, health } = group.report()
  return leader !== null && health !== 'recovering'
}
