// Where every check of the simulator reports: the first violation is kept and ends the run. Also counts
// what a batch must have met: faults by kind and coverage marks.

/** The checks, each named by the invariant that it holds (reliability, section 2.1). */
export const checks = {
  assertion: 'the core stops for a broken assertion or throws',
  stopped: 'a member stops without a fault of its disk or a request to',
  'leader-per-term': 'RF1: two leaders of one term',
  'leader-completeness': 'RF5: a leader lacks a committed entry',
  'log-order': 'RF9: a gap in a log, or terms that go down',
  'log-truncation': 'RF11: a committed entry is truncated or cut before its checkpoint',
  'committed-prefix': 'RF4: two members commit different entries at one index',
  'committed-durable': 'RF6: an entry commits without being durable on a majority',
  'delivery-order': 'RF13: entries delivered with a gap, twice or out of order',
  monotone: 'RF9: term, commit or applied go back',
  'durable-kept': 'RF9, RF10: what was durable is gone after a restart, unnoticed',
  'vote-justified': 'RF8: a vote goes to a candidate without what the voter knows to be committed',
  'vote-once': 'RF10: two votes of one member in one term',
  'pre-vote': 'RF16: a pre-vote changes a term or a vote',
  contact: 'RF16: a vote although a leader was heard within the least election timeout',
  integrity: 'ZB3, ZB6: an entry that the primary of its epoch did not broadcast',
  'primary-order': 'ZB8: a primary broadcasts before the initial history is committed',
  'epoch-order': 'ZB10: an epoch before its history, or an acknowledgement before its epoch',
  illegal: 'ZB9: a message that is not legal where it arrives',
  halted: 'a member halts, though a majority kept what it acknowledged',
  transfer: 'thesis 3.10: a member is told to stand before it has all of its leader',
  refilled: 'a member calls itself intact without what was committed when it lost its disk',
  'era-justified': 'a new era begins though a majority is intact, or nobody accepted the loss',
  'era-loss': 'a new era loses an entry that a majority of logs holds',
  'era-said': 'a member is in a new era and its status does not say that writes may be lost',
  'vote-durable': 'RF10: an answer leaves before the state that it stands on is durable',
  members:
    'RF12: a list of members that may not follow the one before, or is not that of its position',
  'read-index': 'RF15: a read is granted at an index below a commit before its call',
  digest: 'RF13: equal positions, unequal digests',
  linearizable: 'RF15: no order of the operations, as the level allows it, explains the replies',
  'hand-over': 'an element of a list is delivered twice, or lost',
  atomic: 'a transaction is seen in part',
  'exactly-once': 'RF14: an increment or an append is lost or doubled',
  'reply-order': 'RF17: a reply too many, too few or of another request',
  'unknown-definite': 'RF17: a definite error for a write that took effect',
  bounded: 'RF18: a queue is over its bound',
  leader: 'LV1: no leader within ten election timeouts',
  answered: 'LV2: a request without an answer',
  converged: 'LV3, LV4: a member does not catch up',
  stable: 'LV5: elections without a fault',
  progress: 'LV7: a write does not go through after the faults have stopped',
  stamps: 'EV3: a stamp used again, not above what was seen, or too far ahead',
  merged: 'EV1, EV9: an entry or an element that is not there exactly once',
  'causal-order': 'EV6: an entry before one that it had seen, or its word of that is wrong',
  lost: 'EV4: what was acknowledged is gone, and nobody who saw it took it away',
  returned: 'EV5: what was seen and taken away is there again',
  invented: 'a value that nobody wrote',
  released: 'an entry is answered, sent or told of before it is on the disk',
  stability: 'EV8: what is called stable is not with all members, or was not seen by what comes',
  causal: 'CS1 to CS6: a session sees something before what that hangs on, or less than it saw',
  visible: 'CS5: clients are served where something is shown without what it hangs on',
  'equal-soon': 'EV7: members differ after two rounds of anti-entropy',
  forgotten: 'EV8: what was kept to merge with is not forgotten',
  topology:
    'SH1: one epoch with two documents, a member that goes back, or an acknowledged change that is lost',
  slots: 'SH1, SH2: a slot without an owner or with two, or a move that does not end',
  'no-invention': 'LV8: a majority lost its disks and the group goes on',
} as const

export type Check = keyof typeof checks

export interface Violation {
  readonly check: Check
  readonly sentence: string
  readonly step: number
}

export class Judge {
  readonly marks = new Map<string, number>()
  readonly faults = new Map<string, number>()
  readonly commands = new Map<string, { sent: number; done: number }>()
  #violation: Violation | null = null
  /** Steps done; the world moves it. */
  step = 0
  /** Told of every fault, for the readable trace. */
  onFault: ((kind: string) => void) | null = null

  get violation(): Violation | null {
    return this.#violation
  }

  fail(check: Check, sentence: string): void {
    this.#violation ??= { check, sentence, step: this.step }
  }

  /** Fails `check` when `condition` does not hold; the sentence is made only then. */
  hold(condition: boolean, check: Check, sentence: () => string): void {
    if (!condition) this.fail(check, sentence())
  }

  /** A command of the whole set was sent, or done without an error. */
  command(name: string, what: 'sent' | 'done'): void {
    const counts = this.commands.get(name) ?? { sent: 0, done: 0 }
    counts[what]++
    this.commands.set(name, counts)
  }

  mark(name: string, count = 1): void {
    this.marks.set(name, (this.marks.get(name) ?? 0) + count)
  }

  fault(kind: string): void {
    this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1)
    this.onFault?.(kind)
  }
}
