// A router with fake groups and clients that speak bytes: what every router test builds. Groups answer
// at once, or keep their calls until the test lets them answer, in any order.

import type { CommandSpec } from '../../src/api/command.js'
import type { Config, KeyspaceConfig } from '../../src/api/config.js'
import type { Caller, Group, GroupCall, GroupReport, Lane } from '../../src/api/group.js'
import { makeLane } from '../../src/api/group.js'
import type { ConnectionId, GroupId, MemberId, Now } from '../../src/api/ids.js'
import type { Output } from '../../src/api/io.js'
import { limits } from '../../src/api/limits.js'
import { type ErrorReply, ok, type Reply } from '../../src/api/reply.js'
import { Roots } from '../../src/api/rooted.js'
import type { Stopwatch } from '../../src/api/stopwatch.js'
import { firstTopology, foundingOf, nextTopology, type Topology } from '../../src/api/topology.js'
import { bytesToText, textToBytes } from '../../src/base/bytes.js'
import { Random } from '../../src/base/random.js'
import { respDoor } from '../../src/resp/door.js'
import type { ClusterView, TopologyEdit } from '../../src/router/cluster-view.js'
import { Router } from '../../src/router/router.js'
import { engineSpecs } from './engine-specs.js'

export type Answerer = (call: GroupCall) => Reply | undefined

/** A keyspace of the fake configuration. */
export function keyspace(name: string, rest: Partial<KeyspaceConfig> = {}): KeyspaceConfig {
  return {
    name,
    prefixes: [],
    databases: null,
    level: 'strong',
    strategy: 'raft',
    durability: 'always',
    maxMemory: 0,
    options: {},
    ...rest,
  }
}

export function configOf(rest: Partial<Config> = {}): Config {
  const member = (id: number): Config['members'][number] => ({
    id: id as MemberId,
    name: `m${id}`,
    client: { host: '127.0.0.1', port: 7000 + id },
    peer: { host: '127.0.0.1', port: 7100 + id },
  })
  return {
    cluster: 'test',
    self: 1 as MemberId,
    members: [member(1), member(2), member(3)],
    keyspaces: [keyspace('default')],
    shards: 1,
    gathersWrites: true,
    listeners: [{ name: 'clients', door: 'resp', host: '127.0.0.1', port: 7001, path: null }],
    directory: '/var/lib/quorate',
    bootstrap: false,
    password: null,
    protectedMode: true,
    aclFile: null,
    users: null,
    debugCommand: 'no',
    settings: [],
    peersInsecure: false,
    maxMemory: 0,
    clientsMax: limits.clientsMax,
    bulkBytesMax: limits.bulkBytesMax,
    databases: 16,
    requestMs: limits.requestMs,
    sessionWaitMs: limits.sessionWaitMs,
    clockSkewMs: 500,
    recoverWaitMs: 10_000,
    checkpointLogBytes: limits.checkpointLogBytes,
    checkpointKeysPerSecond: limits.checkpointKeysPerSecond,
    checkpointIntervalMs: 60_000,
    freeSpaceReserveBytes: 0,
    logLevel: 'silent',
    ...rest,
  }
}

/** Keeps calls until `answer`, unless the answerer answers them at once. */
export class FakeGroup implements Group {
  readonly id: GroupId
  readonly keyspace: string
  readonly shard = 0
  readonly calls: { readonly lane: Lane; readonly call: GroupCall }[] = []
  readonly left: Lane[] = []
  inFlight = 0
  counters: Readonly<Record<string, number>> = {}
  keys = 0
  why = ''
  health: GroupReport['health'] = 'ok'
  leader: number | null = 1
  role: GroupReport['role'] = 'leader'
  loss = ''
  onlyHere = 0
  stateDigest = '00112233aabbccdd'
  readonly digestText = (): string => this.stateDigest
  readonly #answerer: Answerer

  constructor(id: number, name: string, answerer: Answerer) {
    this.id = id as GroupId
    this.keyspace = name
    this.#answerer = answerer
  }

  lane(caller: Caller): Lane {
    return makeLane(caller)
  }

  submit(lane: Lane, call: GroupCall): void {
    const reply = this.#answerer(call)
    if (reply === undefined) this.calls.push({ lane, call })
    else lane.caller.answer(call.ticket, reply)
  }

  /** Answers the waiting call at `index`. */
  answer(index: number, reply: Reply): void {
    const [waiting] = this.calls.splice(index, 1)
    if (waiting === undefined) throw new Error('no such call waits')
    waiting.lane.caller.answer(waiting.call.ticket, reply)
  }

  unblock(_lane: Lane, _how: 'timeout' | 'error', done: (reply: Reply) => void): void {
    done(0)
  }

  leave(lane: Lane): void {
    this.left.push(lane)
  }

  report(): GroupReport {
    return {
      id: this.id,
      keyspace: this.keyspace,
      shard: 0,
      level: 'strong',
      strategy: 'raft',
      durability: 'always',
      leader: this.leader as MemberId | null,
      role: this.role,
      term: 3,
      era: 1,
      index: 12,
      applied: 12,
      lag: 0,
      health: this.health,
      why: this.why,
      loss: this.loss,
      keys: this.keys,
      memoryBytes: 0,
      onlyHere: this.onlyHere,
      moving: '',
      voters: [],
      learners: [],
      outgoing: [],
      counters: this.counters,
    }
  }

  keyCount(): number {
    return this.keys
  }

  expiresCount(): number {
    return 0
  }

  averageTtl(): number {
    return 0
  }
}

export interface WorldOptions {
  readonly config?: Partial<Config>
  /** Undefined: the call waits. */
  readonly answer?: Answerer
  readonly commands?: ReadonlyMap<string, CommandSpec>
  readonly cluster?: Partial<ClusterView>
  readonly configFile?: string
  readonly stopwatch?: Stopwatch
}

/** One router, its groups, its clients and its clock. */
export class World {
  readonly router: Router
  readonly groups: readonly FakeGroup[]
  readonly outputs: Output[] = []
  now: Now = { wall: 1_700_000_000_123, mono: 1_000 }
  stopsAsked = 0
  checkpointsAsked = 0
  /** What changes of the topology are refused with. */
  refusal: ErrorReply | null = null
  #topology: Topology
  #next = 1

  get topology(): Topology {
    return this.#topology
  }

  /** As another member's change comes. */
  adopt(topology: Topology): void {
    this.#topology = topology
    this.router.adopt(topology)
  }

  /** Does a change, at once or later. */
  holds = (go: () => void): void => go()

  #change(what: string, edit: TopologyEdit, done: (refusal: ErrorReply | null) => void): void {
    const made = this.refusal ?? edit(this.#topology)
    if (made === null || 'type' in made) return done(made)
    const by = 1 as MemberId
    this.adopt(nextTopology(made, 0, { what, at: this.now.wall, by }))
    done(null)
  }

  constructor(options: WorldOptions = {}) {
    const config = configOf(options.config)
    const answer = options.answer ?? (() => ok)
    this.#topology = firstTopology(foundingOf(config, []))
    const topology = (): Topology => this.#topology
    this.groups = config.keyspaces.map((space, i) => new FakeGroup(i, space.name, answer))
    const cluster: ClusterView = {
      clusterId: 'c-1',
      self: config.self,
      members: config.members.map((member) => ({
        id: member.id,
        name: member.name,
        address: `${member.client.host}:${member.client.port}`,
        clusterAddress: `127.0.0.1:${(member.cluster ?? member.client).port}`,
        peer: `${member.peer.host}:${member.peer.port}`,
        connected: true,
        since: 1_700_000_000_000,
      })),
      isLoading: false,
      isReady: true,
      isLeaving: false,
      hasBegun: (id) =>
        id !== config.self && cluster.members.some((each) => each.id === id && each.connected),
      isGoing: () => false,
      diskShort: false,
      why: '',
      roots: new Roots(config, ({ level }) => (level === 'eventual' ? 'causal' : 'total')),
      steps: () => [],
      get topology() {
        return topology()
      },
      topologyReport: () => (this.groups[0] as FakeGroup).report(),
      changeTopology: (what, edit, done) => this.holds(() => this.#change(what, edit, done)),
      requestStop: () => {
        this.stopsAsked++
      },
      requestCheckpoint: () => {
        this.checkpointsAsked++
      },
      handOver: () => {},
      acceptLoss: () => null,
    }
    // What a test changes later is seen.
    Object.defineProperties(cluster, Object.getOwnPropertyDescriptors(options.cluster ?? {}))
    this.router = new Router({
      config,
      door: respDoor,
      commands: options.commands ?? engineSpecs,
      groups: this.groups,
      cluster,
      facts: {
        version: '0.1.0',
        nodeVersion: 'v20.20.2',
        pid: 4711,
        os: 'Linux',
        arch: 'x64',
        executable: '/usr/bin/quorate',
        configFile: options.configFile ?? '',
        secret: (digits) => 'a'.repeat(digits),
        gauges: () => ({
          rssBytes: 1,
          heapBytes: 2,
          heapLimitBytes: 3,
          cpuUserSeconds: 1.5,
          cpuSystemSeconds: 0.5,
          totalMemoryBytes: 4,
          loopDelayP99Ms: 0,
          loopDelayMaxMs: 0,
          migrateSockets: 0,
        }),
      },
      stopwatch: options.stopwatch ?? { microseconds: () => 0 },
      random: new Random(1),
      now: this.now,
    })
  }

  /** Milliseconds pass on both clocks. */
  pass(ms: number): void {
    this.now = { wall: this.now.wall + ms, mono: this.now.mono + ms }
  }

  turn(): readonly Output[] {
    const from = this.outputs.length
    this.router.endTurn(this.now, this.outputs)
    return this.outputs.slice(from)
  }

  connect(options: { readonly loopback?: boolean } = {}): Client {
    const id = this.#next++ as ConnectionId
    this.router.connected(
      {
        kind: 'connected',
        connection: id,
        listener: 'clients',
        remote: `127.0.0.1:${40_000 + id}`,
        local: '127.0.0.1:7001',
        loopback: options.loopback ?? true,
        identity: null,
      },
      this.now,
    )
    return new Client(this, id)
  }
}

/** One connection of a world. */
export class Client {
  readonly id: ConnectionId
  readonly #world: World
  #read = 0

  constructor(world: World, id: ConnectionId) {
    this.#world = world
    this.id = id
  }

  /** Raw text, one-byte characters. */
  send(text: string): void {
    this.#world.router.bytes(this.id, textToBytes(text), this.#world.now)
  }

  command(...args: readonly string[]): void {
    this.send(encodeCommand(args))
  }

  /** What was written to it since the last call, after one turn. */
  read(): string {
    this.#world.turn()
    let text = ''
    const { outputs } = this.#world
    for (; this.#read < outputs.length; this.#read++) {
      const output = outputs[this.#read] as Output
      if (output.kind === 'write' && output.connection === this.id) text += output.text
    }
    return text
  }

  ask(...args: readonly string[]): string {
    this.command(...args)
    return this.read()
  }

  get isClosed(): boolean {
    return this.#world.outputs.some((o) => o.kind === 'close' && o.connection === this.id)
  }

  /** The last thing that the host was told about reading. */
  get isPaused(): boolean {
    const told = this.#world.outputs.filter((o) => o.kind === 'pause' && o.connection === this.id)
    const last = told.at(-1)
    return last !== undefined && last.kind === 'pause' && last.paused
  }
}

export function encodeCommand(args: readonly string[]): string {
  return `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')}`
}

/** For comparing what a socket gave. */
export function textOf(bytes: Uint8Array): string {
  return bytesToText(bytes)
}
