// A failed seed as text: what broke, the steps before it in readable form, and the command that plays
// it again. The steps come from a second run of the same seed.

import { seededBugs } from './bug-bank.js'
import { type RunOptions, type RunResult, runSeed } from './run.js'

const stepsShown = Number(process.env['STEPS'] ?? 50)

export function describeFailure(failed: RunResult, options: RunOptions): readonly string[] {
  const { violation, profile } = failed
  if (violation === null) return []
  const again = runSeed({ ...options, logFrom: violation.step - stepsShown })
  const same =
    again.hash === failed.hash ? '' : ' (the second run took other steps: not deterministic)'
  const bug = options.bug === undefined || options.bug === '' ? '' : ` BUG=${options.bug}`
  return [
    `seed ${failed.seed} breaks ${violation.check} at step ${violation.step}`,
    `  ${violation.sentence}`,
    `  ${profile.members} members, ${profile.strategy}, ${profile.level}, ${profile.durability}${profile.laterEngine ? ', an engine that answers later' : ''}, faults: ${[...profile.faults].join(' ')}`,
    `  ${JSON.stringify(profile.workload)}, at most ${profile.maxMemory} bytes ${profile.evictionPolicy}, steps of ${profile.stepElements}`,
    `the last steps${same}:`,
    ...again.steps.map((line) => `  ${line}`),
    `again: make sim SEED=${failed.seed} RUNS=1 TURNS=${options.turns}${bug === '' ? profileOf(options) : bug}`,
  ]
}

/** What makes the same profile again: that of a bug by name, else what took the place of the draw. */
function profileOf({ hint, given = {} }: RunOptions): string {
  const owner = hint === undefined ? undefined : seededBugs.find((each) => each.hint === hint)
  if (owner !== undefined) return ` HINT=${owner.name}`
  const { strategy, level, durability, laterEngine, surface, shards, ...rest } = given
  const shape = (['members', 'fleet', 'placed', 'moves', 'grows', 'rooted'] as const).map(
    (name) => {
      return rest[name] === undefined ? '' : ` ${name.toUpperCase()}=${rest[name] ? 1 : 0}`
    },
  )
  return [
    strategy === undefined ? '' : ` STRATEGY=${strategy}`,
    level === undefined ? '' : ` LEVEL=${level}`,
    durability === undefined ? '' : ` DURABILITY=${durability}`,
    laterEngine === true ? ' LATER=1' : '',
    surface === undefined ? '' : ` SURFACE=${surface}`,
    shards === undefined ? '' : ` SHARDS=${shards}`,
    ...shape,
  ].join('')
}
