// Members of a strategy of causal order around a toy engine that keeps the set of entries that it merged:
// a seeded network, disks that lose what is not synced, crashes, clocks that differ. After each step it
// is checked that entries are merged once, behind all that their origin had seen, and that what is called
// stable is with all members.

import {
  type GroupId,
  hashZero,
  type MemberId,
  type Now,
  payloadOf,
  positionZero,
  Random,
  seatOfStamp,
  type ReadLevel,
  type Ready,
  type RecoveryCause,
  type StoreBatch,
  type Strategy,
  slotCount,
  type Token,
} from 'quorate/plugin'
import {
  beginNode,
  type Checkpoint,
  copyDisk,
  copyShown,
  emptyDisk,
  encodeMerged,
  type Flight,
  holds,
  isWhole,
  keyOf,
  makeNode,
  type Node,
  type WorldOptions,
} from './node.js'
import { hold } from '../case.js'
import type { Storyteller } from '../storyteller.js'
import { type ListChange, Lists } from './lists.js'
import { Rules } from './rules.js'
import { wrongAtRest } from './at-rest.js'

/** Milliseconds for which a member waits to be told what it lost. */
const recoverWaitMs = 2_000
const wallStart = 1_790_000_000_000

export class CausalWorld {
  readonly random: Random
  readonly nodes: readonly Node[]
  readonly rules: Rules
  readonly lists: Lists
  /** Answered, so never to be lost while a disk survives. */
  readonly answered = new Set<number>()
  readonly cut = new Set<string>()
  /** Sees what is sent; false loses it. */
  filter: (from: Node, to: Node, message: Uint8Array) => boolean = () => true
  /** Hears what is sent and traced, for golden files. */
  storyteller: Storyteller | null = null
  #flights: Flight[] = []
  #mono = 1000
  #token = 0
  readonly #options: WorldOptions

  constructor(options: WorldOptions) {
    this.#options = options
    this.rules = new Rules(options.slot ?? 0, options.durability !== 'always')
    this.random = new Random(options.seed)
    this.nodes = Array.from({ length: options.members }, (_, i) => makeNode(i + 1))
    this.lists = new Lists(this.nodes.map(({ id }) => id).slice(0, options.first))
    for (const node of this.nodes) if (this.lists.isOn(node.id)) this.start(node, null)
  }

  /** What was broken, in words. */
  get faults(): string[] {
    return this.rules.faults
  }

  get now(): number {
    return this.#mono
  }

  live(): Node[] {
    return this.nodes.filter(({ strategy }) => strategy !== null)
  }

  start(node: Node, recovering: RecoveryCause | null): void {
    const { disk } = node
    const base = disk.checkpoint?.at ?? positionZero
    beginNode(node, this.#mono, recovering !== null)
    // A snapshot took the place of the log, which was not reset yet.
    const isDiverged = !holds(disk, base, disk.checkpoint?.chain ?? hashZero)
    const entries = isDiverged ? [] : disk.entries.map(({ entry }) => entry)
    const isDiskLess = this.#options.durability === 'none'
    const earlier = entries.filter(({ index }) => index <= base.index)
    const { plugin, options, slot: home = 0 } = this.#options
    const digestOf = (slot: number) => ({ high: 0, low: slot === home ? node.merged.size : 0 })
    node.strategy = plugin.create({
      self: node.id,
      group: 1 as GroupId,
      options: plugin.parseOptions(options ?? {}),
      durability: this.#options.durability,
      members: { voters: this.lists.first, learners: [] },
      list: this.lists.of(node.id),
      state: disk.state,
      base,
      baseChain: disk.checkpoint?.chain ?? hashZero,
      entries: isDiskLess ? [] : entries.filter(({ index }) => index > base.index),
      earlier:
        isDiskLess || earlier.length === 0 || disk.from.at.index > base.index
          ? null
          : { from: disk.from.at, chain: disk.from.chain, entries: earlier },
      view: {
        holdsSlot: (slot) => slot === home && node.merged.size > 0,
        nextSlot: (from) => (from <= home && node.merged.size > 0 ? home : slotCount),
        ...{ slotDigest: digestOf, digestStep: digestOf },
        exportSlot: (slot) => encodeMerged(slot === home ? node.merged : new Set()),
      },
      mark: disk.checkpoint?.mark ?? null,
      ...{ recovering, recoverWaitMs },
      now: this.#nowOf(node),
      random: this.random.fork(),
    })
    for (const other of this.nodes) {
      if (other === node || other.strategy === null || !this.#isLinked(node, other)) continue
      node.strategy.peerUp(other.id)
      other.strategy.peerUp(node.id)
    }
    this.settle(node)
  }

  /** kill -9: what the operating system has stays; `power` loses what was not synced. */
  crash(node: Node, power = false): void {
    node.strategy = null
    if (power) node.disk = copyDisk(node.synced)
    this.#flights = this.#flights.filter(({ from, to }) => from !== node && to !== node)
    for (const other of this.live()) other.strategy?.peerDown(node.id)
  }

  /** The disk is gone: so is what only it had. */
  wipe(node: Node): void {
    node.disk = emptyDisk()
    node.synced = emptyDisk()
  }

  partition(a: Node, b: Node): void {
    const key = keyOf(a, b)
    if (this.cut.has(key)) return
    this.cut.add(key)
    this.#flights = this.#flights.filter(({ from, to }) => keyOf(from, to) !== key)
    a.strategy?.peerDown(b.id)
    b.strategy?.peerDown(a.id)
  }

  heal(a: Node, b: Node): void {
    if (!this.cut.delete(keyOf(a, b))) return
    if (a.strategy === null || b.strategy === null) return
    a.strategy.peerUp(b.id)
    b.strategy.peerUp(a.id)
  }

  /** A new list of members; who is added starts. */
  change(change: ListChange): boolean {
    if (!this.lists.change(change)) return false
    for (const id of change.add ?? []) this.start(this.nodes[id - 1] as Node, null)
    return true
  }

  /** A member hears of a later list: the latest, or one so many behind what it knows. */
  tell(node: Node, skip?: number): void {
    const list = this.lists.hears(node.id, skip)
    node.strategy?.follow?.(list)
    this.settle(node)
  }

  /** One write of a client, which changes nothing where it is empty; null where it is refused. */
  write(node: Node, isEmpty = false, bytes = Uint8Array.of(isEmpty ? 0 : 1)): Token | null {
    const { strategy } = node
    if (strategy === null) return null
    const token = ++this.#token as Token
    const isClosed = strategy.status().isClosed === true
    const refusal = strategy.propose(token, payloadOf(bytes), this.#nowOf(node))
    hold(refusal !== null || !isClosed, 'a member that says that it takes no writes takes one')
    if (refusal === null) node.waiting.set(token, null)
    this.settle(node)
    return refusal === null ? token : null
  }

  /** Null where it is refused. */
  read(node: Node, level: ReadLevel): Token | null {
    const token = ++this.#token as Token
    const refusal = node.strategy?.readIndex(token, level)
    this.settle(node)
    return refusal === null ? token : null
  }

  checkpoint(node: Node): void {
    const { strategy, disk } = node
    if (strategy === null || node.isRecovering) return
    const at = { term: 1, index: node.applied }
    const chain = strategy.chainAt(node.applied)
    if (chain === null || node.applied === 0 || strategy.mark === undefined) return
    // As the shard does: a checkpoint ends when the log before it is on disk.
    if (node.writes.length > 0) return
    disk.checkpoint = { at, chain, mark: strategy.mark(), ...copyShown(node) }
    node.synced = copyDisk(disk)
    node.readies.allow(at.index)
    strategy.checkpointed(at)
    this.settle(node)
  }

  /** Time passes for all. */
  tick(ms: number): void {
    this.#mono += ms
    for (const node of this.live()) {
      const { strategy } = node
      if (this.#options.sleeps !== true || this.#mono >= (strategy?.wakeAt() ?? 0))
        strategy?.tick(this.#nowOf(node))
      this.settle(node)
    }
  }

  /** Some message arrives, or is lost, or comes twice. */
  deliverOne(): boolean {
    if (this.#flights.length === 0) return false
    // Links keep their order, as TCP does; between links it is free.
    const picked = this.#flights[this.random.below(this.#flights.length)] as Flight
    const at = this.#flights.findIndex(({ from, to }) => from === picked.from && to === picked.to)
    const [flight] = this.#flights.splice(at, 1) as [Flight]
    const loss = this.#options.lossPercent ?? 0
    if (flight.snapshot === null && this.random.below(100) < loss) return true
    if (this.random.below(100) < loss) this.#flights.push(flight)
    const { to, from } = flight
    if (to.strategy === null) return true
    if (flight.snapshot !== null) this.#install(to, from, flight.snapshot)
    else to.strategy.step(from.id, flight.message, this.#nowOf(to))
    this.settle(to)
    return true
  }

  /** The oldest write of a node is on disk. */
  persistOne(node: Node): boolean {
    const write = node.writes.shift()
    if (write === undefined || node.strategy === null) return false
    this.#keep(node, write.batch)
    if (write.ready.mustSync) node.synced = copyDisk(node.disk)
    for (const { to, message } of write.ready.sendAfterWrite) this.#send(node, to, message)
    node.strategy.persisted(write.ready.batch)
    this.settle(node)
    return true
  }

  /** Runs until nothing moves, links whole, all members up. */
  calm(rounds = 400): void {
    for (const a of this.nodes) for (const b of this.nodes) if (a !== b) this.heal(a, b)
    this.run(rounds)
  }

  /** All links whole, until nothing is wrong any more, or never will be right. */
  comeToRest(): void {
    for (let tries = 0; tries < 8; tries++) {
      this.calm(200)
      if (wrongAtRest(this).length === 0) return
    }
  }

  /** Runs with the links as they are. */
  run(rounds: number): void {
    for (let i = 0; i < rounds; i++) {
      this.tick(25)
      for (let moved = true; moved; ) {
        moved = false
        for (const node of this.nodes) while (this.persistOne(node)) moved = true
        while (this.deliverOne()) moved = true
      }
    }
  }

  /** Notes what is wrong once everything is calm. */
  judge(): void {
    this.faults.push(...wrongAtRest(this))
  }

  /** Drains a strategy's outbox. */
  settle(node: Node): void {
    const { strategy } = node
    if (strategy === null) return
    for (let ready = strategy.ready(); ready !== null; ready = strategy.ready()) {
      this.#handle(node, ready)
    }
    const isRecovering = strategy.status().recovering !== null
    const isOver = this.#mono >= node.startedAt + recoverWaitMs
    if (node.isRecovering && !isRecovering && isOver)
      node.isLate = this.#options.durability !== 'always'
    node.isRecovering = isRecovering
  }

  #handle(node: Node, ready: Ready): void {
    const strategy = node.strategy as Strategy
    node.readies.hold(ready)
    for (const event of ready.trace) this.storyteller?.traced(node.id, event)
    for (const { to, message } of ready.sendNow) this.#send(node, to, message)
    if (ready.write !== null) node.writes.push({ ready, batch: ready.write })
    else for (const { to, message } of ready.sendAfterWrite) this.#send(node, to, message)
    for (const { token } of ready.grants) node.granted.add(token)
    for (const delivery of ready.delivered) {
      const near = this.live().filter((other) => this.#isLinked(node, other))
      this.rules.execute(node, delivery, { all: this.nodes, near })
      node.applied = delivery.at.index
      strategy.applied(delivery.at)
    }
    for (const token of ready.settled ?? []) {
      const stamp = node.waiting.get(token)
      if (stamp === undefined) this.faults.push(`token ${token} is settled twice`)
      node.waiting.delete(token)
      if (stamp != null && this.#options.durability === 'always') this.answered.add(stamp)
    }
    for (const { token } of ready.dropped) node.waiting.delete(token)
    const isOn = (each: Node): boolean => this.lists.isOn(each.id)
    if (ready.stable != null && isOn(node)) {
      const { seats } = this.lists.current
      const isDiskLess = this.#options.durability === 'none'
      const isKept = (stamp: number): boolean =>
        this.lists.isOn(seats[seatOfStamp(stamp)] as MemberId) &&
        (!isDiskLess || this.nodes.some((each) => isOn(each) && isWhole(each, stamp)))
      this.rules.stable(node, ready.stable, this.live().filter(isOn), isKept)
    }
    if (ready.fetch !== null) {
      const { from, to } = ready.fetch
      const { entries } = node.disk
      const found = entries
        .map(({ entry }) => entry)
        .filter(({ index }) => index >= from && index <= to)
      strategy.fetched(found[0]?.index === from ? found : [])
    }
    for (const peer of ready.snapshotTo) this.#sendSnapshot(node, peer)
  }

  #keep(node: Node, batch: StoreBatch): void {
    const { disk } = node
    if (batch.state !== null) disk.state = batch.state
    if (batch.reset !== null) {
      disk.from = batch.reset
      disk.entries = []
    }
    for (const entry of batch.entries) {
      const chain = node.strategy?.chainAt(entry.index) ?? null
      disk.entries.push({ entry, chain })
    }
    if (batch.cutTo === null) return
    const gone = disk.entries.filter(({ entry }) => entry.index <= (batch.cutTo as number))
    const last = gone[gone.length - 1]
    if (last === undefined) return
    disk.entries = disk.entries.slice(gone.length)
    const { term, index } = last.entry
    disk.from = { at: { term, index }, chain: last.chain ?? hashZero }
  }

  #sendSnapshot(node: Node, peer: MemberId): void {
    const to = this.nodes[peer - 1] as Node
    const strategy = node.strategy as Strategy
    const at = { term: 1, index: node.applied }
    const chain = strategy.chainAt(node.applied) ?? hashZero
    const mark = strategy.mark?.() ?? new Uint8Array(0)
    const snapshot = { at, chain, mark, ...copyShown(node) }
    // As the shard does: what it gives is on disk.
    const isKept = node.writes.length === 0
    if (isKept && to.strategy !== null && this.#isLinked(node, to)) {
      this.#flights.push({ from: node, to, message: new Uint8Array(0), snapshot })
    }
    strategy.snapshotSent(peer, isKept, at)
  }

  #install(node: Node, from: Node, snapshot: Checkpoint): void {
    const strategy = node.strategy as Strategy
    if (!strategy.acceptsSnapshot(from.id, 1, snapshot.at)) return
    Object.assign(node, copyShown(snapshot))
    node.applied = snapshot.at.index
    node.stable = 0
    node.disk.checkpoint = snapshot
    const { at, chain, mark } = snapshot
    strategy.snapshotInstalled(at, chain, { voters: this.lists.first, learners: [] }, mark)
  }

  #send(from: Node, id: MemberId, message: Uint8Array): void {
    const to = this.nodes[id - 1] as Node
    if (to.strategy === null || !this.#isLinked(from, to)) return
    if (!this.filter(from, to, message)) return
    this.storyteller?.sent(from.id, id, message)
    this.#flights.push({ from, to, message, snapshot: null })
  }

  #isLinked(a: Node, b: Node): boolean {
    return !this.cut.has(keyOf(a, b))
  }

  #nowOf(node: Node): Now {
    return { mono: this.#mono, wall: wallStart + this.#mono + node.skew }
  }
}
