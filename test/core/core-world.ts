// Whole members in one process, in step: every step is a millisecond and one turn of each core. Frames
// and store answers arrive a step later; frames may be lost. Clients speak RESP bytes. Nothing else is
// simulated: faults and crashes at any moment are the simulator's work.

import type { ScriptRunner } from '../../src/api/scripts.js'
import type { Config, KeyspaceConfig } from '../../src/api/config.js'
import type { ConnectionId, GroupId, LinkId, MemberId } from '../../src/api/ids.js'
import type { Boot, Input, Output } from '../../src/api/io.js'
import { limits } from '../../src/api/limits.js'
import type { Row } from '../../src/api/store.js'
import type { ProcessFacts } from '../../src/api/stopwatch.js'
import type { TraceEvent } from '../../src/api/trace.js'
import { Random } from '../../src/base/random.js'
import type { Core } from '../../src/core/core.js'
import { type CreateInit, createCore } from '../../src/core/create.js'
import { Pace } from './pace.js'
import { encodeCommand, ReplyReader } from '../sim/resp-client.js'
import { fixedFacts } from '../fixed-facts.js'
import { strategies } from './strategies.js'

interface Member {
  readonly id: MemberId
  core: Core | null
  boot?: Boot
  inbox: Input[]
  rows: { log: Map<string, Uint8Array>; state: Map<string, Uint8Array> }
  readonly traces: TraceEvent[]
  stopped: Extract<Output, { readonly kind: 'stopped' }> | null
}

interface Wire {
  readonly ends: readonly [Member, Member]
  readonly ids: readonly [LinkId, LinkId]
}

/** What the clients of one connection sent and got. */
export class Client {
  readonly member: Member
  readonly connection: ConnectionId
  readonly replies: string[] = []
  readonly reader = new ReplyReader()
  /** Everything that came, as it came; where it is not RESP2 `isRaw` keeps the reader from it. */
  text = ''
  isRaw = false
  sent = 0

  constructor(member: Member, connection: ConnectionId) {
    this.member = member
    this.connection = connection
  }

  send(...lines: readonly string[]): void {
    let text = ''
    for (const line of lines) text += encodeCommand(line.split(' '))
    this.sent += lines.length
    const bytes = Buffer.from(text, 'latin1')
    this.member.inbox.push({ kind: 'bytes', connection: this.connection, bytes })
  }
}

export interface CoreWorldOptions {
  readonly members?: number
  readonly keyspaces?: readonly KeyspaceConfig[]
  /** Differences in the configuration of one member. */
  readonly config?: (id: number) => Partial<Config>
  readonly checkpointLogBytes?: number
  /** Members run scripts with what this makes. */
  readonly scripts?: () => ScriptRunner
  /** The clock on the wall, where it is not to go with the members' own time. */
  readonly wall?: () => number
  /** The build of a member as it starts: the version of the cluster that it knows, and its engine. */
  readonly build?: (id: number) => Pick<CreateInit, 'engine'> & { facts?: Partial<ProcessFacts> }
  /** Milliseconds by which a member's clock is off. */
  readonly skew?: (id: number) => number
}

export function keyspace(name: string, prefixes: readonly string[], options = {}): KeyspaceConfig {
  return {
    name,
    prefixes,
    databases: null,
    level: 'strong',
    strategy: 'raft',
    durability: 'always',
    maxMemory: 0,
    options,
  }
}

export class CoreWorld {
  readonly members: Member[]
  readonly random = new Random(7)
  mono = 1_000
  /** Stores answer nothing meanwhile. */
  isDiskStuck = false
  /** Of a thousand frames, how many are lost. */
  lossPerMille = 0
  /** Milliseconds that frames are on their way, beside the step. */
  delayMs = 0
  #late: { readonly at: number; readonly to: Member; readonly input: Input }[] = []
  /** Pairs of members that do not hear each other, as `1-2`. */
  readonly cut = new Set<string>()
  readonly clients: Client[] = []
  /** Hears of every frame, and says whether it arrives. */
  passes = (_bytes: Uint8Array): boolean => true
  readonly #options: CoreWorldOptions
  /** Links that a core closed: dialled again some steps later. */
  #redials: { readonly at: number; readonly wire: Wire }[] = []
  #wires: Wire[] = []
  readonly #pace: Pace
  #ids = 0

  constructor(options: CoreWorldOptions = {}) {
    this.#options = options
    this.#pace = new Pace(this.now)
    this.members = Array.from({ length: options.members ?? 3 }, (_, index) => ({
      id: (index + 1) as MemberId,
      core: null,
      inbox: [],
      rows: { log: new Map(), state: new Map() },
      traces: [],
      stopped: null,
    }))
    for (const member of this.members) this.start(member.id)
  }

  member(id: number): Member {
    return this.members[id - 1] as Member
  }

  start(id: number): void {
    const member = this.member(id)
    member.stopped = null
    member.inbox = []
    const boot = { logRows: sorted(member.rows.log), witness: null, witnessDamaged: false }
    member.boot = boot
    const { facts, ...build } = this.#options.build?.(id) ?? {}
    member.core = createCore({
      config: this.#config(member.id),
      ...{ boot, strategies, ...build },
      random: this.random.fork(),
      ...(this.#options.scripts === undefined ? {} : { scripts: this.#options.scripts() }),
      stopwatch: { microseconds: () => 0 },
      facts: { ...fixedFacts, ...facts },
      now: this.now,
    })
    this.rejoin(id)
  }

  /** The process dies; `wipe` empties its disk. */
  kill(id: number, wipe = false): void {
    const member = this.member(id)
    member.core = null
    member.inbox = []
    if (wipe) member.rows = { log: new Map(), state: new Map() }
    for (const wire of this.#wires.filter((each) => each.ends.includes(member))) this.#close(wire)
  }

  /** All links of a member close, until `rejoin`. */
  isolate(id: number): void {
    const member = this.member(id)
    for (const wire of this.#wires.filter((each) => each.ends.includes(member))) this.#close(wire)
  }

  rejoin(id: number): void {
    const member = this.member(id)
    for (const other of this.members)
      if (other !== member && other.core !== null) this.#dial(member, other)
  }

  get now() {
    return { mono: this.mono, wall: this.#options.wall?.() ?? 1_790_000_000_000 + this.mono }
  }

  client(id: number): Client {
    const client = new Client(this.member(id), ++this.#ids as ConnectionId)
    const { connection } = client
    const where = { listener: 'resp', remote: '127.0.0.1:5', local: '127.0.0.1:6', loopback: true }
    client.member.inbox.push({ kind: 'connected', connection, identity: null, ...where })
    this.clients.push(client)
    return client
  }

  step(): void {
    if (this.#pace.counts(this.now)) this.mono++
    for (const { at, to, input } of this.#late) if (at <= this.mono) to.inbox.push(input)
    this.#late = this.#late.filter(({ at }) => at > this.mono)
    for (const { at, wire } of this.#redials) {
      const [from, to] = wire.ends
      if (at === this.mono && from.core !== null && to.core !== null) this.#dial(from, to)
    }
    this.#redials = this.#redials.filter((each) => each.at > this.mono)
    for (const member of this.members) {
      const { core } = member
      if (core === null) continue
      const isLate = ({ kind }: Input): boolean => this.isDiskStuck && kind === 'stored'
      const inputs = member.inbox.filter((input) => !isLate(input))
      member.inbox = member.inbox.filter(isLate)
      const now = { ...this.now, wall: this.now.wall + (this.#options.skew?.(member.id) ?? 0) }
      for (const output of [...core.turn(now, inputs)]) this.#carry(member, output)
    }
  }

  /** Steps until `holds`, at most `stepsMax`; whether it did. */
  until(holds: () => boolean, stepsMax = 20_000): boolean {
    for (let i = 0; i < stepsMax; i++) {
      if (holds()) return true
      this.step()
    }
    return holds()
  }

  /** All clients have all their replies. */
  answered(): boolean {
    return this.until(() => this.clients.every((each) => each.replies.length >= each.sent))
  }

  leader(group = 0): number {
    let id = 0
    let term = 0
    for (const member of this.members) {
      const status = member.core?.inspect().groups[group]?.status
      if (status?.role !== 'leader' || status.term <= term) continue
      id = member.id
      term = status.term
    }
    return id
  }

  /** A leader that all running members follow. */
  settled(): boolean {
    return this.until(() => {
      const groups = this.members.flatMap((member) => member.core?.inspect().groups ?? [])
      return groups.length > 0 && groups.every(({ status }) => (status?.leader ?? null) !== null)
    })
  }

  /** Members whose states are equal at equal positions. */
  converged(group = 0): boolean {
    return this.until(() => {
      const views = this.members.flatMap((member) => member.core?.inspect().groups[group] ?? [])
      const [first] = views
      if (first === undefined) return false
      const digest = first.digest()
      return views.every((each) => {
        const own = each.digest()
        return (
          each.applied.index === first.applied.index &&
          own !== null &&
          own.high === digest?.high &&
          own.low === digest.low
        )
      })
    })
  }

  /** A frame from nobody we know, on a link of its own: what comes back. */
  greet(id: number, bytes: Uint8Array): { readonly frames: number; readonly closed: boolean } {
    const member = this.member(id)
    const link = ++this.#ids as LinkId
    const inputs: Input[] = [
      { kind: 'link-opened', link, to: null },
      { kind: 'frame', link, bytes },
    ]
    let frames = 0
    let closed = false
    for (const output of [...(member.core as Core).turn(this.now, inputs)]) {
      if (output.kind === 'frame' && output.link === link) frames++
      else if (output.kind === 'link-close' && output.link === link) closed = true
      else this.#carry(member, output)
    }
    return { frames, closed }
  }

  counter(id: number, name: string, group: GroupId = 0 as GroupId): number {
    return this.member(id).core?.inspect().groups[group]?.counters[name] ?? 0
  }

  #carry(member: Member, output: Output): void {
    switch (output.kind) {
      case 'write': {
        const client = this.clients.find((each) => each.connection === output.connection)
        if (client === undefined) return
        client.text += output.text
        if (!client.isRaw) client.replies.push(...client.reader.push(output.text))
        return
      }
      case 'frame':
        return this.#frame(member, output)
      case 'link-close': {
        const wire = this.#wires.find((each) => each.ids.includes(output.link))
        if (wire === undefined) return
        this.#close(wire)
        this.#redials.push({ at: this.mono + 20, wire })
        return
      }
      case 'store': {
        const { store, id, puts, deletes, ranges } = output.write
        const rows = member.rows[store]
        for (const key of deletes) rows.delete(key)
        for (const { from, to } of ranges) {
          for (const key of [...rows.keys()]) if (key >= from && key < to) rows.delete(key)
        }
        for (const { key, value } of puts) rows.set(key, value)
        member.inbox.push({ kind: 'stored', store, id, error: null })
        return
      }
      case 'scan': {
        const { from, to, id } = output
        const rows = sorted(member.rows[output.store]).filter(
          (row) => row.key >= from && row.key < to,
        )
        member.inbox.push({ kind: 'scanned', id, rows, done: true })
        return
      }
      case 'trace':
        member.traces.push(output.event)
        return
      case 'stopped':
        member.stopped = output
        this.kill(member.id)
        return
      case 'close':
      case 'pause':
        return
    }
  }

  #frame(member: Member, output: Extract<Output, { readonly kind: 'frame' }>): void {
    const wire = this.#wires.find((each) => each.ids.includes(output.link))
    if (wire === undefined) return
    const at = wire.ids[0] === output.link ? 1 : 0
    const to = wire.ends[at] as Member
    const isCut = this.cut.has(`${member.id}-${to.id}`) || !this.passes(output.bytes)
    if (isCut || this.random.chance(this.lossPerMille, 1_000)) return
    const bytes = this.delayMs === 0 ? output.bytes : output.bytes.slice()
    const input: Input = { kind: 'frame', link: wire.ids[at] as LinkId, bytes }
    if (this.delayMs === 0) to.inbox.push(input)
    else this.#late.push({ at: this.mono + this.delayMs, to, input })
  }

  #dial(from: Member, to: Member): void {
    const ids = [++this.#ids as LinkId, ++this.#ids as LinkId] as const
    this.#wires.push({ ends: [from, to], ids })
    from.inbox.push({ kind: 'link-opened', link: ids[0], to: to.id })
    to.inbox.push({ kind: 'link-opened', link: ids[1], to: null })
  }

  #close(wire: Wire): void {
    this.#wires = this.#wires.filter((each) => each !== wire)
    wire.ends.forEach((end, at) => {
      if (end.core !== null) end.inbox.push({ kind: 'link-closed', link: wire.ids[at] as LinkId })
    })
  }

  #config(self: MemberId): Config {
    return {
      cluster: 'test',
      self,
      members: this.members.map(({ id }) => ({
        id,
        name: `m${id}`,
        client: { host: '127.0.0.1', port: 7000 + id },
        peer: { host: '127.0.0.1', port: 17_000 + id },
      })),
      keyspaces: this.#options.keyspaces ?? [keyspace('default', [])],
      shards: 1,
      gathersWrites: true,
      listeners: [{ name: 'resp', door: 'resp', host: '127.0.0.1', port: 7000, path: null }],
      directory: '',
      bootstrap: false,
      password: null,
      protectedMode: true,
      aclFile: null,
      users: null,
      debugCommand: 'no',
      settings: [],
      peersInsecure: false,
      ...{ clientsMax: limits.clientsMax, maxMemory: 0 },
      bulkBytesMax: limits.bulkBytesMax,
      databases: limits.databases,
      requestMs: limits.requestMs,
      sessionWaitMs: limits.sessionWaitMs,
      clockSkewMs: 500,
      recoverWaitMs: 1_000,
      checkpointLogBytes: this.#options.checkpointLogBytes ?? limits.checkpointLogBytes,
      checkpointKeysPerSecond: limits.checkpointKeysPerSecond,
      checkpointIntervalMs: 1_000,
      freeSpaceReserveBytes: 0,
      logLevel: 'info',
      ...this.#options.config?.(self),
    }
  }
}

function sorted(rows: ReadonlyMap<string, Uint8Array>): Row[] {
  const made = [...rows].map(([key, value]) => ({ key, value }))
  return made.sort((a, b) => (a.key < b.key ? -1 : 1))
}
