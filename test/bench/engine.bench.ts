// How many commands a second does the engine execute, what does a key cost, and does growth stall? Run
// with the number of keys: `node --expose-gc dist/test/bench/engine.bench.js 1000000`.

import { createEngine } from '../../src/engine/engine.js'
import type { Engine } from '../../src/api/engine.js'

export interface EngineFigures {
  /** Commands a second. */
  readonly setNew: number
  readonly setOld: number
  readonly setPipelined: number
  readonly get: number
  readonly incr: number
  /** Bytes of process memory, and by our own accounting, of each key. */
  readonly rssPerKey: number
  readonly accountedPerKey: number
  /** Longest batch of 100 insertions, milliseconds. */
  readonly growthStallMs: number
}

const batch = 100

/** Fresh flat strings, as a parser makes them. */
function makeLines(count: number, tag: string, ...parts: readonly string[]): string[][] {
  return Array.from({ length: count }, (_, i) => {
    const key = Buffer.from(`${tag}${String(i).padStart(16 - tag.length, '0')}`, 'latin1')
    const rest = parts
      .slice(1)
      .map((part) => Buffer.from(part, 'latin1').latin1Slice(0, part.length))
    return [parts[0] as string, key.latin1Slice(0, key.length), ...rest]
  })
}

function rate(count: number, work: () => void): number {
  const begin = performance.now()
  work()
  return Math.round((count / (performance.now() - begin)) * 1000)
}

function executeAll(engine: Engine, lines: readonly string[][]): void {
  for (let i = 0; i < lines.length; i++) {
    if (i % batch === 0) engine.beginEntry(1_000_000 + i, i, 7)
    engine.execute(0, lines[i] as string[])
  }
}

/** Rates over `hot` keys, growth and memory over `count`. */
export function measureEngine(hot: number, count: number): EngineFigures {
  const value = 'v'.repeat(64)
  const engine = createEngine({ databases: 16, bulkBytesMax: 1 << 23, maxMemory: 0 })
  executeAll(engine, makeLines(1000, 'warm', 'set', value))
  let lines = makeLines(hot, 'hot', 'set', value)
  const setNew = rate(hot, () => executeAll(engine, lines))
  lines = makeLines(hot, 'hot', 'set', value)
  const setOld = rate(hot, () => executeAll(engine, lines))
  const setPipelined = rate(hot * 3, () => {
    for (let i = 0; i < 3; i++) executeAll(engine, lines)
  })
  const reads = makeLines(hot, 'hot', 'get')
  for (const line of reads) engine.read(0, line, 2_000_000)
  const get = rate(hot * 3, () => {
    for (let i = 0; i < 3; i++) for (const line of reads) engine.read(0, line, 2_000_000)
  })
  const counters = makeLines(hot, 'count', 'incr')
  const incr = rate(hot, () => executeAll(engine, counters))
  lines = []
  return { setNew, setOld, setPipelined, get, incr, ...growth(count, value) }
}

function growth(
  count: number,
  value: string,
): Pick<EngineFigures, 'rssPerKey' | 'accountedPerKey' | 'growthStallMs'> {
  const engine = createEngine({ databases: 16, bulkBytesMax: 1 << 23, maxMemory: 0 })
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  let stall = 0
  for (let i = 0; i < count; i += 1000) {
    const lines = makeLines(1000, `{t}${String(i / 1000)}:`, 'set', value)
    for (let from = 0; from < 1000; from += batch) {
      const begin = performance.now()
      executeAll(engine, lines.slice(from, from + batch))
      stall = Math.max(stall, performance.now() - begin)
    }
  }
  globalThis.gc?.()
  const rssPerKey = Math.round((process.memoryUsage().rss - before) / count)
  const accountedPerKey = Math.round(engine.memoryBytes / count)
  return { rssPerKey, accountedPerKey, growthStallMs: Math.round(stall * 10) / 10 }
}

if (process.argv[1]?.endsWith('engine.bench.js') === true) {
  const count = Number(process.argv[2] ?? 1_000_000)
  console.log(JSON.stringify(measureEngine(100_000, count), null, 2))
}
