// The judge of what clients see of some keys, where some of it may be due to a member that wrote without what was
// stable: such writes may take too much and bring back what was gone. What no fault excuses is judged all the same.

import { type Check, Judge } from '../judge.js'

const excused: ReadonlySet<Check> = new Set<Check>(['lost', 'returned', 'merged', 'atomic'])

export class LoadJudge extends Judge {
  readonly #judge: Judge
  readonly #isMuddled: () => boolean

  constructor(judge: Judge, isMuddled: () => boolean) {
    super()
    this.#judge = judge
    this.#isMuddled = isMuddled
  }

  override fail(check: Check, sentence: string): void {
    if (excused.has(check) && this.#isMuddled()) this.#judge.mark(`excused-${check}`)
    else this.#judge.fail(check, sentence)
  }

  override mark(name: string, count = 1): void {
    this.#judge.mark(name, count)
  }
}
