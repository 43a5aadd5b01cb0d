// The entry that does nothing: a leader of a total-order strategy begins its term with one.

import { encodePlainHead, entryKinds, type Payload, payloadOf } from '../api/entry.js'
import { ByteWriter } from '../base/bytes.js'

export const noopPayload: Payload = payloadOf(encodeNoop())

/** Whether nothing but such entries is in it. */
export function areNoops(entries: readonly { readonly payload: Payload }[]): boolean {
  return entries.every(({ payload }) => payload.size < 64 && payload.bytes()[1] === entryKinds.noop)
}

function encodeNoop(): Uint8Array {
  const writer = new ByteWriter(32)
  encodePlainHead(writer, entryKinds.noop)
  return writer.finish()
}
