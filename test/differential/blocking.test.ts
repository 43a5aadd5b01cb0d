// Blocking pops against redis-server: the same bytes to the same connections, step by step.

import { besideRedis } from '../beside-redis.js'
import { startRedis } from '../redis-server.js'
import { OurStage, play, RedisStage, type Scene } from './scene.js'

const listScenes: readonly Scene[] = [
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

/** Ids are those of one member's connections. */
const oneMemberScenes: readonly Scene[] = [
  ['a~ BLPOP q 0', 'b CLIENT UNBLOCK %a', 'a!', 'b CLIENT UNBLOCK %a', 'b RPUSH q 1', 'b LLEN q'],
  [
    'a~ BLPOP q 0',
    'b CLIENT UNBLOCK %a ERROR',
    'a!',
    'a~ BLMOVE q d LEFT RIGHT 0',
    'b CLIENT UNBLOCK %a TIMEOUT',
    'a!',
  ],
  [
    'a~ XREAD BLOCK 0 STREAMS x $',
    'b CLIENT UNBLOCK %a error',
    'a!',
    'b CLIENT UNBLOCK %b',
    'a PING',
  ],
  ['a~ BZMPOP 0 1 z MIN', 'b MULTI', 'b CLIENT UNBLOCK %a', 'b CLIENT UNBLOCK %b', 'b EXEC', 'a!'],
  ['a~ BLPOP q 0', 'b~ BLPOP q 0', 'c CLIENT KILL ID %a', 'c RPUSH q 1', 'b!', 'c LLEN q'],
]

const zsetScenes: readonly Scene[] = [
  [
    'a ZADD z 1 a 2 b 3 c',
    'a BZPOPMIN z 0',
    'a BZPOPMAX none z 0',
    'a BZMPOP 0 2 none z MIN COUNT 5',
  ],
  [
    'a~ BZPOPMIN z 0',
    'b~ BZPOPMAX z 0',
    'c ZADD z 1 a 2 b 3 c',
    'a!',
    'b!',
    'c ZRANGE z 0 -1 WITHSCORES',
  ],
  ['a~ BZMPOP 0 2 y z MAX COUNT 2', 'c ZADD z 1.5 a 2 b 3 c', 'a!', 'c ZRANGE z 0 -1'],
  ['a~ BZPOPMIN z 0', 'c ZINCRBY z 0.1 a', 'a!', 'c EXISTS z'],
  ['a~ BZPOPMIN z 0', 'c ZADD x 1 a', 'c ZUNIONSTORE z 1 x', 'a!', 'c EXISTS z'],
  ['a~ BZPOPMIN z 0', 'c ZADD x 1 a 2 b', 'c ZRANGESTORE z x 0 -1', 'a!', 'c ZRANGE z 0 -1'],
  ['a~ BZPOPMIN z 0', 'b~ BLPOP z 0', 'c RPUSH z x', 'b!', 'c ZADD z 1 m', 'a!'],
  ['a~ BLPOP z 0', 'b~ BZPOPMIN z 0', 'c ZADD z 1 m', 'b!', 'c RPUSH z x', 'a!'],
  ['a~ BZPOPMIN z 0.05', 'a!', 'a~ BZPOPMAX z y 0.05', 'a!', 'a~ BZMPOP 0.05 1 z MIN', 'a!'],
  ['a MULTI', 'a BZPOPMIN z 0', 'a BZPOPMAX z 0', 'a BZMPOP 0 1 z MIN', 'a EXEC'],
  [
    'a BZPOPMIN z x',
    'a BZPOPMIN z -1',
    'a BZMPOP x 1 z FOO',
    'a BZMPOP x 1 z MIN',
    'a BZMPOP 0 0 z MIN',
    'a BZMPOP 0 1 z MIN COUNT 0',
  ],
  ['a SET s x', 'a BZPOPMIN s 0', 'a BZPOPMAX z s 0', 'a BZMPOP 0 1 s MIN', 'a BZPOPMIN z s x'],
  ['a~ BZPOPMIN z y 0', 'c MULTI', 'c ZADD y 1 a', 'c ZADD z 1 b', 'c EXEC', 'a!'],
]

const streamScenes: readonly Scene[] = [
  [
    'c XGROUP CREATE x g $ MKSTREAM',
    'c XADD x 1-1 f v',
    'a XREADGROUP GROUP g c BLOCK 0 STREAMS x >',
    'c XADD x 1-2 f v',
    'c XDEL x 1-2',
    'a~ XREADGROUP GROUP g c BLOCK 0 STREAMS x >',
    'c XADD x 1-3 f v',
    'a!',
  ],
  ['a~ XREAD BLOCK 0 STREAMS x $', 'c XADD x 1-1 f v', 'a!', 'a XREAD BLOCK 0 STREAMS x 0'],
  [
    'c XADD x 1-1 f v',
    'a~ XREAD BLOCK 0 STREAMS x $',
    'b~ XREAD BLOCK 0 STREAMS x 1-1',
    'c XADD x 1-2 f w',
    'a!',
    'b!',
  ],
  [
    'a~ XREAD BLOCK 0 STREAMS x y $ $',
    'b~ XREAD COUNT 1 BLOCK 0 STREAMS x 0',
    'c MULTI',
    'c XADD y 1-1 f v',
    'c XADD x 1-1 f v',
    'c XADD x 1-2 f v',
    'c EXEC',
    'a!',
    'b!',
  ],
  [
    'a~ XREAD BLOCK 0 STREAMS x 5-0',
    'c XADD x 4-1 f v',
    'c XADD x 5-0 f v',
    'c XADD x 5-1 f v',
    'a!',
  ],
  ['c XADD x 1-1 f v', 'c XDEL x 1-1', 'a~ XREAD BLOCK 0 STREAMS x 0', 'c XADD x 1-2 f v', 'a!'],
  [
    'a~ XREAD BLOCK 0 STREAMS x $',
    'c XADD x 1-1 f v',
    'a!',
    'b~ XREAD BLOCK 0 STREAMS x $',
    'c DEL x',
    'c XADD x 2-1 f v',
    'b!',
  ],
  ['a~ XREAD BLOCK 0 STREAMS x 0', 'c XGROUP CREATE x g $ MKSTREAM', 'c XADD x 1-1 f v', 'a!'],
  [
    'a~ XREAD BLOCK 50 STREAMS x $',
    'a!',
    'c XGROUP CREATE x g $ MKSTREAM',
    'a~ XREADGROUP GROUP g c BLOCK 50 STREAMS x >',
    'a!',
  ],
  [
    'c XGROUP CREATE x g $ MKSTREAM',
    'a~ XREADGROUP GROUP g c1 BLOCK 0 STREAMS x >',
    'b~ XREADGROUP GROUP g c2 BLOCK 0 STREAMS x >',
    'c XADD x 1-1 f v',
    'a!',
    'c XADD x 1-2 f v',
    'b!',
    'c XPENDING x g',
  ],
  [
    'c XGROUP CREATE x g $ MKSTREAM',
    'a~ XREADGROUP GROUP g c1 COUNT 1 BLOCK 0 STREAMS x >',
    'b~ XREADGROUP GROUP g c2 BLOCK 0 NOACK STREAMS x >',
    'c MULTI',
    'c XADD x 1-1 f v',
    'c XADD x 1-2 f v',
    'c XADD x 1-3 f v',
    'c EXEC',
    'a!',
    'b!',
    'c XPENDING x g',
  ],
  [
    'c XGROUP CREATE x g $ MKSTREAM',
    'c XGROUP CREATE x h $',
    'a~ XREADGROUP GROUP g c BLOCK 0 STREAMS x >',
    'b~ XREADGROUP GROUP h c BLOCK 0 STREAMS x >',
    'd~ XREAD BLOCK 0 STREAMS x $',
    'c XADD x 1-1 f v',
    'a!',
    'b!',
    'd!',
  ],
  [
    'c XGROUP CREATE x g $ MKSTREAM',
    'a~ XREADGROUP GROUP g c BLOCK 0 STREAMS x >',
    'c XGROUP DESTROY x g',
    'a!',
  ],
  [
    'c XGROUP CREATE x g $ MKSTREAM',
    'a~ XREADGROUP GROUP g c BLOCK 0 STREAMS x >',
    'c DEL x',
    'a!',
  ],
  [
    'c XGROUP CREATE x g $ MKSTREAM',
    'a~ XREADGROUP GROUP g c BLOCK 0 STREAMS x >',
    'c SET x 1',
    'a!',
  ],
  [
    'c XGROUP CREATE x g $ MKSTREAM',
    'a~ XREADGROUP GROUP g c BLOCK 0 STREAMS x >',
    'c FLUSHALL',
    'a!',
  ],
  [
    'c XGROUP CREATE x g $ MKSTREAM',
    'a~ XREADGROUP GROUP g c BLOCK 0 STREAMS x >',
    'c RENAME x y',
    'a!',
  ],
  [
    'c XGROUP CREATE x g $ MKSTREAM',
    'a XREADGROUP GROUP g c BLOCK 0 STREAMS x 0',
    'c XADD x 1-1 f v',
    'a XREADGROUP GROUP g c BLOCK 0 STREAMS x >',
    'a XREADGROUP GROUP g c BLOCK 0 STREAMS x 0',
  ],
  [
    'a XREAD BLOCK -1 STREAMS x $',
    'a XREAD BLOCK x STREAMS x $',
    'a XREAD BLOCK 99999999999999999999 STREAMS x $',
    'a XREADGROUP GROUP g c BLOCK 0 STREAMS x >',
    'a XREAD BLOCK 0 STREAMS x',
    'a SET s 1',
    'a XREAD BLOCK 0 STREAMS s $',
  ],
  [
    'a MULTI',
    'a XREAD BLOCK 0 STREAMS x $',
    'a XGROUP CREATE x g $ MKSTREAM',
    'a XREADGROUP GROUP g c BLOCK 0 STREAMS x >',
    'a EXEC',
  ],
  ['a XREAD STREAMS x 0', 'c XADD x 1-1 f v', 'a XREAD COUNT 3 STREAMS x 0', 'a PING'],
  ['a~ XREAD BLOCK 0 STREAMS x $', 'b~ BLPOP x 0', 'c RPUSH x 1', 'b!', 'c XADD x 1-1 f v', 'a!'],
]

const families = {
  lists: listScenes,
  'sorted sets': zsetScenes,
  streams: streamScenes,
  ids: oneMemberScenes,
}

for (const [family, scenes] of Object.entries(families)) {
  for (const members of family === 'ids' ? [1] : [1, 3]) {
    const title = `blocking: ${family}, ${members} members: every step answers as redis-server`
    besideRedis(title, async (t) => {
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
    })
  }
}

besideRedis('blocking: in RESP3: every step answers as redis-server', async (t) => {
  const redis = await startRedis()
  const theirs = new RedisStage(redis.port)
  const ours = new OurStage(3)
  try {
    for (const stage of [theirs, ours]) await stage.say('a', ['HELLO', '3'])
    for (const scene of [
      ...zsetScenes.slice(0, 6),
      ...streamScenes.slice(0, 4),
      ...listScenes.slice(0, 3),
    ]) {
      const steps = ['c FLUSHALL', ...scene.filter((step) => !/^[bd]/.test(step))]
      t.deepEqual(await play(steps, ours), await play(steps, theirs))
    }
  } finally {
    theirs.close()
    await redis.stop()
  }
})
