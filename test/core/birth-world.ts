// Members that give birth to a cluster over links that break: disks that keep what was synced, processes
// that crash at any point, disks that are wiped. Notes what was ever served, to hold the rest against it.

import type { MemberId, Now } from '../../src/api/ids.js'
import type { Witness } from '../../src/api/store.js'
import { Random } from '../../src/base/random.js'
import { Birth } from '../../src/core/birth.js'
import { bootBirth, type BirthBoot } from '../../src/core/birth-boot.js'
import { decodeIdentity, type Identity } from '../../src/log/layout.js'

type Frame =
  | {
      readonly kind: 'hello'
      readonly state: Birth['state']
      readonly incarnation: number
      readonly known: number
    }
  | { readonly kind: 'state'; readonly body: Uint8Array }

/** One direction of a link: frames in order, dead once either end is gone. */
interface Pipe {
  readonly from: Member
  readonly to: Member
  readonly frames: Frame[]
  isDead: boolean
  /** The hello arrived: frames that follow count. */
  isGreeted: boolean
}

export class Member {
  readonly id: MemberId
  disk: Uint8Array | null = null
  birth: Birth | null = null
  pendingRow: Uint8Array | null = null
  /** Cluster ids under which this member served, intact, on a disk that was wiped since. */
  readonly lostIds = new Set<string>()
  servedId = ''

  constructor(id: MemberId) {
    this.id = id
  }

  get identity(): Identity | null {
    const identity = this.disk === null ? null : decodeIdentity(this.disk)
    return typeof identity === 'string' ? null : identity
  }
}

export class BirthWorld {
  readonly random: Random
  readonly members: Member[]
  readonly ids: MemberId[]
  readonly bootstrap = new Set<MemberId>()
  mono = 0
  wall = 1_790_000_000_000
  /** Per cluster id that was ever served: members that were part of it then and not wiped since. */
  readonly survivors = new Map<string, Set<Member>>()
  #pipes: Pipe[] = []

  constructor(seed: number, count: number) {
    this.random = new Random(seed)
    this.ids = Array.from({ length: count }, (_, index) => (index + 1) as MemberId)
    this.members = this.ids.map((id) => new Member(id))
  }

  get now(): Now {
    return { wall: this.wall + this.mono, mono: this.mono }
  }

  member(id: number): Member {
    return this.members[id - 1] as Member
  }

  start(member: Member, witness: Witness | null = null): BirthBoot {
    const boot = bootBirth({
      self: member.id,
      members: this.ids,
      identityRow: member.disk,
      witness,
      bootstrap: this.bootstrap.has(member.id),
      now: this.now,
      random: this.random,
    })
    if (boot.kind === 'refused') return boot
    member.birth = new Birth({
      self: member.id,
      members: this.ids,
      boot,
      keyspaces: { epoch: 1, digest: { high: 1, low: 2 } },
      random: this.random.fork(),
      bootstrap: this.bootstrap.has(member.id),
      now: this.now,
    })
    member.pendingRow = null
    this.drain(member)
    return boot
  }

  /** The process dies; a row on its way may have reached the disk or not. */
  crash(member: Member): void {
    if (member.pendingRow !== null && this.random.chance(1, 2)) member.disk = member.pendingRow
    member.birth = null
    member.pendingRow = null
    this.cut(member)
    // What its peers sent ends with the process; what it sent itself may still arrive.
    for (const pipe of this.#pipes) if (pipe.to === member) pipe.frames.length = 0
  }

  wipe(member: Member): void {
    member.disk = null
    for (const survivors of this.survivors.values()) survivors.delete(member)
    if (member.servedId !== '') member.lostIds.add(member.servedId)
    member.servedId = ''
  }

  /** Opens a link in both directions, beside any that is there. */
  link(a: Member, b: Member): void {
    if (a.birth === null || b.birth === null || !a.birth.mayGreet || !b.birth.mayGreet) return
    this.#open(a, b)
    this.#open(b, a)
  }

  /** Breaks all links of a member; the other ends notice when `notice` comes to it. */
  cut(member: Member): void {
    for (const pipe of this.#pipes) {
      if (pipe.from === member || pipe.to === member) pipe.isDead = true
    }
  }

  /** Takes up dead links: the living end forgets its peer when no other link is left. */
  notice(): void {
    const dead = this.#pipes.filter((pipe) => pipe.isDead)
    this.#pipes = this.#pipes.filter((pipe) => !pipe.isDead)
    for (const { from, to } of dead) {
      if (this.#pipes.some((pipe) => pipe.from === from && pipe.to === to && pipe.isGreeted))
        continue
      to.birth?.peerDown(from.id)
      this.drain(to)
    }
  }

  isLinked(a: Member, b: Member): boolean {
    return this.#pipes.some((pipe) => pipe.from === a && pipe.to === b && !pipe.isDead)
  }

  /** One frame of some link arrives; false when there is none. */
  deliverOne(): boolean {
    const full = this.#pipes.filter((pipe) => pipe.frames.length > 0 && pipe.to.birth !== null)
    if (full.length === 0) return false
    this.#deliver(this.random.pick(full))
    return true
  }

  writeOne(): boolean {
    const writing = this.members.filter((member) => member.pendingRow !== null)
    if (writing.length === 0) return false
    const member = this.random.pick(writing)
    member.disk = member.pendingRow
    member.pendingRow = null
    member.birth?.written()
    this.drain(member)
    return true
  }

  /** Hands out what a member wants written and sent, and notes what it serves. */
  drain(member: Member): void {
    const { birth } = member
    if (birth === null) return
    const ready = birth.ready()
    if (ready !== null) {
      if (ready.write !== null) member.pendingRow = ready.write
      for (const { to, body } of ready.send) {
        const pipe = this.#pipes.findLast(
          (one) => one.from === member && one.to.id === to && !one.isDead,
        )
        pipe?.frames.push({ kind: 'state', body })
      }
    }
    if (!birth.isOpen || birth.recovering !== null) return
    const { clusterId } = birth
    member.servedId = clusterId
    if (this.survivors.has(clusterId)) return
    const part = this.members.filter(
      ({ identity }) =>
        identity?.clusterId === clusterId &&
        (identity.phase === 'agreed' || identity.phase === 'born'),
    )
    this.survivors.set(clusterId, new Set(part))
  }

  /** Everybody up and linked, nothing lost, until nothing moves. */
  settle(): void {
    for (const member of this.members) if (member.birth === null) this.start(member)
    for (let round = 0; round < 60; round++) {
      this.mono += 500
      for (const member of this.members) {
        member.birth?.tick(this.now)
        this.drain(member)
      }
      this.notice()
      while (this.writeOne() || this.deliverOne());
      for (const a of this.members) {
        for (const b of this.members) if (a.id < b.id && !this.isLinked(a, b)) this.link(a, b)
      }
      while (this.writeOne() || this.deliverOne());
    }
  }

  #open(from: Member, to: Member): void {
    const birth = from.birth as Birth
    this.#pipes.push({
      from,
      to,
      frames: [
        {
          kind: 'hello',
          state: birth.state,
          incarnation: birth.incarnation,
          known: birth.incarnationOf(to.id),
        },
      ],
      isDead: false,
      isGreeted: false,
    })
  }

  #deliver(pipe: Pipe): void {
    const birth = pipe.to.birth as Birth
    const frame = pipe.frames.shift() as Frame
    if (frame.kind === 'state') {
      if (pipe.isGreeted) birth.message(pipe.from.id, frame.body)
    } else if (birth.raise(frame.known)) this.cut(pipe.to)
    else {
      pipe.isGreeted = true
      birth.hello(pipe.from.id, frame.state, frame.incarnation)
    }
    this.drain(pipe.to)
  }
}
