// The bytes of the witness file: two slots, each with its length, a CRC32C and the content. Told apart
// are a slot that was never written, one that is damaged, and one of an unknown format version.

import type { GroupId } from '../api/ids.js'
import type { Witness, WitnessNote } from '../api/store.js'
import { ByteReader, ByteWriter } from '../base/bytes.js'
import { crc32c } from '../base/crc32c.js'
import { QuorateError } from '../base/errors.js'

/** Bytes of one slot: room for about 2,000 groups. */
export const witnessSlotBytes = 64 * 1024
const witnessVersion = 1

export interface WitnessContent extends Witness {
  readonly sequence: number
  /** A damaged file was replaced by this one, and no group has noted its state since. */
  readonly damaged: boolean
}

/** What stands in the file: null content when it is missing, new or damaged. */
export interface WitnessFound {
  readonly content: WitnessContent | null
  readonly damaged: boolean
  /** The slot that `content` stands in; the other one is written next. */
  readonly slot: number
}

/** Reused for every slot. */
const body = new ByteWriter(1_024)
const slot = new ByteWriter(1_024)

/** One slot. */
export function encodeWitness(content: WitnessContent): Uint8Array {
  body
    .byte(witnessVersion)
    .varint(content.sequence)
    .boolean(content.clean)
    .boolean(content.damaged)
    .text(content.clusterId)
    .varint(content.member)
    .varint(content.incarnation)
    .varint(content.groups.length)
  for (const { group, position, voteTerm, states } of content.groups) {
    body.varint(group).varint(position.term).varint(position.index).varint(voteTerm)
    body.varint(states ?? 0)
  }
  const bytes = body.finish()
  return slot.uint32(bytes.length).uint32(crc32c(bytes)).raw(bytes).finish()
}

/** The newer one of two slots, if any is whole. A file of zeros is one that was never written. */
export function decodeWitness(bytes: Uint8Array): WitnessFound {
  const slots = [decodeSlot(bytes, 0), decodeSlot(bytes, witnessSlotBytes)]
  let content: WitnessContent | null = null
  let newest = 1
  for (const [slot, found] of slots.entries()) {
    if (found === 'format') {
      const sentence = 'the witness file was written by an unknown format version'
      throw new QuorateError('STORE_FORMAT', sentence)
    }
    if (found === 'corrupt' || found === 'empty') continue
    if (content !== null && content.sequence > found.sequence) continue
    content = found
    newest = slot
  }
  const isBlank = slots.every((slot) => slot === 'empty')
  return { content, damaged: content?.damaged ?? !isBlank, slot: newest }
}

function decodeSlot(
  bytes: Uint8Array,
  at: number,
): WitnessContent | 'corrupt' | 'empty' | 'format' {
  const head = new ByteReader(bytes, Math.min(at, bytes.length))
  const length = head.uint32()
  const crc = head.uint32()
  if (!head.ok) return 'corrupt'
  if (length === 0 && crc === 0) return 'empty'
  const from = at + 8
  if (length === 0 || length > witnessSlotBytes - 8 || from + length > bytes.length)
    return 'corrupt'
  if (crc32c(bytes, from, from + length) !== crc) return 'corrupt'
  const reader = new ByteReader(bytes, from, from + length)
  if (reader.byte() !== witnessVersion) return 'format'
  return decodeContent(reader) ?? 'corrupt'
}

function decodeContent(reader: ByteReader): WitnessContent | null {
  const sequence = reader.varint()
  const clean = reader.boolean()
  const damaged = reader.boolean()
  const clusterId = reader.text()
  const member = reader.varint()
  const incarnation = reader.varint()
  const count = reader.varint()
  const groups: WitnessNote[] = []
  for (let n = 0; n < count && reader.ok; n++) {
    const group = reader.varint() as GroupId
    const position = { term: reader.varint(), index: reader.varint() }
    groups.push({
      group,
      position,
      voteTerm: reader.varint(),
      sync: false,
      states: reader.varint(),
    })
  }
  if (!reader.ok || reader.left !== 0) return null
  return { clusterId, member, incarnation, clean, groups, sequence, damaged }
}
