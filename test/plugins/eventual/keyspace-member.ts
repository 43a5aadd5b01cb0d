// A member of the world of a causal keyspace: its groups, their disks, and what is on its way to it.

import {
  type CommonKeyspace,
  type Delivery,
  type Durability,
  type Hash64,
  hashZero,
  type LogEntry,
  type LogRange,
  type MemberId,
  type MergeView,
  type Position,
  positionZero,
  type SeenStamps,
  slotCount,
  type StoreBatch,
  type Strategy,
  type Token,
} from 'quorate/plugin'
import { encodeMerged } from '../../conformance/causal/node.js'

export interface GroupDisk {
  state: Uint8Array | null
  checkpoint: {
    readonly at: Position
    readonly chain: Hash64
    readonly mark: Uint8Array
    readonly merged: readonly number[]
  } | null
  from: { readonly at: Position; readonly chain: Hash64 }
  entries: { readonly entry: LogEntry; readonly chain: Hash64 | null }[]
}

/** A read that waits for its place. */
export interface Asked {
  readonly read: Read
  index: number
}

/** What one client reads of all groups in one turn. */
export interface Read {
  readonly found: (ReadonlySet<number> | null)[]
  /** What another member had shown, where this one said that it covers it. */
  readonly owed: readonly ReadonlySet<number>[] | null
}

export interface Group {
  readonly disk: GroupDisk
  strategy: Strategy | null
  merged: Set<number>
  applied: number
  queue: Delivery[]
  asked: Asked[]
  grants: Map<Token, Read>
  wants: Read[]
  /** By the token of a write: what its client may have seen. */
  known: Map<Token, Set<number>[]>
  writes: number
  /** Its engine does nothing for now. */
  isHeld: boolean
}

/** What a member showed: as it says it, and as it was. */
export interface Shown {
  readonly seen: SeenStamps
  readonly shown: readonly ReadonlySet<number>[]
}

export interface Write {
  readonly group: number
  readonly batch: StoreBatch
  readonly number: number
}

export interface Member {
  readonly id: MemberId
  skew: number
  isUp: boolean
  readonly groups: readonly Group[]
  /** One for each turn that wrote. */
  writes: (readonly Write[])[]
  inbox: { readonly from: Member; readonly messages: readonly Message[] }[]
}

export interface Message {
  readonly group: number
  readonly body: Uint8Array
}

export interface Flight {
  readonly from: Member
  readonly to: Member
  readonly messages: readonly Message[]
}

export function isOpen({ groups }: Member): boolean {
  return groups.every(({ strategy }) => strategy?.status().role === 'leader')
}

/** Clients are shown something. */
export function isServing({ groups }: Member): boolean {
  const nothing = { kind: 'stamps', ranges: [], upTo: 0 } as const
  return groups.every(({ strategy }) => strategy?.covers?.(nothing) === true)
}

export function keyOf(a: Member, b: Member): string {
  return a.id < b.id ? `${a.id}-${b.id}` : `${b.id}-${a.id}`
}

export function makeMember(id: number, groups: number): Member {
  return {
    id: id as MemberId,
    skew: 0,
    isUp: false,
    groups: Array.from({ length: groups }, makeGroup),
    writes: [],
    inbox: [],
  }
}

/** What a strategy finds of its log. */
export function logOf({ from, entries }: GroupDisk, durability: Durability, base: number) {
  const all = durability === 'none' ? [] : entries.map(({ entry }) => entry)
  const earlier = all.filter(({ index }) => index <= base)
  const isApart = earlier.length === 0 || from.at.index > base
  return {
    entries: all.filter(({ index }) => index > base),
    earlier: isApart ? null : { from: from.at, chain: from.chain, entries: earlier },
  }
}

/** What a strategy sees of the toy. */
export function viewOf(group: Group): MergeView {
  return {
    holdsSlot: (slot) => slot === 0 && group.merged.size > 0,
    nextSlot: (from) => (from === 0 && group.merged.size > 0 ? 0 : slotCount),
    slotDigest: (slot) => ({ high: 0, low: slot === 0 ? group.merged.size : 0 }),
    digestStep: (slot) => ({ high: 0, low: slot === 0 ? group.merged.size : 0 }),
    exportSlot: (slot) => encodeMerged(slot === 0 ? group.merged : new Set()),
  }
}

export function makeGroup(): Group {
  return {
    disk: {
      state: null,
      checkpoint: null,
      from: { at: positionZero, chain: hashZero },
      entries: [],
    },
    strategy: null,
    merged: new Set(),
    applied: 0,
    queue: [],
    asked: [],
    grants: new Map(),
    wants: [],
    known: new Map(),
    writes: 0,
    isHeld: false,
  }
}

export function commonOf(groups: number): CommonKeyspace {
  let shared: unknown
  const share = <T>(make: () => T): T => {
    shared ??= make()
    return shared as T
  }
  return { level: 'causal', groups, share }
}

export function keep({ disk, strategy }: Group, batch: StoreBatch): void {
  if (batch.state !== null) disk.state = batch.state
  if (batch.reset !== null) {
    disk.from = batch.reset
    disk.entries = []
  }
  for (const entry of batch.entries) {
    disk.entries.push({ entry, chain: strategy?.chainAt(entry.index) ?? null })
  }
  if (batch.cutTo === null) return
  const gone = disk.entries.filter(({ entry }) => entry.index <= (batch.cutTo as number))
  const last = gone.at(-1)
  if (last === undefined) return
  disk.entries = disk.entries.slice(gone.length)
  disk.from = {
    at: { term: last.entry.term, index: last.entry.index },
    chain: last.chain ?? hashZero,
  }
}

/** The rows of the engine are on the disk as they are now. */
export function keepRows({ strategy, disk, applied, merged }: Group): Position {
  const at = { term: 1, index: applied }
  const chain = strategy?.chainAt(applied) ?? hashZero
  const mark = strategy?.mark?.() ?? new Uint8Array(0)
  disk.checkpoint = { at, chain, mark, merged: [...merged] }
  return at
}

/** And nothing of the log. */
export function checkpointAhead(group: Group): void {
  keepRows(group)
  group.disk.entries = []
}

/** Entries that a strategy asked for, from the disk. */
export function fetch({ disk, strategy }: Group, { from, to }: LogRange): void {
  const found = disk.entries
    .map(({ entry }) => entry)
    .filter(({ index }) => index >= from && index <= to)
  strategy?.fetched(found[0]?.index === from ? found : [])
}
