// Members of a causal keyspace of several groups around toy engines that keep the sets of entries that they
// merged. A turn of a member is that of a core: messages first, then each group in its order; one frame for
// each peer, one write for all groups. Clients read several groups in one turn; whoever sees an entry sees what
// happened before it, in every group.

import {
  type Delivery,
  type GroupId,
  hashZero,
  type MemberId,
  type Now,
  payloadOf,
  positionZero,
  Random,
  type RecoveryCause,
  type Strategy,
  type Token,
} from 'quorate/plugin'
import plugin from '../../../plugins/eventual/index.js'
import type { Durability } from '../../../src/api/config.js'
import { Lists } from '../../conformance/causal/lists.js'
import { decodeMerged } from '../../conformance/causal/node.js'
import {
  type Asked,
  commonOf,
  fetch,
  type Flight,
  type Group,
  isServing,
  keep,
  keepRows,
  keyOf,
  logOf,
  makeGroup,
  makeMember,
  type Member,
  type Message,
  type Read,
  type Shown,
  viewOf,
  type Write,
} from './keyspace-member.js'

const wallStart = 1_790_000_000_000

export interface KeyspaceOptions {
  readonly seed: number
  readonly members: number
  readonly groups: number
  readonly durability: Durability
  readonly lossPercent?: number
  /** Members that the groups begin with; absent: all. */
  readonly first?: number | undefined
  readonly options?: Readonly<Record<string, unknown>>
}

export class KeyspaceWorld {
  readonly random: Random
  readonly members: readonly Member[]
  readonly lists: Lists
  readonly faults: string[] = []
  /** What its member showed when it was made, by group. */
  readonly made = new Map<number, readonly ReadonlySet<number>[]>()
  readonly cut = new Set<string>()
  reads = 0
  mono = 1000
  readonly #answered = new Set<number>()
  readonly #stamps = new Map<Token, number>()
  #flights: Flight[] = []
  #token = 0
  readonly #of: KeyspaceOptions

  constructor(of: KeyspaceOptions) {
    this.#of = of
    this.random = new Random(of.seed)
    this.members = Array.from({ length: of.members }, (_, i) => makeMember(i + 1, of.groups))
    this.lists = new Lists(this.members.map(({ id }) => id).slice(0, of.first))
    for (const member of this.members) if (this.lists.isOn(member.id)) this.start(member, null)
  }

  start(member: Member, recovering: RecoveryCause | null, onlyGroup = -1): void {
    const common = commonOf(this.#of.groups)
    member.isUp = true
    member.groups.forEach((group, index) => {
      const { disk } = group
      const base = disk.checkpoint?.at ?? positionZero
      group.merged = new Set(disk.checkpoint?.merged)
      group.applied = base.index
      const log = logOf(disk, this.#of.durability, base.index)
      group.strategy = plugin.create({
        self: member.id,
        group: index as GroupId,
        options: plugin.parseOptions({ idleMs: 100, ...this.#of.options }),
        durability: this.#of.durability,
        members: { voters: this.lists.first, learners: [] },
        list: this.lists.of(member.id),
        state: disk.state,
        base,
        baseChain: disk.checkpoint?.chain ?? hashZero,
        ...log,
        view: viewOf(group),
        mark: disk.checkpoint?.mark ?? null,
        keyspace: common,
        recovering: onlyGroup < 0 || onlyGroup === index ? recovering : null,
        recoverWaitMs: 2_000,
        now: this.#now(member),
        random: this.random.fork(),
      })
    })
    for (const other of this.members) {
      if (other === member || !other.isUp || this.cut.has(keyOf(member, other))) continue
      this.#link(member, other)
    }
  }

  crash(member: Member): void {
    member.isUp = false
    member.writes = []
    member.inbox = []
    for (const group of member.groups) Object.assign(group, { ...makeGroup(), disk: group.disk })
    this.#flights = this.#flights.filter(({ from, to }) => from !== member && to !== member)
    for (const other of this.members) {
      for (const { strategy } of other.groups) strategy?.peerDown(member.id)
    }
  }

  partition(a: Member, b: Member): void {
    const key = keyOf(a, b)
    if (a === b || this.cut.has(key)) return
    this.cut.add(key)
    this.#flights = this.#flights.filter(({ from, to }) => keyOf(from, to) !== key)
    for (const { strategy } of a.groups) strategy?.peerDown(b.id)
    for (const { strategy } of b.groups) strategy?.peerDown(a.id)
  }

  heal(a: Member, b: Member): void {
    if (this.cut.delete(keyOf(a, b)) && a.isUp && b.isUp) this.#link(a, b)
  }

  /** A client writes in some group in the member's next turn. */
  write(member: Member, group = this.random.below(this.#of.groups)): void {
    if (member.isUp) (member.groups[group] as Group).writes++
  }

  /** A client reads all groups in the member's next turn, with what another member has shown or without. */
  read(member: Member, token: Shown | null): void {
    const covers = ({ strategy }: Group): boolean =>
      token === null || strategy?.covers?.(token.seen) === true
    if (!member.isUp || !member.groups.every(covers)) return
    const read = { found: member.groups.map(() => null), owed: token?.shown ?? null }
    for (const group of member.groups) group.wants.push(read)
  }

  /** What a client takes from this member to another one. */
  token(member: Member): Shown | null {
    const [first] = member.groups
    const isWhole = member.groups.every(({ queue }) => queue.length === 0)
    if (!isWhole || !isServing(member)) return null
    const seen = first?.strategy?.seen?.()
    if (seen === undefined) return null
    return { seen, shown: member.groups.map(({ merged }) => new Set(merged)) }
  }

  checkpoint(member: Member): void {
    if (!member.isUp || member.writes.length > 0) return
    for (const group of member.groups) {
      const { strategy, applied } = group
      if (strategy === null || applied === 0 || this.random.chance(1, 4)) continue
      strategy.checkpointed(keepRows(group))
    }
  }

  tick(ms: number): void {
    this.mono += ms
    for (const member of this.members) this.turn(member)
  }

  /** A frame arrives at its member, in the order of its link, or is lost. */
  deliverOne(): boolean {
    const picked = this.random.below(Math.max(1, this.#flights.length))
    const found = this.#flights[picked]
    if (found === undefined) return false
    const at = this.#flights.findIndex(({ from, to }) => from === found.from && to === found.to)
    const [flight] = this.#flights.splice(at, 1) as [Flight]
    if (this.random.below(100) < (this.#of.lossPercent ?? 0) || !flight.to.isUp) return true
    flight.to.inbox.push(flight)
    // Several frames may come in one turn.
    if (this.random.chance(3, 4)) this.turn(flight.to)
    return true
  }

  persistOne(member: Member): boolean {
    const writes = member.writes.shift()
    if (writes === undefined) return false
    for (const { group, batch, number } of writes) {
      const each = member.groups[group] as Group
      keep(each, batch)
      each.strategy?.persisted(number)
    }
    this.turn(member)
    return true
  }

  calm(rounds = 400): void {
    for (const a of this.members) for (const b of this.members) this.heal(a, b)
    for (let i = 0; i < rounds; i++) {
      this.wait(1)
      if (i % 10 === 0) for (const member of this.members) this.read(member, null)
    }
  }

  /** Time passes, and nothing but what is linked hears of it. */
  wait(rounds: number): void {
    for (let i = 0; i < rounds; i++) {
      this.tick(25)
      while (this.members.some((each) => this.persistOne(each)) || this.deliverOne());
    }
  }

  /** One turn of a member: what came, then its groups in their order. */
  turn(member: Member): void {
    if (!member.isUp) return
    const now = this.#now(member)
    for (const { strategy } of member.groups) strategy?.tick(now)
    for (const { from, messages } of member.inbox.splice(0)) {
      for (const { group, body } of messages)
        member.groups[group]?.strategy?.step(from.id, body, now)
    }
    const frames = new Map<MemberId, Message[]>()
    const writes: Write[] = []
    member.groups.forEach((_, index) => this.#flush(member, index, { frames, writes, now }))
    if (writes.length > 0) member.writes.push(writes)
    // Whoever asks for something until the next turn asks within it.
    for (const { strategy } of member.groups) strategy?.tick(now)
    for (const [id, messages] of frames) {
      const to = this.members[id - 1] as Member
      if (to.isUp && !this.cut.has(keyOf(member, to)))
        this.#flights.push({ from: member, to, messages })
    }
  }

  #flush(
    member: Member,
    index: number,
    out: { readonly frames: Map<MemberId, Message[]>; readonly writes: Write[]; readonly now: Now },
  ): void {
    const group = member.groups[index] as Group
    const strategy = group.strategy as Strategy
    const wants = group.wants.splice(0)
    for (const read of wants) {
      const token = ++this.#token as Token
      if (strategy.readIndex(token, 'causal') === null) group.grants.set(token, read)
      else group.wants.push(read)
    }
    for (; group.writes > 0; group.writes--) {
      const token = ++this.#token as Token
      if (strategy.propose(token, payloadOf(Uint8Array.of(1)), out.now) !== null) break
      group.known.set(
        token,
        member.groups.map((each) => new Set(each.merged)),
      )
    }
    // Some turns are too short for what there is to merge.
    const isBusy = this.random.chance(1, 8)
    for (let round = 0; round < 4; round++) {
      for (let ready = strategy.ready(); ready !== null; ready = strategy.ready()) {
        for (const { to, message } of ready.sendNow) {
          const frame = out.frames.get(to) ?? []
          out.frames.set(to, frame)
          frame.push({ group: index, body: message })
        }
        if (ready.write !== null)
          out.writes.push({ group: index, batch: ready.write, number: ready.batch })
        group.queue.push(...ready.delivered)
        for (const { token, at } of ready.grants) {
          const read = group.grants.get(token)
          if (read !== undefined) group.asked.push({ read, index: at.index })
          group.grants.delete(token)
        }
        for (const token of ready.settled ?? []) {
          const stamp = this.#stamps.get(token)
          if (stamp !== undefined && this.#of.durability === 'always') this.#answered.add(stamp)
        }
        if (ready.fetch !== null) fetch(group, ready.fetch)
        for (const peer of ready.snapshotTo) this.#snapshot(member, index, peer)
      }
      this.#execute(member, index, isBusy)
    }
  }

  #execute(member: Member, index: number, isBusy: boolean): void {
    const group = member.groups[index] as Group
    let budget = isBusy ? this.random.below(2) : Number.MAX_SAFE_INTEGER
    while (!group.isHeld) {
      while (group.asked[0] !== undefined && group.asked[0].index <= group.applied) {
        this.#found(member, index, (group.asked.shift() as Asked).read)
      }
      const delivery = group.queue[0]
      if (delivery === undefined || budget-- <= 0) return
      group.queue.shift()
      this.#apply(member, index, delivery)
      group.applied = delivery.at.index
      group.strategy?.applied(delivery.at)
    }
  }

  #apply(member: Member, index: number, { token, merge, slot }: Delivery): void {
    const { merged, strategy } = member.groups[index] as Group
    if (slot !== undefined) for (const stamp of decodeMerged(slot.exported)) merged.add(stamp)
    if (merge === undefined) return
    const { stamp } = merge
    if (merge.ops !== null) {
      if (merge.holds?.(0) !== true) merged.add(stamp)
      return
    }
    const known = (member.groups[index] as Group).known.get(token as Token) ?? []
    const seen = known.map((each, i) => (i === index ? new Set(merged) : each))
    for (const each of seen) {
      for (const before of each) {
        if (before >= stamp) this.faults.push(`own ${stamp} is not above ${before}`)
      }
    }
    this.made.set(stamp, seen)
    this.#stamps.set(token as Token, stamp)
    merged.add(stamp)
    strategy?.prepared?.(token as Token, Uint8Array.of(1))
  }

  /** One group's part of a read; the last one judges all. */
  #found(member: Member, index: number, read: Read): void {
    read.found[index] = new Set((member.groups[index] as Group).merged)
    if (read.found.includes(null)) return
    this.reads++
    const found = read.found as readonly ReadonlySet<number>[]
    found.forEach((set, at) => {
      for (const stamp of set) {
        this.made.get(stamp)?.forEach((causes, group) => {
          for (const cause of causes) {
            if (found[group]?.has(cause) === true || this.#isLost(cause, group)) continue
            this.faults.push(
              `${this.mono}: member ${member.id} shows ${stamp} of group ${at} without ${cause} of group ${group}`,
            )
          }
        })
      }
      for (const stamp of read.owed?.[at] ?? []) {
        if (set.has(stamp) || this.#isLost(stamp, at)) continue
        this.faults.push(`member ${member.id} covers a token and lacks ${stamp} of group ${at}`)
      }
    })
  }

  /** Nobody holds it any more, and nobody was told that it is kept. */
  #isLost(stamp: number, group: number): boolean {
    if (this.#answered.has(stamp)) return false
    return this.members.every((each) => {
      if (!this.lists.isOn(each.id)) return true
      const { merged, disk } = each.groups[group] as Group
      return !merged.has(stamp) && disk.checkpoint?.merged.includes(stamp) !== true
    })
  }

  #snapshot(member: Member, index: number, peer: MemberId): void {
    const from = member.groups[index] as Group
    const to = this.members[peer - 1] as Member
    const strategy = from.strategy as Strategy
    const at = { term: 1, index: from.applied }
    const chain = strategy.chainAt(from.applied) ?? hashZero
    const mark = strategy.mark?.() ?? new Uint8Array(0)
    const group = to.groups[index] as Group
    // What it gives is on disk.
    const isKept = member.writes.length === 0
    const isLinked = isKept && to.isUp && !this.cut.has(keyOf(member, to))
    if (isLinked && group.strategy?.acceptsSnapshot(member.id, 1, at) === true) {
      group.merged = new Set(from.merged)
      group.applied = at.index
      group.queue = []
      group.disk.checkpoint = { at, chain, mark, merged: [...from.merged] }
      const { first: voters } = this.lists
      group.strategy.snapshotInstalled(at, chain, { voters, learners: [] }, mark)
    }
    strategy.snapshotSent(peer, isLinked, at)
  }

  #link(a: Member, b: Member): void {
    for (const { strategy } of a.groups) strategy?.peerUp(b.id)
    for (const { strategy } of b.groups) strategy?.peerUp(a.id)
  }

  #now({ skew }: Member): Now {
    return { mono: this.mono, wall: wallStart + this.mono + skew }
  }
}
