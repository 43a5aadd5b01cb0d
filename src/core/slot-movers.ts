// The moves of slots that this member drives: of each keyspace, where it leads the group that the slots leave. What is
// under way stands in the topology; what is done of it is written there.

import type { Config } from '../api/config.js'
import { type Caller, type Group, makeLane } from '../api/group.js'
import type { Now } from '../api/ids.js'
import type { Roots } from '../api/rooted.js'
import { slotCall, type SlotRun } from '../api/slot-moves.js'
import { handsMapped } from '../api/slot-hands.js'
import { movedIn } from '../api/slot-plan.js'
import type { SlotMove } from '../api/topology.js'
import { hasBug } from '../base/seeded-bug.js'
import type { RouterState } from '../router/state.js'
import { Shard } from '../shard/shard.js'
import { HandOvers } from './hand-overs.js'
import type { MemberGroup } from './make-groups.js'
import type { Peers } from './peers.js'
import { ScriptCopy } from './script-copy.js'
import { SlotMover } from './slot-mover.js'
import type { TopologyGroup } from './topology-group.js'

/** Milliseconds until the topology is told again. */
const tellMs = 500
const nobody: Caller = { answer: () => undefined }

export interface SlotMoversInit {
  readonly config: Config
  readonly groups: readonly MemberGroup[]
  readonly topology: TopologyGroup
  readonly roots: Roots
  readonly peers: () => Peers
  /** Not before the router is made. */
  readonly state: () => RouterState
}

export class SlotMovers {
  readonly #init: SlotMoversInit
  /** By the indexes of both groups. */
  readonly #movers = new Map<string, SlotMover>()
  /** Of those whose target was added at run time: scripts go first. */
  readonly #scripts = new Map<string, ScriptCopy>()
  /** By keyspace: monotonic ms before which the topology is not told again. */
  readonly #toldAt = new Map<string, number>()
  #move: SlotMove | null = null
  /** By group: monotonic ms before which it is not told again to forget copies; and the next look. */
  readonly #forgotAt = new Map<number, number>()
  #forgetAt = Number.POSITIVE_INFINITY

  /** Of keyspaces whose members merge. */
  readonly hands: HandOvers

  constructor(init: SlotMoversInit) {
    this.#init = init
    this.hands = new HandOvers(init)
  }

  /** Once a turn, behind the groups' part. */
  turn(now: Now): void {
    this.hands.turn(now)
    this.#forget(now)
    const move = this.#init.topology.topology.moves?.[0] ?? null
    if (move === null && this.#move === null) return
    if (move?.id !== this.#move?.id) {
      for (const mover of this.#movers.values()) mover.stop()
      this.#movers.clear()
      this.#scripts.clear()
      this.#toldAt.clear()
      this.hands.stop()
    }
    this.#move = move
    if (move === null) return
    const { config, roots, topology } = this.#init
    config.keyspaces.forEach(({ name }, space) => {
      if (roots.isRooted(topology.topology, space)) return
      if (!move.done.some(([done]) => done === name)) this.#turnOne(now, move, { name, space })
    })
  }

  wakeAt(mono: number): number {
    let least = Math.min(this.#forgetAt, this.hands.wakeAt())
    for (const copy of this.#scripts.values()) least = Math.min(least, copy.wakeAt())
    for (const mover of this.#movers.values()) least = Math.min(least, mover.wakeAt(mono))
    return least
  }

  /**
   * Copies of a move that is over: it was ended while its target could not be asked. One that this member has not heard
   * of yet begins again.
   */
  #forget(now: Now): void {
    const { groups, topology } = this.#init
    this.#forgetAt = Number.POSITIVE_INFINITY
    for (const group of groups) {
      if (!(group instanceof Shard)) continue
      const { importing } = group.executor.ownership.state
      if (importing === null || this.hands.handles(group)) continue
      if (group.status()?.role !== 'leader') continue
      const { from, attempt } = importing
      const moves = topology.topology.moves ?? []
      if (moves.some((move) => move.from === from && move.to === group.shard)) continue
      const next = this.#forgotAt.get(group.id) ?? 0
      this.#forgetAt = Math.min(this.#forgetAt, Math.max(next, now.mono + tellMs))
      if (now.mono < next || hasBug('move-copies-stay')) continue
      this.#forgotAt.set(group.id, now.mono + tellMs)
      const call = slotCall(['forget', String(from), String(attempt)])
      group.submit(makeLane(nobody), call)
    }
  }

  #turnOne(now: Now, move: SlotMove, of: { readonly name: string; readonly space: number }): void {
    const { groups, config } = this.#init
    const { length } = config.keyspaces
    const source = groups[move.from * length + of.space]
    const target = groups[move.to * length + of.space]
    if (!(source instanceof Shard) || target === undefined) return
    if (this.hands.handles(source)) return this.#hand(now, move, { source, target, name: of.name })
    let mover = this.#movers.get(of.name)
    if (source.status()?.role !== 'leader') {
      this.#scripts.delete(of.name)
      return mover?.stop()
    }
    if (!this.#hasScripts(now, { move, name: of.name, source, target })) return
    if (mover === undefined) {
      const { databases } = config
      mover = new SlotMover({ source, held: source.executor, target, databases })
      this.#movers.set(of.name, mover)
    }
    const went = mover.went(move)
    if (went === null) mover.turn(now, move)
    else this.#tell(now, move, { went, name: of.name })
  }

  #hand(
    now: Now,
    move: SlotMove,
    { source, target, name }: Readonly<{ source: Shard; target: Group; name: string }>,
  ): void {
    const went = this.hands.went(move, name)
    if (went !== null) return this.#tell(now, move, { went, name })
    if (this.#hasScripts(now, { move, name, source, target }))
      this.hands.drive(now, move, { source, target })
  }

  #hasScripts(
    now: Now,
    {
      move,
      name,
      source,
      target,
    }: Readonly<{ move: SlotMove; name: string; source: Shard; target: Group }>,
  ): boolean {
    const { topology, state } = this.#init
    const specOf = (command: string) => state().table.findFull(command)?.spec
    if (topology.topology.shards[move.to]?.born === undefined) return true
    const known = this.#scripts.get(name)
    const copy = known ?? new ScriptCopy({ engine: source.engine, target, specOf })
    if (known === undefined) this.#scripts.set(name, copy)
    return copy.turn(now)
  }

  #tell(
    now: Now,
    move: SlotMove,
    of: { readonly went: readonly SlotRun[]; readonly name: string },
  ): void {
    if (now.mono < (this.#toldAt.get(of.name) ?? 0)) return
    this.#toldAt.set(of.name, now.mono + tellMs)
    const done = { id: move.id, keyspace: of.name, went: of.went }
    const what = `slots of keyspace ${of.name} went from shard group ${move.from} to ${move.to}`
    this.#init.topology.change(
      what,
      (topology) => {
        const made = movedIn(topology, done, this.#init.roots.moving(topology))
        return made === null ? null : handsMapped(made, topology)
      },
      () => undefined,
    )
  }
}
