// A command over all keys while shard groups come: each try asks those that there are by then.

import test from 'ava'
import type { GroupCall } from '../../src/api/group.js'
import type { Reply } from '../../src/api/reply.js'
import { wholeName } from '../../src/api/slot-moves.js'
import { gatherAll } from '../../src/router/fanout-all.js'
import type { Session } from '../../src/router/session.js'
import type { RouterState } from '../../src/router/state.js'

interface Part {
  readonly take: (reply: Reply) => void
  readonly refused: () => void
}

/** DBSIZE while there is one shard group, of three keys; `second` holds two of them from the first answer on. */
function sizes(first: (part: Part, isCompared: boolean) => void): {
  asked: number[]
  reply: Reply
} {
  const [asked, parts]: [number[], Part[]] = [[], []]
  const [answers, later]: [Reply[], (() => void)[]] = [[], []]
  let count = 1
  const group = (shard: number) => ({
    ...{ shard, keyspace: 'default' },
    submit: (_: unknown, { ticket, args }: GroupCall) => {
      asked.push(shard)
      const part = parts[ticket] as Part
      if (asked.length === 1) {
        count = 2
        return first(part, args[0] === wholeName)
      }
      const [went, came] = [[[1 - shard, 1]], [[1 - shard, 1]]]
      part.take(shard === 0 ? [went, [], 1] : [[], came, 2])
    },
  })
  const session = {
    ...{ db: 0, cluster: null, terms: null, tracking: null, isClosed: false },
    open: () => 0,
    openPart: (part: Part) => parts.push(part) - 1,
    lanes: { of: () => undefined },
    answer: (_: number, reply: Reply) => answers.push(reply),
  } as unknown as Session
  const route = {
    hasMoved: true,
    fences: [],
    isRooted: () => false,
    groupsOf: () => Array.from({ length: count }, (_, at) => at),
    get shardCount() {
      return count
    },
  }
  const state = {
    ...{ route, groups: [group(0), group(1)], now: { mono: 0, wall: 0 } },
    config: { requestMs: 1_000 },
    detours: { later: (_at: number, _ms: number, act: () => void) => later.push(act) },
  } as unknown as RouterState
  const entry = { name: 'dbsize', spec: { gather: 'sum' }, isWrite: false } as never
  gatherAll(state, session, { entry, args: ['dbsize'] })
  for (let tries = 0; later.length > 0 && tries < 5; tries++) later.shift()?.()
  return { asked, reply: answers[0] ?? null }
}

test('fanout: keys went to a shard group that came meanwhile: it is asked, too', (t) => {
  const { asked, reply } = sizes((part) => part.take([[[1, 1]], [], 1]))

  t.deepEqual(asked, [0, 0, 1])
  t.is(reply, 3)
})

test('fanout: a shard group came while the only one was asked: both are asked, though nothing went', (t) => {
  const { asked, reply } = sizes((part) => part.take([[], [], 3]))

  t.deepEqual(asked, [0, 0, 1])
  t.is(reply, 3)
})

test('fanout: a group refuses, as slots of it are elsewhere: those that there are now are asked', (t) => {
  const { asked, reply } = sizes((part) => part.refused())

  t.deepEqual(asked, [0, 0, 1])
  t.is(reply, 3)
})
