// The engine against redis-server: every reply byte for byte, and the state that is left, in RESP2 and
// RESP3. The long form is `make differential`.

import { besideRedis } from '../beside-redis.js'
import { startRedis } from '../redis-server.js'
import { allowed } from './allowed.js'
import { readDocs } from './docs.js'
import { describe, Run } from './runs.js'
import { AddressSide, EngineSide } from './side.js'
import { Units } from './units.js'
import test from 'ava'

const commands = 100_000
const differencesMax = 25

for (const protocol of [2, 3]) {
  besideRedis(
    `differential: ${commands} random commands in RESP${protocol}: replies and state are those of redis-server`,
    async (t) => {
      const seed = Number(process.env['SEED'] ?? protocol)
      const server = await startRedis()
      const theirs = await AddressSide.open(server.port)
      const docs = await readDocs(theirs.redis)
      const ours = new EngineSide(protocol, seed)
      const known = (name: string): boolean => ours.knows(name)
      const units = new Units({ docs, known, commands: [], families: [], isSession: false })
      await theirs.send([['hello', String(protocol)]])

      const result = await new Run({ ours, theirs, units, seed, commands, kindsMax: 20 }).all()
      theirs.close()
      await server.stop()

      t.deepEqual(
        result.findings.map((each) => describe(each, seed)),
        [],
      )
      t.true(result.answers > commands / 2)
      t.true(Math.min(...units.drawn.values()) > commands / units.commands.length / 20)
    },
  )
}

test('differential: what may differ: a short list with reasons', (t) => {
  t.true(allowed.length <= differencesMax)
  t.is(new Set(allowed.map((each) => each.reason)).size, allowed.length)
})
