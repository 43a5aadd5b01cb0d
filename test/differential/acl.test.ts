// What a user may not do it may not do by any way: plain, in a transaction, in a script, through a member that
// does not lead, after its rules changed. Compared with redis-server step by step.

import { LuaRunner } from '../../src/host/scripts/runner.js'
import { besideRedis } from '../beside-redis.js'
import { startRedis } from '../redis-server.js'
import { OurStage, play, RedisStage, type Scene } from './scene.js'

/** Each member has users of its own: they are made at each. */
function user(...rules: readonly string[]): Scene {
  const line = `ACL SETUSER u reset on nopass ${rules.join(' ')}`
  return [`a ${line}`, `b ${line}`, `c ${line}`]
}

/** Three more connections, of the same members. */
const login = ['x PING', 'y AUTH u x', 'z AUTH u x']

/** Commands with keys of every kind, as a user with `~ok* %R~r* %W~w*` tries them. */
const tried = [
  ...['GET ok1', 'GET r1', 'GET w1', 'GET no', 'SET ok1 1', 'SET r1 1', 'SET w1 1', 'SET no 1'],
  ...[
    'SET w1 1 GET',
    'SET ok1 1 GET',
    'GETSET r1 1',
    'GETDEL w1',
    'APPEND w1 x',
    'INCR w1',
    'STRLEN r1',
  ],
  ...[
    'MGET ok1 r1',
    'MGET ok1 w1',
    'MSET ok1 1 w1 2',
    'MSET ok1 1 r1 2',
    'DEL w1 ok1',
    'DEL r1',
    'EXISTS w1',
  ],
  ...[
    'EXISTS no',
    'TYPE no',
    'TTL r1',
    'EXPIRE r1 5',
    'EXPIRE w1 5',
    'RENAME r1 w1',
    'RENAME w1 ok1',
  ],
  ...[
    'COPY r1 w1',
    'COPY w1 r1',
    'LPUSH w2 a',
    'LPUSH r2 a',
    'LRANGE w2 0 1',
    'LRANGE r2 0 1',
    'LMPOP 1 no LEFT',
  ],
  ...[
    'HSET w3 a 1',
    'HSET r3 a 1',
    'HGETALL w3',
    'SADD w4 a',
    'SINTERCARD 2 r4 no',
    'SDIFFSTORE w4 r4',
  ],
  ...[
    'SDIFFSTORE w4 no',
    'ZADD w5 1 a',
    'ZUNIONSTORE w5 2 r5 r6',
    'ZUNIONSTORE w5 2 r5 no',
    'ZUNION 1 no',
  ],
  ...[
    'BITOP AND w6 r6 r7',
    'BITOP AND w6 r6 no',
    'SELECT 1',
    'PING',
    'CONFIG GET x',
    'KEYS *',
    'DBSIZE',
    'PUBLISH ch x',
  ],
  ...[
    'PUBLISH no x',
    'XADD w8 1-1 a 1',
    'XREAD STREAMS r8 0',
    'XREAD STREAMS no 0',
    'OBJECT ENCODING no',
  ],
  ...['MEMORY USAGE no', 'CLIENT LIST', 'FLUSHALL', 'nosuch', 'GET'],
]
const rules = [
  '~ok*',
  '%R~r*',
  '%W~w*',
  '&ch*',
  '+@all',
  '-@dangerous',
  '-@connection',
  '+client|getname',
  '-dbsize',
  '+auth',
]

function inScript(line: string): string {
  const args = line.split(' ').map((word) => `[[${word}]]`)
  return `EVAL return(redis.pcall(${args.join(',')})) 0`
}

/** What MULTI and scripts do besides the question of rights is another test's. */
function isPlain(line: string): boolean {
  return !/^(FLUSHALL|nosuch|GET$|PUBLISH ch|XADD|SELECT|PING|CLIENT|KEYS|DBSIZE)/.test(line)
}

const scenes: Readonly<Record<string, Scene>> = {
  plain: [...user(...rules), ...login, ...tried.flatMap((line) => [`y ${line}`, `z ${line}`])],
  'in a transaction': [
    ...user(...rules, '+multi', '+exec'),
    ...login,
    ...tried
      .filter(isPlain)
      .flatMap((line) => ['y MULTI', `y ${line}`, 'y EXEC', 'z MULTI', `z ${line}`, 'z EXEC']),
  ],
  'in a script': [
    ...user(...rules, '+eval'),
    ...login,
    ...tried.filter(isPlain).flatMap((line) => [`y ${inScript(line)}`, `z ${inScript(line)}`]),
    ...['y EVAL return(redis.pcall([[PUBLISH]],[[no]],[[x]])) 0', 'y EVAL return(1) 1 no'],
    ...[
      'y EVAL return(redis.acl_check_cmd([[GET]],[[no]])) 0',
      'y EVAL return(redis.acl_check_cmd([[GET]],[[r1]])) 0',
    ],
    ...[
      'y EVAL return(redis.acl_check_cmd([[KEYS]],[[no]])) 0',
      'y EVAL return(ARGV[1]) 0 \x01user:',
    ],
  ],
  'in a script in a transaction': [
    ...user(...rules, '+eval', '+multi', '+exec'),
    ...login,
    ...[
      'y MULTI',
      `y ${inScript('SET r1 1')}`,
      `y ${inScript('SET w1 1')}`,
      'y SET ok1 2',
      'y EXEC',
      'a GET r1',
      'a GET w1',
    ],
  ],
  'of nobody, with an argument that looks like a user': [
    ...[
      'a EVAL return(ARGV[1]) 0 \x01user:',
      'y EVAL return(redis.pcall([[SET]],[[x]],ARGV[1])) 0 \x01user:-@all',
    ],
    ...['a GET x', 'z SCRIPT LOAD return(1)'],
  ],
  'after the rules changed': [
    ...user('+@all', '~*'),
    ...login,
    'y SET k 1',
    'z MULTI',
    'z SET k 2',
    'z GET k',
    ...user('+get', '+exec', '~*'),
    'y SET k 3',
    'z EXEC',
    'y GET k',
    ...user('+@all', '-@all'),
    'y GET k',
    'y AUTH default x',
    'y GET k',
  ],
  'keys that SORT does not name': [
    'a RPUSH l 2 1',
    ...user('+sort', '+sort_ro', '+multi', '+exec', '+eval', '~l*'),
    ...login,
    ...[
      'y SORT l BY w_*',
      'y SORT l BY nosort',
      'y SORT l GET #',
      'z SORT_RO l BY w_*',
      'y SORT l BY w* GET',
      'y SORT l FOO BY w*',
    ],
    ...['y SORT l ALPHA LIMIT 0 1 DESC BY w_*', 'y MULTI', 'y SORT l BY w*', 'y EXEC'],
    'y EVAL return(redis.pcall([[sort]],[[l]],[[by]],[[w*]])) 0',
    ...user('+sort', '%R~*'),
    'y SORT l BY w_*',
    ...user('+sort', '~l', '(+get', '~*)'),
    'y SORT l BY w_*',
  ],
  'by selectors': [
    ...user('+get', '~r*', '(+set', '~w*)', '(+@all', '~all*)', '+eval'),
    ...login,
    ...[
      'y GET r1',
      'y SET r1 1',
      'y SET w1 1',
      'y GET w1',
      'y DEL all1',
      'y MGET r1 all1',
      'y MGET all1 all2',
      'y SET no 1',
    ],
    ...[
      'y GET no',
      `y ${inScript('SET w1 1')}`,
      `y ${inScript('GET w1')}`,
      `z ${inScript('DEL all1')}`,
    ],
  ],
}

for (const [way, scene] of Object.entries(scenes)) {
  besideRedis(`acl: ${way}: three members: as redis-server`, async (t) => {
    const redis = await startRedis()
    const scripts = new LuaRunner({ wake: () => {} })
    const theirs = new RedisStage(redis.port)
    const ours = new OurStage(3, { scripts: () => scripts })
    try {
      const made = await play(scene, ours)
      const wanted = await play(scene, theirs)

      t.deepEqual(
        made
          .filter((line, i) => line !== wanted[i])
          .map((line) => [line, wanted[made.indexOf(line)]]),
        [],
      )
    } finally {
      theirs.close()
      scripts.close()
      await redis.stop()
    }
  })
}
