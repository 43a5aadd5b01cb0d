// The liveness phase: all faults stop, all members run, and within bounds counted in election timeouts
// there must be a leader, an answer to every request, a write that goes through at every member, one
// applied position and one digest everywhere, and no further election (LV1-LV5, LV7).

import type { SimClient } from './client.js'
import { healWorld } from './heal.js'
import { isGuest } from './placement.js'
import type { World } from './world.js'

const pollUs = 25_000
/** Election timeouts until there is a leader, and until a request is answered. */
const leaderTimeouts = 10
const answerTimeouts = 20
/** Entries that a member under load may be behind when the last requests begin. */
const lagMax = 5
/** Keys read at the end: the youngest ones. */
const finalKeysMax = 60

type Stage = 'heal' | 'members' | 'serve' | 'final' | 'settle' | 'done'

export class Liveness {
  readonly #world: World
  readonly #electionUs: number
  readonly #begun: number
  #stage: Stage = 'heal'
  #since: number
  #changesAtRest = 0
  #finals: SimClient[] = []

  constructor(world: World) {
    this.#world = world
    this.#electionUs = world.profile.electionMs * 2_000
    this.#begun = world.schedule.now
    this.#since = this.#begun
    healWorld(world)
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
    switch (this.#stage) {
      case 'heal':
        if (this.#world.isMajorityLost) return this.#advanceHalted()
        this.#world.fleet?.revive()
        if (this.#hasLeaders()) return this.#enter('members')
        return this.#overdue(leaderTimeouts, 'leader', () => {
          return `no leader ${this.#world.fleet?.describe() ?? ''}`
        })
      case 'members':
        if (this.#world.fleet !== null) {
          if (this.#world.fleet.isSettled) return this.#enter('serve')
          return this.#overdue(
            answerTimeouts * 3,
            'converged',
            () => this.#world.fleet?.describe() ?? '',
          )
        }
        // Whoever was taken out is brought back, so that all that follows holds for everybody.
        if (this.#world.oracles().every(({ members }) => members?.restore() !== false))
          return this.#enter('serve')
        return this.#overdue(answerTimeouts * 2, 'converged', () => this.#describe())
      case 'serve': {
        // Members that lost their disk refill now, under load.
        const waited = this.#waited()
        const isWhole = this.#isWhole()
        if (isWhole && waited > this.#electionUs) return this.#enter('final')
        return this.#overdue(answerTimeouts * 2, 'converged', () => this.#describe())
      }
      case 'final':
        if (this.#finals.every((client) => client.pendingCount === 0)) return this.#enter('settle')
        return this.#overdue(answerTimeouts, 'progress', () => 'the last requests are not answered')
      case 'settle':
        if (this.#isSettled()) return this.#enter('done')
        return this.#overdue(answerTimeouts, 'converged', () => this.#describe())
      default:
    }
  }

  /** LV8: too few members are intact, and each of them says so. */
  #advanceHalted(): void {
    const isSaid = this.#world.present.every((member) => {
      const views = member.reactor?.views() ?? []
      return (
        views.length > 0 &&
        views.every(({ status }) => status?.role === 'halted' && status.why !== '')
      )
    })
    if (isSaid) this.#stage = 'done'
    else this.#overdue(answerTimeouts, 'no-invention', () => this.#describe())
  }

  #enter(stage: Stage): void {
    const world = this.#world
    this.#stage = stage
    this.#since = world.schedule.now
    if (stage === 'final') {
      this.#changesAtRest = world.leaderChanges
      for (const client of world.clients) client.stop()
      this.#finish()
    }
    // A leader whose clock was far from the others' hands over once it knows their right time.
    const isClockRight = ![...world.profile.faults].some((kind) => kind.startsWith('clock-'))
    if (stage === 'done' && isClockRight) {
      world.judge.hold(
        world.leaderChanges === this.#changesAtRest,
        'stable',
        () => `${world.leaderChanges - this.#changesAtRest} elections at rest`,
      )
    }
  }

  /** Through every member: a write must go through, and reads see all that was acknowledged. */
  #finish(): void {
    const { workload, present: members, judge, profile } = this.#world
    const keys = workload.keys.slice(-finalKeysMax)
    this.#finals = members.map((member) => this.#world.newClient(member.index))
    this.#finals.forEach((client, at) => {
      client.stop()
      const write = workload.write(`final${at}`, { member: at, last: new Map() })
      const told = (reply: string): void => {
        // Its bound may have been set by a client.
        const isRefused = profile.workload.surface === 100 && reply.startsWith('-OOM')
        judge.hold(
          reply === '+OK' || isRefused,
          'progress',
          () => `a write at member ${at + 1} is answered ${reply}`,
        )
        write.told(reply)
      }
      const mine = keys.filter((_, index) => index % members.length === at)
      const reads = [
        ...mine.map((key) => workload.read(key, at)),
        workload.readCounter(at),
        workload.readList(at),
        ...(at === 0 ? workload.queues.finals(at) : []),
      ]
      client.enqueue([{ ...write, told }, ...reads])
    })
  }

  #hasLeaders(): boolean {
    const led = new Map<number, boolean>()
    for (const member of this.#world.members) {
      for (const { id, status } of member.reactor?.views() ?? []) {
        if (this.#world.topology.isGone(id)) continue
        led.set(id, led.get(id) === true || status?.role === 'leader')
      }
    }
    return led.size > 0 && [...led.values()].every((is) => is)
  }

  #isWhole(): boolean {
    return this.#world.present.every((member) => {
      const views = member.reactor?.views() ?? []
      return (
        // A write of the time of slow disks may still be under way.
        !member.disk.isCongested &&
        !member.isStopping &&
        (views.length > 0 || isGuest(this.#world.profile, member.id)) &&
        member.reactor !== null &&
        member.reactor.isServing?.() !== false &&
        views.every(({ id, status, applied }) => {
          // A link that was half open is dialled anew only when its end is seen: then it catches up.
          const lag = this.#world.oracle(id).committedIndex - applied.index
          return (
            status !== null && status.recovering === null && status.leader !== null && lag <= lagMax
          )
        })
      )
    })
  }

  #isSettled(): boolean {
    const { present: members, clients, digests } = this.#world
    if (clients.some((client) => client.pendingCount > 0)) return false
    const applied = new Map<number, number>()
    for (const member of members) {
      for (const view of member.reactor?.views() ?? []) {
        const known = applied.get(view.id)
        if (known !== undefined && known !== view.applied.index) return false
        applied.set(view.id, view.applied.index)
      }
    }
    for (const member of members) digests.look(member.id, member.reactor?.views() ?? [], true)
    return applied.size > 0
  }

  /** LV2: no request waits longer than its bound. */
  #checkAnswers(): void {
    const { clients, schedule, judge } = this.#world
    const most = Math.max(answerTimeouts * this.#electionUs, 6_500_000)
    for (const client of [...clients, ...this.#finals]) {
      const from = Math.max(client.oldest ?? schedule.now, this.#begun)
      judge.hold(
        schedule.now - from < most,
        'answered',
        () => `a request waits for ${(schedule.now - from) / 1000} ms`,
      )
    }
  }

  #overdue(
    timeouts: number,
    check: 'leader' | 'converged' | 'progress' | 'no-invention',
    why: () => string,
  ): void {
    const most = Math.max(timeouts * this.#electionUs, check === 'leader' ? 3_000_000 : 6_000_000)
    this.#world.judge.hold(
      this.#waited() < most,
      check,
      () => `${why()} after ${this.#waited() / 1000} ms without faults`,
    )
  }

  #waited(): number {
    return this.#world.schedule.now - this.#since
  }

  #describe(): string {
    return this.#world.present
      .map((member) => {
        const views = member.reactor?.views() ?? []
        const seats = views.map(({ status, applied }) =>
          status === null
            ? 'loading'
            : `${status.role} t${status.term} applied ${applied.index} last ${status.last.index} ${status.recovering ?? ''} ${status.why}`,
        )
        return `member ${member.id} ${member.isUp ? seats.join(', ') : 'down'}`
      })
      .join('; ')
  }
}
