// The other members: links and their hellos, the birth of the cluster, frames in and out. One frame per
// peer and turn. Knows nothing of what the shards say to each other.

import type { LinkId, MemberId, Now } from '../api/ids.js'
import type { RecoveryCause } from '../api/strategy.js'
import type { TraceEvent, TraceLevel } from '../api/trace.js'
import { hashString } from '../base/hash.js'
import { identityKey } from '../log/layout.js'
import { Admission, applicant } from './admission.js'
import type { Birth } from './birth.js'
import {
  checkHello,
  decodeHello,
  encodeHello,
  encodeNotice,
  type Hello,
  helloOf,
  isOldCopy,
  noticeOf,
} from './hello.js'
import { type Link, Links } from './links.js'
import type { Lives } from './lives.js'
import { Outbox } from './outbox.js'
import { bootPeers, type PeersBoot, type PeersInit } from './peers-boot.js'
import { Waiting } from './waiting.js'
import {
  coreChannels,
  coreGroup,
  type FrameHead,
  type Message,
  readFrame,
  wireVersion,
} from './wire.js'

/** A silent peer gets an empty frame this often: it shows our clock. */
const beatMs = 1_000

export class Peers {
  readonly #init: PeersInit
  readonly #links = new Links()
  /** Null where the directory may not be used, `refusal` says why, and for who was removed. */
  readonly #birth: Birth | null
  readonly #refusal: string
  readonly hasHistory: boolean
  /** The disk is an older copy of itself. */
  isOldCopy: boolean
  readonly #lives: Lives
  /** Groups began with what an older copy holds: the member has to start again. */
  #endsAs = ''
  /** The data was written under a keyspace table that routes in another way: nothing happens until it is accepted. */
  #otherTable: PeersBoot['otherTable']
  readonly #outbox: Outbox
  /** Wall milliseconds since when each peer is, or is not, connected. */
  readonly #since = new Map<MemberId, number>()
  /** Links that wait until this member may greet, and whom it greets there. */
  readonly #ungreeted = new Map<LinkId, MemberId>()
  #now: Now
  #beatAt = 0
  #refusedLast = ''
  /** What members of the cluster said of this one. */
  readonly admission = new Admission()
  readonly #waiting = new Waiting()

  constructor(init: PeersInit) {
    this.#init = init
    this.#now = init.now
    const { config, now } = init
    this.#outbox = new Outbox(this.#links, init.out, (to, link) => this.#head(to, link))
    const members = config.members.map((member) => member.id)
    for (const member of members) this.#since.set(member, now.wall)
    const found = bootPeers(init)
    this.#birth = found.birth
    this.#lives = found.lives
    this.#refusal = found.refusal
    this.#otherTable = found.otherTable
    this.hasHistory = found.hasHistory
    this.isOldCopy = found.isOldCopy
  }

  /** Why the process has to end, or empty. */
  get refusal(): string {
    return this.isLost && this.#endsAs !== '' ? this.#endsAs : this.#refusal
  }

  get clusterId(): string {
    return this.#birth?.clusterId ?? ''
  }

  /** The identity is on disk and the cluster is born: strategies may begin. */
  get isOpen(): boolean {
    return this.#birth?.isOpen ?? false
  }

  get recovering(): RecoveryCause | null {
    return this.#birth?.recovering ?? null
  }

  get incarnation(): number {
    return this.#birth?.incarnation ?? 0
  }

  /** Digests of the keyspace table on disk and of the one given, where they route differently. */
  get otherTable(): { readonly known: string; readonly given: string } | null {
    return this.#otherTable
  }

  /** There is no key that the other table would leave behind. */
  acceptTable(): void {
    this.#otherTable = null
  }

  /** One sentence while the cluster is not born, else empty. */
  get why(): string {
    if (this.admission.isStranger && !this.isOpen) return applicant
    return this.#birth?.why() ?? this.refusal
  }

  /** The cluster may have gone on without what is on this disk: it has to hear what the members are now. */
  get isLost(): boolean {
    return this.#birth?.phase === 'lost'
  }

  /** It met somebody in this run that can tell. */
  get hasMetBorn(): boolean {
    return this.#birth?.hasMetBorn ?? false
  }

  /** Members are others now. */
  listed(): void {
    const { config, roster } = this.#init
    for (const { id } of config.members)
      if (!this.#since.has(id)) this.#since.set(id, this.#now.wall)
    for (const link of [...this.#links.all()]) {
      const { peer, dialled } = link
      const id = peer ?? dialled
      if (id !== null && !roster.has(id)) this.#end(link)
    }
    this.#init.out.push({ kind: 'members', members: config.members })
  }

  /** All groups of a member that had lost its disk are refilled. */
  refilled(): void {
    this.#birth?.refilled()
  }

  connected(): MemberId[] {
    return this.#links.peers()
  }

  isConnected(peer: MemberId): boolean {
    return this.#links.best(peer) !== null
  }

  /** It is connected, and its groups work. */
  hasBegun(peer: MemberId): boolean {
    return this.#links.hasBegun(peer)
  }

  /** It is connected, and said that it stops. */
  isLeaving(peer: MemberId): boolean {
    return this.#links.isLeaving(peer)
  }

  noteLeaving(peer: MemberId): void {
    this.#links.noteLeaving(peer)
  }

  /** Newest version of the cluster that a connected peer knows. */
  newestOf(peer: MemberId): number | undefined {
    return this.#links.best(peer)?.newest
  }

  since(peer: MemberId): number {
    return this.#since.get(peer) ?? 0
  }

  begin(now: Now): void {
    this.#now = now
    this.#birth?.tick(now)
  }

  opened(id: LinkId, to: MemberId | null): void {
    this.#links.open(id, to)
    // Who is called answers once it knows who calls: it may have met a later life of that one.
    if (to === null) return
    if (this.#init.roster.has(to)) this.#ungreeted.set(id, to)
    else this.#init.out.push({ kind: 'link-close', link: id })
  }

  closed(id: LinkId): void {
    this.#ungreeted.delete(id)
    const lost = this.#links.close(id)
    if (lost === null) return
    this.#init.clocks.lost(lost)
    this.#since.set(lost, this.#now.wall)
    this.#birth?.peerDown(lost)
    this.#trace('info', 'peer.lost', { peer: lost })
    this.#init.host.peerDown(lost)
  }

  frame(id: LinkId, bytes: Uint8Array): void {
    const link = this.#links.get(id)
    if (link === undefined || this.#birth === null) return
    if (bytes[0] === wireVersion && link.peer !== null) this.#read(link, link.peer, bytes)
    else this.#hear(link, bytes)
  }

  /** False when the peer cannot be reached now. */
  send(to: MemberId, message: Message): boolean {
    return this.#outbox.send(to, message)
  }

  /** Goes on with the birth, greets and beats. */
  turn(now: Now): void {
    this.#now = now
    const birth = this.#birth
    if (birth === null || this.#otherTable !== null) return
    for (let ready = birth.ready(); ready !== null; ready = birth.ready()) {
      for (const { to, body } of ready.send) {
        this.send(to, { group: coreGroup, channel: coreChannels.birth, body })
      }
      if (ready.write !== null) this.#writeIdentity(birth, ready.write)
    }
    this.#greet(birth)
    const isApplicant = this.admission.isStranger
    const why = this.#waiting.turn(now, isApplicant || this.isOpen ? '' : birth.why())
    if (why !== null) this.#trace('warn', 'member.waits', { why })
    if (now.mono - this.#beatAt >= beatMs) this.#beat(now)
  }

  /** One frame per peer with everything that was said in this turn. */
  flush(): void {
    this.#outbox.flush()
  }

  wakeAt(): number {
    return Math.min(this.#beatAt + beatMs, this.#birth?.wakeAt() ?? Number.MAX_SAFE_INTEGER)
  }

  #head(to: MemberId, link: Link): FrameHead {
    return {
      cluster: hashString(this.clusterId),
      sender: this.#init.config.self,
      senderIncarnation: this.incarnation,
      target: to,
      targetIncarnation: link.incarnation,
      wall: this.#now.wall,
    }
  }

  #beat(now: Now): void {
    this.#beatAt = now.mono
    this.#outbox.beat()
  }

  #writeIdentity(birth: Birth, value: Uint8Array): void {
    const puts = [{ key: identityKey, value }, this.#lives.rowOf(birth.incarnation)]
    const write = { store: 'log', puts, deletes: [], ranges: [], sync: true, witness: [] } as const
    this.#init.stores.write(write, (error) => {
      if (error === null) birth.written()
    })
  }

  #greet(birth: Birth): void {
    if (!birth.mayGreet || this.#ungreeted.size === 0) return
    for (const [link, to] of this.#ungreeted) {
      this.#init.out.push({ kind: 'frame', link, bytes: encodeHello(this.#hello(birth, to)) })
    }
    this.#ungreeted.clear()
  }

  #hello(birth: Birth, to: MemberId): Hello {
    const { config, upgrade, roster } = this.#init
    const { wall } = this.#now
    const lives = this.#lives.with(birth.incarnation)
    return helloOf(config, birth, { to, wall, newest: upgrade.newest, files: roster.files, lives })
  }

  /** The first frame of a link has to be a hello that fits. */
  #hear(link: Link, bytes: Uint8Array): void {
    const birth = this.#birth
    const hello = decodeHello(bytes)
    if (birth === null || link.peer !== null) return
    if (hello === null) {
      const waits = (): void => this.#trace('info', 'member.waits', { why: applicant })
      const { clusterId, isOpen } = this
      if (this.admission.take(link, bytes, { clusterId, isOpen, waits }))
        this.#init.out.push({ kind: 'link-close', link: link.id })
      else this.#refuse(link.id, 'it did not begin with a hello')
      return
    }
    const members = this.#init.config.members.map((member) => member.id)
    const own = this.#hello(birth, hello.sender)
    const { upgrade, roster } = this.#init
    const [gone, clusterVersion] = [roster.gone, upgrade.version]
    const of = { dialled: link.dialled, members, gone, clusterVersion }
    const refusal = checkHello(own, hello, of)
    const notice = refusal === null ? null : noticeOf(refusal, own)
    // Who hears a hello of a cluster that is born counts itself in.
    if (refusal !== null && notice !== null) {
      this.#init.out.push({ kind: 'frame', link: link.id, bytes: encodeNotice(notice) })
      this.#refuse(link.id, refusal.sentence)
      return
    }
    if (refusal === null && isOldCopy(own, hello) && birth.lost()) {
      this.#lost(hello.sender)
      return
    }
    if (refusal === null && birth.raise(hello.targetIncarnation)) {
      this.#beginAnew()
      return
    }
    if (link.dialled === null) {
      this.#ungreeted.set(link.id, hello.sender)
      this.#greet(birth)
    }
    if (refusal !== null) {
      this.#refuse(link.id, refusal.sentence)
      return
    }
    const peer = hello.sender
    this.#init.clocks.seen(peer, hello.wall, this.#now)
    for (const earlier of this.#links.earlier(peer, hello.incarnation)) this.#end(earlier)
    const isFirst = this.#links.accept(link, hello)
    birth.hello(peer, hello, hello.incarnation)
    if (!isFirst) return
    this.#since.set(peer, this.#now.wall)
    this.#trace('info', 'peer.connected', { peer, incarnation: hello.incarnation })
    this.#init.host.peerUp(peer)
  }

  /** What it acknowledged in a later life is not on this disk: it counts for nothing until it is refilled. */
  #lost(by: MemberId): void {
    const { self } = this.#init.config
    const why = `the disk of member ${self} is an older copy: member ${by} met a later life of it`
    this.#trace('error', 'member.old-copy', { why })
    if (this.#init.host.hasBegun()) this.#endsAs = `${why}; start it again, and it is refilled`
    this.isOldCopy = true
    this.#lives.forget()
    this.#beginAnew()
  }

  /** A peer knew a later life of this member: all links greet again with the new incarnation. */
  #beginAnew(): void {
    for (const link of this.#links.all()) this.#init.out.push({ kind: 'link-close', link: link.id })
  }

  #end(link: Link): void {
    this.#init.out.push({ kind: 'link-close', link: link.id })
    this.closed(link.id)
  }

  /** Who waits to be admitted calls again every second: what was said last is not said again. */
  #refuse(link: LinkId, why: string): void {
    this.#trace(why === this.#refusedLast ? 'debug' : 'warn', 'peer.refused', { why })
    this.#refusedLast = why
    this.#init.out.push({ kind: 'link-close', link })
  }

  #read(link: Link, from: MemberId, bytes: Uint8Array): void {
    const head = readFrame(
      bytes,
      (head) => this.#accepts(from, head),
      ({ group, channel, body }) => {
        if (group !== coreGroup) {
          link.hasBegun = true
          this.#init.host.message(from, group - 1, channel, body)
        } else if (channel === coreChannels.birth) this.#birth?.message(from, body)
        else if (channel === coreChannels.messaging) this.#init.host.messaging(from, body)
        else if (channel === coreChannels.rest) this.#init.host.rests(from, body)
        else if (channel === coreChannels.topology) this.#init.host.topology(from, body)
      },
    )
    if (head === null) this.#trace('warn', 'peer.malformed', { peer: from })
    else this.#init.clocks.seen(from, head.wall, this.#now)
  }

  /** A frame for another member, or for an earlier life of this one, is dropped whole. */
  #accepts(from: MemberId, head: FrameHead): boolean {
    return (
      head.sender === from &&
      head.target === this.#init.config.self &&
      head.targetIncarnation === this.incarnation &&
      (!this.isOpen || head.cluster === hashString(this.clusterId))
    )
  }

  #trace(level: TraceLevel, event: string, fields: TraceEvent['fields']): void {
    this.#init.out.push({ kind: 'trace', event: { level, event, fields } })
  }
}
