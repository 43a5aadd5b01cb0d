// Random commands of every family, each called by a script, against redis-server: what scripts may call,
// how replies pass through Lua, and that the effects of scripts leave the same state at three members.

import { besideRedis } from '../beside-redis.js'
import { startRedis } from '../redis-server.js'
import { CoreSide } from './core-side.js'
import { readDocs } from './docs.js'
import { describe, Run } from './runs.js'
import { AddressSide } from './side.js'
import { type Line, Units } from './units.js'

const commandsAll = Number(process.env['COMMANDS'] ?? 15_000)
const ofConnections = new Set(['multi', 'exec', 'discard', 'watch', 'unwatch', 'select'])
const script = 'return redis.pcall(unpack(ARGV))'

function inScript(line: Line): Line {
  return ofConnections.has((line[0] ?? '').toLowerCase()) ? line : ['eval', script, '0', ...line]
}

for (const protocol of [2, 3]) {
  besideRedis(
    `scripted: random commands called by scripts, RESP${protocol}: replies and state are those of redis-server`,
    async (t) => {
      const seed = Number(process.env['SEED'] ?? protocol)
      const server = await startRedis(['--hz', '500'])
      const theirs = await AddressSide.open(server.port)
      const docs = await readDocs(theirs.redis)
      const ours = new CoreSide(3, true)
      const known = (name: string): boolean => ours.knows(name)
      const units = new Units({ docs, known, commands: [], families: [], isSession: true })
      const hello = [['hello', String(protocol)]]
      await Promise.all([theirs.send(hello), ours.send(hello)])

      const run = new Run({
        ours,
        theirs,
        units,
        seed,
        commands: commandsAll,
        kindsMax: 20,
        wrap: inScript,
      })
      const result = await run.all().finally(async () => {
        theirs.close()
        await server.stop()
      })

      t.deepEqual(
        result.findings.map((each) => describe(each, seed)),
        [],
      )
      t.is(result.replicas, null)
      t.true(result.answers > commandsAll / 2)
    },
  )
}
