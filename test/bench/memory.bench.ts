// Is what the engine counts what the process takes? Per shape of data a process of its own fills an engine
// and tells by how much its heap, its resident memory and the engine's own count grew.
// `SHAPE=hash MB=200 node .../memory.bench.js` for some of them, or more data.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { createEngine } from '../../src/engine/engine.js'
import { withMemberFlags } from '../../src/cli/node-flags.js'

export interface MemoryFigure {
  readonly shape: string
  readonly keys: number
  readonly counted: number
  readonly heap: number
  readonly resident: number
}

/** A shape: the commands that make the container or key number `i`. */
type Make = (i: number) => string[][]

const fixed = Buffer.alloc(1 << 16, 'abcdefghijklmnopqrstuvwxyz')

/** A text of its own, as the parser makes one. */
function text(length: number, i: number): string {
  const name = String(i)
  const buffer = Buffer.from(fixed.subarray(0, Math.max(length, name.length)))
  buffer.write(name, buffer.length - name.length, 'latin1')
  return buffer.toString('latin1')
}

const keyOf = (i: number): string => text(16, i)

function container(name: string, count: number, element: (i: number) => string[]): Make {
  return (i) => {
    const key = keyOf(i)
    const made: string[][] = []
    for (let from = 0; from < count; from += 100) {
      const args = [name, key]
      for (let j = from; j < Math.min(count, from + 100); j++) {
        args.push(...element(i * count + j))
      }
      made.push(args)
    }
    return made
  }
}

function stream(count: number, length: number): Make {
  return (i) => {
    const key = keyOf(i)
    return Array.from({ length: count }, (_, j) => [
      'xadd',
      key,
      '*',
      'field',
      text(length, i * count + j),
    ])
  }
}

const counts = [1, 5, 50, 1000] as const
const lengths = [8, 100] as const

const shapes = new Map<string, Make>()
for (const length of [8, 64, 1000, 20_000]) {
  shapes.set(`string of ${length}`, (i) => [['set', keyOf(i), text(length, i)]])
}
shapes.set('string of 64 with a time', (i) => [
  ['set', keyOf(i), text(64, i), 'EX', String(100_000 + (i % 1000))],
])
for (const count of counts) {
  for (const length of lengths) {
    const name = (type: string): string => `${type} of ${count} x ${length}`
    const element = (j: number): string => text(length, j)
    shapes.set(
      name('hash'),
      container('hset', count, (j) => [text(12, j), element(j)]),
    )
    shapes.set(
      name('list'),
      container('rpush', count, (j) => [element(j)]),
    )
    shapes.set(
      name('set'),
      container('sadd', count, (j) => [element(j)]),
    )
    shapes.set(
      name('zset'),
      container('zadd', count, (j) => [String(j % 9973), element(j)]),
    )
    shapes.set(name('stream'), stream(count, length))
  }
}

const warmBytes = 2 * 1024 * 1024

export const shapeNames: readonly string[] = [...shapes.keys()]

/** In a process that can be told to collect garbage. */
function fill(shape: string, bytesMax: number): MemoryFigure {
  const make = shapes.get(shape) as Make
  const engine = createEngine({ databases: 16, bulkBytesMax: 1 << 23, maxMemory: 0 })
  const collect = (): void => {
    for (let i = 0; i < 3; i++) globalThis.gc?.()
  }
  const memory = () => {
    collect()
    const { heapUsed, external, rss } = process.memoryUsage()
    return { heap: heapUsed + external, resident: rss }
  }
  const run = (args: string[]): void => {
    if (typeof engine.execute(0, args) !== 'symbol') return
    while (typeof engine.step(1024) === 'symbol');
  }
  const entry = (i: number): void => engine.beginEntry(1_790_000_000_000 + i, i >>> 0, 7)
  // Code is compiled and tables are made that do not grow with the data.
  entry(0)
  let warm = 0
  while (engine.memoryBytes < warmBytes) for (const args of make(warm++)) run(args)
  for (let i = 0; i < warm; i++) run(['del', keyOf(i)])
  const before = memory()
  const countedBefore = engine.memoryBytes
  let keys = 0
  for (; engine.memoryBytes - countedBefore < bytesMax; keys++) {
    if (keys % 16 === 0) entry(keys)
    for (const args of make(10_000 + keys)) run(args)
  }
  const after = memory()
  return {
    shape,
    keys,
    counted: engine.memoryBytes - countedBefore,
    heap: after.heap - before.heap,
    resident: after.resident - before.resident,
  }
}

/** `bytes` by the engine's count, in a process of its own. */
export function benchMemory(shape: string, bytes: number): MemoryFigure {
  const script = fileURLToPath(import.meta.url)
  const flags = [...withMemberFlags([]), '--expose-gc']
  const args = [...flags, script, '--fill', shape, String(bytes)]
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  return JSON.parse(stdout) as MemoryFigure
}

/** The count, in parts of what grew. */
export function ratioOf({ counted }: MemoryFigure, grown: number): string {
  return (counted / grown).toFixed(2)
}

const [, script, word, shape, bytes] = process.argv
if (script !== undefined && fileURLToPath(import.meta.url) === script) {
  if (word === '--fill') {
    process.stdout.write(JSON.stringify(fill(shape ?? '', Number(bytes))))
  } else {
    const wanted = process.env['SHAPE'] ?? ''
    const mb = Number(process.env['MB'] ?? '64')
    console.log('shape                        keys   counted/heap   counted/resident   bytes a key')
    for (const name of shapeNames.filter((each) => each.startsWith(wanted))) {
      const figure = benchMemory(name, mb * 1024 * 1024)
      const perKey = (figure.counted / figure.keys).toFixed(0)
      console.log(
        `${name.padEnd(24)} ${String(figure.keys).padStart(8)} ${ratioOf(figure, figure.heap).padStart(14)} ${ratioOf(figure, figure.resident).padStart(18)} ${perKey.padStart(13)}`,
      )
    }
  }
}
