// What replicas tell a member without one. The answers to its batches are put together from the messages in which
// they came, in order or from the first again, and given to the callers.

import type { MemberId } from '../api/ids.js'
import type { Reply } from '../api/reply.js'
import { hasBug } from '../base/seeded-bug.js'
import type { Blocked } from './blocked.js'
import { type Answers, decodeTold } from './guest-messages.js'
import type { LateAnswers } from './late-answers.js'
import type { Listening } from './listening.js'
import type { Origin } from './origin.js'
import type { Replicas } from './replicas.js'

export interface AnsweringInit {
  readonly self: MemberId
  readonly blocked: Blocked
  readonly origin: Origin
  readonly late: LateAnswers
  readonly listening: Listening
  readonly replicas: Replicas
  /** Carries out what scripts publish. */
  readonly scripted?: ((db: number, args: readonly string[]) => void) | undefined
}

export class Answering {
  readonly #init: AnsweringInit
  /** Of the batch that is being put together. */
  #sequence = 0
  #replies: Reply[] = []
  #timeouts: number[] = []

  constructor(init: AnsweringInit) {
    this.#init = init
  }

  told(from: MemberId, body: Uint8Array): void {
    const { self, origin, blocked, late, listening, replicas } = this.#init
    const told = decodeTold(body, self)
    if (told === null) return
    const { incarnation } = origin
    switch (told.kind) {
      case 'news':
        replicas.heard(from, told.news)
        return listening.heard(from, told.news)
      case 'answers':
        return this.#take(from, told.answers)
      case 'events':
        return listening.came(from, told.events)
      case 'shut':
        if (told.from.incarnation !== incarnation) return
        origin.shut(told.from.sequence)
        late.reset()
        return replicas.refuses(from)
      case 'late':
        if (told.answer.id.incarnation === incarnation) late.came(told.answer)
        return
      case 'cancelled':
        for (const id of told.ids) if (id.incarnation === incarnation) blocked.cancelled(id)
        return
    }
  }

  #take(from: MemberId, answers: Answers): void {
    const { origin, late, listening, replicas } = this.#init
    const { incarnation, sequence, total } = answers
    const asked = hasBug('remote-answer-of-another') ? (origin.sequences()[0] ?? 0) : sequence
    const batch = incarnation === origin.incarnation ? origin.batch(asked) : null
    if (batch === null || !this.#add(answers)) return
    replicas.seen(answers.at)
    for (const { index, db, args } of answers.said) {
      batch.lanes[index]?.caller.scriptRead?.(batch.tickets[index] as number)
      this.#init.scripted?.(db, args)
    }
    const replies = this.#replies
    // One that was told of as unknown was executed with its commands or without.
    if (replies.length < total || (!batch.isVoid && total !== batch.count)) return
    const events = listening.held(from, answers.events)
    late.answering(replies, this.#timeouts)
    origin.answered(batch.sequence, replies, events)
    events.close()
    if (answers.isAgain) listening.wasLate()
    listening.answered(from, answers.at)
    late.release()
  }

  /** False where the part does not follow those before it. */
  #add({ sequence, first, replies, timeouts }: Answers): boolean {
    if (first === 0) {
      this.#sequence = sequence
      this.#replies = []
      this.#timeouts = []
    }
    if (sequence !== this.#sequence || first !== this.#replies.length) return false
    for (const reply of replies) this.#replies.push(reply)
    this.#timeouts.push(...timeouts)
    return true
  }
}
