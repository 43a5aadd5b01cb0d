// A member of the world of causal order: what it holds, its disk, and messages on their way to it.

import {
  bytesToText,
  type Durability,
  type Hash64,
  hashZero,
  type LogEntry,
  type MemberId,
  type Position,
  positionZero,
  type Ready,
  type StoreBatch,
  type Strategy,
  type StrategyPlugin,
  textToBytes,
  type Token,
} from 'quorate/plugin'
import { ReadyCheck } from '../ready-check.js'

export interface Checkpoint {
  readonly at: Position
  readonly chain: Hash64
  readonly mark: Uint8Array
  readonly merged: ReadonlySet<number>
  readonly partly: ReadonlySet<number>
}

/** What survives a crash. */
export interface Disk {
  state: Uint8Array | null
  checkpoint: Checkpoint | null
  /** The log, from behind `from` on. */
  from: { readonly at: Position; readonly chain: Hash64 }
  entries: { readonly entry: LogEntry; readonly chain: Hash64 | null }[]
}

export interface Write {
  readonly ready: Ready
  readonly batch: StoreBatch
}

export interface Node {
  readonly id: MemberId
  disk: Disk
  /** What a loss of power leaves of it. */
  synced: Disk
  /** Milliseconds by which its wall clock is off. */
  skew: number
  strategy: Strategy | null
  merged: Set<number>
  /** Those that came with slots: there may be more of them. */
  partly: Set<number>
  applied: number
  writes: Write[]
  stable: number
  /** Tokens of own writes that wait for their answer, with the stamps that they got. */
  readonly waiting: Map<Token, number | null>
  isRecovering: boolean
  startedAt: number
  /** Nobody told it in time what it lost. */
  isLate: boolean
  readies: ReadyCheck
  /** Tokens of reads that were granted. */
  readonly granted: Set<Token>
}

export interface Flight {
  readonly from: Node
  readonly to: Node
  readonly message: Uint8Array
  /** `all`: a snapshot. */
  readonly snapshot: Checkpoint | null
}

/** Whether a log reaches a position with this chain. */
export function holds({ from, entries }: Disk, at: Position, chain: Hash64): boolean {
  const found = entries.find(({ entry }) => entry.index === at.index)?.chain
  const known = from.at.index === at.index ? from.chain : found
  if (known == null) return entries.length === 0
  return known.high === chain.high && known.low === chain.low
}

export function encodeMerged(merged: ReadonlySet<number>): Uint8Array {
  return textToBytes(`[${[...merged].join()}]`)
}

export function decodeMerged(bytes: Uint8Array): readonly number[] {
  return JSON.parse(bytesToText(bytes)) as number[]
}

export function keyOf(a: Node, b: Node): string {
  return a.id < b.id ? `${a.id}-${b.id}` : `${b.id}-${a.id}`
}

export function isEqual(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  return a.size === b.size && [...a].every((each) => b.has(each))
}

export function emptyDisk(): Disk {
  const from = { at: positionZero, chain: hashZero }
  return { state: null, checkpoint: null, from, entries: [] }
}

export function copyDisk(disk: Disk): Disk {
  return { ...disk, entries: [...disk.entries] }
}

/** It holds the entry, not only what slots show of it; one that is down and keeps no log, in its checkpoint. */
export function isWhole({ strategy, disk, ...node }: Node, stamp: number): boolean {
  const shown = strategy === null ? disk.checkpoint : node
  return shown?.merged.has(stamp) === true && !shown.partly.has(stamp)
}

/** What the toy engine shows. */
export function copyShown({ merged, partly }: Pick<Checkpoint, 'merged' | 'partly'>): {
  merged: Set<number>
  partly: Set<number>
} {
  return { merged: new Set(merged), partly: new Set(partly) }
}

/** A process begins with what its disk holds. */
export function beginNode(node: Node, startedAt: number, isRecovering: boolean): void {
  const { checkpoint } = node.disk
  node.merged = new Set(checkpoint?.merged)
  node.partly = new Set(checkpoint?.partly)
  node.applied = checkpoint?.at.index ?? 0
  node.writes = []
  node.waiting.clear()
  node.granted.clear()
  node.stable = 0
  node.isRecovering = isRecovering
  node.startedAt = startedAt
  node.isLate = false
  node.readies = new ReadyCheck(node.id, node.applied)
}

export function makeNode(id: number): Node {
  return {
    id: id as MemberId,
    disk: emptyDisk(),
    synced: emptyDisk(),
    skew: 0,
    strategy: null,
    merged: new Set<number>(),
    partly: new Set<number>(),
    applied: 0,
    writes: [],
    stable: 0,
    waiting: new Map(),
    isRecovering: false,
    startedAt: 0,
    isLate: false,
    readies: new ReadyCheck(id, 0),
    granted: new Set(),
  }
}

export interface WorldOptions {
  readonly plugin: StrategyPlugin
  readonly seed: number
  readonly members: number
  readonly durability: Durability
  readonly options?: Readonly<Record<string, unknown>>
  readonly lossPercent?: number
  /** A member without news is only ticked when its `wakeAt` has come. */
  readonly sleeps?: boolean
  /** Where all of the toy's data is. */
  readonly slot?: number
  /** Members that the group begins with; absent: all. */
  readonly first?: number | undefined
}
