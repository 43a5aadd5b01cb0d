// What a member is when its process starts: judged from the identity row and the witness, before it
// talks to anyone. Refuses a directory of another member, cluster or member list with a sentence.

import type { MemberId, Now } from '../api/ids.js'
import { showDigest } from '../api/keyspace-digest.js'
import type { Witness } from '../api/store.js'
import { type Hash64, hashEquals } from '../base/hash.js'
import type { Random } from '../base/random.js'
import { decodeIdentity, type Identity } from '../log/layout.js'
import type { BirthPhase } from './birth-state.js'

export interface BirthBootInit {
  readonly self: MemberId
  /** Ids of the configured members, ascending. */
  readonly members: readonly MemberId[]
  /** They are those of the topology: files and what was so at birth count no more. */
  readonly isChanged?: boolean
  /** Value of the identity row, or null. */
  readonly identityRow: Uint8Array | null
  /** Shard groups of each keyspace, as configured, and the file that says so. */
  readonly shards?: Readonly<{
    given: number
    placement?: Hash64 | undefined
    file: string
  }>
  readonly witness: Witness | null
  /** `--bootstrap`: another member list than at birth is taken. */
  readonly bootstrap: boolean
  readonly now: Now
  readonly random: Random
}

export type BirthBoot =
  | {
      readonly kind: 'known'
      readonly phase: BirthPhase
      readonly clusterId: string
      /** New with each start: greater than all that this member is known to have had. */
      readonly incarnation: number
      /** The witness saw a later life than the disk did: what is there was put back, and is old. */
      readonly isOldCopy: boolean
      /** The keyspace table that the data was written under, or null for an empty disk. */
      readonly keyspaces: { readonly epoch: number; readonly digest: Hash64 } | null
    }
  /** STORE_FOREIGN, STORE_FORMAT or STORE_CORRUPT: the member must not start. */
  | {
      readonly kind: 'refused'
      readonly code: 'STORE_FOREIGN' | 'STORE_FORMAT' | 'STORE_CORRUPT'
      readonly sentence: string
    }

/** 2026-01-01: incarnations count 4096ths of seconds since then where nothing better is known. */
const incarnationStart = 1_767_225_600_000
const incarnationsPerSecond = 4_096
/** The last bits are drawn: two lives that the clock does not tell apart. */
const drawn = 16

export function bootBirth(init: BirthBootInit): BirthBoot {
  const { self, identityRow, witness } = init
  if (witness !== null && witness.member !== self && witness.clusterId !== '') {
    return foreign(`the witness file is of member ${witness.member}, this is member ${self}`)
  }
  const identity = identityRow === null ? null : decodeIdentity(identityRow)
  if (identity === 'format') {
    const sentence =
      'the identity of the data directory has a format that this version does not know'
    return { kind: 'refused', code: 'STORE_FORMAT', sentence }
  }
  if (identity === null || identity === 'corrupt') return bootWithout(init, identity === 'corrupt')
  return bootWith(init, identity)
}

/** No identity: an empty disk, or a lost one where the witness knows better. */
function bootWithout(init: BirthBootInit, isCorrupt: boolean): BirthBoot {
  const { witness } = init
  const isWitnessed = witness !== null && witness.clusterId !== ''
  if (isCorrupt && !isWitnessed) {
    const sentence =
      'the identity of the data directory is damaged; move the directory away, and the member comes back empty'
    return { kind: 'refused', code: 'STORE_CORRUPT', sentence }
  }
  return {
    kind: 'known',
    phase: isWitnessed ? 'lost' : 'unborn',
    clusterId: isWitnessed ? witness.clusterId : '',
    incarnation: nextIncarnation(witness?.incarnation ?? 0, init),
    isOldCopy: false,
    keyspaces: null,
  }
}

function bootWith(init: BirthBootInit, identity: Identity): BirthBoot {
  const { self, members, witness, bootstrap } = init
  if (identity.member !== self) {
    return foreign(`the data directory is of member ${identity.member}, this is member ${self}`)
  }
  const isWitnessed = witness !== null && witness.clusterId !== ''
  if (isWitnessed && identity.phase !== 'forming' && witness.clusterId !== identity.clusterId) {
    return foreign(
      `the witness file is of the cluster ${witness.clusterId}, the data directory of ${identity.clusterId}`,
    )
  }
  const given = members.join(', ')
  const known = identity.born.join(', ')
  const { isChanged = false } = init
  if (given !== known && !bootstrap && !isChanged) {
    return foreign(
      `the cluster was born with the members ${known}, the configuration names ${given}; start with --bootstrap to take the new list`,
    )
  }
  const { given: shards, file } = init.shards ?? { given: identity.shards ?? 1, file: '' }
  const stored = identity.shards ?? 1
  if (shards !== stored && identity.phase !== 'forming') {
    const place = file === '' ? '' : `${file}: `
    return foreign(
      `${place}shards: given ${shards}, allowed: ${stored}, which the data directory was written with; keys cannot move to other shard groups yet`,
    )
  }
  const { placement } = init.shards ?? identity
  if (identity.phase !== 'forming' && !isSame(placement, identity.placement)) {
    const place = file === '' ? '' : `${file}: `
    return foreign(
      `${place}shards: given members and weights with the digest ${show(placement)}, allowed: ${show(identity.placement)}, which the data directory was written with; replicas cannot move to other members yet`,
    )
  }
  const before = Math.max(identity.incarnation, witness?.incarnation ?? 0)
  return {
    kind: 'known',
    phase: identity.phase,
    clusterId: identity.clusterId,
    incarnation: nextIncarnation(before, init),
    isOldCopy: identity.incarnation < before,
    keyspaces: { epoch: identity.keyspaceEpoch, digest: identity.keyspaceDigest },
  }
}

/**
 * Origins number their batches anew in each incarnation, so that none may ever come twice: with a lost
 * disk the time orders lives, to 4 ms, chance tells others apart, and peers that met a later one say so.
 */
function nextIncarnation(before: number, init: BirthBootInit): number {
  const passedMs = Math.max(0, init.now.wall - incarnationStart)
  const time = Math.floor((passedMs * (incarnationsPerSecond / drawn)) / 1000)
  return Math.max(before + 1, time * drawn + init.random.below(drawn))
}

function foreign(sentence: string): BirthBoot {
  return { kind: 'refused', code: 'STORE_FOREIGN', sentence }
}

function isSame(a: Hash64 | undefined, b: Hash64 | undefined): boolean {
  return a === undefined || b === undefined ? a === b : hashEquals(a, b)
}

function show(placement: Hash64 | undefined): string {
  return placement === undefined ? 'of a plain number' : showDigest(placement)
}
