// MULTI, EXEC, WATCH against redis-server: the same bytes, step by step, over several connections.

import { besideRedis } from '../beside-redis.js'
import { startRedis } from '../redis-server.js'
import { OurStage, play, RedisStage, type Scene } from './scene.js'

const scenes: readonly Scene[] = [
  ['a MULTI', 'a SET k v', 'a GET k', 'a INCR k', 'a STRLEN k', 'a EXEC', 'a GET k', 'a EXEC'],
  ['a MULTI', 'a MULTI', 'a WATCH k', 'a EXEC', 'a DISCARD', 'a MULTI', 'a SET k 2', 'a DISCARD'],
  ['a MULTI', 'a NOPE x', 'a SET k', 'a SET k 3', 'a EXEC', 'a GET k', 'a EXEC'],
  ['a EXEC x', 'a MULTI', 'a EXEC x', 'a EXEC', 'a MULTI', 'a DISCARD x', 'a EXEC'],
  [
    'a MULTI',
    'a WATCH',
    'a EXEC',
    'a MULTI',
    'a CLIENT NOPE',
    'a EXEC',
    'a MULTI',
    'a SAVE',
    'a EXEC',
  ],
  ['a WATCH w', 'a SET w 1', 'a MULTI', 'a GET w', 'a EXEC', 'a MULTI', 'a EXEC'],
  ['a WATCH w', 'b SET w 2', 'a MULTI', 'a SET w 3', 'a EXEC', 'a GET w'],
  ['a WATCH w', 'b GET w', 'a MULTI', 'a SET w 4', 'a EXEC', 'a GET w'],
  ['a WATCH w x', 'b SET x 2', 'a MULTI', 'a EXEC', 'a MULTI', 'a SET w 5', 'a EXEC'],
  ['a WATCH w', 'b SET w 2', 'a UNWATCH', 'a MULTI', 'a SET w 6', 'a EXEC'],
  ['a WATCH w', 'b SET w 2', 'a MULTI', 'a DISCARD', 'a MULTI', 'a SET w 7', 'a EXEC'],
  ['a WATCH w', 'b SET w 2', 'a MULTI', 'a NOPE', 'a EXEC', 'a MULTI', 'a SET w 8', 'a EXEC'],
  ['a WATCH w', 'b DEL w', 'a MULTI', 'a EXEC', 'a WATCH w', 'b DEL w', 'a MULTI', 'a EXEC'],
  ['a WATCH w', 'b SET w 1', 'b DEL w', 'a MULTI', 'a EXEC'],
  ['a WATCH w', 'a MULTI', 'a UNWATCH', 'b SET w 9', 'a EXEC'],
  [
    'a SET w 1',
    'a WATCH w',
    'b EXPIRE w 100',
    'a MULTI',
    'a EXEC',
    'a WATCH w',
    'b FLUSHALL',
    'a MULTI',
    'a EXEC',
  ],
  [
    'a SELECT 1',
    'a WATCH w',
    'b SET x 1',
    'a MULTI',
    'a EXEC',
    'a WATCH w',
    'b SELECT 1',
    'b SET w 1',
    'a MULTI',
    'a EXEC',
  ],
  [
    'a MULTI',
    'a SELECT 99',
    'a SELECT 3',
    'a SET k v',
    'a SELECT x',
    'a EXEC',
    'a GET k',
    'a SELECT 0',
    'a GET k',
  ],
  [
    'a SELECT 2',
    'a MULTI',
    'a SELECT 3',
    'a SET k w',
    'a DISCARD',
    'a SET k u',
    'a SELECT 3',
    'a GET k',
  ],
  ['a SELECT 4', 'a MULTI', 'a SELECT 5', 'a NOPE', 'a EXEC', 'a SET k z', 'a SELECT 5', 'a GET k'],
  [
    'a MULTI',
    'a PING',
    'a ECHO x',
    'a SET k v',
    'a CLIENT SETNAME n',
    'a CLIENT GETNAME',
    'a GET k',
    'a EXEC',
    'a CLIENT GETNAME',
  ],
  ['a MULTI', 'a PING', 'a PING', 'a EXEC', 'a WATCH k', 'a MULTI', 'a PING', 'a EXEC'],
  ['a MULTI', 'a SET k v', 'a RESET', 'a EXEC', 'a GET k'],
  ['a WATCH k', 'a RESET', 'b SET k 2', 'a MULTI', 'a SET k 3', 'a EXEC'],
  [
    'a MULTI',
    'a DBSIZE',
    'a RANDOMKEY',
    'a FLUSHALL',
    'a DBSIZE',
    'a KEYS *',
    'a SCAN 0',
    'a EXEC',
  ],
  [
    'a MULTI',
    'a MSET k 1 l 2',
    'a MGET k l m',
    'a DEL k l',
    'a EXISTS k l',
    'a MSET k',
    'a MSET k 1 l',
    'a EXEC',
  ],
  ['a MULTI', 'a MSET k 1 l 2', 'a MGET k l m', 'a DEL k l', 'a EXISTS k l', 'a EXEC'],
  [
    'a SET k v',
    'a MULTI',
    'a GET k',
    'a EXISTS k',
    'a EXEC',
    'a WATCH k',
    'a MULTI',
    'a GET k',
    'a EXEC',
  ],
  ['a MULTI', 'a SET k v PX 100000', 'a PERSIST k', 'a SET k w', 'a TTL k', 'a EXEC'],
  ['a DISCARD', 'a UNWATCH', 'a MULTI x', 'a UNWATCH x', 'a WATCH'],
  [
    'a WATCH k k k',
    'b SET k 1',
    'a WATCH k',
    'a MULTI',
    'a EXEC',
    'a WATCH k',
    'a MULTI',
    'a EXEC',
  ],
  [
    'a MULTI',
    'a CONFIG GET',
    'a EXEC',
    'a MULTI',
    'a TYPE k',
    'a CONFIG GET maxmemory-nope',
    'a EXEC',
  ],
]

/** What HELLO itself answers differs. */
const inResp3: readonly Scene[] = [
  ['a WATCH w', 'a SET w 1', 'a MULTI', 'a GET w', 'a EXEC'],
  ['a MULTI', 'a GET nothing', 'a SET k v', 'a INCR k', 'a EXEC', 'a MULTI', 'a NOPE', 'a EXEC'],
  ['a MULTI', 'a CONFIG GET nothing', 'a EXEC'],
]

for (const members of [1, 3]) {
  besideRedis(`transactions: ${members} members: every step answers as redis-server`, async (t) => {
    const redis = await startRedis()
    const theirs = new RedisStage(redis.port)
    const ours = new OurStage(members)
    try {
      for (const scene of scenes) {
        const steps = ['a SELECT 0', 'b SELECT 0', 'a FLUSHALL', ...scene]
        t.deepEqual(await play(steps, ours), await play(steps, theirs))
      }
      await theirs.say('a', ['HELLO', '3'])
      await ours.say('a', ['HELLO', '3'])
      for (const scene of inResp3) {
        const steps = ['a SELECT 0', 'a FLUSHALL', ...scene]
        t.deepEqual(await play(steps, ours), await play(steps, theirs))
      }
    } finally {
      theirs.close()
      await redis.stop()
    }
  })
}
