// What groups count: bounds that must hold, and marks of what happened.

import type { MemberId } from '../../src/api/ids.js'
import type { Judge } from './judge.js'
import type { GroupView } from './reactor.js'

/** Late answers that are kept: what origins say that they heard once a second. */
const lateAnswersMax = 120

export class Counters {
  readonly #judge: Judge
  /** As they were last seen. */
  readonly #counted = new Map<string, number>()

  constructor(judge: Judge) {
    this.#judge = judge
  }

  look(member: MemberId, { id, counters }: GroupView): void {
    const { late_answers: late = 0 } = counters
    this.#judge.hold(
      late <= lateAnswersMax,
      'bounded',
      () => `member ${member} keeps ${late} late answers`,
    )
    for (const name of ['evicted', 'expired']) {
      const count = counters[name] ?? 0
      const key = `${member} ${id} ${name}`
      const before = this.#counted.get(key) ?? 0
      if (count > before) this.#judge.mark(`keys-${name}`, count - before)
      if (count !== before) this.#counted.set(key, count)
    }
  }
}
