// `make sim SEED= RUNS= TURNS=`: runs seeds of the simulator and reports. BUGS=1 hunts the bugs of the
// bug bank instead (of STRATEGY= and LEVEL= where they are given), BUGS=name,name some of them; BUG= plants one of them, HINT= takes
// only the profile of one; JSON=1 prints one line for machines.

import { seededBugs } from './bug-bank.js'
import { Batch, marksNeedSeeds } from './batch.js'
import { coreFactory, coreStrategies } from './core-under-test.js'
import { describeFailure } from './failure.js'
import { huntAll } from './hunt.js'
import { durabilities, type Given } from './profile.js'
import { type RunOptions, runSeed } from './run.js'

const { env } = process

function integer(name: string, otherwise: number): number {
  const text = env[name]
  if (text === undefined || text === '') return otherwise
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0)
    throw new Error(`${name}: given ${text}, allowed: an integer`)
  return value
}

function print(lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`)
}

function optionsOf(seed: number, turns: number): RunOptions {
  const planted = env['BUG'] ?? ''
  const bug = seededBugs.find((each) => each.name === (planted || env['HINT']))
  return {
    seed,
    turns,
    factory: coreFactory,
    strategies: coreStrategies,
    ...(bug === undefined ? { given: given() } : { bug: planted, hint: bug.hint }),
  }
}

/** STRATEGY=, LEVEL=, DURABILITY=, LATER=1, PLACED=, FLEET=, MEMBERS=, MOVES=, GROWS=, ROOTED=, SHARDS= and SURFACE= take the place of what the seed would draw. */
function given(): Given {
  const durability = durabilities.find((each) => each === env['DURABILITY'])
  const surface = integer('SURFACE', -1)
  const level = (['strong', 'sequential', 'causal'] as const).find((each) => each === env['LEVEL'])
  const named = (['raft', 'zab', 'eventual'] as const).find((each) => each === env['STRATEGY'])
  const strategy = level === 'causal' ? 'eventual' : named
  return {
    ...(strategy === undefined ? {} : { strategy }),
    ...(level === undefined ? {} : { level }),
    ...(durability === undefined ? {} : { durability }),
    ...(env['LATER'] === '1' ? { laterEngine: true } : {}),
    ...(env['MEMBERS'] === undefined ? {} : { members: env['MEMBERS'] === '1' }),
    ...(env['FLEET'] === undefined ? {} : { fleet: env['FLEET'] === '1' }),
    ...(env['MOVES'] === undefined ? {} : { moves: env['MOVES'] === '1' }),
    ...(env['GROWS'] === undefined ? {} : { grows: env['GROWS'] === '1' }),
    ...(env['ROOTED'] === undefined ? {} : { rooted: env['ROOTED'] === '1' }),
    ...(env['PLACED'] === undefined ? {} : { placed: env['PLACED'] === '1' }),
    ...(env['SHARDS'] === undefined ? {} : { shards: integer('SHARDS', 1) }),
    ...(surface < 0 ? {} : { surface }),
  }
}

function runBatch(first: number, runs: number, turns: number): number {
  const batch = new Batch()
  const started = process.hrtime.bigint()
  for (let seed = first; seed < first + runs; seed++) {
    const result = runSeed(optionsOf(seed, turns))
    batch.add(result)
    if (env['JSON'] === '1')
      print([JSON.stringify({ seed, hash: result.hash, turns: result.turns })])
    if (result.violation === null) continue
    print(describeFailure(result, optionsOf(seed, turns)))
    print(batch.lines())
    return 1
  }
  const seconds = Number(process.hrtime.bigint() - started) / 1e9
  print(batch.lines())
  print([
    `${(runs / seconds).toFixed(2)} seeds a second, ${Math.round(batch.turns / seconds)} turns a second`,
  ])
  const { strategy, level } = given()
  const missing = batch.missingMarks(level === 'causal' ? level : strategy)
  if (missing.length === 0) return 0
  print([`marks that no seed met: ${missing.join(', ')}`])
  if (runs < marksNeedSeeds) return 0
  print([`a batch of ${marksNeedSeeds} seeds must meet them all`])
  return 1
}

const turns = integer('TURNS', 5_000)
const first = integer('SEED', 1)
const bugs = env['BUGS'] ?? ''
if (bugs !== '') {
  const seedsMax = integer('RUNS', 2_000)
  const only = bugs === '1' ? {} : { only: bugs.split(',') }
  process.exitCode = huntAll({ first, turns, seedsMax, ...only, given: given(), print })
} else
  process.exitCode = runBatch(first, integer('RUNS', env['SEED'] === undefined ? 100 : 1), turns)
