// A world without drawn faults, for stories told step by step: clients write all the time while a test
// crashes, wipes, stops and starts members by hand. Ends with the liveness phase and the judgement of
// the whole history, as every seed does.

import type { Durability } from '../../src/api/config.js'
import type { GroupView } from './reactor.js'
import { coreFactory, coreStrategies } from './core-under-test.js'
import type { Violation } from './judge.js'
import { drawProfile, type Profile } from './profile.js'
import { settleWorld } from './run.js'
import { World } from './world.js'

/** Microseconds that a member stays down where a test starts it by hand. */
const forLongUs = 1e12

export class Scenario {
  readonly world: World

  constructor(seed: number, durability: Durability, strategy: Profile['strategy'] = 'raft') {
    const profile = drawProfile(seed, {
      with: {
        members: 3,
        strategy,
        durability,
        laterEngine: seed % 4 === 0,
        // Long enough for dead links to be noticed.
        recoverWaitMs: 4_000,
        thinkMeanUs: 20_000,
        clients: 4,
        workload: { hotKeys: 4, reads: 30, prefixes: [''], valueBytes: 40 },
      },
      only: [],
    })
    this.world = new World({ seed, profile, factory: coreFactory, strategies: coreStrategies })
  }

  /** Plays for some milliseconds of the world's time. */
  run(ms: number): void {
    this.until(() => false, ms)
  }

  /** Plays until it holds, at most so many milliseconds; whether it does. */
  until(holds: () => boolean, ms = 20_000): boolean {
    const { schedule, judge } = this.world
    const end = schedule.now + ms * 1_000
    while (!holds()) {
      if (judge.violation !== null || schedule.now >= end || !schedule.next()) return false
    }
    return true
  }

  /** Everybody has some acknowledged writes. */
  loaded(): boolean {
    return this.until(() => this.world.history.counter.acknowledged >= 20)
  }

  /** Machines lose power, all at one moment, and stay down. */
  crash(...ids: readonly number[]): void {
    for (const id of ids) this.world.crash(this.#member(id), { power: true, downUs: forLongUs })
  }

  /** The disks of members that are down are replaced by empty ones. */
  wipe(...ids: readonly number[]): void {
    for (const id of ids) {
      this.world.damaged(this.#member(id))
      this.world.replace(this.#member(id))
    }
  }

  start(...ids: readonly number[]): void {
    for (const id of ids) this.#member(id).start()
  }

  /** Asks members to stop; they start again by themselves. */
  stop(...ids: readonly number[]): void {
    for (const id of ids) this.#member(id).push({ kind: 'stop' })
  }

  /** The replies of a member to commands of an operator; a request may take 5 s to be refused. */
  ask(id: number, ...args: readonly string[]): string {
    let reply = ''
    const client = this.world.newClient(id - 1)
    client.stop()
    client.enqueue([{ args, data: false, told: (text) => (reply = text) }])
    this.until(() => reply !== '', 10_000)
    return reply
  }

  view(id: number): GroupView | undefined {
    return this.#member(id).reactor?.views()[0]
  }

  /** The member that leads, 0 for none. */
  get leader(): number {
    return this.world.leader() + 1
  }

  /** The two that do not lead. */
  get followers(): readonly [number, number] {
    const [a, b] = [1, 2, 3].filter((id) => id !== this.leader)
    return [a ?? 1, b ?? 2]
  }

  get era(): number {
    return this.world.oracle(0).era
  }

  mark(name: string): number {
    return this.world.judge.marks.get(name) ?? 0
  }

  /** All must be well again, and the whole history right. */
  settle(): Violation | null {
    settleWorld(this.world, this.world.judge.step + 60_000)
    return this.world.judge.violation
  }

  #member(id: number): World['members'][number] {
    const member = this.world.members[id - 1]
    if (member === undefined) throw new Error(`there is no member ${id}`)
    return member
  }
}
