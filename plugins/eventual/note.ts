// What an entry adds to a vector, and the entry that adds nothing.

import { type Payload, payloadOf, type StampRange } from 'quorate/plugin'
import type { EntryFacts } from './entry.js'

export function noteOf({ seat, previous, stamp }: EntryFacts): StampRange {
  return { seat, after: previous, upTo: stamp }
}

/** The one term of a log that nobody else shares. */
export const localTerm = 1

/** The payload of an entry that changed nothing. */
export const emptyPayload: Payload = payloadOf(new Uint8Array(0))
