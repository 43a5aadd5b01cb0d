// The topology at one member: a small Raft group with one key, and what was last read from it. A change is
// made of what the group holds, under its version, and tried again where another one came first. The last
// topology is in a row of the log store, too: a member that starts knows it before it hears anybody.

import { type Config, type KeyspaceConfig, shardGroupsOf } from '../api/config.js'
import type { EngineFactory } from '../api/engine.js'
import { type Caller, type GroupCall, type Lane, makeLane } from '../api/group.js'
import { noKeyEvents } from '../api/events.js'
import type { GroupId, Now } from '../api/ids.js'
import type { Rests } from '../api/rest.js'
import { limits } from '../api/limits.js'
import type { Row } from '../api/store.js'
import type { StrategyPlugin } from '../api/strategy.js'
import type { Random } from '../base/random.js'
import { busyTopology, topologyFull } from '../api/replies.js'
import { type ErrorReply, isError, type Reply } from '../api/reply.js'
import {
  decodeTopology,
  encodeTopology,
  type Founding,
  firstTopology,
  founded,
  foundingOf,
  isLater,
  nextTopology,
  type Topology,
} from '../api/topology.js'
import { readdressed } from '../api/roster.js'
import type { TopologyEdit } from '../router/cluster-view.js'
import { encodeTransaction, watchName } from '../api/transaction.js'
import { hasBug } from '../base/seeded-bug.js'
import { decodeTopologyRow, encodeTopologyRow, topologyKey } from '../log/layout.js'
import { Shard } from '../shard/shard.js'
import type { ShardSink } from '../shard/sink.js'
import { transactionSpecs } from '../shard/transaction.js'
import { SlotMap } from '../slots/map.js'
import type { Roster } from './roster.js'
import type { Stores } from './stores.js'

/** Its number in rows, frames and traces: above those of all data. */
export const topologyGroupId = 0xffff as GroupId
const topologyStrategy = 'raft'

/** Where no data outlives the loss of a majority of disks without the operator's word, it goes on by itself, too. */
export function topologyKeyspace({ keyspaces }: Pick<Config, 'keyspaces'>): KeyspaceConfig {
  const isStrict = keyspaces.some(({ durability }) => durability === 'always')
  return {
    name: 'topology',
    prefixes: [],
    databases: null,
    level: 'strong',
    strategy: topologyStrategy,
    durability: isStrict ? 'always' : 'everysec',
    maxMemory: 0,
    options: {},
  }
}

/** The one key of the group. */
const key = 'topology'
/** Times that a change is made anew because another one came first. */
const triesMax = 64
/** Characters that are told of a change. */
const whatCharsMax = 256
/** Milliseconds between two looks at the era. */
const renewMs = 1_000
/** Changes that wait at this member. */
const waitingMax = 1_000

/** The last one that the member knew before it started. */
export function keptTopology(logRows: readonly Row[]): Topology | null {
  const row = logRows.find((each) => each.key === topologyKey)
  const kept = row === undefined ? null : decodeTopologyRow(row.value)
  return kept === null ? null : decodeTopology(kept)
}

export interface TopologyInit {
  readonly config: Config
  /** As the files have it. */
  readonly files: Config
  readonly shard: Shard
  readonly stores: Stores
  readonly logRows: readonly Row[]
  /** The version that all members know; undefined while one is away. */
  readonly common: () => number | undefined
  /** A later one is known. */
  readonly adopted: (topology: Topology) => void
  /** The group keeps one that this version cannot read: the last known one stays. */
  readonly refused: () => void
}

export interface TopologyMakings
  extends Pick<TopologyInit, 'logRows' | 'adopted' | 'stores' | 'common'> {
  readonly config: Config
  readonly strategies: ReadonlyMap<string, StrategyPlugin>
  readonly engine: EngineFactory
  readonly random: Random
  readonly sink: ShardSink
  readonly rests: Rests
  readonly roster: Pick<Roster, 'born' | 'files'>
}

export function makeTopologyGroup(init: TopologyMakings): TopologyGroup {
  const { config, strategies, engine, random, sink, rests, roster } = init
  const keyspace = topologyKeyspace(config)
  const shard = new Shard({
    id: topologyGroupId,
    shard: 0,
    keyspace,
    config,
    get members() {
      return { voters: roster.born, learners: [] }
    },
    holders: () => config.members.map(({ id }) => id),
    plugin: strategies.get(keyspace.strategy) as StrategyPlugin,
    engine,
    sink,
    rests,
    random: random.fork(),
    // Followers hear of a change at once.
    events: { ...noKeyEvents, isAwaited: true },
    clockOffset: () => 0,
    // Who owns slots must not be forgotten with the second before a loss of power.
    isStrict: true,
  })
  const refused = (): void => sink.trace({ level: 'error', event: 'topology.unknown', fields: {} })
  return new TopologyGroup({ ...init, files: roster.files, shard, refused })
}

/** Makes the next topology of the last one, or says why there is none. */
interface Change {
  readonly what: string
  readonly edit: TopologyEdit
  readonly done: (refusal: ErrorReply | null) => void
}

export class TopologyGroup {
  readonly shard: Shard
  readonly #init: TopologyInit
  readonly #founding: Founding
  readonly #waiting: Change[] = []
  /** Who waits for the answer to the call under way. */
  #take: (reply: Reply) => void = () => undefined
  readonly #lane: Lane
  readonly #looker: Lane
  #ticket = 0
  #tries = 0
  #known: Topology
  #now: Now = { wall: 0, mono: 0 }
  /** What of the group's log was looked at. */
  #lookedAt = 0
  #isLooking = false
  /** What the files say is in the group, or on its way. */
  #isFounded = false
  #renewAt = 0
  #isRenewing = false
  #isReaddressed = false
  /** Rows that are on their way to the disk. */
  #unkept = 0

  constructor(init: TopologyInit) {
    this.#init = init
    this.shard = init.shard
    const { files, logRows } = init
    const slots = SlotMap.weighted(shardGroupsOf(files).map(({ weight }) => weight)).ranges()
    this.#founding = foundingOf(
      files,
      slots.map(({ from, to, shard }) => [from, to, shard]),
    )
    this.#known = keptTopology(logRows) ?? firstTopology(this.#founding)
    this.#lane = makeLane(callerOf((reply) => this.#take(reply)))
    this.#looker = makeLane(callerOf((reply) => this.#looked(reply)))
  }

  /** The latest that this member has heard of. */
  get topology(): Topology {
    return this.#known
  }

  /** The topology that this member goes by is on its disk. */
  get isKept(): boolean {
    return this.#unkept === 0
  }

  /** What this member has applied of its group is known here. */
  get isAbreast(): boolean {
    return !this.#isLooking && this.shard.applied.index === this.#lookedAt
  }

  /** `done` hears null once the change is in the topology here, or why it is not: at once or in a later turn. */
  change(what: string, edit: TopologyEdit, done: Change['done']): void {
    if (this.#waiting.length >= waitingMax) return done(busyTopology)
    this.#waiting.push({ what, edit, done })
    if (this.#waiting.length === 1) this.#begin()
  }

  /** A member told the one that it knows. */
  heard(text: string): void {
    this.#adopt(text)
  }

  /** Looks at what was applied. Once a turn, behind the shard's part. */
  turn(now: Now): void {
    this.#now = now
    if (now.mono >= this.#renewAt) this.#renew()
    this.#readdress()
    const { index } = this.shard.applied
    if (index === this.#lookedAt && (this.#isFounded || this.#known.epoch > 0)) return
    if (index !== this.#lookedAt && !this.#isLooking) {
      this.#isLooking = true
      this.#lookedAt = index
      this.#submit(this.#looker, { args: ['get', key], write: false, isLocal: true })
    }
    this.#found()
  }

  #looked(reply: Reply): void {
    this.#isLooking = false
    if (typeof reply === 'string') this.#adopt(reply)
  }

  /**
   * The group began anew, maybe without a change that some member has in its row: who leads it gives it a document of
   * this era, which counts more than either.
   */
  #renew(): void {
    this.#renewAt = this.#now.mono + renewMs
    const status = this.shard.status()
    if (status?.role !== 'leader' || this.#known.epoch === 0 || status.era <= this.#known.era)
      return
    if (this.#isRenewing) return
    this.#isRenewing = true
    const edit: TopologyEdit = (topology) => (topology.era < status.era ? topology : null)
    this.change('the group that keeps the topology began anew', edit, () => {
      this.#isRenewing = false
    })
  }

  /** Who leads the group gives it what the files say. */
  #found(): void {
    if (this.#isFounded || this.shard.status()?.role !== 'leader') return
    this.#isFounded = true
    const edit: TopologyEdit = (topology) => {
      const version = topology.epoch === 0 ? this.#init.common() : undefined
      return founded(version === undefined ? topology : { ...topology, version }, this.#founding)
    }
    this.change('the configuration of the members', edit, (refusal) => {
      this.#isFounded = refusal === null
    })
  }

  /** A member's own addresses are those of its file, also where files count no more. */
  #readdress(): void {
    if (this.#isReaddressed || this.#known.roster === undefined) return
    if (this.shard.status()?.leader == null) return
    this.#isReaddressed = true
    const { self } = this.#init.config
    const own = this.#founding.members.find(({ id }) => id === self)
    if (own === undefined || readdressed(this.#known, own) === null) return
    const edit: TopologyEdit = (topology) => readdressed(topology, own)
    this.change(`the addresses of member ${self}`, edit, (refusal) => {
      this.#isReaddressed = refusal === null
    })
  }

  #adopt(text: string): void {
    const topology = decodeTopology(text)
    if (topology === null) return this.#init.refused()
    if (!isLater(topology, this.#known) && !hasBug('core-topology-goes-back')) return
    this.#known = topology
    const row = { key: topologyKey, value: encodeTopologyRow(text) }
    const write = { puts: [row], deletes: [], ranges: [], sync: true, witness: [] }
    this.#unkept++
    this.#init.stores.write({ ...write, store: 'log' }, (error) => {
      if (error === null) this.#unkept--
    })
    this.#init.adopted(topology)
  }

  /** The first of those that wait: the version, then what there is under it. */
  #begin(): void {
    this.#tries = 0
    this.#read()
  }

  #read(): void {
    this.#ask({ args: [watchName, key], write: false }, (versions) => {
      const version = Array.isArray(versions) ? versions[0] : null
      if (typeof version !== 'number') return this.#end(isError(versions) ? versions : busyTopology)
      // Not locally: the version may come from a member that is further.
      this.#ask({ args: ['get', key], write: false }, (text) => {
        if (isError(text)) return this.#end(text)
        if (typeof text === 'string') this.#adopt(text)
        this.#write(version)
      })
    })
  }

  #write(version: number): void {
    const change = this.#waiting[0]
    if (change === undefined) return
    const made = change.edit(this.#known)
    if (made === null || 'type' in made) return this.#end(made)
    const by = this.#init.config.self
    const era = this.shard.status()?.era ?? 0
    const what = change.what.slice(0, whatCharsMax)
    const next = nextTopology(made, era, { at: this.#now.wall, by, what })
    const text = encodeTopology(next)
    if (text.length > limits.topologyCharsMax) return this.#end(topologyFull)
    const args = encodeTransaction({
      watched: hasBug('core-topology-unwatched') ? [] : [{ db: 0, key, version }],
      calls: [{ db: 0, args: ['set', key, text] }],
    })
    this.#ask({ args, write: true }, (reply) => {
      if (isError(reply)) return this.#end(reply)
      if (Array.isArray(reply)) {
        this.#adopt(text)
        return this.#end(null)
      }
      this.#tries++
      if (this.#tries >= triesMax) this.#end(busyTopology)
      else this.#read()
    })
  }

  #end(refusal: ErrorReply | null): void {
    const change = this.#waiting.shift()
    change?.done(refusal)
    if (this.#waiting.length > 0) this.#begin()
  }

  #ask(call: Call, take: (reply: Reply) => void): void {
    this.#take = take
    this.#submit(this.#lane, call)
  }

  #submit(lane: Lane, { args, write, isLocal = false }: Call): void {
    const { shard } = this
    const name = args[0] as string
    const spec = transactionSpecs.get(name) ?? shard.engine.commands.get(name)
    if (spec === undefined) return
    const call: GroupCall = { spec, write, db: 0, args, ticket: ++this.#ticket }
    shard.submit(lane, isLocal ? { ...call, level: 'local' } : call)
  }
}

interface Call {
  readonly args: readonly string[]
  readonly write: boolean
  readonly isLocal?: boolean
}

function callerOf(take: (reply: Reply) => void): Caller {
  return { answer: (_ticket, reply) => take(reply) }
}
