// The topology in the simulator: operators who make and remove users through any member, the history of
// the group that keeps it, and what members know of it. One era and epoch is one document everywhere, no
// member goes back, and what was acknowledged is there in the end.

import { encodeTopology } from '../../src/api/topology.js'
import type { MemberId } from '../../src/api/ids.js'
import type { StrategyPlugin } from '../../src/api/strategy.js'
import { encodeRuns, runsOf } from '../../src/api/slot-moves.js'
import { keySlot } from '../../src/base/keyslot.js'
import type { Random } from '../../src/base/random.js'
import type { Topology } from '../../src/api/topology.js'
import { topologyGroupId } from '../../src/core/topology-group.js'
import { liveShards } from '../../src/slots/shards.js'
import type { SimClient } from './client.js'
import { firstEra } from './eras.js'
import { judgeOwners } from './moves.js'
import { MoveFaults } from './move-faults.js'
import { MoveWaiters } from './move-waiters.js'
import { GroupOracle } from './oracle.js'
import { holdersOf, keyspaceCount } from './placement.js'
import { probed } from './probe.js'
import type { Reactor } from './reactor.js'
import type { Request } from './request.js'
import { watchMembers } from './members.js'
import { eyesFor } from './watch.js'
import { RootedLoad } from './rooted.js'
import type { World } from './world.js'

const operators = 2
/** Microseconds between two changes. */
const pauseUs = { min: 100_000, max: 3_000_000 }

export class TopologyWorld {
  readonly oracle: GroupOracle
  readonly #world: World
  readonly #random: Random
  #clients: readonly SimClient[] = []
  #isStopped = false
  #made = 0
  /** Users, and whether they are to be there; those whose changes are not known are not. */
  readonly #users = new Map<string, boolean>()
  /** By era and epoch. */
  readonly #texts = new Map<string, string>()
  /** What each member knew last, by its index. */
  readonly #known = new Map<number, readonly [era: number, epoch: number]>()
  readonly #floors = new Map<MemberId, number>()
  readonly #moveFaults: MoveFaults | null
  #waiters: MoveWaiters | null = null
  #rooted: RootedLoad | null = null

  constructor(world: World, random: Random) {
    this.#world = world
    this.#random = random
    const { judge, profile } = world
    this.#moveFaults = profile.moves ? new MoveFaults(world, random.fork()) : null
    const durability = profile.durability === 'always' ? 'always' : 'everysec'
    const { members } = profile
    const voters = Array.from({ length: members }, (_, index) => index + 1)
    this.oracle = new GroupOracle('topology', {
      ...{ judge, members, durability },
      voters: voters.slice(0, profile.fleet ?? members),
      changing:
        profile.fleet === null
          ? null
          : watchMembers({ ...profile, outside: members - profile.fleet }, judge),
    })
  }

  /** `inner`, but for the group of the topology. */
  plugin(inner: StrategyPlugin, plain: StrategyPlugin): StrategyPlugin {
    const { judge } = this.#world
    const eyes = eyesFor('raft', { judge, oracle: this.oracle })
    const own = probed(plain, {
      judge,
      oracle: () => this.oracle,
      eyes: () => eyes,
      learners: 0,
    })
    return {
      ...inner,
      create: (init) => (init.group === topologyGroupId ? own : inner).create(init),
    }
  }

  /** The operator begins. */
  start(): void {
    this.#clients = Array.from({ length: operators }, () => this.#world.newClient(null))
    for (const client of this.#clients) client.stop()
    const { moves, workload, rooted } = this.#world.profile
    // Where memory is bounded elements are refused, where databases are emptied they are gone.
    if (moves && workload.surface !== 100) this.#waiters = new MoveWaiters(this.#world)
    if (rooted) this.#rooted = new RootedLoad(this.#world)
    this.#next()
  }

  stop(): void {
    this.#isStopped = true
    this.#moveFaults?.stop()
    this.#waiters?.stop()
    this.#rooted?.stop()
  }

  #next(): void {
    const { schedule, profile } = this.#world
    const most = profile.movePauseUs
    const { min, max } = profile.moves ? { min: most / 12, max: most } : pauseUs
    schedule.after(this.#random.between(min, max), () => {
      if (this.#isStopped) return
      // Often two at once, through different members.
      const isAlone = this.#random.chance(1, 2)
      for (const client of isAlone ? this.#clients.slice(0, 1) : this.#clients) {
        if (this.#isKept && client.pendingCount === 0) client.enqueue([this.#request()])
      }
      this.#next()
    })
  }

  /** False for stand-ins of the core. */
  get #isKept(): boolean {
    return this.#world.members.some(({ reactor }) => reactor?.topology !== undefined)
  }

  /** The operator gives up what is on its way. */
  cancelMove(): void {
    const [client] = this.#clients
    if (client?.pendingCount === 0) client.enqueue([this.#cancel()])
  }

  #cancel(): Request {
    return { args: ['QUORATE', 'MOVE', 'CANCEL'], data: false, told: () => undefined }
  }

  /** Shard groups that may own slots, as the member that knows most has them. */
  #live(): readonly number[] {
    let last: Topology | null = null
    for (const { reactor } of this.#world.members) {
      const known = reactor?.topology?.() ?? null
      if (known !== null && known.epoch > (last?.epoch ?? 0)) last = known
    }
    return last === null ? [] : liveShards(last).map(({ id }) => id)
  }

  /** Where shard groups are placed: three members, whether they hold another one or not. */
  #holders(): readonly string[] {
    const { placement, members } = this.#world.profile
    if (placement === null) return []
    const from = this.#random.below(members)
    return ['MEMBERS', ...[0, 1, 2].map((at) => String(((from + at) % members) + 1))]
  }

  /** Who votes in a group when it begins; `born` for one that was added. */
  startOf(group: number): { born: readonly MemberId[] | undefined; voters: readonly number[] } {
    const { members, profile } = this.#world
    const shard = Math.floor(group / keyspaceCount(profile))
    const known = members.map(({ reactor }) => reactor?.topology?.().shards[shard]?.born)
    const born = known.find((each) => each !== undefined)
    const voters = born ?? holdersOf(profile, group)
    return { born, voters: voters.slice(0, voters.length - profile.learners) }
  }

  /** Its shard group is gone, and somebody knows; others may hold it for some seconds more. */
  isGone(group: number): boolean {
    const { members, profile } = this.#world
    const shard = Math.floor(group / keyspaceCount(profile))
    return members.some(({ reactor }) => reactor?.topology?.().shards[shard]?.out === 'gone')
  }

  /** A shard group comes, or goes. */
  #grow(): Request {
    const { judge } = this.#world
    const live = this.#live()
    const isLess = live.length > 1 && (live.length > 3 || this.#random.chance(1, 2))
    const words = isLess ? ['REMOVE', String(this.#random.pick(live))] : ['ADD', ...this.#holders()]
    const told = (reply: string): void => {
      if (reply.startsWith('$')) judge.mark(isLess ? 'shards-removed' : 'shards-added')
    }
    return { args: ['QUORATE', 'SHARD', ...words], data: false, told }
  }

  /** Slots of keys in use, to one group or the other; now and then the move is given up at once. */
  #move(): Request {
    const { judge, workload, merging } = this.#world
    const random = this.#random
    if (random.chance(1, 6)) return this.#cancel()
    const slots = new Set<number>()
    const inUse = merging?.load.allKeys ?? workload.inUse
    for (const key of [...inUse, ...(this.#waiters?.keys ?? [])]) {
      if (random.chance(1, 2)) slots.add(keySlot(key))
    }
    slots.add(random.below(16_384))
    const told = (reply: string): void => {
      if (reply.startsWith('$')) judge.mark('moves')
    }
    const runs = encodeRuns(runsOf([...slots].sort((a, b) => a - b)))
    const live = this.#live()
    const to = String(live.length === 0 ? random.below(2) : random.pick(live))
    return { args: ['QUORATE', 'MOVE', 'SLOTS', runs, 'TO', to], data: false, told }
  }

  #request(): Request {
    const { moves, grows } = this.#world.profile
    if (grows && this.#random.chance(1, 4)) return this.#grow()
    if (moves && this.#random.chance(4, 5)) return this.#move()
    const there = [...this.#users].filter(([, isThere]) => isThere)
    const isGone = there.length > 0 && this.#random.chance(1, 3)
    const name = isGone ? (this.#random.pick(there)[0] as string) : `u${++this.#made}`
    const args = isGone ? ['ACL', 'DELUSER', name] : ['ACL', 'SETUSER', name, 'on']
    // Until it is answered nobody knows.
    this.#users.delete(name)
    const told = (reply: string): void => {
      if (reply !== '+OK' && reply !== ':1') return
      this.#world.judge.mark('topology-changes')
      this.#users.set(name, !isGone)
    }
    return { args, data: false, told }
  }

  /** Behind a turn of a member. */
  look(index: number, reactor: Reactor): void {
    this.#moveFaults?.look(reactor.views())
    const topology = reactor.topology?.()
    if (topology === undefined || topology.epoch === 0) return
    const { era, epoch } = topology
    const known = this.#known.get(index)
    if (known !== undefined && known[0] === era && known[1] === epoch) return
    this.#known.set(index, [era, epoch])
    const { judge } = this.#world
    judge.hold(
      known === undefined || known[0] < era || (known[0] === era && known[1] < epoch),
      'topology',
      () => `member ${index + 1} goes back from epoch ${known?.join('/')} to ${era}/${epoch}`,
    )
    const { group: _, ...rest } = topology
    const text = encodeTopology(rest)
    const other = this.#texts.get(`${era}/${epoch}`)
    judge.hold(
      other === undefined || other === text,
      'topology',
      () => `epoch ${era}/${epoch} is ${text} at member ${index + 1}, elsewhere ${other}`,
    )
    this.#texts.set(`${era}/${epoch}`, text)
  }

  /** The process ended; a disk keeps what was synced, so that only one that is lost may go back. */
  ended(member: MemberId): void {
    this.oracle.ended(member)
    this.#known.delete(member - 1)
  }

  damaged(member: MemberId): void {
    this.#floors.set(member, this.oracle.committedIndex)
    this.oracle.damaged(member)
  }

  /** A damaged member has refilled it. */
  isWhole(member: MemberId, reactor: Reactor | null): boolean {
    const group = reactor?.topology?.().group
    if (group === undefined) return true
    const { status, applied } = group
    if (status === null || status.recovering !== null || status.role === 'recovering') return false
    if (status.why !== '' || !this.oracle.seat(member).isDurablyWhole) return false
    return applied.index >= Math.min(this.#floors.get(member) ?? 0, this.oracle.committedIndex)
  }

  /** All members know the same, and nobody is waited for; or too few are intact to say. */
  get isSettled(): boolean {
    const { members, isMajorityLost } = this.#world
    if (isMajorityLost || !this.#isKept) return true
    if (this.#waiters?.isSettled === false || this.#rooted?.isSettled === false) return false
    if (this.#clients.some((client) => client.pendingCount > 0)) return false
    const known = members
      .filter(({ isSeated }) => isSeated)
      .map(({ reactor }) => {
        const topology = reactor?.topology?.()
        if (topology === undefined || topology.group.status?.leader == null) return ''
        return `${topology.era}/${topology.epoch}/${topology.group.applied.index}`
      })
    // A target forgets by itself the copies of a move that was ended.
    const isMoving = members.some(({ reactor }) => {
      const moves = reactor?.topology?.().moves ?? []
      const views = moves.length === 0 && this.#moveFaults !== null ? reactor?.views() : undefined
      return moves.length > 0 || views?.some(({ slots }) => slots?.importing != null) === true
    })
    return !isMoving && known[0] !== '' && known.every((each) => each === known[0])
  }

  judge(): void {
    const { judge, members, isMajorityLost } = this.#world
    const topology = members.find(({ isSeated }) => isSeated)?.reactor?.topology?.()
    if (topology === undefined || isMajorityLost) return
    if (this.#world.profile.moves) judgeOwners(this.#world, topology)
    if (this.oracle.era > firstEra) return
    const users = new Map(topology.users.map(([name, rules]) => [name, rules]))
    for (const [name, isThere] of this.#users) {
      judge.hold(
        ((users.get(name) ?? null) !== null) === isThere,
        'topology',
        () => `user ${name} is ${isThere ? 'lost' : 'back'} at epoch ${topology.epoch}`,
      )
    }
  }
}
