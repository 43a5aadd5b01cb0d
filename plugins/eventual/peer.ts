// What a member knows of another one, and what is on its way to it.

import { type LogEntry, type MemberId, Vector } from 'quorate/plugin'
import { firstVersion, type Version } from './list.js'
import { Parts } from './parts.js'

export interface Comparing {
  readonly from: number
  readonly to: number
  readonly at: number
}

export interface Peer {
  readonly member: MemberId
  readonly seat: number
  isUp: boolean
  /** Milliseconds at which that began. */
  upAt: number
  /** What it said that it holds, in this run of its; null until it said so. */
  vector: Vector | null
  /** Index in our log up to which it held everything when that was last looked at. */
  heldTo: number
  /** Of its last note (see `messages`). */
  made: number
  promise: number
  safe: number
  /** All that comes from it from now on has seen everything up to this stamp. */
  effective: number
  life: number
  recovering: boolean
  /** The list of members that it works by. */
  follows: Version
  isSettled: boolean
  /** What it held beyond `vector` when it was heard last. */
  held: Vector
  /** What came from it last is in a version that is not known here. */
  isOfOtherVersion: boolean
  /** Milliseconds at which it was last heard. */
  heardAt: number
  /** Own entries from this index on were not sent to it; null where it is not known what it lacks. */
  next: number | null
  /** Milliseconds at which own entries were sent to it last. */
  shippedAt: number
  /** Own entries sent and not acknowledged, oldest first. */
  readonly flight: { readonly stamp: number; readonly bytes: number }[]
  flightBytes: number
  /** Milliseconds of the last progress: something was sent into an empty window, or acknowledged. */
  movedAt: number
  /** Milliseconds at which they were sent again last. */
  resentAt: number
  /** What it asked for: everything from this index on that `wanted` lacks. */
  wanted: Vector | null
  wantedFrom: number
  /** The slot from which on it wants them as they are. */
  wantsSlot: number | null
  /** Milliseconds since when it holds something that we lack; 0 for not. */
  lackingSince: number
  /** Its vector, and the changes of what is received here, when that was last looked at. */
  watched: Vector | null
  watchedChanges: number
  askedAt: number
  /** The slot from which on digests are compared next. */
  comparedTo: number
  /** Digests that it has not answered: of which slots, and since when. */
  comparing: Comparing | null
  /** Slots that differed there, and that it has not been told of yet. */
  readonly asked: Set<number>
  /** The last ones stopped early: what is left follows soon. */
  isHurried: boolean
  /** Slots in a row that were compared, none of which differed, and the changes of what was applied then. */
  equalSlots: number
  equalSince: number
  /** A snapshot is on its way to it. */
  isGettingAll: boolean
  /** Old entries that were read back for it. */
  fetched: readonly LogEntry[]
  /** What came of messages that are longer than a frame. */
  readonly parts: Parts
}

export function makePeer(member: MemberId, seat: number): Peer {
  return {
    member,
    seat,
    isUp: false,
    upAt: 0,
    vector: null,
    heldTo: 0,
    made: 0,
    promise: 0,
    safe: 0,
    effective: 0,
    life: 0,
    recovering: false,
    follows: firstVersion,
    isSettled: false,
    held: new Vector(),
    isOfOtherVersion: false,
    heardAt: 0,
    next: null,
    shippedAt: 0,
    flight: [],
    flightBytes: 0,
    movedAt: 0,
    resentAt: 0,
    wanted: null,
    wantedFrom: 0,
    wantsSlot: null,
    lackingSince: 0,
    watched: null,
    watchedChanges: -1,
    askedAt: 0,
    comparedTo: 0,
    comparing: null,
    asked: new Set(),
    isHurried: false,
    equalSlots: 0,
    equalSince: -1,
    isGettingAll: false,
    fetched: [],
    parts: new Parts(),
  }
}
