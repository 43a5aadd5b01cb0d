// Members of the eventual strategy around a toy engine that keeps the set of entries that it merged: a
// seeded network, disks that lose what is not synced, crashes, clocks that differ. After each step it is
// checked that entries are merged once, behind all that their origin had seen, and that what is called
// stable is with all members.

import {
  type Delivery,
  hashZero,
  type MemberId,
  type Now,
  payloadOf,
  type Payload,
  positionZero,
  Random,
  type Ready,
  type RecoveryCause,
  type StoreBatch,
  type Strategy,
  type Token,
} from 'quorate/plugin'
import type { GroupId } from '../../../src/api/ids.js'
import plugin from '../../../plugins/eventual/index.js'
import {
  type Checkpoint,
  decodeMerged,
  encodeMerged,
  type Flight,
  holds,
  isEqual,
  keyOf,
  makeNode,
  type Node,
  type WorldOptions,
} from './node.js'

const wallStart = 1_790_000_000_000

export class EventualWorld {
  readonly random: Random
  readonly nodes: readonly Node[]
  readonly faults: string[] = []
  /** By stamp: what its origin had merged when it made it. */
  readonly made = new Map<number, ReadonlySet<number>>()
  /** Answered, so never to be lost while a disk survives. */
  readonly answered = new Set<number>()
  readonly cut = new Set<string>()
  #flights: Flight[] = []
  #mono = 1000
  #token = 0
  readonly #options: WorldOptions

  constructor(options: WorldOptions) {
    this.#options = options
    this.random = new Random(options.seed)
    this.nodes = Array.from({ length: options.members }, (_, i) => makeNode(i + 1))
    for (const node of this.nodes) this.start(node, null)
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
    node.merged = new Set(disk.checkpoint?.merged)
    node.applied = base.index
    node.queue = []
    node.writes = []
    node.waiting.clear()
    node.stable = 0
    node.isRecovering = recovering !== null
    // A snapshot took the place of the log, which was not reset yet.
    const isDiverged = !holds(disk, base, disk.checkpoint?.chain ?? hashZero)
    const entries = isDiverged ? [] : disk.entries.map(({ entry }) => entry)
    const isDiskLess = this.#options.durability === 'none'
    const earlier = entries.filter(({ index }) => index <= base.index)
    const members = this.nodes.map(({ id }) => id)
    node.strategy = plugin.create({
      self: node.id,
      group: 1 as GroupId,
      options: plugin.parseOptions({ idleMs: 100, ...this.#options.options }),
      durability: this.#options.durability,
      members: { voters: members, learners: [] },
      state: disk.state,
      base,
      baseChain: disk.checkpoint?.chain ?? hashZero,
      entries: isDiskLess ? [] : entries.filter(({ index }) => index > base.index),
      earlier:
        isDiskLess || earlier.length === 0 || disk.from.at.index > base.index
          ? null
          : { from: disk.from.at, chain: disk.from.chain, entries: earlier },
      // All of the toy's data is in one slot.
      view: {
        holdsSlot: (slot) => slot === 0 && node.merged.size > 0,
        slotDigest: (slot) => ({ high: 0, low: slot === 0 ? node.merged.size : 0 }),
        exportSlot: (slot) => encodeMerged(slot === 0 ? node.merged : new Set()),
      },
      mark: disk.checkpoint?.mark ?? null,
      recovering,
      recoverWaitMs: 2_000,
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

  crash(node: Node): void {
    node.strategy = null
    this.#flights = this.#flights.filter(({ from, to }) => from !== node && to !== node)
    for (const other of this.live()) other.strategy?.peerDown(node.id)
  }

  /** The disk is gone: so is what only it had. */
  wipe(node: Node): void {
    node.disk.state = null
    node.disk.checkpoint = null
    node.disk.from = { at: positionZero, chain: hashZero }
    node.disk.entries = []
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

  /** One write of a client; `ops` is empty where it changes nothing. */
  write(node: Node, isEmpty = false): void {
    const { strategy } = node
    if (strategy === null) return
    const token = ++this.#token as Token
    const payload: Payload = payloadOf(Uint8Array.of(isEmpty ? 0 : 1))
    if (strategy.propose(token, payload, this.#nowOf(node)) === null) node.waiting.set(token, null)
    this.settle(node)
  }

  checkpoint(node: Node): void {
    const { strategy, disk } = node
    if (strategy === null || node.isRecovering) return
    const at = { term: 1, index: node.applied }
    const chain = strategy.chainAt(node.applied)
    if (chain === null || node.applied === 0 || strategy.mark === undefined) return
    // As the shard does: a checkpoint ends when the log before it is on disk.
    if (node.writes.length > 0) return
    disk.checkpoint = { at, chain, mark: strategy.mark(), merged: new Set(node.merged) }
    strategy.checkpointed(at)
    this.settle(node)
  }

  /** Time passes for all. */
  tick(ms: number): void {
    this.#mono += ms
    for (const node of this.live()) {
      node.strategy?.tick(this.#nowOf(node))
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
    node.strategy.persisted(write.ready.batch)
    this.settle(node)
    return true
  }

  /** Runs until nothing moves, links whole, all members up. */
  calm(rounds = 400): void {
    for (const a of this.nodes) for (const b of this.nodes) if (a !== b) this.heal(a, b)
    for (let i = 0; i < rounds; i++) {
      this.tick(25)
      for (let moved = true; moved; ) {
        moved = false
        for (const node of this.nodes) while (this.persistOne(node)) moved = true
        while (this.deliverOne()) moved = true
      }
    }
  }

  /** What is wrong once everything is calm. */
  judge(): void {
    const [first, ...others] = this.nodes as [Node, ...Node[]]
    for (const node of others) {
      if (!isEqual(first.merged, node.merged)) {
        this.faults.push(
          `members 1 and ${node.id} hold ${first.merged.size} and ${node.merged.size}`,
        )
      }
    }
    for (const stamp of this.answered) {
      if (!first.merged.has(stamp)) this.faults.push(`${stamp} was answered and is lost`)
    }
    const last = Math.max(0, ...first.merged)
    for (const node of this.nodes) {
      if (node.stable < last) this.faults.push(`member ${node.id} does not find ${last} stable`)
      if (node.strategy?.status().role !== 'leader')
        this.faults.push(`member ${node.id} is not open`)
    }
  }

  /** Drains a strategy's outbox. */
  settle(node: Node): void {
    const { strategy } = node
    if (strategy === null) return
    for (let ready = strategy.ready(); ready !== null; ready = strategy.ready()) {
      this.#handle(node, ready)
    }
    node.isRecovering = strategy.status().recovering !== null
  }

  #handle(node: Node, ready: Ready): void {
    const strategy = node.strategy as Strategy
    for (const { to, message } of ready.sendNow) this.#send(node, to, message)
    if (ready.write !== null) node.writes.push({ ready, batch: ready.write })
    node.queue.push(...ready.delivered)
    for (const delivery of node.queue.splice(0)) {
      this.#execute(node, delivery)
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
    if (ready.stable != null) this.#judgeStable(node, ready.stable)
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

  #execute(node: Node, { payload, token, merge, slot }: Delivery): void {
    if (slot !== undefined) for (const stamp of decodeMerged(slot.exported)) node.merged.add(stamp)
    if (merge === undefined) return
    const { stamp, seen } = merge
    if (merge.ops === null) {
      for (const each of node.merged) {
        if (each >= stamp) this.faults.push(`own ${stamp} is not above ${each}`)
        if (!seen.covers(each)) this.faults.push(`own ${stamp} has not seen ${each}`)
      }
      const isEmpty = payload.bytes()[0] === 0
      if (!isEmpty) {
        if (this.made.has(stamp)) this.faults.push(`${stamp} is made twice`)
        this.made.set(stamp, new Set(node.merged))
        node.merged.add(stamp)
        if (token !== null) node.waiting.set(token, stamp)
      }
      const strategy = node.strategy as Strategy
      strategy.prepared?.(token as Token, isEmpty ? null : Uint8Array.of(1, 2, 3))
      return
    }
    if (merge.holds?.(0) === true) {
      if (!node.merged.has(stamp)) this.faults.push(`member ${node.id} does not hold ${stamp}`)
      return
    }
    if (node.merged.has(stamp)) this.faults.push(`member ${node.id} merges ${stamp} again`)
    const causes = this.made.get(stamp)
    if (causes === undefined) {
      this.faults.push(`${stamp} was never made`)
      return
    }
    for (const cause of causes) {
      if (!node.merged.has(cause)) this.faults.push(`${stamp} is merged before ${cause}`)
      if (!seen.covers(cause)) this.faults.push(`${stamp} says that it has not seen ${cause}`)
    }
    for (const each of node.merged) {
      if (seen.covers(each) && !causes.has(each)) this.faults.push(`${stamp} had not seen ${each}`)
      if (each <= node.stable && !causes.has(each)) {
        this.faults.push(`${stamp} comes behind ${each}, which is stable, and has not seen it`)
      }
    }
    node.merged.add(stamp)
  }

  #judgeStable(node: Node, upTo: number): void {
    if (upTo < node.stable) this.faults.push(`member ${node.id}: stable goes back`)
    node.stable = upTo
    for (const other of this.live()) {
      if (other.isRecovering) continue
      for (const each of node.merged) {
        if (each <= upTo && !other.merged.has(each)) {
          this.faults.push(`${each} is stable for ${node.id}, and member ${other.id} lacks it`)
        }
      }
      for (const each of other.merged) {
        if (each <= upTo && !node.merged.has(each)) {
          this.faults.push(`${each} is below what is stable for ${node.id}, who lacks it`)
        }
      }
    }
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
    const snapshot = { at, chain, mark, merged: new Set(node.merged) }
    if (to.strategy !== null && this.#isLinked(node, to)) {
      this.#flights.push({ from: node, to, message: new Uint8Array(0), snapshot })
    }
    strategy.snapshotSent(peer, true, at)
  }

  #install(node: Node, from: Node, snapshot: Checkpoint): void {
    const strategy = node.strategy as Strategy
    if (!strategy.acceptsSnapshot(from.id, 1, snapshot.at)) return
    node.merged = new Set(snapshot.merged)
    node.applied = snapshot.at.index
    node.stable = 0
    node.queue = []
    node.disk.checkpoint = snapshot
    const members = this.nodes.map(({ id }) => id)
    const { at, chain, mark } = snapshot
    strategy.snapshotInstalled(at, chain, { voters: members, learners: [] }, mark)
  }

  #send(from: Node, id: MemberId, message: Uint8Array): void {
    const to = this.nodes[id - 1] as Node
    if (to.strategy === null || !this.#isLinked(from, to)) return
    this.#flights.push({ from, to, message, snapshot: null })
  }

  #isLinked(a: Node, b: Node): boolean {
    return !this.cut.has(keyOf(a, b))
  }

  #nowOf(node: Node): Now {
    return { mono: this.#mono, wall: wallStart + this.#mono + node.skew }
  }
}
