// The shipped core under the simulator: seeds without a violation, one seed one run in every process and
// on another Node, and a handful of seeded bugs found by the checks meant for them.

import { execFileSync, spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { checkRuntime } from '../../src/host/runtime.js'
import { Batch } from './batch.js'
import { seededBugs } from './bug-bank.js'
import { coreFactory, coreStrategies } from './core-under-test.js'
import { describeFailure } from './failure.js'
import { hunt } from './hunt.js'
import { type RunResult, runSeed } from './run.js'

const seeds = 100
const turns = 5_000
const main = fileURLToPath(new URL('./main.js', import.meta.url))

function run(seed: number): RunResult {
  return runSeed({ seed, turns, factory: coreFactory, strategies: coreStrategies })
}

test('simulator: 100 seeds of 5,000 turns: no violation, the median seed does real work, every write is sent', (t) => {
  const batch = new Batch()
  for (let seed = 1; seed <= seeds; seed++) {
    const result = run(seed)
    batch.add(result)
    const options = { seed, turns, factory: coreFactory, strategies: coreStrategies }
    if (result.violation !== null) return t.fail(describeFailure(result, options).join('\n'))
  }
  const never = [...batch.writes].filter(([, { sent }]) => sent === 0).map(([name]) => name)
  t.deepEqual(never, [], 'writing commands that no seed sent')
  t.true(batch.undone.length <= 3, `writing commands without a success: ${batch.undone.join(' ')}`)
  const { operations, faultKinds, leaderChanges } = batch.medians
  t.true(operations >= 200, `median operations ${operations}`)
  t.true(faultKinds >= 5, `median kinds of fault ${faultKinds}`)
  t.true(leaderChanges >= 1, `median leader changes ${leaderChanges}`)
})

test('simulator: zab: 50 seeds of 5,000 turns, at level strong and sequential: no violation', (t) => {
  for (let seed = 1; seed <= 50; seed++) {
    const given = { strategy: 'zab' } as const
    const options = { seed, turns, factory: coreFactory, strategies: coreStrategies, given }
    const result = runSeed(options)
    if (result.violation !== null) return t.fail(describeFailure(result, options).join('\n'))
  }
  t.pass()
})

/** The hashes of seeds 1 to 3 in a process of their own. */
function hashesBy(node: string): readonly string[] {
  const env = { ...process.env, SEED: '1', RUNS: '3', TURNS: '2000', JSON: '1', BUGS: '', BUG: '' }
  const text = execFileSync(node, [main], { env, encoding: 'utf8', timeout: 240_000 })
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => (JSON.parse(line) as { hash: string }).hash)
}

test('simulator: the same seeds in two processes: the same trace hashes', (t) => {
  const here = [1, 2, 3].map(
    (seed) =>
      runSeed({ seed, turns: 2_000, factory: coreFactory, strategies: coreStrategies }).hash,
  )

  t.deepEqual(hashesBy(process.execPath), here)
})

/** Node binaries of different supported versions: this one, npm's package `node`, and those of the search path. */
function nodes(): ReadonlyMap<string, string> {
  const fromNpm = fileURLToPath(new URL('../../../node_modules/node-24/bin/node', import.meta.url))
  const fromPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'node'))
  const found = new Map([[process.version, process.execPath]])
  for (const file of [fromNpm, ...fromPath]) {
    const version = versionOf(file)
    if (version !== null && !found.has(version)) found.set(version, file)
  }
  return found
}

/** Of a node that runs here and is supported; else null: what is on a search path may be old or broken. */
function versionOf(file: string): string | null {
  const { stdout } = spawnSync(file, ['--version'], { encoding: 'utf8' })
  const version = stdout?.trim() ?? ''
  try {
    checkRuntime(version)
    return version
  } catch {
    return null
  }
}

const found = nodes()
// One alone where the install script of npm's package node did not run.
const onTwo = found.size < 2 ? test.skip : test

onTwo('simulator: the same seeds on two versions of Node: the same trace hashes', (t) => {
  t.log([...found.keys()].join(' '))
  const [first, ...others] = [...found.values()].map(hashesBy)
  for (const other of others) t.deepEqual(other, first)
})

for (const name of [
  'raft-double-vote',
  'raft-read-without-quorum',
  'raft-ack-before-persist',
  'zab-epoch-before-history',
  'zab-keeps-uncommitted',
  'shard-local-read-overtakes',
  'shard-dedup-off',
]) {
  test(`simulator: seeded bug ${name}: found by the check meant for it`, (t) => {
    const bug = seededBugs.find((each) => each.name === name)
    if (bug === undefined) return t.fail('the bug bank has no such bug')
    const outcome = hunt(bug, { first: 1, turns: 4_000, seedsMax: 100 })
    const found = outcome.kind === 'missed' ? 'missed' : (outcome.result.violation?.sentence ?? '')
    t.is(outcome.kind, 'found', found)
  })
}
