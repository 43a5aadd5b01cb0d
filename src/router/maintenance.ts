// What clients hear of planned work beforehand, if they asked with CLIENT MAINT_NOTIFICATIONS ON: pushes of RESP3
// in the words that client libraries know. MOVING asks them to go on at another member; between FAILING_OVER and
// FAILED_OVER, MIGRATING and MIGRATED they are patient. Only tells: nothing depends on who listens.

import type { Group } from '../api/group.js'
import type { GroupId } from '../api/ids.js'
import type { Reply } from '../api/reply.js'
import type { SlotMove } from '../api/topology.js'
import type { ClusterView, MemberView } from './cluster-view.js'
import type { Session } from './session.js'

type Notice =
  /** Go to `target` within `seconds`. */
  | { readonly word: 'MOVING'; readonly seconds: number; readonly target: string }
  | { readonly word: 'FAILING_OVER'; readonly seconds: number; readonly shards: readonly number[] }
  | { readonly word: 'FAILED_OVER'; readonly shards: readonly number[] }
  /** Slots of these shard groups are on their way, within `seconds`. */
  | { readonly word: 'MIGRATING'; readonly seconds: number; readonly shards: readonly number[] }
  | { readonly word: 'MIGRATED'; readonly shards: readonly number[] }

/** Seconds that clients have to go elsewhere, and for which a hand-over may take. */
export const movingSeconds = 5
const failoverSeconds = 5
/** Milliseconds after which a client that said nothing has gone to who leads now, or has nothing under way. */
const quietMs = 100

export interface MaintenanceInit {
  readonly cluster: ClusterView
  readonly groups: readonly Group[]
  readonly sessions: () => Iterable<Session>
  readonly encode: (reply: Reply, protocol: number) => string
  /** Leadership of something is about to go elsewhere. */
  readonly gave: () => void
}

export class Maintenance {
  readonly #init: MaintenanceInit
  #sequence = 0
  /** Groups whose leadership is on its way, and until when (monotonic ms) that is waited for. */
  #handed: { readonly groups: readonly Group[]; readonly until: number } | null = null
  readonly #moving = new Set<Session>()
  /** When somebody who goes by slots asked last, or waited, monotonic ms. */
  #askedAt = Number.NEGATIVE_INFINITY
  /** The move of slots that clients were told of. */
  #migrating: SlotMove | null = null

  constructor(init: MaintenanceInit) {
    this.#init = init
  }

  /** This member is about to stop: clients that asked are sent to others in turn. Whether there are any. */
  leave(): boolean {
    const others = this.#others()
    if (others.length === 0) return false
    const seq = ++this.#sequence
    for (const session of this.#listeners()) {
      // Clients that go by slots have a connection to each member already.
      if (session.cluster !== null) continue
      const target = others[this.#moving.size % others.length]?.address ?? ''
      this.#announce(session, seq, { word: 'MOVING', seconds: movingSeconds, target })
      this.#moving.add(session)
    }
    return this.#moving.size > 0
  }

  /** Someone who was sent elsewhere is still here. */
  get isAwaited(): boolean {
    for (const session of this.#moving) if (!session.isClosed) return true
    return false
  }

  /** Clients that go by slots ask this member, and there are others to be sent to. */
  isAsked(mono: number): boolean {
    if (this.#others().length === 0) return false
    for (const { cluster, facts, pending, waits } of this.#init.sessions()) {
      if (cluster === null) continue
      // Whoever waits for an answer, as for the new leader, asks again right behind it.
      const askedAt = pending > 0 && waits === null ? mono : facts.heardAt
      this.#askedAt = Math.max(this.#askedAt, askedAt)
    }
    return mono - this.#askedAt < quietMs
  }

  /** Leadership of what this member leads, or of one of these groups, is about to go elsewhere. */
  handOver(mono: number, only: GroupId | null = null): void {
    const { groups, cluster } = this.#init
    const led = groups.filter(({ id, lead, sight }) => {
      const isAsked = only === null || id === only
      return isAsked && lead?.leader === cluster.self && sight?.supports.order === 'total'
    })
    const known = this.#handed?.groups ?? []
    const fresh = led.filter((group) => !known.includes(group))
    if (fresh.length === 0 || this.#others().length === 0) return
    this.#init.gave()
    this.#handed = { groups: [...known, ...fresh], until: mono + failoverSeconds * 1_000 }
    this.#tell({ word: 'FAILING_OVER', seconds: failoverSeconds, shards: shardsOf(fresh) })
  }

  /** The move of slots that is under way now, if any: one after the other. */
  slotsMove(move: SlotMove | null): void {
    const before = this.#migrating
    if (before?.id === move?.id) return
    this.#migrating = move
    if (before !== null) this.#tell({ word: 'MIGRATED', shards: [before.from, before.to] })
    if (move === null) return
    this.#tell({ word: 'MIGRATING', seconds: 0, shards: [move.from, move.to] })
  }

  turn(mono: number): void {
    if (this.#handed === null) return
    const { groups, until } = this.#handed
    const { self } = this.#init.cluster
    const isDone = groups.every(({ lead }) => lead?.leader !== self && lead?.leader !== null)
    if (!isDone && mono < until) return
    this.#handed = null
    this.#tell({ word: 'FAILED_OVER', shards: shardsOf(groups) })
  }

  /** Monotonic milliseconds. */
  wakeAt(): number {
    return this.#handed?.until ?? Number.POSITIVE_INFINITY
  }

  /** Who can take over. */
  #others(): readonly MemberView[] {
    const { members, self } = this.#init.cluster
    return members.filter(({ id, connected }) => connected && id !== self)
  }

  #tell(notice: Notice): void {
    const seq = ++this.#sequence
    for (const session of this.#listeners()) {
      // Whoever goes elsewhere would miss the end.
      if (!this.#moving.has(session)) this.#announce(session, seq, notice)
    }
  }

  *#listeners(): Iterable<Session> {
    for (const session of this.#init.sessions()) {
      if (session.facts.maintenance !== 'off' && session.protocol === 3) yield session
    }
  }

  #announce(session: Session, seq: number, notice: Notice): void {
    const items: Reply[] = [notice.word, seq]
    if ('seconds' in notice) items.push(notice.seconds)
    if (notice.word !== 'MOVING') items.push(JSON.stringify(notice.shards.map(String)))
    else items.push(session.facts.maintenance === 'no-address' ? null : notice.target)
    session.push(this.#init.encode({ type: 'push', items }, 3))
  }
}

function shardsOf(groups: readonly Group[]): readonly number[] {
  return [...new Set(groups.map(({ shard }) => shard))]
}
