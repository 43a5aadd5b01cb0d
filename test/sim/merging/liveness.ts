// The liveness phase of a world whose members merge: all faults stop, all members run, and within bounds each
// takes writes, answers, holds what the others hold, shows the same within two rounds of anti-entropy (EV7),
// and forgets what it kept to merge with (EV8). Then everything is read at every member and judged.

import { limits } from '../../../src/api/limits.js'
import { keyNames } from '../../differential/pools.js'
import type { SimClient } from '../client.js'
import { healWorld } from '../heal.js'
import type { SimMember } from '../member.js'
import { groupOf } from '../placement.js'
import type { Request } from '../request.js'
import type { World } from '../world.js'
import type { Merging } from './merging.js'
import type { SessionClient } from './sessions.js'

const pollUs = 25_000
/** Microseconds: until members take writes, until requests are answered, until all hold the same. */
const openUs = 15_000_000
const answerUs = 6_500_000
/** Until whole members have come and gone. */
const comeUs = 90_000_000
const holdUs = 12_000_000
/** Until no slots are on their way. */
const moveUs = 60_000_000
/** Until what all hold is stable: notes of idle members, one after the other. */
const stableNotes = 6
/** Slots of which digests travel in one message. */
const slotsEach = 1_024

type Stage = 'heal' | 'serve' | 'final' | 'settle' | 'read' | 'done'

export class MergingLiveness {
  readonly #world: World
  readonly #merging: Merging
  readonly #begun: number
  #stage: Stage = 'heal'
  #since: number
  /** Slots were still on their way. */
  #movedAt = 0
  #clients: SimClient[] = []
  #held: string | null = null
  #heldSince = 0
  #differing: readonly number[] = []
  /** What all held when they were equal. */
  #wereEqual: string | null = null

  constructor(world: World, merging: Merging) {
    this.#world = world
    this.#merging = merging
    this.#begun = world.schedule.now
    this.#since = this.#begun
    healWorld(world)
    merging.lists?.restore()
    this.#poll()
  }

  get isDone(): boolean {
    return this.#stage === 'done'
  }

  #poll(): void {
    this.#world.schedule.after(pollUs, () => {
      this.#checkAnswers()
      this.#advance()
      if (!this.isDone && this.#world.judge.violation === null) this.#poll()
    })
  }

  #advance(): void {
    const { judge } = this.#world
    const members = this.#merging.present()
    switch (this.#stage) {
      case 'heal':
        if (this.#world.fleet?.isSettled === false)
          return judge.hold(this.#waited() < comeUs, 'leader', () => this.#describe())
        if (members.every((member) => this.#merging.isWhole(member))) return this.#enter('serve')
        return judge.hold(
          this.#waited() < (this.#world.fleet === null ? openUs : comeUs + openUs),
          'leader',
          () => this.#describe(),
        )
      case 'serve': {
        const isCalm = members.every(
          (member) =>
            !member.disk.isCongested && !member.isStopping && this.#merging.isWhole(member),
        )
        if (isCalm && this.#waited() > 500_000) return this.#enter('final')
        return judge.hold(this.#waited() < openUs, 'converged', () => this.#describe())
      }
      case 'final':
      case 'read':
        if (!this.#clients.every(({ pendingCount }) => pendingCount === 0)) return
        return this.#enter(this.#stage === 'final' ? 'settle' : 'done')
      case 'settle':
        return this.#settle()
      default:
    }
  }

  #settle(): void {
    const { judge, schedule, profile, clients } = this.#world
    if (clients.some(({ pendingCount }) => pendingCount > 0)) return
    if (profile.moves && !this.#world.topology.isSettled) {
      this.#movedAt = schedule.now
      return judge.hold(
        this.#waited() < moveUs,
        'slots',
        () => `slots still move: ${this.#describe()}`,
      )
    }
    const held = this.#merging.heldByAll()
    if (held !== this.#held || held === null) {
      this.#held = held
      this.#heldSince = schedule.now
      const from = Math.max(this.#since, this.#movedAt)
      judge.hold(schedule.now - from < holdUs, 'converged', () => this.#describe())
      return
    }
    const waited = schedule.now - this.#heldSince
    // Once they were equal: again when all is stable.
    const isStable = this.#merging.isStable()
    if (this.#wereEqual === held && !isStable) {
      const most = stableNotes * Number(profile.options['idleMs'] ?? 1_000) * 1_000 + 2_000_000
      judge.hold(waited < most, 'forgotten', () => `not all is stable: ${this.#describe()}`)
      return
    }
    const { compareMs = 250, idleMs = 1_000 } = profile.options
    const differing = this.#merging.differing()
    if (differing !== null) this.#differing = differing
    const isEqual = differing?.length === 0
    if (!isEqual) {
      const messages = Math.ceil(this.#merging.slotsHeld() / slotsEach) + 1
      const rounds = 2 * messages * Number(compareMs) * 1_000
      judge.mark('waited-for-anti-entropy')
      judge.hold(
        waited < rounds + 2 * Number(idleMs) * 1_000 + 500_000,
        'equal-soon',
        () =>
          `members differ in slots ${this.#differing.join(' ')}, ${waited / 1000} ms after they hold the same`,
      )
      return
    }
    this.#wereEqual = held
    if (isStable) this.#enter('read')
  }

  #enter(stage: Stage): void {
    const world = this.#world
    this.#stage = stage
    this.#since = world.schedule.now
    if (stage === 'final') {
      for (const client of world.clients) client.stop()
      this.#ask((member) => [this.#write(member)])
    }
    if (stage === 'read') {
      this.#checkForgotten()
      this.#ask((member) =>
        this.#merging.finals(member).map((request) => this.#read(member, request)),
      )
      for (const session of this.#merging.sessions.clients) this.#visit(session, 0)
    }
  }

  /** Each session is served at every member, unless what it saw may be lost. */
  #visit(session: SessionClient, member: number): void {
    const world = this.#world
    if (member === world.members.length) return
    const { id } = world.members[member] as SimMember
    if (this.#merging.lists?.isOn(id) === false) return this.#visit(session, member + 1)
    const client = world.sessionClient(session, member)
    client.stop()
    this.#clients.push(client)
    const done = (isServed: boolean): void => {
      world.judge.mark(isServed ? 'sessions-served' : 'sessions-lost')
      world.judge.hold(
        isServed || this.#merging.hasLost,
        'progress',
        () => `a session is refused at member ${member + 1}, though nothing was lost`,
      )
      this.#visit(session, member + 1)
    }
    client.enqueue(session.visit(done))
  }

  /** A write goes through at every member; one that is repaired takes it when that is done. */
  #write(member: number): Request {
    const { judge, profile } = this.#world
    const key = `final${member}`
    const isHeld = this.#merging.holdersOf(groupOf(profile, key)).includes(member + 1)
    const told = (reply: string): void => {
      const isBusy = reply.startsWith('-CLUSTERDOWN') || reply.startsWith('-TRYAGAIN')
      // It was sent to a replica that had died before, which is noticed late.
      const isSentInVain = reply.startsWith('-UNKNOWNRESULT') && !isHeld
      if ((isBusy || isSentInVain) && this.#waited() < answerUs) {
        this.#clients[member]?.enqueue([this.#write(member)])
        return
      }
      const isRefused = profile.workload.surface === 100 && reply.startsWith('-OOM')
      judge.hold(
        reply === '+OK' || isRefused,
        'progress',
        () => `a write at member ${member + 1} is answered ${reply}`,
      )
    }
    return { args: ['SET', key, 'v'], data: true, told }
  }

  /** Where no replica is, the link to one may still be missing: what is refused is read again, within the time of an answer. */
  #read(member: number, request: Request): Request {
    const { judge, profile } = this.#world
    const key = request.args[1] ?? ''
    if (this.#merging.holdersOf(groupOf(profile, key)).includes(member + 1)) return request
    const told = (reply: string): void => {
      const isRefused = reply.startsWith('-CLUSTERDOWN')
      if (isRefused && this.#waited() < answerUs) {
        this.#clients[member]?.enqueue([this.#read(member, request)])
        return
      }
      judge.hold(
        !isRefused,
        'progress',
        () => `a read at member ${member + 1} is answered ${reply}`,
      )
      request.told(reply)
    }
    return { ...request, told }
  }

  #ask(requests: (member: number) => Parameters<SimClient['enqueue']>[0]): void {
    const members = this.#merging.present()
    this.#clients = []
    for (const { index } of members) {
      const client = this.#world.newClient(index)
      this.#clients[index] = client
      client.stop()
      client.enqueue(requests(index))
    }
  }

  /** EV8: of keys that are not there nothing is kept. */
  #checkForgotten(): void {
    const { profile, judge } = this.#world
    const members = this.#merging.present()
    const { prefixes, surface = 0 } = profile.workload
    const names = prefixes.length * keyNames.length * limits.databases
    const named = surface > 0 ? names : 0
    const most = named + this.#merging.load.keyCount + members.length
    for (const member of members) {
      for (const { id, counters } of member.reactor?.views() ?? []) {
        const { unstable_keys: unstable = 0 } = counters
        judge.hold(
          unstable <= most,
          'forgotten',
          () => `group ${id}, member ${member.id}: ${unstable} unstable keys`,
        )
      }
    }
  }

  /** LV2: no request waits longer than its bound. */
  #checkAnswers(): void {
    const { clients, schedule, judge, fleet } = this.#world
    // Who comes for a machine that is dead takes no writes before that one is out, and scripts have longer.
    const isWaiting = fleet !== null && this.#stage === 'heal'
    const most = answerUs + (isWaiting ? limits.scriptMsMax * 1_000 : 0)
    for (const client of [...clients, ...this.#clients.filter(Boolean)]) {
      const from = Math.max(client.oldest ?? schedule.now, this.#begun)
      judge.hold(
        schedule.now - from < most,
        'answered',
        () => `a request waits for ${(schedule.now - from) / 1000} ms`,
      )
    }
  }

  #waited(): number {
    return this.#world.schedule.now - this.#since
  }

  #describe(): string {
    const seats = this.#world.members.map((member) => {
      const views = member.reactor?.views() ?? []
      const each = views.map(({ id, status, applied }) => {
        const { held, stable, top } = this.#merging.oracle(id).seat(member.id)
        const counts = `${held.count} entries, stable ${stable} of ${top}`
        return `${status?.role ?? 'loading'} ${applied.index} ${counts} ${status?.why ?? ''}`
      })
      return `member ${member.id} ${this.#merging.lists?.isOn(member.id) === false ? 'no member ' : ''}${member.isUp ? each.join(', ') : 'down'}`
    })
    const fleet = this.#world.fleet?.describe() ?? ''
    return `${this.#stage} for ${this.#waited() / 1000} ms: ${seats.join('; ')} ${fleet}`
  }
}
