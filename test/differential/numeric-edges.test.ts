// Numbers at the edges of 64 bits and of doubles in every numeric argument (S14), beside redis-server. Each
// line runs on fresh keys of every type.

import { besideRedis } from '../beside-redis.js'
import { startRedis } from '../redis-server.js'
import { makeEngine, run } from '../engine/world.js'
import { respDoor } from '../../src/resp/door.js'
import { RawRedis } from './raw-redis.js'

const edges = [
  '9007199254740991',
  '9007199254740992',
  '-9007199254740993',
  '9223372036854775807',
  '-9223372036854775808',
  '9223372036854775808',
  '-9223372036854775809',
  '18446744073709551616',
  '1e308',
  '-1e308',
  '1e309',
  'nan',
  'inf',
  '-inf',
  '0x10',
  ' 1',
  '',
  '-0',
]

const setup = [
  ['flushall'],
  ['set', 's', 'text'],
  ['set', 'n', '10'],
  ['rpush', 'l', 'a', 'b', 'c'],
  ['sadd', 'e', '1', '2', '3'],
  ['hset', 'h', 'f', '1'],
  ['zadd', 'z', '1', 'a', '2', 'b'],
  ['xadd', 'x', '1-1', 'f', 'v'],
]

/** `#` stands for the number. */
const lines = [
  'setrange s # x',
  'getrange s # 1',
  'getrange s 1 #',
  'incrby n #',
  'decrby n #',
  'incrbyfloat n #',
  'set s v px #',
  'set s v ex #',
  'set s v exat #',
  'getex s pxat #',
  'setex s # v',
  'psetex s # v',
  'setbit s # 1',
  'setbit s 1 #',
  'getbit s #',
  'bitcount s # 1',
  'bitcount s 0 # bit',
  'bitpos s # 0 1',
  'bitpos s 1 # 1',
  'bitpos s 1 0 #',
  'bitfield s set u8 # 1',
  'bitfield s set i64 0 #',
  'bitfield s overflow sat incrby u63 0 #',
  'bitfield s overflow fail incrby i64 0 # incrby i64 0 #',
  'lcs s n idx minmatchlen #',
  'expire s #',
  'pexpire s # gt',
  'expireat s #',
  'pexpireat s # nx',
  'move s #',
  'copy s t db #',
  'swapdb # 1',
  'swapdb 1 #',
  'scan # count 10',
  'scan 0 count #',
  'restore t # x',
  'restore t 0 x idletime #',
  'sort l limit # 1 alpha',
  'sort l limit 0 # alpha',
  'lindex l #',
  'lset l # x',
  'lrange l # 1',
  'lrange l 0 #',
  'ltrim l # 1',
  'lrem l # a',
  'lpop l #',
  'lpos l a maxlen #',
  'lmpop # l left',
  'lmpop 1 l left count #',
  'spop e #',
  'sintercard # e',
  'sintercard 1 e limit #',
  'hincrby h f #',
  'hincrbyfloat h f #',
  'zadd z # a',
  'zadd z incr # a',
  'zincrby z # a',
  'zcount z # 5',
  'zrange z # 1',
  'zrange z 0 # byscore',
  'zrangebyscore z -inf +inf limit # 1',
  'zremrangebyrank z # 1',
  'zpopmin z #',
  'zunionstore d 1 z weights #',
  'xadd x # f v',
  'xadd x maxlen # 5-5 f v',
  'xrange x # +',
  'xtrim x maxlen #',
]

besideRedis(
  'numbers: the edges in every numeric argument: replies and state as redis-server',
  async (t) => {
    const server = await startRedis()
    const redis = await RawRedis.open(server.port)
    const different: string[] = []
    for (const line of lines) {
      const name = line.split(' ')[0] ?? ''
      const chance = ['spop', 'scan']
      for (const edge of edges) {
        const words = line.split(' ').map((word) => (word === '#' ? edge : word))
        const asked = [
          ...setup,
          words,
          ['get', 's'],
          ['get', 'n'],
          ['zrange', 'z', '0', '-1', 'withscores'],
        ]
        const engine = makeEngine(Date.now(), { bulkBytesMax: 512 * 1024 * 1024 })
        const ours = asked.map((each) => respDoor.encode(run(engine, each), 2))
        const theirs = await redis.send(asked)
        const skipped = chance.includes(name) && theirs[setup.length]?.[0] !== '-'
        for (let i = setup.length; i < asked.length && !skipped; i++) {
          if (ours[i] !== theirs[i])
            different.push(
              `${JSON.stringify(words)} ${String(asked[i])}: ${String(theirs[i])} | ${String(ours[i])}`,
            )
        }
      }
    }
    redis.close()
    await server.stop()

    t.deepEqual(different, [])
  },
)
