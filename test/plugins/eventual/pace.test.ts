// The groups of a keyspace at a member speak together: few turns in which anything is sent, nothing late.

import test from 'ava'
import {
  type CommonKeyspace,
  type GroupId,
  hashZero,
  type MemberId,
  type Now,
  payloadOf,
  positionZero,
  Random,
  type Strategy,
  type StrategyPlugin,
  type Token,
} from 'quorate/plugin'
import plugin from '../../../plugins/eventual/index.js'
import { decodeMessage } from '../../../plugins/eventual/messages.js'

const ids = [1, 2] as MemberId[]
const groupCount = 16

interface Sent {
  readonly to: MemberId
  readonly group: number
  readonly bytes: Uint8Array
}

function commonOf(isPaced: boolean): CommonKeyspace {
  let made: unknown
  const beside = <T>(make: () => T): T => {
    made ??= make()
    return made as T
  }
  const share = <T>(make: () => T): T => make()
  const common = { level: 'eventual', groups: groupCount, share } as const
  return isPaced ? { ...common, beside } : common
}

/** Two members that hear each other a millisecond later; only what is due has a turn. */
class World {
  mono = 1_000
  /** Milliseconds at which the first member sent something of a kind, once for each. */
  readonly spoke = { entries: new Set<number>(), vector: new Set<number>() }
  /** Milliseconds from a write to its execution at the other member, each. */
  readonly lags: number[] = []
  readonly #members: readonly (readonly Strategy[])[]
  #flights: Sent[] = []
  #token = 0
  readonly #writtenAt: number[][] = []
  /** As of the end of each one's last turn. */
  readonly #dueAt = new Map<Strategy, number>()

  constructor(isPaced: boolean) {
    const { create, parseOptions } = plugin as StrategyPlugin
    this.#members = ids.map((self) => {
      const keyspace = commonOf(isPaced)
      return Array.from({ length: groupCount }, (_, group) =>
        create({
          self,
          group: group as GroupId,
          options: parseOptions({}),
          durability: 'none',
          members: { voters: ids, learners: [] },
          state: null,
          base: positionZero,
          baseChain: hashZero,
          entries: [],
          keyspace,
          recovering: null,
          recoverWaitMs: 2_000,
          now: this.#now,
          random: new Random(group),
        }),
      )
    })
    for (let group = 0; group < groupCount; group++) {
      this.#writtenAt.push([])
      ids.forEach((self, at) => {
        this.#members[at]?.[group]?.peerUp(ids[1 - at] as MemberId)
        this.#drive(self, group)
      })
    }
  }

  get #now(): Now {
    return { wall: 1_800_000_000_000 + this.mono, mono: this.mono }
  }

  /** A millisecond passes; then clients write to these groups of the first member. */
  step(groups: readonly number[] = []): void {
    this.mono++
    const flights = this.#flights
    this.#flights = []
    const came = new Set<Strategy>()
    for (const { to, group, bytes } of flights) {
      const strategy = this.#members[to - 1]?.[group] as Strategy
      if (!came.has(strategy)) strategy.tick(this.#now)
      came.add(strategy)
      strategy.step(ids[2 - to] as MemberId, bytes, this.#now)
    }
    this.#members.forEach((strategies, at) => {
      const up = strategies.filter((strategy, group) => {
        const isDue = (this.#dueAt.get(strategy) ?? 0) <= this.mono
        if (came.has(strategy)) return true
        if (!isDue && (at > 0 || !groups.includes(group))) return false
        strategy.tick(this.#now)
        return true
      })
      for (const strategy of up) {
        const group = strategies.indexOf(strategy)
        const writes = at === 0 ? groups.filter((each) => each === group).length : 0
        for (let i = 0; i < writes; i++) {
          strategy.propose(++this.#token as Token, payloadOf(Uint8Array.of(1)), this.#now)
          this.#writtenAt[group]?.push(this.mono)
        }
        this.#drive(ids[at] as MemberId, group)
      }
      for (const strategy of up) this.#dueAt.set(strategy, strategy.wakeAt())
    })
  }

  #drive(self: MemberId, group: number): void {
    const strategy = this.#members[self - 1]?.[group] as Strategy
    for (let ready = strategy.ready(); ready !== null; ready = strategy.ready()) {
      for (const { token, at } of ready.delivered) {
        if (token !== null) strategy.changed?.(token, payloadOf(Uint8Array.of(2)))
        else this.lags.push(this.mono - (this.#writtenAt[group]?.shift() ?? 0))
        strategy.applied(at)
      }
      strategy.persisted(ready.batch)
      for (const { to, message } of ready.sendNow) {
        this.#flights.push({ to, group, bytes: message })
        const kind = decodeMessage(message)?.kind
        if (self === 1 && (kind === 'entries' || kind === 'vector')) this.spoke[kind].add(this.mono)
      }
    }
  }
}

/** A second in which every millisecond somebody writes to some group, behind one that is not counted. */
function busy(isPaced: boolean): World {
  const w = new World(isPaced)
  const random = new Random(5)
  for (let i = 0; i < 2_000; i++) {
    if (i === 1_000) for (const each of Object.values(w.spoke)) each.clear()
    w.step([random.below(groupCount)])
  }
  for (let i = 0; i < 20; i++) w.step()
  return w
}

test('eventual: many groups are written to: those of a member send, and tell, in the same few turns', (t) => {
  const [apart, w] = [busy(false), busy(true)]

  t.true(apart.spoke.entries.size > 500 && apart.spoke.vector.size > 150)
  t.true(w.spoke.entries.size <= 240, `${w.spoke.entries.size}`)
  t.true(w.spoke.vector.size <= 40, `${w.spoke.vector.size}`)
  t.is(w.lags.length, 2_000)
  t.true(Math.max(...w.lags) <= 12, `${Math.max(...w.lags)}`)
})

test('eventual: many groups, one write after a pause: it is sent at once, and acknowledged at once', (t) => {
  const w = new World(true)
  for (let i = 0; i < 3_500; i++) w.step()
  const { mono } = w
  w.spoke.vector.clear()
  w.step([3])
  t.deepEqual([...w.spoke.entries], [mono + 1])
  w.step()
  t.deepEqual(w.lags, [1])
  for (let i = 0; i < 10; i++) w.step()
  t.true(w.spoke.vector.size > 0)
})
