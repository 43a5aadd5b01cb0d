// Which writes of sessions nobody has any more, as the causal oracle is told: of the keyspace that they were made in.

import test from 'ava'
import { payloadOf } from '../../src/api/entry.js'
import type { GroupId, MemberId, Token } from '../../src/api/ids.js'
import type { Strategy, StrategyInit, StrategyPlugin } from '../../src/api/strategy.js'
import { seatsMax } from '../../src/log/stamps.js'
import { Vector } from '../../src/log/vector.js'
import { Judge } from './judge.js'
import { Merging } from './merging/merging.js'
import { drawProfile } from './profile.js'

const token = 1 as Token
const stamp = seatsMax
const position = { term: 1, index: 1 }
const now = { wall: 1_800_000_000_000, mono: 0 }
const none = new Uint8Array(0)

/** Hands out one own entry. */
const plugin = {
  create: () =>
    ({
      ready: () => ({
        delivered: [{ at: position, token, merge: { stamp, seen: new Vector(), ops: null } }],
        write: null,
        dropped: [],
        sendNow: [],
      }),
      prepared: () => undefined,
      tick: () => undefined,
      status: () => ({ recovering: null, members: { voters: [1], learners: [] } }),
    }) as unknown as Strategy,
} as unknown as StrategyPlugin

function world() {
  const judge = new Judge()
  const drawn = drawProfile(1, null, { strategy: 'eventual', level: 'causal', durability: 'none' })
  const workload = { ...drawn.workload, prefixes: ['', 'b:'], surface: 0 }
  const profile = { ...drawn, workload }
  const merging = new Merging({ seed: 1, judge, profile, members: () => [] })
  const start = (group: number): Strategy => {
    const log = { base: { term: 0, index: 0 }, entries: [], mark: none, recovering: null }
    const init = { self: 1 as MemberId, group: group as GroupId, now, recoverWaitMs: 0, ...log }
    return merging.plugin(plugin).create(init as unknown as StrategyInit)
  }
  const groupOf = (key: string): number => {
    const groups = Array.from({ length: profile.shards * 2 }, (_, group) => group)
    return groups.findIndex((group) => merging.load.keys(group).includes(key))
  }
  /** A member writes it. */
  const write = (key: string, value: string): void => {
    const strategy = start(groupOf(key))
    merging.oracle(groupOf(key)).seat(1 as MemberId).isAhead = false
    strategy.tick(now)
    strategy.ready()
    strategy.changed?.(
      token,
      payloadOf(Buffer.from(`\x01\x00${String.fromCharCode(key.length)}${key}\x02${value}`)),
    )
  }
  return { judge, merging, write, restart: (key: string) => start(groupOf(key)) }
}

test('sessions: a write that is lost is told of the keyspace it was made in, and of no other', (t) => {
  const { judge, merging, write, restart } = world()
  const [[plain = ''] = [], [other = ''] = []] = merging.load.sessionKeys
  t.is(other, `b:${plain}`)

  write(plain, 'v1')
  write(other, 'v2')
  const isLost = (key: string, value: string): boolean => merging.sessions.isLost(key, value)
  t.false(isLost(plain, 'v1') || isLost(other, 'v2'))

  restart(other)
  t.true(isLost(other, 'v2'))
  t.false(isLost(plain, 'v1') || isLost(plain, 'v2') || isLost(other, 'v1'))

  restart(plain)
  t.true(isLost(plain, 'v1'))
  t.false(isLost(plain, 'v2') || isLost(other, 'v1'))
  t.is(judge.violation, null)
})
