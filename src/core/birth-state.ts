// How far a member came in the birth of its cluster, and the message that tells peers. A state only:
// members act on what the others durably are, so a message lost, doubled or late does no harm.

import type { MemberConfig } from '../api/config.js'
import type { MemberId } from '../api/ids.js'
import { ByteReader, ByteWriter } from '../base/bytes.js'
import { type Hash64, hashBytes } from '../base/hash.js'
import { identityPhases } from '../log/layout.js'

/** unborn: the disk is empty. The others as in the identity row, which holds them. */
export const birthPhases = ['unborn', ...identityPhases] as const
export type BirthPhase = (typeof birthPhases)[number]

export interface BirthState {
  readonly phase: BirthPhase
  /** 32 hexadecimal digits; empty for unborn. */
  readonly clusterId: string
  /** The operator told it to go ahead without absent members. */
  readonly isForced: boolean
  /** Cluster id that the sender knows the receiver to have on disk now; empty for none or not known. */
  readonly seenId: string
}

const messageVersion = 1

/** Whether the cluster id is for good: some member may be serving clients under it. */
export function isSettled(phase: BirthPhase): boolean {
  return phase === 'agreed' || phase === 'born' || phase === 'lost'
}

export function encodeBirthState(state: BirthState): Uint8Array {
  return new ByteWriter(64)
    .byte(messageVersion)
    .byte(birthPhases.indexOf(state.phase))
    .text(state.clusterId)
    .boolean(state.isForced)
    .text(state.seenId)
    .finish()
}

/** Null where the bytes are no state of a known version. */
export function decodeBirthState(bytes: Uint8Array): BirthState | null {
  const reader = new ByteReader(bytes)
  if (reader.byte() !== messageVersion) return null
  const phase = birthPhases[reader.byte()]
  const clusterId = reader.text()
  const isForced = reader.boolean()
  const seenId = reader.text()
  if (phase === undefined || !reader.ok || reader.left > 0) return null
  if (isClusterId(clusterId) !== (phase !== 'unborn')) return null
  return { phase, clusterId, isForced, seenId }
}

/** 32 lower-case hexadecimal digits. */
export function isClusterId(text: string): boolean {
  if (text.length !== 32) return false
  for (let i = 0; i < 32; i++) if (!'0123456789abcdef'.includes(text[i] as string)) return false
  return true
}

/** Digest of the initial member list: the ids, since a member keeps its id over addresses. */
export function memberListDigest(members: readonly Pick<MemberConfig, 'id'>[]): Hash64 {
  const ids = members.map((member): MemberId => member.id).sort((a, b) => a - b)
  const writer = new ByteWriter().varint(ids.length)
  for (const id of ids) writer.varint(id)
  return hashBytes(writer.finish())
}
