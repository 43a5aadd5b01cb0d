// Whether this member belongs to the cluster, and who else does: follows the topology, tells it to members that
// link up, and waits for it where what is on the own disk may be old or nothing.

import type { MemberId, Now } from '../api/ids.js'
import { begun } from '../api/roster.js'
import type { Topology } from '../api/topology.js'
import { encodeTopology } from '../api/topology.js'
import { bytesToText, textToBytes } from '../base/bytes.js'
import { hasBug } from '../base/seeded-bug.js'
import type { Peers } from './peers.js'
import type { Roster } from './roster.js'
import type { TopologyGroup } from './topology-group.js'
import { coreChannels, coreGroup } from './wire.js'

export interface StandingInit {
  readonly self: MemberId
  readonly roster: Roster
  readonly peers: () => Peers
  readonly topology: () => TopologyGroup
}

/**
 * First byte of a message: a question; the topology, or nothing where members are those of the files; the run in
 * which a member begins that was just admitted; that the sender stops; the members of its file, of one that has its
 * disk and began by it, as nobody told it anything. 3 and 4 are those of `HandNote`.
 */
const asks = 0
export const tellsTopology = 1
const begins = 2
const leaves = 5
const goesByFile = 6
/** Milliseconds between two questions. */
const askMs = 200
/** Milliseconds after which a member that nobody answers goes by its files: all may have lost their disks. */
const unansweredMs = 2_000

export class Standing {
  readonly #init: StandingInit
  /** Somebody said what the members are. */
  #isTold = false
  /** Somebody that has its disk goes by a file that names the same members, and nobody told it of others. */
  #isSeconded = false
  /** Since when all others of its file are linked: who of them knows more has said so a while later. */
  #allSince: number | null = null
  #isListed = false
  #mayStart = false
  #askAt = 0
  #waitsSince: number | null = null
  /** Members whose beginning is on its way into the topology: they ask again until they hear of it. */
  readonly #beginning = new Set<MemberId>()

  constructor(init: StandingInit) {
    this.#init = init
  }

  /** Why the member has to stop, or empty. */
  get removed(): string {
    const { roster, self } = this.#init
    if (hasBug('core-removed-unheard')) return ''
    if (!roster.gone.includes(self) && !this.#init.peers().admission.isRemoved) return ''
    return `member ${self} was removed from the cluster; its id is never used again: give this process a new one, and an empty directory`
  }

  /** A later topology is known. */
  adopted(topology: Topology): void {
    const { roster } = this.#init
    const peers = this.#init.peers()
    if (!roster.adopt(topology)) return
    // The last word to who is out: links to it are closed behind it.
    for (const peer of peers.connected()) if (!roster.has(peer)) this.peerUp(peer)
    this.#isListed = false
  }

  /**
   * It has its disk, and the last topology that it knew on it or of its group: without that its file may name others
   * than there are.
   */
  get #isSure(): boolean {
    const peers = this.#init.peers()
    if (peers.isLost) return false
    return (
      !peers.hasHistory || !this.#init.roster.isBlank || this.#init.topology().topology.epoch > 0
    )
  }

  /** Who waits itself knows nothing, nor does who is of no cluster yet: others may have admitted and removed members. */
  get #isKnowing(): boolean {
    return this.#isTold || (this.#isSure && this.#init.peers().isOpen)
  }

  /** It began by its file, with all that it ever had, and its group says no more: what an older copy had is not all. */
  get #isByFile(): boolean {
    const { roster, topology } = this.#init
    const { hasHistory, isLost, isOldCopy } = this.#init.peers()
    const isWhole = hasHistory && !isLost && !isOldCopy
    return this.#mayStart && isWhole && !roster.isChanged && topology().isAbreast
  }

  get #fileText(): string {
    return this.#init.roster.files.members.map(({ id }) => id).join()
  }

  /** Behind the inputs of a turn: true where the strategies may begin. */
  mayStart(now: Now): boolean {
    this.#mayStart ||= this.#judge(now)
    return this.#mayStart
  }

  #judge({ mono }: Now): boolean {
    const peers = this.#init.peers()
    const { roster, self } = this.#init
    if (this.#isSure || roster.config.members.length === 1) return true
    const life = roster.lifeOf(self)
    // It never voted and acknowledged nothing, whatever its empty disk looks like.
    if (life === peers.incarnation && !hasBug('core-comer-is-lost')) peers.refilled()
    if (this.#isTold && (life !== undefined || !peers.isLost)) return true
    this.#waitsSince ??= mono
    // By its file it may be a founder, and have been admitted all the same.
    const isUnsure = peers.hasMetBorn && !this.#maySecond(mono)
    const isComer = peers.isLost && (isUnsure || life !== null)
    const isUntold = peers.admission.isStranger || isComer
    if (!isUntold && mono - this.#waitsSince >= unansweredMs) return true
    if (mono < this.#askAt) return false
    this.#askAt = mono + askMs
    const connected = peers.connected()
    for (const peer of connected) this.#send(peer, Uint8Array.of(asks))
    const host = connected[Math.floor(mono / askMs) % connected.length]
    const text = String.fromCharCode(begins) + peers.incarnation
    if (host !== undefined && roster.has(self)) this.#send(host, textToBytes(text))
    return false
  }

  /**
   * Whether its file may be gone by beside who goes by his. Groups that wait for no operator's word begin a new era with
   * those that are there, and who is away may know other members.
   */
  #maySecond(mono: number): boolean {
    const { roster, self, peers } = this.#init
    const { keyspaces } = roster.files
    if (keyspaces.every(({ durability }) => durability === 'always')) return this.#isSeconded
    const others = roster.files.members.filter(({ id }) => id !== self)
    const isAll = others.every(({ id }) => peers().isConnected(id))
    this.#allSince = isAll ? (this.#allSince ?? mono) : null
    return this.#isSeconded && this.#allSince !== null && mono - this.#allSince >= unansweredMs
  }

  /** Monotonic milliseconds. */
  wakeAt(): number {
    if (!this.#isListed) return 0
    const isWaiting = this.#waitsSince !== null && !this.#mayStart
    return isWaiting ? this.#askAt : Number.MAX_SAFE_INTEGER
  }

  /** A turn begins: links go to whom the topology names. */
  begin(): void {
    if (this.#isListed) return
    this.#isListed = true
    if (this.#init.roster.isChanged) this.#init.peers().listed()
  }

  peerUp(peer: MemberId): void {
    const { roster, topology } = this.#init
    // Others let it in: what this member knows is older, or nothing.
    if (!roster.isChanged && !roster.has(peer)) return
    if (!this.#isKnowing) return
    const text = roster.isChanged ? encodeTopology(topology().topology) : ''
    this.#send(peer, textToBytes(String.fromCharCode(tellsTopology) + text))
  }

  received(from: MemberId, body: Uint8Array): void {
    if (body[0] === asks) {
      if (this.#isKnowing) this.peerUp(from)
      else if (this.#isByFile)
        this.#send(from, textToBytes(String.fromCharCode(goesByFile) + this.#fileText))
      return
    }
    if (body[0] === goesByFile) {
      if (bytesToText(body.subarray(1)) === this.#fileText) this.#isSeconded = true
      return
    }
    if (body[0] === begins) return this.#begins(from, Number(bytesToText(body.subarray(1))))
    if (body[0] === leaves) return this.#init.peers().noteLeaving(from)
    if (body[0] !== tellsTopology) return
    if (body.length > 1) this.#init.topology().heard(bytesToText(body.subarray(1)))
    this.#isTold = true
  }

  /** This member stops: the maps of the others name somebody else in its place. */
  leave(): void {
    for (const peer of this.#init.peers().connected()) this.#send(peer, Uint8Array.of(leaves))
  }

  #begins(id: MemberId, life: number): void {
    const group = this.#init.topology()
    if (!Number.isSafeInteger(life) || begun(group.topology, id, life) === null) return
    if (this.#beginning.has(id)) return
    this.#beginning.add(id)
    group.change(
      `member ${id} begins`,
      (topology) => begun(topology, id, life),
      () => this.#beginning.delete(id),
    )
  }

  #send(to: MemberId, body: Uint8Array): void {
    this.#init.peers().send(to, { group: coreGroup, channel: coreChannels.topology, body })
  }
}
