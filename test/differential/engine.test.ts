// The engine against redis-server: every reply byte for byte, and the state that is left.

import { Random } from '../../src/base/random.js'
import { besideRedis } from '../beside-redis.js'
import { startRedis } from '../redis-server.js'
import { randomLine } from './lines.js'
import { RawRedis } from './raw-redis.js'
import { Twin } from './twin.js'

const rounds = 100
const linesPerRound = 200

besideRedis(
  'differential: 20,000 random commands: replies and state are those of redis-server',
  async (t) => {
    const server = await startRedis()
    const redis = await RawRedis.open(server.port)
    const seed = Number(process.env['SEED'] ?? 1)
    const random = new Random(seed)
    const twin = new Twin(redis, seed)

    const differences: string[] = []
    for (let round = 0; round < rounds && differences.length < 20; round++) {
      const lines = Array.from({ length: linesPerRound }, () => randomLine(random))
      for (const found of await twin.compare(lines)) differences.push(`round ${round}, ${found}`)
      if (round % 10 === 0) differences.push(...(await twin.compareState()))
    }
    redis.close()
    await server.stop()

    t.deepEqual(differences, [], `SEED=${seed}`)
    t.true(twin.answers > (rounds * linesPerRound) / 2)
  },
)
