// Worlds in which whole members come and go: an operator admits, replaces and removes them through any member, while
// all other faults go on. Seats are numbered as members; whoever was removed leaves its seat for ever.

import type { MemberId } from '../../src/api/ids.js'
import { holdersOf, isLeaving, staying } from '../../src/api/roster.js'
import type { Topology } from '../../src/api/topology.js'
import type { Random } from '../../src/base/random.js'
import type { SimClient } from './client.js'
import type { SimMember } from './member.js'
import { keyspaceCount } from './placement.js'
import type { Request } from './request.js'
import type { World } from './world.js'

const membersMin = 3
const membersMax = 5
/** Microseconds between two changes. */
const pauseUs = { min: 300_000, max: 3_000_000 }

type Known = Topology & { readonly group: { readonly status: unknown } }

export class FleetWorld {
  readonly #world: World
  readonly #random: Random
  #client: SimClient | null = null
  #isStopped = false
  /** Told to stop by their cluster. */
  readonly #told = new Set<MemberId>()
  /** Machines that will never run again. */
  readonly #dead = new Set<MemberId>()
  /** What the members know, in which step. */
  #last: { readonly step: number; readonly topology: Known | null } = { step: -1, topology: null }

  constructor(world: World, random: Random) {
    this.#world = world
    this.#random = random
  }

  /** Those of the seats that are taken. */
  get present(): readonly SimMember[] {
    return this.#world.members.filter(({ isSeated }) => isSeated)
  }

  /** A machine is gone for good, and its successor not in its place. */
  get isThin(): boolean {
    return this.#dead.size > 0
  }

  start(): void {
    this.#client = this.#world.newClient(null)
    this.#client.stop()
    this.#next()
  }

  stop(): void {
    this.#isStopped = true
  }

  /** What is the latest among the members. */
  topology(): Known | null {
    const { step } = this.#world.judge
    if (this.#last.step !== step) this.#last = { step, topology: this.#latest() }
    return this.#last.topology
  }

  #latest(): Known | null {
    let last: Known | null = null
    for (const { reactor } of this.#world.members) {
      const known = reactor?.topology?.()
      if (known === undefined || known.epoch === 0) continue
      if (last === null || known.epoch > last.epoch) last = known
    }
    return last
  }

  #next(): void {
    const { schedule } = this.#world
    schedule.after(this.#random.between(pauseUs.min, pauseUs.max), () => {
      if (this.#isStopped) return
      if (this.#client?.pendingCount === 0) this.#change()
      this.#next()
    })
  }

  #change(): void {
    const topology = this.topology()
    if (topology === null) return
    const stay = staying(topology)
    const free = this.#world.members.filter(
      ({ id, isSeated }) => !isSeated && !topology.members.some((one) => one.id === id),
    )
    // Members that wait go first: who was asked for them may have died.
    const waiting = this.present.find(({ id }) => !topology.members.some((one) => one.id === id))
    const comer = waiting ?? free.find(({ id }) => !this.#told.has(id))
    const kinds: ('join' | 'replace' | 'remove')[] = []
    if (comer !== undefined) kinds.push('replace')
    if (comer !== undefined && stay.length < membersMax + (this.#isPlaced ? 1 : 0))
      kinds.push('join', 'join')
    if (stay.length > membersMin) kinds.push('remove')
    if (kinds.length === 0) return
    const kind = this.#random.pick(kinds)
    const old = this.#random.pick(stay)
    if (comer !== undefined && kind !== 'remove' && !comer.isSeated) this.#sit(comer)
    if (kind === 'replace') this.#mayDie(old, topology)
    const word = kind.toUpperCase()
    const named = kind === 'join' ? [] : [String(old)]
    const address = `127.0.0.1:${7000 + (comer?.id ?? 0)}`
    const described = kind === 'remove' ? [] : [String(comer?.id), address]
    const held = kind === 'join' ? this.#held(topology) : []
    // Who merges may have had what nobody else has.
    const isForced = kind !== 'join' && this.#dead.has(old) && this.#isPlaced
    const force = isForced ? ['FORCE'] : []
    this.#ask(kind, ['QUORATE', word, ...named, ...described, ...held, ...force])
  }

  get #isPlaced(): boolean {
    return this.#world.profile.placement !== null
  }

  /** Of placed shard groups one, all or none. */
  #held({ shards }: Topology): readonly string[] {
    if (!this.#isPlaced || this.#random.chance(1, 4)) return []
    const ids = shards.map(({ id }) => id)
    const some = this.#random.chance(1, 3) ? ids : [this.#random.pick(ids)]
    return ['SHARDS', some.join()]
  }

  /** Members with a replica of a group, or on their way to one or out of it; null while nobody knows. */
  holdersOf(group: number): readonly MemberId[] | null {
    const topology = this.topology()
    if (topology === null) return null
    return holdersOf(topology, Math.floor(group / keyspaceCount(this.#world.profile)))
  }

  #ask(kind: string, args: readonly string[]): void {
    const told = (reply: string): void => {
      if (reply.startsWith('$')) this.#world.judge.mark(`fleet-${kind}`)
    }
    const request: Request = { args, data: false, told }
    this.#client?.enqueue([request])
  }

  #sit(member: SimMember): void {
    this.#world.seat(member)
    member.isSeated = true
    member.start()
  }

  /** Often one is replaced because its machine burnt down. */
  #mayDie(id: MemberId, topology: Topology): void {
    const { members } = this.#world
    const member = members[id - 1] as SimMember
    const isWhole = topology.members.every((one) => members[one.id - 1]?.isSeated === true)
    const isCalm = topology.roster === undefined || topology.roster.leaving.length === 0
    if (!isWhole || !isCalm || this.isThin || this.#world.isDamaged) return
    if (staying(topology).length < membersMin || !this.#random.chance(1, 2)) return
    // Where it is not known which entry is whose, nothing that was answered may be lost.
    if (this.#isPlaced && this.#world.profile.moves) return
    this.#world.judge.mark('fleet-deaths')
    this.#dead.add(id)
    this.#leave(member)
  }

  #leave(member: SimMember): void {
    member.isSeated = false
    if (member.isUp) this.#world.crash(member, { power: true, downUs: 0 })
    this.#world.left(member)
  }

  /** A member stops because it was removed; it comes back once, to hear it again. */
  removed(member: SimMember, why: string): boolean {
    const topology = this.topology()
    const isGone = topology?.roster?.gone.includes(member.id) === true
    if (!/was removed from the cluster/.test(why)) return false
    this.#world.judge.hold(isGone, 'stopped', () => `member ${member.id} stops though it is one`)
    this.#world.judge.mark('fleet-removed')
    if (this.#told.has(member.id)) this.#leave(member)
    this.#told.add(member.id)
    return true
  }

  /** Faults are over: who is no member and was not asked for goes home, and who died in vain comes back. */
  #tidy(topology: Topology): void {
    this.revive()
    for (const member of this.present) {
      const isMember = topology.members.some(({ id }) => id === member.id)
      if (!isMember && topology.roster?.gone.includes(member.id) !== true) this.#leave(member)
      else if (!isMember && this.#told.has(member.id)) this.#leave(member)
    }
    // It was asked for, and that became known only when it had gone home.
    for (const { id } of topology.members) {
      const member = this.#world.members[id - 1] as SimMember
      if (member.isSeated || this.#dead.has(id)) continue
      member.isSeated = true
      member.start()
    }
  }

  /** Faults are over: a machine that was not replaced after all comes back. */
  revive(): void {
    const topology = this.topology()
    if (topology === null || (this.#client?.pendingCount ?? 0) > 0) return
    for (const id of topology.roster?.gone ?? []) this.#dead.delete(id)
    for (const id of [...this.#dead]) {
      if (isLeaving(topology, id)) continue
      this.#dead.delete(id)
      const member = this.#world.members[id - 1] as SimMember
      member.isSeated = true
      member.start()
    }
  }

  /** Behind the faults: every group has the members of the topology, and nobody else runs. */
  get isSettled(): boolean {
    if (!this.#isStopped) return false
    if ((this.#client?.pendingCount ?? 0) > 0) return false
    const topology = this.topology()
    if (topology === null) return false
    this.#tidy(topology)
    const ids = topology.members.map(({ id }) => id)
    if ((topology.roster?.leaving.length ?? 0) > 0) return false
    const isSame = (list: readonly number[]): boolean =>
      list.length === ids.length && ids.every((id) => list.includes(id))
    if (!isSame(this.present.map(({ id }) => id))) return false
    return this.present.every(({ reactor }) => {
      const known = reactor?.topology?.()
      if (known === undefined || known.epoch !== topology.epoch) return false
      const groups = [
        { ...known.group, wanted: ids },
        ...(reactor?.views() ?? []).map((view) => {
          return { ...view, wanted: this.#isPlaced ? this.holdersOf(view.id) : ids }
        }),
      ]
      return groups.every(({ status, wanted }) => {
        if (status === null || wanted === null) return false
        const { voters, learners, outgoing } = status.members
        const isWanted =
          voters.length === wanted.length && wanted.every((id) => voters.includes(id))
        return isWanted && learners.length === 0 && outgoing === undefined
      })
    })
  }

  describe(): string {
    const topology = this.topology()
    const { epoch, members, roster } = topology ?? {}
    const ids = members?.map(({ id }) => id)
    const lists = this.present.map(({ id, reactor }) => {
      const groups = [reactor?.topology?.().group, ...(reactor?.views() ?? [])]
      return `${id}: ${groups.map((group) => `${group?.status?.role} ${JSON.stringify(group?.status?.members)}`)}`
    })
    return `epoch ${epoch}, members ${ids}, ${JSON.stringify(roster)}; ${lists.join('; ')}`
  }
}
