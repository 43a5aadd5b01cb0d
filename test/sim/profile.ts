// What one seed is like: size of the cluster, its clients, its machines, and the subset of faults that
// it meets (swarm testing: each seed draws some kinds and their rates, never all).

import type { Durability } from '../../src/api/config.js'
import { type EvictionPolicy, evictionPolicies } from '../../src/api/eviction.js'
import { limits } from '../../src/api/limits.js'
import { Random } from '../../src/base/random.js'
import { type aheadFaults, type mergingFaults, mergingProfile } from './merging/profile.js'
import { mayHaveComers, wholeDisks, withHands, withMoves, withSeats } from './move-profile.js'
import type { NetworkRates } from './network.js'
import { drawPlacement, givenShards } from './placement.js'
import type { WorkloadProfile } from './workload.js'

/** Faults that last for a whole run, at a rate. */
export const steadyFaults = [
  'net-drop',
  'net-duplicate',
  'net-reorder',
  'net-delay',
  'clock-skew',
  'clock-drift',
] as const

/** Faults that strike at moments. */
export const eventFaults = [
  'net-clog',
  'net-reset',
  'net-half-open',
  'partition-one',
  'partition-halves',
  'partition-one-way',
  'partition-bridge',
  'partition-ring',
  'partition-leader',
  'partition-flapping',
  'crash-kill',
  'crash-power',
  'crash-leader',
  'crash-all',
  'crash-loop',
  'stop-clean',
  'pause',
  'pause-leader',
  'slow-cpu',
  'disk-slow',
  'disk-fail',
  'disk-full',
  'disk-wipe',
  'disk-stale',
  'disk-rot',
  'clock-jump',
  'clock-freeze',
  'client-reset',
  'client-stall',
] as const

/** Faults that strike where the protocol is tender (aimed-faults.ts). Never drawn: a seeded bug asks for them. */
export const aimedFaults = ['cut-elected', 'cut-campaign', 'cut-answers', 'wipe-majority'] as const

export type AimedFault = (typeof aimedFaults)[number]
export type SteadyFault = (typeof steadyFaults)[number]
type MergingFault = (typeof mergingFaults)[number] | (typeof aheadFaults)[number]
export type EventFault = (typeof eventFaults)[number] | MergingFault
/** Beside these, leaders are asked for other members. */
export type FaultKind = SteadyFault | EventFault | AimedFault | 'members'

export interface Profile {
  readonly members: number
  /** How many of the members, the last ones, are learners. */
  readonly learners: number
  /** Name of the plugin. */
  readonly strategy: string
  /** Of every keyspace. */
  readonly level: 'strong' | 'sequential' | 'causal' | 'eventual'
  /** Groups of every keyspace. */
  readonly shards: number
  /** How many members, the last ones, stand outside of every group when it begins; null where members do not change. */
  readonly outside: number | null
  /** How many members, the first ones, begin where whole members come and go; null where they do not. */
  readonly fleet: number | null
  /** Which members hold each shard group, by their numbers; null for all of them. */
  readonly placement: readonly (readonly number[])[] | null
  /** Slots move between the two groups of each keyspace. */
  readonly moves: boolean
  /** Beside that shard groups come and go. */
  readonly grows: boolean
  /** And there is a keyspace that merges, whose slots stay. */
  readonly rooted: boolean
  /** Microseconds at most between two words of the operator about slots. */
  readonly movePauseUs: number
  /** Slots of a batch, bytes of copies in one call, bytes of keys that go whole, elements of a piece; null for those of `limits`. */
  readonly moveBounds: MoveBounds | null
  /** Clients that move with their tokens. */
  readonly sessions: number
  /** Milliseconds that a session waits at a member that is behind its token. */
  readonly sessionWaitMs: number
  readonly durability: Durability
  /** The engine answers some steps later, as one behind a network would. */
  readonly laterEngine: boolean
  readonly faults: ReadonlySet<FaultKind>
  /** Mean microseconds between two event faults. */
  readonly faultMeanUs: number
  readonly clients: number
  readonly thinkMeanUs: number
  /** Every few seconds clients ask for nothing for so long, so that groups come to rest; 0 for never. */
  readonly lullUs: number
  readonly pipelineMax: number
  readonly splits: number
  readonly workload: WorkloadProfile
  /** Bytes of data at which keys are evicted or commands refused; 0 for no bound. */
  readonly maxMemory: number
  readonly evictionPolicy: EvictionPolicy
  /** Elements that one step of a long command may visit: where it is small, most commands are long. */
  readonly stepElements: number
  readonly network: NetworkRates
  readonly lossMode: 'suffix' | 'each'
  readonly electionMs: number
  /** Milliseconds that a majority waits for the others before it begins a new era. */
  readonly recoverWaitMs: number
  /** Milliseconds until a request without an answer is given back. */
  readonly requestMs: number
  /** Bytes of log that start a checkpoint: small, so that logs are cut and snapshots travel. */
  readonly checkpointLogBytes: number
  readonly checkpointIntervalMs: number
  /** Options for the strategy beside its timing. */
  readonly options: Readonly<Record<string, string | number | boolean>>
}

export interface MoveBounds {
  readonly moveBatchSlots: number
  readonly moveCallBytes: number
  readonly moveWholeBytes: number
  readonly moveFlightBytes: number
  readonly movePieceElements: number
}

/** What a seeded bug may ask for: fields that replace drawn ones, and faults that must be among them. */
export interface ProfileHint {
  readonly with?: Partial<Omit<Profile, 'faults' | 'network'>>
  readonly network?: Partial<NetworkRates>
  readonly faults?: readonly FaultKind[]
  /** No faults but these, in place of the drawn ones. */
  readonly only?: readonly FaultKind[]
}

const quietNetwork: NetworkRates = {
  drop: 0,
  duplicate: 0,
  reorder: 0,
  delayMeanUs: 0,
  latencyMinUs: 100,
  latencyMaxUs: 900,
}

/** What takes the place of what a seed draws. */
export interface Given {
  readonly strategy?: Profile['strategy']
  readonly level?: Profile['level']
  readonly durability?: Durability
  readonly laterEngine?: boolean
  /** Members of groups change. */
  readonly members?: boolean
  /** Whole members come and go. */
  readonly fleet?: boolean
  /** Some members hold no replica of some groups. */
  readonly placed?: boolean
  /** Slots move. */
  readonly moves?: boolean
  /** Where slots move shard groups come and go. */
  readonly grows?: boolean
  /** Where slots move those of one keyspace stay. */
  readonly rooted?: boolean
  /** Share of the whole command set. */
  readonly surface?: number
  /** Groups of each keyspace, of members that merge at level eventual. */
  readonly shards?: number
}

/** Draws the profile of a seed. With a hint, what it does not ask for is as plain as can be. */
export function drawProfile(
  seed: number,
  hint: ProfileHint | null = null,
  given: Given = {},
): Profile {
  const made = drawShared(seed, hint, given)
  if (made.strategy === 'eventual') {
    const merging = mergingProfile(made, seed, hint)
    if (hint !== null) return merging
    const placed = withMergingPlacement(merging, seed, given)
    return placed ?? withLists({ ...merging, ...givenShards(merging, given.shards) }, seed, given)
  }
  const random = new Random(seed, 0x506c6163)
  const isPlaced = given.placed ?? (hint === null && random.chance(1, 6))
  const placed = isPlaced ? { ...made, ...drawPlacement(made, random) } : made
  const moving = hint === null ? withMoves(placed, seed, given) : made
  if (isPlaced || moving.moves) return given.fleet === true ? withComers(moving) : moving
  return hint === null ? withMembers(made, seed, given) : made
}

/** Where it is asked for, whole members come and go beside slots, and shard groups, that do. */
function withComers(made: Profile): Profile {
  const mayCome = made.placement === null && made.durability === 'always' && !made.rooted
  return mayCome ? wholeDisks(withFleet(made)) : made
}

/** One of six seeds at level eventual, where groups may be placed. */
function withMergingPlacement(made: Profile, seed: number, given: Given): Profile | null {
  const random = new Random(seed, 0x506c6163)
  const isDrawn = given.placed ?? (given.members === undefined && random.chance(1, 6))
  if (!isDrawn || made.level === 'causal') return null
  const draw = (): Profile => {
    const { members, shards, placement } = drawPlacement(made, random)
    return { ...made, members, shards, placement } as Profile
  }
  let placed = draw()
  const isAsked = given.fleet === true && made.durability === 'always'
  while (isAsked && !mayHaveComers(placed)) placed = draw()
  const hasComers = given.fleet ?? new Random(seed, 0x466c6565).chance(1, 3)
  if (hasComers && mayHaveComers(placed)) return withHands(withSeats(placed), seed, given)
  return withHands(placed, seed, given)
}

function drawShared(seed: number, hint: ProfileHint | null, given: Given): Profile {
  const drawn = drawPlain(seed, hint ?? {})
  if (hint !== null) return drawn
  const random = new Random(seed, 0x44757261)
  const durability = given.durability ?? random.pick(durabilities)
  const laterEngine = given.laterEngine ?? random.chance(1, 8)
  const faults = new Set(drawn.faults)
  // What an unsynced tail is lost by.
  for (const kind of ['crash-power', 'crash-all'] as const)
    if (durability !== 'always' && random.chance(1, 2)) faults.add(kind)
  const shares = {
    transactions: random.pick([0, 10, 30]),
    queues: random.pick([0, 10, 30]),
    scripts: random.pick([0, 10, 30]),
  }
  // One of three seeds draws the whole command set, half of these nothing else.
  const surface = given.surface ?? random.pick([0, 0, 0, 0, 30, 100])
  const workload = { ...drawn.workload, ...shares, surface }
  const isFull = surface === 100 && random.chance(1, 2)
  const eviction = {
    maxMemory: isFull ? random.between(20_000, 100_000) : 0,
    evictionPolicy: isFull ? random.pick(evictionPolicies) : 'noeviction',
  } as const
  // Many commands in few turns.
  const pace = surface === 100 ? { thinkMeanUs: 60_000, pipelineMax: random.pick([4, 20]) } : {}
  const isStepped = surface > 0 && random.chance(1, 3)
  const stepElements = isStepped ? random.pick([3, 30]) : drawn.stepElements
  const { strategy = 'raft' } = given
  const level = given.level ?? (strategy === 'raft' ? 'strong' : drawLevel(seed))
  return {
    ...drawn,
    strategy,
    level,
    durability,
    laterEngine,
    faults,
    workload,
    ...eviction,
    stepElements,
    lullUs: drawLull(seed, strategy),
    ...pace,
  }
}

/** One of six seeds of one total order. */
function drawLull(seed: number, strategy: string): number {
  const hasLulls = new Random(seed, 0x4c756c6c).chance(1, 6)
  return hasLulls && strategy !== 'eventual' ? 3_000_000 : 0
}

/** One of four seeds of one total order whose logs are synced changes members. */
function withMembers(made: Profile, seed: number, given: Given): Profile {
  if (mayComeAndGo(made, seed, given)) return withFleet(made)
  const random = new Random(seed, 0x4d656d62)
  const isDrawn = given.members ?? random.chance(1, 4)
  if (!isDrawn || made.strategy === 'eventual' || made.durability !== 'always') return made
  const members = random.pick([3, 4, 5])
  const faults = new Set<FaultKind>([...made.faults, 'members'])
  return { ...made, members, outside: random.below(members - 1), faults }
}

/** One of eight seeds whose logs are synced. */
function mayComeAndGo(made: Profile, seed: number, given: Given): boolean {
  const isDrawn =
    given.fleet ?? (given.members === undefined && new Random(seed, 0x466c6565).chance(1, 8))
  return isDrawn && made.durability === 'always'
}

/** Three begin, four more may come. */
export function withFleet(made: Profile): Profile {
  return { ...made, members: 7, outside: 4, fleet: 3 }
}

/** Of those that merge: lists change, and members follow them. */
function withLists(made: Profile, seed: number, given: Given): Profile {
  const random = new Random(seed, 0x4c697374)
  const isDrawn = given.members ?? random.chance(1, 8)
  if (!isDrawn) return made
  const members = random.pick([4, 5, 5])
  const faults = new Set<FaultKind>([...made.faults, 'members'])
  return { ...made, members, outside: random.between(1, members - 2), faults }
}

/** Half of the seeds read at the leader's word, half what their member applied. */
function drawLevel(seed: number): Profile['level'] {
  return new Random(seed, 0x4c65766c).pick(['strong', 'sequential'])
}

/** With the share of each: six, two and two of ten seeds. */
export const durabilities: readonly Durability[] = [
  ...new Array<Durability>(6).fill('always'),
  ...new Array<Durability>(2).fill('everysec'),
  ...new Array<Durability>(2).fill('none'),
]

function drawPlain(seed: number, hint: ProfileHint): Profile {
  const random = new Random(seed, 0x50726f66)
  const faults = new Set<FaultKind>(hint.faults)
  for (const kind of steadyFaults) if (random.chance(1, 4)) faults.add(kind)
  for (const kind of eventFaults) if (random.chance(3, 10)) faults.add(kind)
  if (hint.only !== undefined) {
    faults.clear()
    for (const kind of hint.only) faults.add(kind)
  }
  const pace = random.pick([150_000, 250_000, 400_000])
  const drawn: Profile = {
    members: random.pick([3, 3, 3, 3, 3, 3, 3, 5, 5, 1]),
    learners: 0,
    strategy: 'raft',
    level: 'strong',
    shards: 1,
    placement: null,
    moves: false,
    grows: false,
    rooted: false,
    movePauseUs: 600_000,
    moveBounds: null,
    outside: null,
    fleet: null,
    sessions: 0,
    sessionWaitMs: limits.sessionWaitMs,
    durability: 'always',
    laterEngine: false,
    recoverWaitMs: 1_000,
    faults,
    faultMeanUs: random.pick([250_000, 500_000, 1_000_000]),
    clients: random.between(3, 6),
    thinkMeanUs: pace,
    lullUs: 0,
    pipelineMax: random.pick([1, 4, 20]),
    splits: random.pick([0, 10, 50]),
    workload: {
      hotKeys: random.between(2, 6),
      reads: random.pick([20, 50, 80]),
      prefixes: random.chance(1, 5) ? ['', 'b:'] : [''],
      valueBytes: random.pick([0, 0, 40, 400]),
    },
    maxMemory: 0,
    evictionPolicy: 'noeviction',
    stepElements: limits.stepElements,
    network: drawNetwork(random, faults),
    lossMode: process.env['LOSS'] === 'each' ? 'each' : 'suffix',
    requestMs: random.pick([5_000, 5_000, 5_000, 1_000]),
    electionMs: random.pick([150, 300, 300]),
    checkpointLogBytes: random.pick([2_000, 6_000, 20_000, 1_000_000]),
    checkpointIntervalMs: random.pick([200, 1_000, 5_000]),
    options: {
      // Small enough that followers fall behind the log and read old entries from the disk.
      keepBytes: random.pick([0, 2_000, 8_000_000]),
      tailBytes: random.pick([1_024, 8_000, 64_000_000]),
      windowMessages: random.pick([1, 4, 64]),
      appendBytes: random.pick([1_024, 1_000_000]),
      lease: random.chance(1, 8) && !faults.has('pause') && !faults.has('pause-leader'),
    },
  }
  const made = { ...drawn, ...hint.with, network: { ...drawn.network, ...hint.network } }
  return made.grows ? wholeDisks(made) : made
}

function drawNetwork(random: Random, faults: ReadonlySet<FaultKind>): NetworkRates {
  return {
    ...quietNetwork,
    drop: faults.has('net-drop') ? random.pick([10, 100, 500]) : 0,
    duplicate: faults.has('net-duplicate') ? random.pick([50, 500, 2_000]) : 0,
    reorder: faults.has('net-reorder') ? random.pick([50, 500, 2_000]) : 0,
    delayMeanUs: faults.has('net-delay') ? random.pick([2_000, 10_000, 30_000]) : 0,
    latencyMaxUs: random.pick([300, 900, 3_000]),
  }
}

/** The network of the liveness phase. */
export function calmNetwork(): NetworkRates {
  return { ...quietNetwork }
}
