// The first frame on each link, in both directions: who speaks, for which cluster, to whom, and what
// both must agree on before anything else is said. Nothing changes before a hello was accepted, and a
// refusal carries the sentence that both logs show. The layout stays readable across protocol versions.

import type { MemberId } from '../api/ids.js'
import { clusterVersionFirst } from '../api/cluster-version.js'
import type { Config } from '../api/config.js'
import { keyspaceDigest, showDigest } from '../api/keyspace-digest.js'
import { ByteReader, ByteWriter, noBytes } from '../base/bytes.js'
import { type Hash64, hashEquals } from '../base/hash.js'
import type { Birth } from './birth.js'
import { hasBug } from '../base/seeded-bug.js'
import { isForked } from './lives.js'
import { type BirthPhase, birthPhases, isSettled, memberListDigest } from './birth-state.js'

/** First bytes of a hello: another protocol that calls the peer port is refused at once. */
const magic = 0x51524348
const helloBytesMax = 4_096

/** Protocol versions that this build speaks. */
export const protocolMin = 1
export const protocolMax = 1

/** How the peer proves who it is. Only none so far: the peer port stays on loopback. */
export const authentications = { none: 0 } as const

export interface Hello {
  readonly protocolMin: number
  readonly protocolMax: number
  /** Bits of optional features; both sides use those that both have. */
  readonly features: number
  readonly authentication: { readonly method: number; readonly proof: Uint8Array }
  /** Configured name of the cluster. */
  readonly cluster: string
  /** 32 hexadecimal digits, or empty for a member without one. */
  readonly clusterId: string
  readonly sender: MemberId
  readonly incarnation: number
  /** Whom the sender wants to reach; 0 where it answered a link before it knew, as earlier builds did. */
  readonly target: MemberId
  /** Highest incarnation of the target that the sender ever met; 0 for none. */
  readonly targetIncarnation: number
  readonly keyspaces: Hash64
  readonly members: Hash64
  readonly phase: BirthPhase
  readonly isForced: boolean
  /** Wall clock of the sender, ms. */
  readonly wall: number
  /** Newest version of the cluster that the sender knows. */
  readonly newest: number
  /** What the sender's disk has had, this one last; empty from builds that do not tell. */
  readonly lives: readonly number[]
}

export interface HelloLink {
  readonly dialled: MemberId | null
  readonly members: readonly MemberId[]
  /** Those that were removed. */
  readonly gone: readonly MemberId[]
  /** What the cluster is at: who knows less may not come in. */
  readonly clusterVersion: number
}

export type HelloFault =
  | 'protocol'
  | 'authentication'
  | 'cluster'
  | 'member'
  | 'keyspaces'
  | 'members'
  /** Never was a member. */
  | 'stranger'
  /** Was one. */
  | 'removed'
  | 'old-copy'

export interface HelloRefusal {
  readonly fault: HelloFault
  readonly sentence: string
}

/** What this member says to `to`. */
export function helloOf(
  config: Config,
  birth: Pick<Birth, 'state' | 'incarnation' | 'incarnationOf'>,
  {
    to,
    wall,
    newest,
    files,
    lives,
  }: Readonly<{
    to: MemberId
    wall: number
    newest: number
    /** The configuration as the files have it: shard groups are compared as they were at the birth. */
    files: Config
    lives: readonly number[]
  }>,
): Hello {
  const { phase, clusterId, isForced } = birth.state
  return {
    protocolMin,
    protocolMax,
    features: 0,
    authentication: { method: authentications.none, proof: noBytes },
    cluster: config.cluster,
    clusterId,
    sender: config.self,
    incarnation: birth.incarnation,
    target: to,
    targetIncarnation: birth.incarnationOf(to),
    keyspaces: keyspaceDigest(files),
    members: memberListDigest(config.members),
    phase,
    isForced,
    wall,
    newest,
    lives,
  }
}

export function encodeHello(hello: Hello): Uint8Array {
  const writer = new ByteWriter(256)
    .uint32(magic)
    .varint(hello.protocolMin)
    .varint(hello.protocolMax)
    .varint(hello.features)
    .varint(hello.authentication.method)
    .blob(hello.authentication.proof)
    .text(hello.cluster)
    .text(hello.clusterId)
    .varint(hello.sender)
    .varint(hello.incarnation)
    .varint(hello.target)
    .varint(hello.targetIncarnation)
    .hash(hello.keyspaces)
    .hash(hello.members)
    .byte(birthPhases.indexOf(hello.phase))
    .boolean(hello.isForced)
    .varint(hello.wall)
    .varint(hello.newest)
    .varint(hello.lives.length)
  for (const life of hello.lives) writer.varint(life)
  return writer.finish()
}

/** Null where the bytes are no hello. Bytes behind the known fields belong to later versions. */
export function decodeHello(bytes: Uint8Array): Hello | null {
  if (bytes.length > helloBytesMax) return null
  const reader = new ByteReader(bytes)
  if (reader.uint32() !== magic) return null
  const hello = {
    protocolMin: reader.varint(),
    protocolMax: reader.varint(),
    features: reader.varint(),
    authentication: { method: reader.varint(), proof: reader.blob() },
    cluster: reader.text(),
    clusterId: reader.text(),
    sender: reader.varint() as MemberId,
    incarnation: reader.varint(),
    target: reader.varint() as MemberId,
    targetIncarnation: reader.varint(),
    keyspaces: reader.hash(),
    members: reader.hash(),
    phase: birthPhases[reader.byte()],
    isForced: reader.boolean(),
    wall: reader.varint(),
    newest: reader.left > 0 ? reader.varint() : clusterVersionFirst,
    lives: readLives(reader),
  }
  const { phase } = hello
  return reader.ok && phase !== undefined ? { ...hello, phase } : null
}

function readLives(reader: ByteReader): readonly number[] {
  const lives: number[] = []
  const count = reader.left > 0 ? reader.varint() : 0
  for (let n = 0; n < count && reader.ok; n++) lives.push(reader.varint())
  return lives
}

/** What a member of the cluster says to who is none, instead of a hello. */
export interface Notice {
  readonly kind: 'stranger' | 'removed'
  readonly clusterId: string
  readonly sender: MemberId
}

/** What who is refused has to be told; null where there is no cluster yet to belong to, or it may be mended. */
export function noticeOf({ fault }: HelloRefusal, own: Hello): Notice | null {
  if ((fault !== 'stranger' && fault !== 'removed') || !isSettled(own.phase)) return null
  return { kind: fault, clusterId: own.clusterId, sender: own.sender }
}

const noticeMagic = 0x51524e4f

export function encodeNotice({ kind, clusterId, sender }: Notice): Uint8Array {
  const writer = new ByteWriter(64).uint32(noticeMagic).boolean(kind === 'removed')
  return writer.text(clusterId).varint(sender).finish()
}

/** Null where the bytes are no notice. */
export function decodeNotice(bytes: Uint8Array): Notice | null {
  if (bytes.length > helloBytesMax) return null
  const reader = new ByteReader(bytes)
  if (reader.uint32() !== noticeMagic) return null
  const kind = reader.boolean() ? 'removed' : 'stranger'
  const notice = { kind, clusterId: reader.text(), sender: reader.varint() as MemberId } as const
  return reader.ok ? notice : null
}

/**
 * Null when the link may be used. `own` is the hello that we sent or would send on it; `dialled` whom we
 * dialled, null for an accepted link.
 */
export function checkHello(own: Hello, peer: Hello, link: HelloLink): HelloRefusal | null {
  if (peer.protocolMin > own.protocolMax || peer.protocolMax < own.protocolMin) {
    return refuse(
      'protocol',
      `member ${peer.sender} speaks protocol ${peer.protocolMin} to ${peer.protocolMax}, this member ${own.protocolMin} to ${own.protocolMax}`,
    )
  }
  if (peer.newest < link.clusterVersion) {
    return refuse(
      'protocol',
      `member ${peer.sender} knows versions of the cluster up to ${peer.newest}, it is at ${link.clusterVersion}: it needs a newer build`,
    )
  }
  if (peer.authentication.method !== own.authentication.method) {
    return refuse('authentication', `member ${peer.sender} authenticates in another way`)
  }
  const refusal = checkCluster(own, peer) ?? checkMember(own, peer, link) ?? checkTables(own, peer)
  if (refusal !== null || !isOldCopy(peer, own)) return refusal
  return refuse(
    'old-copy',
    `the disk of member ${peer.sender} is an older copy: this member met a later life of it`,
  )
}

/** Whether `other` met a life of this one that its disk, which it takes for whole, does not know. */
export function isOldCopy({ phase, lives }: Hello, other: Hello): boolean {
  return (
    phase === 'born' && !hasBug('core-old-copy-unseen') && isForked(lives, other.targetIncarnation)
  )
}

function checkCluster(own: Hello, peer: Hello): HelloRefusal | null {
  if (peer.cluster !== own.cluster) {
    return refuse(
      'cluster',
      `member ${peer.sender} is of the cluster '${show(peer.cluster)}', this member of '${show(own.cluster)}'`,
    )
  }
  // A birth under way settles on one id by itself.
  if (!isSettled(own.phase) || !isSettled(peer.phase) || own.clusterId === peer.clusterId)
    return null
  return refuse(
    'cluster',
    `member ${peer.sender} belongs to the cluster with id ${show(peer.clusterId)}, this member to ${own.clusterId}`,
  )
}

function checkMember(own: Hello, peer: Hello, link: HelloLink): HelloRefusal | null {
  if (link.dialled !== null && peer.sender !== link.dialled) {
    return refuse(
      'member',
      `the address of member ${link.dialled} answered as member ${peer.sender}`,
    )
  }
  if (peer.sender === own.sender) {
    return refuse('member', `another process runs as member ${own.sender}`)
  }
  if (link.gone.includes(peer.sender)) {
    return refuse('removed', `member ${peer.sender} was removed from the cluster`)
  }
  // Who has the id of the cluster was let in by somebody: this member was away, and hears of it on the link. And who
  // has nothing yet is called by those that admitted it; they may be others than those of its file.
  const isCalled = link.dialled === null && own.phase === 'unborn'
  const isKnown = isSettled(peer.phase) && (isSettled(own.phase) || isCalled)
  if (!isKnown && !link.members.includes(peer.sender)) {
    return refuse('stranger', `member ${peer.sender} is not in the member list of this member`)
  }
  if (peer.target !== 0 && peer.target !== own.sender) {
    return refuse(
      'member',
      `member ${peer.sender} wants to reach member ${peer.target}, but this is member ${own.sender}`,
    )
  }
  return null
}

function checkTables(own: Hello, peer: Hello): HelloRefusal | null {
  // A cluster that was born has its list in the topology; files may be older.
  const isBorn = isSettled(own.phase) || isSettled(peer.phase)
  if (!isBorn && !hashEquals(own.members, peer.members)) {
    return refuse(
      'members',
      `the member list of member ${peer.sender} (${showDigest(peer.members)}) differs from that of this member (${showDigest(own.members)})`,
    )
  }
  if (hashEquals(own.keyspaces, peer.keyspaces)) return null
  return refuse(
    'keyspaces',
    `the keyspace table of member ${peer.sender} (${showDigest(peer.keyspaces)}) differs from that of this member (${showDigest(own.keyspaces)})`,
  )
}

function refuse(fault: HelloFault, sentence: string): HelloRefusal {
  return { fault, sentence }
}

/** Text of a peer for a log line: short, and without control characters. */
function show(text: string): string {
  let shown = ''
  for (let i = 0; i < Math.min(text.length, 64); i++) {
    const code = text.charCodeAt(i)
    shown += code < 32 || code > 126 ? '?' : (text[i] as string)
  }
  return shown
}
