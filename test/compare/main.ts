// `make bench-compare`: every contest, or those of ONLY=cache,etcd; ROUNDS, REQUESTS, MS, WARM_MS and RATES change how long it
// takes. Writes tables and charts to DOCS, which is `docs/compare` unless said.

import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { onPath } from '../tools.js'
import { barChart, lineChart } from './chart.js'
import { type Contest, contests } from './contests.js'
import { type ContestResult, measureContest, type MeasureOptions } from './measure.js'
import { describeContest, nameCase, verdictsOf } from './table.js'

const { env } = process
const only = (env['ONLY'] ?? '').split(',').filter((name) => name !== '')
const directory = env['DOCS'] ?? join('docs', 'compare')
/** Contests of which latencies are taken at fixed rates, too. */
const rated: Readonly<Record<string, readonly number[]>> = {
  cache: [1_000, 5_000, 20_000, 40_000],
  strong: [1_000, 5_000, 10_000, 20_000],
  etcd: [500, 1_000, 2_000, 4_000],
}

function optionsOf({ id }: Contest): MeasureOptions {
  const rates = env['RATES']?.split(',').filter((text) => text !== '')
  return {
    rounds: Number(env['ROUNDS'] ?? 5),
    requests: Number(env['REQUESTS'] ?? 100_000),
    ms: Number(env['MS'] ?? 3_000),
    rates: rates?.map(Number) ?? rated[id] ?? [],
    warmMs: Number(env['WARM_MS'] ?? 12_000),
  }
}

function missingOf({ ours, theirs, driver }: Contest): string | null {
  const benchmark = driver === 'own' || onPath('redis-benchmark')
  const tool = benchmark ? null : 'redis-benchmark is not on the PATH: apt-get install redis-tools'
  return ours.missing ?? theirs.missing ?? tool
}

function writeCharts(result: ContestResult): readonly string[] {
  const { id, title, ours, theirs, cases, open } = result
  const files: string[] = []
  const write = (name: string, chart: string): void => {
    writeFileSync(join(directory, name), chart)
    files.push(name)
  }
  if (cases.length > 0) {
    const rows = cases.map((each) => ({
      name: nameCase(each.case),
      values: [each.ours.perSecond, each.theirs.perSecond],
      note: `${(each.ours.perSecond / each.theirs.perSecond).toFixed(2)} times`,
    }))
    write(`${id}.svg`, barChart(`${title}: operations a second`, [ours, theirs], rows))
  }
  if (open.length > 0) {
    const lines = (['ours', 'theirs'] as const).map((side) => {
      return { points: open.map((each) => [each.rate, each[side].p99Ms] as const) }
    })
    const axes = { lines, x: 'SETs a second', y: 'p99, ms' }
    write(`${id}-open.svg`, lineChart(`${title}: latency at a fixed rate`, [ours, theirs], axes))
  }
  return files
}

const results: ContestResult[] = []
const skipped: string[] = []
for (const contest of contests) {
  if (only.length > 0 && !only.includes(contest.id)) continue
  const missing = missingOf(contest)
  if (missing !== null) {
    skipped.push(`${contest.id}: ${missing}`)
    continue
  }
  const result = await measureContest(contest, optionsOf(contest))
  results.push(result)
  console.log(`\n${describeContest(result)}`)
}
for (const line of skipped) console.log(`left out, ${line}`)
if (results.length === 0) {
  console.error(`no contest of ${contests.map(({ id }) => id).join(', ')} was measured`)
  process.exitCode = 1
} else {
  mkdirSync(directory, { recursive: true })
  const model = cpus()[0]?.model ?? 'unknown'
  const on = `${cpus().length} x ${model}, Node ${process.versions.node}`
  const day = new Date().toISOString().slice(0, 10)
  const head = [
    '# Quorate beside others',
    `Measured ${day} on ${on}, by \`make bench-compare\`: 64-byte values, 50 clients unless said, medians of interleaved`,
    'rounds; servers and load share the machine. `CPU us` is the processor time of all processes of the server for one operation.',
    'Each server is under load for twelve seconds before: the first 100,000 operations of a member cost up to three times as much,',
    'while V8 compiles. The last four tables have nothing of Quorate in them: they say what Node leaves (`test/compare/bare-server.ts`).',
  ].join('\n')
  const parts = results.map((result) => {
    const images = writeCharts(result).map((file) => `![${result.title}](${file})`)
    return [describeContest(result), ...images].join('\n\n')
  })
  writeFileSync(join(directory, 'README.md'), `${[head, ...parts].join('\n\n')}\n`)
  writeFileSync(join(directory, 'figures.json'), `${JSON.stringify(results, null, 1)}\n`)
  const missed = results.flatMap(({ id, cases }) =>
    cases.flatMap((each) =>
      verdictsOf(each).flatMap(({ isMet, text }) =>
        isMet ? [] : [`${id}, ${nameCase(each.case)}: ${text}`],
      ),
    ),
  )
  console.log(missed.length === 0 ? '\nevery bar is met' : `\nmissed:\n${missed.join('\n')}`)
}
