// Blocking pops against redis-server: the same bytes to the same connections, step by step.

import { besideRedis } from '../beside-redis.js'
import { startRedis } from '../redis-server.js'
import { OurStage, play, RedisStage, type Scene } from './scene.js'

const scenes: readonly Scene[] = [
  ['a RPUSH q 1 2 3', 'a BLPOP q 0', 'a BRPOP q 0', 'a BLPOP none q 0', 'a LLEN q'],
  ['a~ BLPOP q 0', 'c RPUSH q x', 'a!', 'c LLEN q', 'a PING'],
  ['a~ BLPOP q 0', 'b~ BRPOP q 0', 'c RPUSH q 1 2 3', 'a!', 'b!', 'c LRANGE q 0 -1'],
  [
    'a~ BLPOP q r 0',
    'b~ BLPOP r q 0',
    'c MULTI',
    'c RPUSH r 1 2',
    'c RPUSH q 3',
    'c EXEC',
    'a!',
    'b!',
  ],
  ['a~ BLPOP q 0', 'c MULTI', 'c RPUSH q 1', 'c DEL q', 'c EXEC', 'c RPUSH q 2', 'a!'],
  ['a~ BLPOP q 0', 'c MULTI', 'c RPUSH q 1', 'c LPUSH q 2', 'c LLEN q', 'c EXEC', 'a!', 'c LLEN q'],
  ['a~ BLPOP q 0', 'c SET q x', 'c DEL q', 'c RPUSH q a b', 'a!', 'c LRANGE q 0 -1'],
  ['a~ BLMOVE q d LEFT RIGHT 0', 'b~ BLPOP d 0', 'c RPUSH q a', 'a!', 'b!', 'c EXISTS q d'],
  [
    'a~ BLMOVE q r LEFT RIGHT 0',
    'b~ BLMOVE r s LEFT RIGHT 0',
    'd~ BRPOPLPUSH s t 0',
    'c RPUSH q a',
    'a!',
    'b!',
    'd!',
    'c LRANGE t 0 -1',
  ],
  [
    'c SET d x',
    'a~ BLMOVE q d LEFT RIGHT 0',
    'b~ BLPOP q 0',
    'c RPUSH q a',
    'a!',
    'b!',
    'c EXISTS q',
  ],
  ['a~ BLMOVE q q LEFT RIGHT 0', 'b~ BLPOP q 0', 'c RPUSH q a', 'a!', 'b!'],
  ['a~ BLPOP q 0', 'c RPUSH t a b', 'c RENAME t q', 'a!', 'c LRANGE q 0 -1'],
  ['a~ BLPOP q 0', 'c RPUSH t a b', 'c COPY t q', 'a!', 'c LRANGE q 0 -1', 'c LRANGE t 0 -1'],
  ['a~ BLMPOP 0 2 q r LEFT COUNT 2', 'c RPUSH r 1 2 3', 'a!', 'c LRANGE r 0 -1'],
  ['a~ BLMPOP 0 2 q r RIGHT COUNT 9', 'c RPUSH r 1 2 3', 'a!', 'c EXISTS r'],
  [
    'a~ BLPOP q 0.05',
    'a!',
    'a~ BLMOVE q d LEFT RIGHT 0.05',
    'a!',
    'a~ BRPOPLPUSH q d 0.05',
    'a!',
    'a~ BLMPOP 0.05 1 q LEFT',
    'a!',
  ],
  ['a~ BLPOP q 0.0001', 'a!', 'c RPUSH q 1', 'c LLEN q'],
  [
    'a MULTI',
    'a BLPOP q 0',
    'a BLMOVE q d LEFT RIGHT 0',
    'a BRPOPLPUSH q d 0',
    'a BLMPOP 0 1 q LEFT',
    'a BRPOP q 0',
    'a EXEC',
  ],
  ['a MULTI', 'a RPUSH q 1 2', 'a BLPOP q 0', 'a BLMOVE q d LEFT RIGHT 0', 'a BLPOP q 0', 'a EXEC'],
  [
    'a BLPOP q x',
    'a BLPOP q -1',
    'a BLPOP q inf',
    'a BLPOP q nan',
    'a BLPOP q 1e400',
    'a BLPOP q 1e5000',
    'a BLPOP q 99999999999999999',
    'a BLPOP q -inf',
    'a BLPOP q',
    'a BLPOP',
  ],
  [
    'a SET s x',
    'a BLPOP s 0',
    'a BRPOP q s 0',
    'a BLMOVE s d LEFT RIGHT 0',
    'a BLMPOP 0 1 s LEFT',
    'a BLPOP s x',
    'a BLPOP s 0x10',
    'a BLPOP s -0',
    'a BLPOP s -1e-30',
    'a BLPOP s +1',
    'a BLPOP s ',
    'a BLPOP s 1e-5000',
  ],
  [
    'a BLMPOP 0 0 q LEFT',
    'a BLMPOP 0 1 q FOO',
    'a BLMPOP x 1 q FOO',
    'a BLMPOP x 1 q LEFT',
    'a BLMPOP 0 1 q LEFT COUNT 0',
    'a BLMPOP 0 2 q LEFT',
    'a BLMPOP -1 x q LEFT',
    'a BLMPOP -1 1 q LEFT',
    'a BLMPOP 0 1 q LEFT COUNT',
  ],
  [
    'a BLMOVE q d FOO BAR x',
    'a BLMOVE q d LEFT RIGHT x',
    'a BLMOVE q d LEFT RIGHT -1',
    'a BRPOPLPUSH q d x',
    'a BLMOVE q d LEFT RIGHT',
  ],
  [
    'a CLIENT UNBLOCK 99999',
    'a CLIENT UNBLOCK x',
    'a CLIENT UNBLOCK 1 FOO',
    'a CLIENT UNBLOCK 99999 TIMEOUT x',
    'a CLIENT UNBLOCK',
    'a CLIENT UNBLOCK -5',
    'a CLIENT UNBLOCK x FOO',
    'a CLIENT UNBLOCK 99999 ERROR',
  ],
  [
    'a~ BLPOP q 0',
    'c SELECT 1',
    'c RPUSH q a',
    'c SELECT 0',
    'c RPUSH q b',
    'a!',
    'c SELECT 1',
    'c LLEN q',
    'c SELECT 0',
  ],
  ['a~ BLPOP q q q 0', 'c RPUSH q 1 2', 'a!', 'c LLEN q', 'a BLPOP q 0'],
  ['a~ BLPOP q 0', 'c LPUSHX q 1', 'c RPUSHX q 1', 'c LPUSH q 1', 'a!'],
  ['a~ BLPOP q 0', 'c WATCH q', 'c RPUSH q 1', 'c MULTI', 'c EXEC', 'a!'],
  ['a~ BLPOP q 0', 'b WATCH r', 'c RPUSH r 1', 'c RENAME r q', 'a!', 'b MULTI', 'b EXEC'],
]

for (const members of [1, 3]) {
  besideRedis(
    `blocking: lists, ${members} members: every step answers as redis-server`,
    async (t) => {
      const redis = await startRedis()
      try {
        for (const scene of scenes) {
          const theirs = new RedisStage(redis.port)
          const ours = new OurStage(members)
          const steps = ['c FLUSHALL', ...scene]
          t.deepEqual(await play(steps, ours), await play(steps, theirs))
          theirs.close()
        }
      } finally {
        await redis.stop()
      }
    },
  )
}
