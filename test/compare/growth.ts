// What an operation costs as one thing grows: keys, clients, bytes of a value, pipeline, members, shard groups.
// Processor time of all processes of a server for one operation, for it depends least on what else the machine does.

import { encodeCommand, pour } from '../bench/load.js'
import { redisBenchmark } from '../bench/redis-benchmark.js'
import { type Figure, medians, weighed } from './measure.js'
import { quorate } from './quorate.js'
import { redis } from './rivals.js'
import type { Running, System } from './system.js'

export interface Load {
  readonly keys: number
  readonly clients: number
  readonly valueBytes: number
  readonly pipeline: number
}

export interface Dimension {
  /** As `ONLY=` names it. */
  readonly id: string
  readonly title: string
  readonly values: readonly number[]
  /** Both sides at one value. */
  readonly systems: (value: number) => readonly [System, System]
  readonly names: readonly [string, string]
  readonly load: (value: number) => Load
  /** Why the lines bend. */
  readonly why: string
}

const usual: Load = { keys: 100_000, clients: 50, valueBytes: 64, pipeline: 1 }
/** Bytes of all values, at most. */
const valuesMax = 256 << 20
const cache = quorate({ members: 1, level: 'eventual', durability: 'none' })
const besideRedis = {
  systems: () => [cache, redis] as const,
  names: ['Quorate, one member', 'redis-server'] as const,
}
const levels = (shape: { readonly members: number; readonly shards?: number }) =>
  [
    quorate({ ...shape, level: 'strong', durability: 'always' }),
    quorate({ ...shape, level: 'eventual', durability: 'none' }),
  ] as const
const levelNames = ['strong, synced', 'eventual, in memory'] as const

export const dimensions: readonly Dimension[] = [
  {
    id: 'keys',
    title: 'Keys',
    values: [10_000, 100_000, 1_000_000, 10_000_000],
    ...besideRedis,
    load: (keys) => ({ ...usual, keys }),
    why: 'What a key is found by is larger than the caches of the processor from about 100,000 keys on, for both. A member starts anew at each point and SET is measured first, so that V8 still compiles: least behind the long fill of 10 million.',
  },
  {
    id: 'clients',
    title: 'Clients',
    values: [1, 10, 50, 200, 1_000, 10_000],
    ...besideRedis,
    load: (clients) => ({ ...usual, clients }),
    why: 'With few clients a turn of the event loop carries few commands, and its own cost is theirs; with thousands each socket and its buffers come from memory, not from a cache.',
  },
  {
    id: 'values',
    title: 'Bytes of a value',
    values: [16, 64, 256, 1_024, 4_096, 16_384, 65_536, 1_048_576],
    ...besideRedis,
    load: (valueBytes) => ({
      ...usual,
      valueBytes,
      keys: Math.max(100, Math.min(usual.keys, Math.floor(valuesMax / valueBytes))),
    }),
    why: 'Below 1 KB the command counts, above 16 KB the bytes do: they are read, copied and written, here through texts of V8 as well.',
  },
  {
    id: 'pipeline',
    title: 'Pipeline',
    values: [1, 4, 16, 50, 100, 200],
    ...besideRedis,
    load: (pipeline) => ({ ...usual, pipeline }),
    why: 'System calls and the turn are shared by what comes in one packet, until the command itself is all that is left.',
  },
  {
    id: 'members',
    title: 'Members',
    values: [1, 3, 5, 7],
    systems: (members) => levels({ members }),
    names: levelNames,
    load: () => usual,
    why: 'Each member more takes in, keeps and executes every write; a linearizable GET asks a majority once for all that wait. In its first seconds each member compiles for itself, which a short measurement shows most with many members.',
  },
  {
    id: 'shards',
    title: 'Shard groups, three members',
    values: [1, 4, 16, 64],
    systems: (shards) => levels({ members: 3, shards }),
    names: levelNames,
    load: () => usual,
    why: 'The same commands are spread over more groups: a batch of each is smaller, and most are led by another member than the one that is asked.',
  },
]

export interface GrowthOptions {
  readonly rounds: number
  /** Seconds of one measurement, about. */
  readonly seconds: number
}

/** SET and GET of both systems at one value. */
export interface GrowthPoint {
  readonly value: number
  readonly figures: readonly { readonly set: Figure; readonly get: Figure }[]
}

export async function measurePoint(
  { systems, load }: Dimension,
  value: number,
  options: GrowthOptions,
): Promise<GrowthPoint> {
  const figures: { set: Figure; get: Figure }[] = []
  for (const system of systems(value)) {
    const running = await system.start()
    try {
      await fill(running.port, load(value))
      const set = await measure(running, 'SET', load(value), options)
      const get = await measure(running, 'GET', load(value), options)
      figures.push({ set, get })
    } finally {
      await running.stop()
    }
  }
  return { value, figures }
}

/** Requests of the round that is not counted, and tells how many there are in a second. */
const warmCount = 30_000

async function measure(
  running: Running,
  command: 'SET' | 'GET',
  load: Load,
  { rounds, seconds }: GrowthOptions,
): Promise<Figure> {
  const { clients, valueBytes, keys, pipeline } = load
  const of = { port: running.port, command, pipeline, clients, valueBytes, keys }
  const least = Math.max(clients * pipeline * 4, 500)
  const warmed = Math.max(least, Math.min(warmCount, Math.floor(valuesMax / valueBytes)) * seconds)
  const { perSecond } = await redisBenchmark({ ...of, requests: Math.ceil(warmed) })
  const rate = Number.isFinite(perSecond) ? perSecond : warmed
  const requests = Math.ceil(Math.max(least, rate * seconds))
  const figures: Figure[] = []
  for (let round = 0; round < rounds; round++) {
    figures.push(await weighed(running, () => redisBenchmark({ ...of, requests })))
  }
  return medians(figures)
}

/** Every key that redis-benchmark may draw is there. */
export async function fill(port: number, { keys, valueBytes }: Load): Promise<void> {
  const value = 'x'.repeat(valueBytes)
  const command = (i: number): string => encodeCommand('SET', drawnKey(i), value)
  await pour(port, { count: keys, command, reply: '+OK\r\n' })
}

/** As redis-benchmark names them. */
export function drawnKey(i: number): string {
  return `key:${String(i).padStart(12, '0')}`
}
