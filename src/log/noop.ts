// The entry that does nothing: a leader of a total-order strategy begins its term with one.

import { encodeEntryHead, entryKinds, entryVersion, type Payload, payloadOf } from '../api/entry.js'
import { ByteWriter } from '../base/bytes.js'

export const noopPayload: Payload = payloadOf(encodeNoop())

/** Whether nothing but such entries is in it. */
export function areNoops(entries: readonly { readonly payload: Payload }[]): boolean {
  return entries.every(({ payload }) => payload.size < 64 && payload.bytes()[1] === entryKinds.noop)
}

function encodeNoop(): Uint8Array {
  const writer = new ByteWriter(32)
  encodeEntryHead(writer, {
    kind: entryKinds.noop,
    version: entryVersion,
    origin: 0,
    incarnation: 0,
    sequence: 0,
    acknowledged: 0,
    stamp: 0,
    seedHigh: 0,
    seedLow: 0,
    trace: '',
  })
  return writer.finish()
}
