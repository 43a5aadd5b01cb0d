// The engine, and whole members, against redis-server: every reply byte for byte, and the state that is left, in RESP2 and
// RESP3. The long form is `make differential`.

import test from 'ava'
import { besideRedis } from '../beside-redis.js'
import { startRedis } from '../redis-server.js'
import { CoreSide } from './core-side.js'
import { allowanceFor, allowed } from './allowed.js'
import { readDocs } from './docs.js'
import { describe, Run } from './runs.js'
import { AddressSide, EngineSide, type Side } from './side.js'
import { Units } from './units.js'

const differencesMax = 25
/** Rounds in which the clocks of both sides may have shown. */
const momentaryMax = 3

interface Case {
  readonly what: string
  readonly commands: number
  readonly open: (protocol: number, seed: number) => Side
}

const cases: readonly Case[] = [
  {
    what: 'the engine',
    commands: 40_000,
    open: (protocol, seed) => new EngineSide(protocol, seed),
  },
  { what: 'three members', commands: 60_000, open: () => new CoreSide() },
]

for (const { what, commands, open } of cases) {
  for (const protocol of [2, 3]) {
    besideRedis(
      `differential: ${what}, ${commands} random commands, RESP${protocol}: replies and state are those of redis-server`,
      async (t) => {
        const seed = Number(process.env['SEED'] ?? protocol)
        const server = await startRedis(['--hz', '500'])
        const theirs = await AddressSide.open(server.port)
        const docs = await readDocs(theirs.redis)
        const ours = open(protocol, seed)
        const known = (name: string): boolean => ours.knows(name)
        const { isSession } = ours
        const units = new Units({ docs, known, commands: [], families: [], isSession })
        await theirs.send([['hello', String(protocol)]])
        if (isSession) await ours.send([['hello', String(protocol)]])

        const result = await new Run({ ours, theirs, units, seed, commands, kindsMax: 20 })
          .all()
          .finally(async () => {
            theirs.close()
            await server.stop()
          })

        t.deepEqual(
          result.findings.map((each) => describe(each, seed)),
          [],
        )
        t.is(result.replicas, null)
        t.true(result.momentary <= momentaryMax)
        t.true(result.answers > commands / 2)
        // Those that empty databases are rare; the long form draws each at least 500 times.
        t.true(Math.min(...units.drawn.values()) >= 3)
        t.is(units.drawn.size, units.commands.length)
      },
    )
  }
}

test('differential: what may differ: a short list with reasons', (t) => {
  t.true(allowed.length <= differencesMax)
  t.is(new Set(allowed.map((each) => each.reason)).size, allowed.length)
})

test('differential: an EXEC that only here found something changed: allowed behind changes of consumer groups alone', (t) => {
  const exec = { line: ['exec'], name: 'exec', ours: '*-1\r\n', theirs: '*0\r\n' }

  t.is(allowanceFor(exec), undefined)
  t.is(allowanceFor({ ...exec, hadGroupsChanged: false }), undefined)
  t.true(allowanceFor({ ...exec, hadGroupsChanged: true })?.parts)
})
