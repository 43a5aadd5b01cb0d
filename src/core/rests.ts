// One beat for all groups that two members have in common: it says which of the sender's replicas rest, and at
// what. As long as a member is heard, and says of a group what our replica rests at, that replica has
// nothing to do. Its silence, or another word about a group, is told to the groups that it concerns, to no other.
//
// A beat has the list only until the receiver said that it holds it: later ones say its number. Beats may be
// lost, doubled and overtake each other, so what counts is the newest of the sender's newest life.

import type { GroupId, MemberId, Now } from '../api/ids.js'
import type { Rest, Rests } from '../api/rest.js'
import { ByteReader, ByteWriter } from '../base/bytes.js'

export interface MemberRestsInit {
  /** A number of this run of the member. */
  readonly life: () => number
  readonly send: (to: MemberId, body: Uint8Array) => void
  /** Members that can be reached now. */
  readonly peers: () => readonly MemberId[]
  /** The group has a part of this turn. */
  readonly stir: (group: number) => void
}

interface Peer {
  life: number
  /** Number of the newest beat. */
  beat: number
  /** The list that we hold of it. */
  version: number
  marks: ReadonlyMap<number, string>
  /** Where a group's mark was another before, that and when it was last heard. */
  readonly before: Map<number, { readonly mark: string; readonly at: number }>
  heardAt: number
  isSilent: boolean
  /** The list of ours that it holds. */
  holds: number
}

const format = 1
/** A time that is past on every monotonic clock, in milliseconds. */
const never = -1e15
/** A member is silent that was not heard for so many of its beats. */
const beatsMissed = 1.5

export class MemberRests {
  readonly #init: MemberRestsInit
  readonly #own = new Map<number, Rest>()
  readonly #peers = new Map<MemberId, Peer>()
  #version = 1
  #beat = 0
  #beatAt = 0
  /** Milliseconds between two beats: as the most demanding of the groups that rest wants it. */
  #everyMs = 0
  #list: Uint8Array | null = null

  constructor(init: MemberRestsInit) {
    this.#init = init
  }

  /** What a strategy sees of it. */
  sightOf(group: GroupId): Rests {
    return {
      heardAt: (id, mark) => {
        const peer = this.#peers.get(id)
        if (peer?.marks.get(group) === mark) return peer.heardAt
        const before = peer?.before.get(group)
        return before?.mark === mark ? before.at : never
      },
      isHeard: (id, mark) => {
        const peer = this.#peers.get(id)
        return peer?.marks.get(group) === mark && !peer.isSilent
      },
    }
  }

  /** What a group rests at behind its part of a turn. */
  set(group: GroupId, rest: Rest | null): void {
    const before = this.#own.get(group)
    if (rest?.mark === before?.mark) return
    if (rest === null) this.#own.delete(group)
    else this.#own.set(group, rest)
    this.#list = null
    this.#version++
  }

  /** Behind all inputs of a turn. */
  turn(now: Now): void {
    if (this.#own.size === 0) return
    const list = this.#listed()
    this.#watch(now)
    if (now.mono < this.#beatAt) return
    this.#beatAt = (Math.floor(now.mono / this.#everyMs) + 1) * this.#everyMs
    this.#beat++
    for (const peer of this.#init.peers()) this.#tell(peer, list)
  }

  /** Monotonic milliseconds. */
  wakeAt(): number {
    if (this.#own.size === 0) return Number.MAX_SAFE_INTEGER
    let at = this.#beatAt
    for (const peer of this.#peers.values()) {
      if (!peer.isSilent) at = Math.min(at, this.#silentAt(peer))
    }
    return at
  }

  receive(from: MemberId, body: Uint8Array, now: Now): void {
    const reader = new ByteReader(body)
    if (reader.byte() !== format) return
    const life = reader.varint()
    const beat = reader.varint()
    const version = reader.varint()
    const [heldLife, held] = [reader.varint(), reader.varint()]
    const marks = reader.boolean() ? readMarks(reader) : null
    if (!reader.ok) return
    const peer = this.#peers.get(from) ?? this.#meet(from)
    if (life === peer.life && beat <= peer.beat) return
    peer.beat = beat
    if (heldLife === this.#init.life()) peer.holds = held
    const isKnown = life === peer.life && version === peer.version
    if (!isKnown) {
      if (marks === null) return
      Object.assign(peer, { life, version })
      this.#hold(peer, marks)
    }
    peer.heardAt = now.mono
    peer.isSilent = false
  }

  /** No link to it is left. */
  lost(from: MemberId): void {
    const peer = this.#peers.get(from)
    if (peer === undefined) return
    Object.assign(peer, { life: 0, beat: 0, version: 0, holds: 0, isSilent: true })
    this.#hold(peer, new Map())
  }

  #meet(from: MemberId): Peer {
    const peer = {
      life: 0,
      beat: 0,
      version: 0,
      marks: new Map(),
      before: new Map(),
      heardAt: never,
      isSilent: true,
      holds: 0,
    }
    this.#peers.set(from, peer)
    return peer
  }

  #watch({ mono }: Now): void {
    for (const peer of this.#peers.values()) {
      if (peer.isSilent || mono < this.#silentAt(peer)) continue
      peer.isSilent = true
      for (const [group, { mark }] of this.#own) {
        if (peer.marks.get(group) === mark) this.#init.stir(group)
      }
    }
  }

  #silentAt(peer: Peer): number {
    return peer.heardAt + Math.ceil(this.#everyMs * beatsMissed) + 1
  }

  /** Groups that rest here at what the peer says now, or said before, have their turn. */
  #hold(peer: Peer, marks: ReadonlyMap<number, string>): void {
    for (const [group, mark] of peer.marks) {
      if (marks.get(group) !== mark) peer.before.set(group, { mark, at: peer.heardAt })
    }
    const known = peer.marks
    peer.marks = marks
    for (const [group, { mark }] of this.#own) {
      if ((known.get(group) === mark) !== (marks.get(group) === mark)) this.#init.stir(group)
    }
  }

  #tell(to: MemberId, list: Uint8Array): void {
    const peer = this.#peers.get(to)
    const isHeld = peer?.holds === this.#version
    const beat = new ByteWriter(64 + (isHeld ? 0 : list.length))
      .byte(format)
      .varint(this.#init.life())
      .varint(this.#beat)
      .varint(this.#version)
      .varint(peer?.life ?? 0)
      .varint(peer?.version ?? 0)
      .boolean(!isHeld)
    if (!isHeld) beat.raw(list)
    this.#init.send(to, beat.finish())
  }

  #listed(): Uint8Array {
    if (this.#list !== null) return this.#list
    const list = new ByteWriter(16 * this.#own.size + 8).varint(this.#own.size)
    let everyMs = Number.MAX_SAFE_INTEGER
    for (const [group, rest] of this.#own) {
      list.varint(group).text(rest.mark)
      everyMs = Math.min(everyMs, rest.everyMs)
    }
    this.#everyMs = everyMs
    this.#list = list.finish()
    return this.#list
  }
}

function readMarks(reader: ByteReader): ReadonlyMap<number, string> {
  const marks = new Map<number, string>()
  for (let left = reader.varint(); left > 0 && reader.ok; left--) {
    const group = reader.varint()
    marks.set(group, reader.text())
  }
  return marks
}
