// `make bench-growth`: every dimension, or those of ONLY=keys,clients; ROUNDS and SECONDS change how long it takes, MOST
// leaves out larger values. Writes a table and a chart for each to DOCS, which is `docs/growth` unless said.

import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { onPath } from '../tools.js'
import { lineChart } from './chart.js'
import { type Dimension, dimensions, type GrowthPoint, measurePoint } from './growth.js'
import { redis } from './rivals.js'
import { table } from './table.js'

const { env } = process
const only = (env['ONLY'] ?? '').split(',').filter((name) => name !== '')
const directory = env['DOCS'] ?? join('docs', 'growth')
const most = Number(env['MOST'] ?? Number.POSITIVE_INFINITY)
const options = { rounds: Number(env['ROUNDS'] ?? 3), seconds: Number(env['SECONDS'] ?? 2) }
const operations = ['set', 'get'] as const

function seriesOf({ names }: Dimension): readonly string[] {
  return operations.flatMap((name) => names.map((each) => `${name.toUpperCase()}, ${each}`))
}

function describe(dimension: Dimension, points: readonly GrowthPoint[]): string {
  const { id, title, why } = dimension
  const head = [title, ...seriesOf(dimension).map((name) => `${name}: a second, CPU us`)]
  const rows = points.map(({ value, figures }) => [
    `${value}`,
    ...operations.flatMap((name) =>
      figures.map((each) => `${each[name].perSecond.toFixed(0)}, ${each[name].cpuUs.toFixed(1)}`),
    ),
  ])
  return [`## ${title}`, why, table(head, rows), `![${title}](${id}.svg)`].join('\n\n')
}

function chart(dimension: Dimension, points: readonly GrowthPoint[]): string {
  const lines = operations.flatMap((name) =>
    dimension.names.map((_, i) => {
      const at = ({ value, figures }: GrowthPoint) =>
        [value, figures[i]?.[name].cpuUs ?? Number.NaN] as const
      return { points: points.map(at) }
    }),
  )
  const axes = { lines, x: dimension.title, y: 'CPU us an operation' }
  return lineChart(`${dimension.title}: what an operation costs`, seriesOf(dimension), axes)
}

const missing =
  redis.missing ??
  (onPath('redis-benchmark')
    ? null
    : 'redis-benchmark is not on the PATH: apt-get install redis-tools')
const wanted = dimensions.filter(({ id }) => only.length === 0 || only.includes(id))
if (missing !== null || wanted.length === 0) {
  console.error(missing ?? `ONLY takes ${dimensions.map(({ id }) => id).join(', ')}`)
  process.exit(1)
}
mkdirSync(directory, { recursive: true })
const parts: string[] = []
for (const dimension of wanted) {
  const points: GrowthPoint[] = []
  for (const value of dimension.values.filter((each) => each <= most)) {
    points.push(await measurePoint(dimension, value, options))
  }
  writeFileSync(join(directory, `${dimension.id}.svg`), chart(dimension, points))
  parts.push(describe(dimension, points))
  console.log(`\n${parts.at(-1)}`)
}
const model = cpus()[0]?.model ?? 'unknown'
const day = new Date().toISOString().slice(0, 10)
const head = [
  '# What grows, and what an operation costs then',
  `Measured ${day} on ${cpus().length} x ${model}, Node ${process.versions.node}, by \`make bench-growth\`: redis-benchmark,`,
  '50 clients, 64-byte values and 100,000 keys unless said, medians. `CPU us` is the processor time of all processes of',
  'the server for one operation; servers and load share the machine.',
].join('\n')
writeFileSync(join(directory, 'README.md'), `${[head, ...parts].join('\n\n')}\n`)
