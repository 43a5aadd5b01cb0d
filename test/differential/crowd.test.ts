// Several connections at once against redis-server: messages, transactions, blocked pops.

import { besideRedis } from '../beside-redis.js'
import { startRedis } from '../redis-server.js'
import { CoreSide } from './core-side.js'
import { MemberCrowd, RedisCrowd } from './crowd.js'
import { describeScene, runCrowd } from './crowd-run.js'

const scenes = Number(process.env['SCENES'] ?? 40)

for (const [what, themes] of [
  ['messages', { messages: true, blocked: false }],
  ['blocked pops', { messages: false, blocked: true }],
] as const) {
  besideRedis(
    `differential: ${scenes} random scenes of four connections, ${what}: all hear what they hear at redis-server`,
    async (t) => {
      const seed = Number(process.env['SEED'] ?? 1)
      const server = await startRedis()
      const theirs = await RedisCrowd.open(server.port)
      const names = new CoreSide(1)
      const known = (name: string): boolean => names.knows(name)

      const found = await runCrowd({ ours: new MemberCrowd(), theirs, seed, scenes, themes, known })
      theirs.close()
      await server.stop()

      t.is(found === null ? '' : describeScene(found), '', `SEED=${seed}`)
    },
  )
}
