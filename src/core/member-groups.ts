// This member's side of every group of data: made when the process starts, and as shard groups come and go. A group
// that was added begins empty: a row on the disk says that this member has begun it, so that a later life knows
// whether it may have forgotten something.

import type { Config } from '../api/config.js'
import type { GroupId, MemberId, Now } from '../api/ids.js'
import type { Row } from '../api/store.js'
import { begunGroup, begunKey, encodeBegun, groupRows } from '../log/layout.js'
import { RecordsOnDisk } from './records-on-disk.js'
import { GoneGroup } from '../shard/gone-group.js'
import { Shard } from '../shard/shard.js'
import { groupRange } from '../shard/state-layout.js'
import type { StorageStart } from '../shard/storage.js'
import { type GroupPlace, groupPlaces } from './groups.js'
import { type GroupMaker, kindOf, type MemberGroup } from './make-groups.js'
import type { Roster } from './roster.js'
import type { Rota } from './rota.js'
import type { Stores } from './stores.js'
import { topologyGroupId } from './topology-group.js'

export type GroupStart = StorageStart & { readonly incarnation: number }

/** What all groups start with, beside their rows of the log. */
export type CommonStart = Omit<GroupStart, 'logRows'>

export interface MemberGroupsInit {
  readonly config: Config
  readonly roster: Roster
  readonly rota: Rota<MemberGroup>
  readonly stores: Stores
  /** Records are taken out of it once groups start. */
  readonly logRows: Row[]
  readonly make: GroupMaker
}

/** Milliseconds for which a group that is gone may still answer what was asked of it before. */
const graceMs = 5_000

export class MemberGroups {
  /** By id; it grows. */
  readonly all: MemberGroup[] = []
  readonly #init: MemberGroupsInit
  /** The rota has the topology's group behind those that were there first. */
  readonly #first: number
  /** Not started yet, behind the others. */
  readonly #late = new Set<MemberGroup>()
  /** Shards that were begun on this disk. */
  readonly #begun: Set<GroupId>
  /** Those of them that were in an earlier life. */
  readonly #known: ReadonlySet<GroupId>
  /** Their rows are on the way to the disk. */
  readonly #beginning = new Set<GroupId>()
  #records: RecordsOnDisk | null = null
  /** Monotonic milliseconds at which groups of shards that are gone end, by id. */
  readonly #endAt = new Map<GroupId, number>()
  #isLoading = false
  #isStarted = false
  #now: Now = { wall: 0, mono: 0 }

  constructor(init: MemberGroupsInit) {
    this.#init = init
    // Also of groups that it does not know of any more: its row of the topology may be damaged.
    this.#begun = new Set(init.logRows.flatMap(({ key }) => begunGroup(key) ?? []))
    this.#known = new Set(this.#begun)
    const places = groupPlaces(init.config)
    this.#first = places.length
    for (const place of places) this.#add(place)
  }

  /** Where a group stands in the rota. */
  indexOf(group: number): number {
    if (group === topologyGroupId) return this.#first
    return group < this.#first ? group : group + 1
  }

  /** The first turn begins to read the checkpoints. */
  load(): void {
    if (this.#isLoading) return
    this.#isLoading = true
    for (const group of this.#init.rota.all) group.load()
  }

  /** Of those that were there when the process started, and are not begun here now. */
  get isLoaded(): boolean {
    return this.#init.rota.all.every((group) => group.isLoaded || this.#isLate(group))
  }

  /** All that begin with the member. */
  start(of: { readonly start: CommonStart; readonly now: Now }): readonly MemberGroup[] {
    this.#isStarted = true
    this.#records = new RecordsOnDisk(this.#init.logRows)
    const begin = this.#init.rota.stirAll().filter((group) => !this.#isLate(group))
    for (const group of begin) this.#begin(group, of.start, of.now)
    return begin
  }

  #begin(group: MemberGroup, start: CommonStart, now: Now): void {
    const logRows = [...this.#init.logRows, ...(this.#records?.take(group.id) ?? [])]
    group.start({ ...start, logRows }, now)
  }

  /** Once a turn, behind `start`: those that were added since begin. */
  turn(now: Now, start: () => CommonStart): readonly MemberGroup[] {
    this.#now = now
    this.#end(now)
    if (!this.#isStarted || this.#late.size === 0) return []
    const begin = [...this.#late].filter((group) => group.isLoaded && this.#mayBegin(group))
    for (const group of begin) {
      this.#late.delete(group)
      this.#init.rota.stir(this.indexOf(group.id))
      const at = start()
      // Nothing of it was ever here, unless an earlier life began it.
      this.#begin(group, { ...at, hasHistory: at.hasHistory && this.#known.has(group.id) }, now)
    }
    return begin
  }

  /** Monotonic milliseconds. */
  wakeAt(): number {
    let least = Number.MAX_SAFE_INTEGER
    for (const at of this.#endAt.values()) least = Math.min(least, at)
    return least
  }

  /** The roster has another topology. True where there are more groups, or fewer. */
  follow(connected: readonly MemberId[]): boolean {
    const { config, rota, roster } = this.#init
    let isChanged = false
    for (const place of groupPlaces(config)) {
      const known = this.all[place.id]
      if (known === undefined) this.#add(place)
      else if (roster.isGone(place)) {
        if (known instanceof GoneGroup || this.#endAt.has(place.id)) continue
        this.#endAt.set(place.id, this.#now.mono + graceMs)
      } else if (!this.#isStarted && !(known instanceof kindOf(this.#init, place))) {
        // By its file it holds others than it does.
        this.#replace(place)
      } else continue
      isChanged = true
    }
    // One that ends serves until then whom it served.
    for (const group of rota.all) if (!this.#endAt.has(group.id)) group.listed(connected)
    return isChanged
  }

  #add(place: GroupPlace): void {
    const group = this.#make(place)
    this.all.push(group)
    this.#init.rota.add(group)
    if (this.#isLoading) group.load()
  }

  #replace(place: GroupPlace): void {
    const before = this.all[place.id]
    if (before !== undefined) this.#late.delete(before)
    if (before instanceof Shard) before.memory.leave()
    const group = this.#make(place)
    this.all[place.id] = group
    this.#init.rota.replace(this.indexOf(place.id), group)
    if (this.#isLoading) group.load()
  }

  #make(place: GroupPlace): MemberGroup {
    const group = this.#init.make(place)
    const isNew = this.#init.roster.isAdded(place.shard) && !this.#begun.has(place.id)
    if (group instanceof GoneGroup) this.#forget(place.id)
    else if (this.#isStarted || (isNew && group instanceof Shard)) this.#late.add(group)
    return group
  }

  #isLate(group: MemberGroup): boolean {
    return this.#late.has(group)
  }

  /** A row that says so has to be on the disk before. */
  #mayBegin({ id }: MemberGroup): boolean {
    if (!(this.all[id] instanceof Shard) || this.#begun.has(id)) return true
    if (this.#beginning.has(id)) return false
    this.#beginning.add(id)
    const row = { key: begunKey(id), value: encodeBegun(id) }
    const write = { puts: [row], deletes: [], ranges: [], sync: true, witness: [] }
    this.#init.stores.write({ ...write, store: 'log' }, (error) => {
      if (error === null) this.#begun.add(id)
    })
    return false
  }

  #end({ mono }: Now): void {
    for (const [id, at] of this.#endAt) {
      if (mono < at) continue
      this.#endAt.delete(id)
      // Who asked is answered, or told that it took too long.
      if ((this.all[id]?.inFlight ?? 0) > 0) {
        this.#endAt.set(id, mono + graceMs)
        continue
      }
      const place = groupPlaces(this.#init.config)[id]
      if (place !== undefined) this.#replace(place)
    }
  }

  /** What was kept of a group that is gone. */
  #forget(id: GroupId): void {
    this.#records?.take(id)
    const rest = { puts: [], sync: false, witness: [] }
    const { keys: deletes, range } = groupRows(id)
    const { stores } = this.#init
    stores.write({ ...rest, store: 'log', deletes, ranges: [range] }, () => undefined)
    stores.write(
      { ...rest, store: 'state', deletes: [], ranges: [groupRange(id)] },
      () => undefined,
    )
  }
}
