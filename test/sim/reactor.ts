// What the simulator drives: the shape of `Core`, so that its own tests can put a toy in its place.

import type { Config } from '../../src/api/config.js'
import type { GroupId, Now } from '../../src/api/ids.js'
import type { Boot, Input, Output } from '../../src/api/io.js'
import type { Position } from '../../src/api/position.js'
import type { StrategyPlugin, StrategyStatus } from '../../src/api/strategy.js'
import type { SlotState } from '../../src/api/slot-moves.js'
import type { Topology } from '../../src/api/topology.js'
import type { Hash64 } from '../../src/base/hash.js'
import type { Random } from '../../src/base/random.js'

/** What a test may see of one replication group on one member. */
export interface GroupView {
  readonly id: GroupId
  /** Null until the strategy has begun. */
  readonly status: StrategyStatus | null
  readonly applied: Position
  /** The engine's. */
  readonly clock: number
  /** Bytes of data as the engine counts them. */
  readonly memory: number
  readonly counters: Readonly<Record<string, number>>
  /** What it keeps of slots that change hands. */
  readonly slots?: SlotState
  /** Walks all data: asked for at intervals. Null while an entry behind `applied` is half done. */
  digest(): Hash64 | null
}

export interface Reactor {
  /** The outputs are valid until the next turn. */
  turn(now: Now, inputs: readonly Input[]): readonly Output[]
  /** Monotonic milliseconds at which a turn is next needed. */
  wakeAt(): number
  /** There is work left: turn again without waiting. */
  readonly wantsTurn: boolean
  views(): readonly GroupView[]
  /** Absent where it has none. */
  topology?(): Topology & { readonly group: GroupView }
  /** It knows whom to ask in every group, whether it holds a replica or not. */
  isServing?(): boolean
}

export interface ReactorInit {
  readonly config: Config
  readonly boot: Boot
  readonly strategies: ReadonlyMap<string, StrategyPlugin>
  readonly random: Random
  readonly now: Now
  /** Seed of an engine that answers some steps later, null for one that answers at once. */
  readonly laterEngine: number | null
  /** Containers that stand unpacked at most; `EngineOptions` has it. */
  readonly unpackedMax: number
}

export type ReactorFactory = (init: ReactorInit) => Reactor
