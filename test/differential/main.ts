// `make differential`: a run against a redis-server of its own, until COMMANDS= commands were compared.
// ROUND= begins there. SEED=, FAMILY= and COMMAND= (lists with commas), PROTOCOL=2 or 3, TARGET=engine, core or host:port.

import { CoreSide } from './core-side.js'
import { optionsOf } from './grammar.js'
import { readDocs } from './docs.js'
import { RawRedis } from './raw-redis.js'
import { redisMissing, startRedis } from '../redis-server.js'
import { type RunResult, Run, describe } from './runs.js'
import { AddressSide, EngineSide, type Side } from './side.js'
import { Units } from './units.js'

const { env } = process
const runSecondsMax = 4 * 3600

function integer(name: string, otherwise: number): number {
  const text = env[name] ?? ''
  const value = text === '' ? otherwise : Number(text)
  if (!Number.isSafeInteger(value) || value < 0)
    throw new Error(`${name}: given ${text}, allowed: an integer`)
  return value
}

function list(name: string): readonly string[] {
  const text = env[name] ?? ''
  return text === '' ? [] : text.toLowerCase().split(',')
}

async function openSide(protocol: number, seed: number): Promise<Side> {
  const target = env['TARGET'] ?? 'engine'
  if (target === 'engine') return new EngineSide(protocol, seed, integer('REPLICAS', 3))
  if (target === 'core') return new CoreSide()
  const [host = '', port = ''] = target.split(':')
  return AddressSide.open(Number(port), host === '' ? '127.0.0.1' : host)
}

async function run(protocol: number): Promise<boolean> {
  const seed = integer('SEED', 1)
  const commands = integer('COMMANDS', 200_000)
  const server = await startRedis(['--hz', '500'], runSecondsMax)
  const docs = await readDocs(await RawRedis.open(server.port))
  const theirs = await AddressSide.open(server.port)
  const ours = await openSide(protocol, seed)
  if (protocol === 3) {
    await theirs.send([['hello', '3']])
    if (ours.isSession) await ours.send([['hello', '3']])
  }
  const units = new Units({
    docs,
    known: (name) => ours.knows(name),
    commands: list('COMMAND'),
    families: list('FAMILY'),
    isSession: ours.isSession,
  })
  const started = performance.now()
  const result = await new Run({
    ours,
    theirs,
    units,
    seed,
    commands,
    round: integer('ROUND', 0),
    kindsMax: integer('KINDS', 40),
    note: (text) => console.log(text),
  }).all()
  report(result, units)
  const seconds = (performance.now() - started) / 1000
  console.log(
    `RESP${protocol}: ${result.commands} commands in ${seconds.toFixed(1)} s, ${result.findings.length} kinds of differences, ${result.momentary} that did not come again`,
  )
  theirs.close()
  ours.close()
  await server.stop()
  return result.findings.length === 0 && result.replicas === null
}

function report(result: RunResult, units: Units): void {
  const { drawn, coverage } = units
  const least = [...drawn].toSorted((a, b) => a[1] - b[1]).slice(0, 3)
  const seldom = units.commands
    .map(
      (doc) =>
        [
          doc.name,
          (result.answered.get(doc.name) ?? 0) / Math.max(1, drawn.get(doc.name) ?? 0),
        ] as const,
    )
    .filter(([, share]) => share < 0.1)
  const options = units.commands.flatMap(optionsOf)
  const undrawn = [...new Set(options)].filter((each) => !coverage.has(each))
  console.log(
    `${units.commands.length} commands; drawn least: ${least.map(([name, times]) => `${name} ${times}`).join(', ')}`,
  )
  console.log(
    `${Math.round((100 * result.answers) / Math.max(1, result.commands))} % of the replies are no errors; below 10 %: ${seldom.map(([name]) => name).join(', ') || 'none'}`,
  )
  console.log(`${coverage.size} options drawn; never: ${undrawn.join(', ') || 'none'}`)
  if (env['COVERAGE'] === '1')
    for (const [name, times] of [...coverage].toSorted()) console.log(`  ${name} ${times}`)
  for (const [reason, times] of result.allowances) console.log(`allowed ${times} times: ${reason}`)
  if (units.missing.length > 0)
    console.log(`missing (${units.missing.length}): ${units.missing.join(' ')}`)
  if (result.momentary > 0) console.log(`${result.momentary} rounds differed once and not again`)
  if (result.replicas !== null) console.log(result.replicas)
  for (const finding of result.findings.filter((each) => each.times > 1))
    console.log(`${finding.times} times: ${describe(finding, 0).split('\n').at(-3)}`)
}

if (redisMissing !== null) {
  console.error(redisMissing)
  process.exitCode = 1
} else {
  const protocols = env['PROTOCOL'] === undefined ? [2, 3] : [integer('PROTOCOL', 2)]
  for (const protocol of protocols) if (!(await run(protocol))) process.exitCode = 1
}
