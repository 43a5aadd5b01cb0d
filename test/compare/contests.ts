// Who is measured against whom, by which load, and what is asked of us.

import { bareCache, bareLog } from './bare.js'
import { quorate } from './quorate.js'
import {
  etcd,
  memcached,
  nutcracker,
  redis,
  replicatedRedis,
  waitingRedis,
  zookeeper,
} from './rivals.js'
import type { System } from './system.js'
import type { Operation } from './wire.js'

export interface Case {
  readonly operation: Exclude<Operation, 'make'>
  readonly clients: number
  /** Requests of a client under way. */
  readonly depth: number
  /** Our operations a second in those of the other, at least. */
  readonly least?: number
  /** Our latencies in those of the other, at most. */
  readonly p50Most?: number
  readonly p99Most?: number
}

export interface Contest {
  /** As `ONLY=` names it. */
  readonly id: string
  readonly title: string
  readonly ours: System
  readonly theirs: System
  /** One of our own where they do not speak RESP as others do. */
  readonly driver: 'redis-benchmark' | 'own'
  readonly cases: readonly Case[]
}

const clients = 50
const cache = quorate({ members: 1, level: 'eventual', durability: 'none' })
const strong = quorate({ members: 3, level: 'strong', durability: 'always' })
const sequential = quorate({ members: 3, level: 'sequential', durability: 'always' })
const eventual = quorate({ members: 3, level: 'eventual', durability: 'none' })
const lone = { clients: 1, depth: 1 }

function of(
  operation: Case['operation'],
  bars: readonly (readonly [depth: number, least?: number])[],
  more: Partial<Case> = {},
): Case[] {
  return bars.map(([depth, least]) => {
    return { operation, clients, depth, ...(least === undefined ? {} : { least }), ...more }
  })
}

const cacheBars = [
  [1, 0.95],
  [16, 0.7],
  [100, 0.7],
] as const

const plain = [[1], [16], [100]] as const

export const contests: readonly Contest[] = [
  {
    id: 'cache',
    title: 'A cache on one machine',
    ours: cache,
    theirs: redis,
    driver: 'redis-benchmark',
    cases: [
      ...of('set', cacheBars, { p99Most: 2 }),
      ...of('get', cacheBars, { p99Most: 2 }),
      { operation: 'get', ...lone, p50Most: 1.3 },
    ],
  },
  {
    id: 'memcached',
    title: 'A cache on one machine, beside memcached',
    ours: cache,
    theirs: memcached,
    driver: 'own',
    cases: [...of('set', [[1], [16]]), ...of('get', [[1], [16]])],
  },
  {
    id: 'strong',
    title: 'Three members, linearizable and synced, beside one redis-server in memory',
    ours: strong,
    theirs: redis,
    driver: 'redis-benchmark',
    cases: [
      ...of('set', [
        [1, 0.4],
        [16, 0.2],
      ]),
      ...of('get', [
        [1, 0.85],
        [16, 0.6],
      ]),
    ],
  },
  {
    id: 'etcd',
    title: 'Three members, linearizable and synced, beside etcd',
    ours: strong,
    theirs: etcd,
    driver: 'own',
    cases: [
      ...of('set', [
        [1, 6],
        [16, 18],
      ]),
      ...of('get', [[1], [16]]),
      { operation: 'set', ...lone, p50Most: 0.5 },
    ],
  },
  {
    id: 'zookeeper',
    title: 'Three members, sequential and synced, beside ZooKeeper',
    ours: sequential,
    theirs: zookeeper,
    driver: 'own',
    cases: of('set', [
      [1, 10],
      [16, 8],
    ]),
  },
  {
    id: 'replicas',
    title: 'Three members, eventual, beside redis-server with two replicas',
    ours: eventual,
    theirs: replicatedRedis,
    driver: 'redis-benchmark',
    cases: [
      ...of('set', [
        [1, 0.9],
        [16, 0.7],
      ]),
      ...of('get', [
        [1, 0.9],
        [16, 0.7],
      ]),
    ],
  },
  {
    id: 'wait',
    title:
      'Three members, linearizable and synced, beside redis-server with two replicas and WAIT 1',
    ours: strong,
    theirs: waitingRedis,
    driver: 'own',
    cases: of('set', [[1], [16]]),
  },
  {
    id: 'proxy-strong',
    title: 'Through a member that does not lead, linearizable, beside nutcracker',
    ours: quorate({ members: 3, level: 'strong', durability: 'always', isForwarded: true }),
    theirs: nutcracker,
    driver: 'redis-benchmark',
    cases: of('get', [[1, 1], [16]]),
  },
  {
    id: 'proxy-eventual',
    title: 'Through any member, eventual, beside nutcracker',
    ours: eventual,
    theirs: nutcracker,
    driver: 'redis-benchmark',
    cases: [...of('set', [[1, 1], [16]]), ...of('get', [[1, 1], [16]])],
  },
  {
    id: 'bare-cache',
    title: 'What Node leaves: a `Map` behind a socket, beside redis-server',
    ours: bareCache,
    theirs: redis,
    driver: 'redis-benchmark',
    cases: [...of('set', plain), ...of('get', plain), { operation: 'get', ...lone }],
  },
  {
    id: 'bare-log',
    title:
      'What Node leaves: three processes that write, sync and send batches, beside redis-server',
    ours: bareLog,
    theirs: redis,
    driver: 'redis-benchmark',
    cases: [...of('set', [[1], [16]]), ...of('get', [[1], [16]])],
  },
  {
    id: 'bare-etcd',
    title: 'The same, beside etcd',
    ours: bareLog,
    theirs: etcd,
    driver: 'own',
    cases: [...of('set', [[1], [16]]), { operation: 'set', ...lone }],
  },
  {
    id: 'bare-zookeeper',
    title: 'The same, beside ZooKeeper',
    ours: bareLog,
    theirs: zookeeper,
    driver: 'own',
    cases: of('set', [[1], [16]]),
  },
]
