// What members tell who drives a hand-over between groups that merge: whether they go by it, and up to where what their
// replicas hold is final. Asked again and again: each answer is of the moment.

import type { MemberId } from '../api/ids.js'
import type { StrategyStatus } from '../api/strategy.js'
import { bytesToText, textToBytes } from '../base/bytes.js'

/** First bytes of messages: behind those of `Standing`, whose channel they share. */
const kinds = { asks: 3, says: 4 } as const

export interface HandQuestion {
  readonly keyspace: string
  readonly from: number
  readonly to: number
  /** 0: none yet. */
  readonly attempt: number
  /** Grows with each question that must not be answered by an earlier answer. */
  readonly round: number
}

export type SideStamps = NonNullable<StrategyStatus['stamps']>

export interface HandAnswer extends HandQuestion {
  readonly era: number
  readonly epoch: number
  /** Of the process. */
  readonly life: number
  /** It goes by the attempt: its disk and its replicas know of it, and nothing older is under way. */
  readonly isClosed: boolean
  /** Of its replicas: null where one is not fit, undefined where it holds none. */
  readonly source?: SideStamps | null
  readonly target?: SideStamps | null
}

export type HandNote =
  | { readonly kind: 'asks'; readonly body: HandQuestion }
  | { readonly kind: 'says'; readonly body: HandAnswer }

export function encodeHandNote(note: HandNote): Uint8Array {
  return textToBytes(String.fromCharCode(kinds[note.kind]) + JSON.stringify(note.body))
}

/** Null where it is something else, or malformed. */
export function decodeHandNote(bytes: Uint8Array): HandNote | null {
  if (bytes[0] !== kinds.asks && bytes[0] !== kinds.says) return null
  try {
    const body: HandAnswer = JSON.parse(bytesToText(bytes.subarray(1)))
    return bytes[0] === kinds.asks ? { kind: 'asks', body } : { kind: 'says', body }
  } catch {
    return null
  }
}

/** The latest answers to the questions of one driver. */
export class Answers {
  readonly #of = new Map<MemberId, HandAnswer>()
  #question: HandQuestion | null = null

  ask(question: HandQuestion): void {
    this.#question = question
    this.#of.clear()
  }

  get question(): HandQuestion | null {
    return this.#question
  }

  take(from: MemberId, answer: HandAnswer): boolean {
    const { attempt, round, keyspace } = answer
    const asked = this.#question
    if (asked?.attempt !== attempt || asked.round !== round || asked.keyspace !== keyspace)
      return false
    this.#of.set(from, answer)
    return true
  }

  of(member: MemberId): HandAnswer | undefined {
    return this.#of.get(member)
  }
}
