// A small deterministic world for strategies of one total order: members with a fake disk and a list as
// engine, links that delay, lose, double and cut, and a clock that only `advance` moves. It drives a
// strategy as a shard does and asserts the invariants after each step.

import {
  bytesToText,
  type Delivery,
  type GroupId,
  type MemberId,
  type Members,
  type Outgoing,
  type Payload,
  Random,
  type ReadLevel,
  type Ready,
  type RecoveryCause,
  type Strategy,
  textToBytes,
  type Token,
} from 'quorate/plugin'
import { continueFrom, copy, store } from './disk.js'
import { Fates } from './fates.js'
import { MemberRules } from './member-rules.js'
import { sendSnapshot } from './snapshot.js'
import { Invariants } from './invariants.js'
import type { Storyteller } from '../storyteller.js'
import { type Letter, Node, type ReadRecord, type Write } from './node.js'
import { type GivenOptions, worldDefaults, type WorldOptions } from './world-options.js'

export class World {
  readonly options: WorldOptions
  readonly random: Random
  readonly nodes: Node[] = []
  readonly reads = new Map<Token, ReadRecord>()
  readonly fates = new Fates()
  mono = 1_000
  /** Hears what is sent and traced, for golden files. */
  storyteller: Storyteller | null = null
  /** Set by tests that look at messages. True keeps the message. */
  filter: (from: number, to: number, message: Uint8Array) => boolean = () => true
  /** No write ends before this time. */
  stalledUntil = 0
  /** No more losses and slow links. */
  quiet = false
  readonly rules = new Invariants()
  /** Those that the group begins with. */
  readonly initial: Members
  readonly members: MemberRules
  readonly #letters: Letter[] = []
  readonly #cut = new Set<string>()
  #token = 0
  #order = 0

  constructor(options: GivenOptions) {
    this.options = { ...worldDefaults, ...options }
    this.random = new Random(this.options.seed)
    const { voters, learners, outside } = this.options
    const count = voters + learners + outside
    for (let id = 1; id <= count; id++) this.nodes.push(new Node(id))
    const ids = this.ids as MemberId[]
    this.initial = {
      voters: ids.slice(0, voters),
      learners: ids.slice(voters, voters + learners),
    }
    this.members = new MemberRules(this)
    for (const node of this.nodes) this.start(node.id)
  }

  node(id: number): Node {
    return this.nodes[id - 1] as Node
  }

  strategy(id: number): Strategy {
    const { strategy } = this.node(id)
    if (strategy === null) throw new Error(`member ${id} is down`)
    return strategy
  }

  get ids(): number[] {
    return this.nodes.map((node) => node.id)
  }
  get up(): Node[] {
    return this.nodes.filter((node) => node.strategy !== null)
  }

  start(id: number, recovering: RecoveryCause | null = null): void {
    const node = this.node(id)
    const { disk, checkpoint } = node
    node.begin()
    continueFrom(disk, checkpoint.at, checkpoint.chain)
    const entries = disk.entries.filter((entry) => entry.index > checkpoint.at.index)
    const first = entries[0]
    if (first !== undefined && first.index !== checkpoint.at.index + 1) {
      throw new Error(`member ${id}: gap behind the checkpoint`)
    }
    const { plugin } = this.options
    node.strategy = plugin.create({
      self: id as MemberId,
      group: 1 as GroupId,
      options: this.options.parsed ?? { ...plugin.defaults, ...this.options.options },
      durability: this.options.durability,
      members: checkpoint.members ?? this.initial,
      state: disk.state,
      base: checkpoint.at,
      baseChain: checkpoint.chain,
      entries,
      recovering,
      recoverWaitMs: this.options.recoverWaitMs,
      now: this.#now(node),
      random: this.random.fork(),
    })
    for (const other of this.up) {
      if (other === node) continue
      other.strategy?.peerUp(id as MemberId)
      node.strategy.peerUp(other.id as MemberId)
    }
  }

  /** kill -9: what the operating system has stays; `power` loses what was not synced. */
  crash(id: number, power = false): void {
    const node = this.node(id)
    node.strategy = null
    node.writes = []
    node.isPaused = false
    node.term = node.durableTerm
    if (power) node.disk = copy(node.synced)
    for (const other of this.up) {
      if (!other.isPaused && !this.isCut(id, other.id)) other.strategy?.peerDown(id as MemberId)
    }
  }

  wipe(id: number): void {
    this.node(id).forget()
  }

  restart(id: number, recovering: RecoveryCause | null = null): void {
    if (this.node(id).strategy !== null) this.crash(id)
    this.start(id, recovering)
  }

  /** One way. */
  cut(from: number, to: number): void {
    this.#cut.add(`${from}>${to}`)
  }

  isolate(id: number): void {
    for (const other of this.ids) {
      this.cut(id, other)
      this.cut(other, id)
    }
  }

  heal(): void {
    this.#cut.clear()
  }

  isCut(from: number, to: number): boolean {
    return this.#cut.has(`${from}>${to}`)
  }

  propose(id: number, given: string | Payload): Token | null {
    const node = this.node(id)
    if (node.strategy === null) return null
    const token = ++this.#token as Token
    const payload = typeof given === 'string' ? textPayload(given, this.options.awaits) : given
    const refusal = node.strategy.propose(token, payload, this.#now(node))
    if (refusal === null) this.fates.take(node, token, bytesToText(payload.bytes()))
    this.#drain(node)
    return refusal === null ? token : null
  }

  read(id: number, level: ReadLevel = 'linearizable'): Token | null {
    const node = this.node(id)
    if (node.strategy === null) return null
    const token = ++this.#token as Token
    this.reads.set(token, {
      member: id,
      floor: level === 'linearizable' ? this.rules.ackedIndex : node.floorOf(level),
      level,
      era: this.rules.historyEra,
      grantedAt: null,
      dropped: null,
    })
    node.strategy.tick(this.#now(node))
    const refusal = node.strategy.readIndex(token, level)
    this.#drain(node)
    if (refusal === null) return token
    this.reads.delete(token)
    return null
  }

  /** A finished checkpoint of what the member applied. */
  takeCheckpoint(id: number): void {
    const node = this.node(id)
    if (node.strategy === null) return
    const chain = node.strategy.chainAt(node.appliedAt.index)
    if (chain === null) throw new Error('the chain at the applied entry is known')
    const { appliedAt: at, applied, members } = node
    node.checkpoint = { at, chain, applied: [...applied], members }
    node.readies.allow(node.appliedAt.index)
    node.strategy.checkpointed(node.appliedAt)
    this.#drain(node)
  }

  advance(ms: number): void {
    const end = this.mono + ms
    while (this.mono < end) this.step()
  }

  /** Advances until `done`, at most `ms`; false when the time ran out. */
  until(done: () => boolean, ms = 10_000): boolean {
    const end = this.mono + ms
    while (!done() && this.mono < end) this.step()
    return done()
  }

  /** A member that leads and is followed in the greatest term of all members that are up. */
  leader(): number | null {
    let found: number | null = null
    let term = 0
    for (const node of this.up) {
      const status = node.strategy?.status()
      if (status === undefined) continue
      if (status.role === 'leader' && status.term > term) {
        found = node.id
        term = status.term
      }
    }
    return found
  }

  elect(): number {
    if (!this.until(() => this.leader() !== null && this.isSettled())) throw new Error('no leader')
    return this.leader() as number
  }

  /** The leader committed an entry of its term. */
  isSettled(): boolean {
    const id = this.leader()
    if (id === null) return false
    const status = this.strategy(id).status()
    return status.commit.term === status.term
  }

  step(): void {
    this.mono += this.options.stepMs
    this.#deliver()
    for (const node of this.nodes) {
      if (node.strategy === null || node.isPaused) continue
      this.#finishWrites(node)
      if (!this.options.sleeps || this.mono >= node.strategy.wakeAt() - node.clockMs)
        node.strategy.tick(this.#now(node))
      this.#drain(node)
    }
    for (const node of this.up) if (!node.isPaused) this.rules.check(node)
  }

  #now(node: Node): { wall: number; mono: number } {
    return { wall: 1_700_000_000_000 + this.mono, mono: this.mono + node.clockMs }
  }

  #deliver(): void {
    const due = this.#letters.filter((letter) => letter.at <= this.mono)
    if (due.length === 0) return
    const rest = this.#letters.filter((letter) => letter.at > this.mono)
    this.#letters.length = 0
    due.sort((a, b) => a.at - b.at || a.order - b.order)
    for (const letter of due) {
      const node = this.node(letter.to)
      if (node.strategy === null || node.life !== letter.life || this.isCut(letter.from, letter.to))
        continue
      if (node.isPaused) rest.push(letter)
      else node.strategy.step(letter.from as MemberId, letter.message, this.#now(node))
    }
    this.#letters.push(...rest)
  }

  #post(from: Node, outgoing: Outgoing): void {
    const to = this.nodes[outgoing.to - 1]
    if (to === undefined || to.strategy === null) return
    if (!this.filter(from.id, to.id, outgoing.message)) return
    this.storyteller?.sent(from.id, to.id, outgoing.message)
    if (!this.quiet && this.random.chance(this.options.lossPermille, 1_000)) return
    const copies = this.random.chance(this.options.doublePermille, 1_000) ? 2 : 1
    for (let i = 0; i < copies; i++) {
      const at = this.mono + 1 + this.random.below(this.options.delayMaxMs)
      this.#letters.push({
        from: from.id,
        to: to.id,
        message: outgoing.message,
        at,
        order: this.#order++,
        life: to.life,
      })
    }
  }

  #drain(node: Node): void {
    const { strategy } = node
    if (strategy === null) return
    for (let turns = 0; ; turns++) {
      if (turns > 2_000) throw new Error('ready does not come to an end')
      const ready = strategy.ready()
      if (ready === null) return
      this.#act(node, ready)
      if (this.options.diskMaxMs === 0) this.#finishWrites(node)
    }
  }

  #act(node: Node, ready: Ready): void {
    const strategy = node.strategy as Strategy
    node.readies.hold(ready)
    for (const event of ready.trace) this.storyteller?.traced(node.id, event)
    for (const outgoing of ready.sendNow) this.#post(node, outgoing)
    if (ready.write === null)
      for (const outgoing of ready.sendAfterWrite) this.#post(node, outgoing)
    else {
      this.members.written(node, ready.write.entries)
      const { diskMinMs, diskMaxMs } = this.options
      const end = this.mono + diskMinMs + this.random.below(diskMaxMs - diskMinMs + 1)
      const doneAt = Math.max(node.writes.at(-1)?.doneAt ?? 0, this.stalledUntil, end)
      node.writes.push({
        batch: ready.batch,
        write: ready.write,
        sync: ready.mustSync,
        after: ready.sendAfterWrite,
        doneAt,
      })
    }
    for (const delivery of ready.delivered) this.#execute(node, delivery)
    for (const grant of ready.grants) this.#grant(grant.token, grant.at.index)
    for (const drop of ready.dropped) {
      const read = this.reads.get(drop.token)
      if (read !== undefined) read.dropped = drop.reason
      else if (!this.members.dropped(drop.token)) this.fates.dropped(node, drop)
    }
    if (ready.fetch !== null) {
      const { from, to } = ready.fetch
      strategy.fetched(
        node.disk.entries.filter((entry) => entry.index >= from && entry.index <= to),
      )
    }
    for (const peer of ready.snapshotTo) {
      const to = this.node(peer)
      const { appliedAt: at } = node
      const isTaken = sendSnapshot(this, node, to)
      if (isTaken) this.#drain(to)
      strategy.snapshotSent(peer, isTaken, at)
    }
  }

  #grant(token: Token, index: number): void {
    const read = this.reads.get(token)
    if (read === undefined) throw new Error('a grant for a read that nobody asked for')
    if (read.grantedAt !== null || read.dropped !== null) throw new Error('a read is answered once')
    const node = this.node(read.member)
    this.rules.checkRead(read, { index, era: node.strategy?.status().era ?? 0 })
    if (read.level === 'sequential') node.seenIndex = Math.max(node.seenIndex, index)
    read.grantedAt = index
  }

  #execute(node: Node, delivery: Delivery): void {
    if (delivery.at.index !== node.appliedAt.index + 1)
      throw new Error(`RF13: member ${node.id} skips an entry`)
    const text = bytesToText(delivery.payload.bytes())
    node.applied.push({ at: delivery.at, text })
    node.appliedAt = delivery.at
    this.rules.record(node, { at: delivery.at, text })
    if (!this.members.executed(node, delivery)) this.fates.executed(node, text, delivery)
    if (delivery.token !== null) {
      node.seenIndex = delivery.at.index
      this.rules.ackedIndex = Math.max(this.rules.ackedIndex, delivery.at.index)
    }
    node.strategy?.applied(delivery.at)
  }

  #finishWrites(node: Node): void {
    while (node.writes.length > 0 && !node.diskStopped) {
      const write = node.writes[0] as Write
      if (write.doneAt > this.mono) return
      node.writes.shift()
      store(node.disk, write.write)
      if (write.write.state !== null) node.durableTerm = write.write.voteTerm
      if (write.sync) node.synced = copy(node.disk)
      for (const outgoing of write.after) this.#post(node, outgoing)
      node.strategy?.persisted(write.batch)
      if (this.options.diskMaxMs > 0) this.#drain(node)
    }
  }
}

/** An entry of a proposer; `isAwaited`: somebody else waits for it, too. */
export function textPayload(text: string, isAwaited: boolean): Payload {
  const bytes = textToBytes(`!${text}`)
  return { size: bytes.length, isAwaited, bytes: () => bytes }
}
