// Lines about keys and arguments of scripts, their cache, and functions, in an order that matters.

type Line = readonly string[]

let libraries = 0

/** A library of a name of its own, `N` in the text. */
function load(text: string, ...options: readonly string[]): Line {
  return ['FUNCTION', 'LOAD', ...options, text.replace('name=N', `name=lib${++libraries}`)]
}

const empty = 'function() return 1 end'
const sum = 'e0e1f9fabfc9d4800c877a703b823ac0578ff8db'
const library = `#!lua name=main
local count = 5
redis.register_function{function_name='args', flags={'no-writes'}, callback=function(keys, args)
  return {keys[1], args[1], count}
end}
redis.register_function('put', function(keys, args) return redis.call('set', keys[1], args[1]) end)
redis.register_function('unknown', function() return redis.call('foo') end)
redis.register_function('raise', function()
  error('x')
end)
redis.register_function('global', function() zz = 1 end)
redis.register_function{function_name='shy', flags={'no-writes'}, callback=function()
  return redis.call('set', 'a', 'b')
end}
redis.register_function('late', function() return redis.register_function('a', ${empty}) end)
`

/** What it takes from the place where it is loaded, and what is there at a call. */
const outside = `#!lua name=outside
local loader = redis
redis.log(redis.LOG_DEBUG, redis.REDIS_VERSION, redis.REDIS_VERSION_NUM)
loader.register_function('put_away', function()
  loader.redis = redis
end)
loader.register_function('kind', function() return type(loader) end)
loader.register_function('version', function() return loader.REDIS_VERSION end)
loader.register_function('raw', function() rawset(loader, 'x', 1) end)
loader.register_function('meta', function() getmetatable(loader).__index = nil end)
loader.register_function('absent', function() return nosuch end)
loader.register_function('write', function() _G.x = 1 end)
`
const outsiders = ['put_away', 'kind', 'version', 'raw', 'meta', 'absent', 'write']
const taken = [
  'getmetatable(_G)',
  'math.random()',
  'string',
  'pcall',
  '_G',
  'redis.call',
  'redis.setresp',
  'redis.set_repl',
  'redis.sha1hex',
  'redis.redis.call',
  'x',
]

const loads: readonly Line[] = [
  load(outside),
  ...outsiders.map((name): Line => ['FCALL', name, '0']),
  ...taken.map((name) =>
    load(`#!lua name=N\nlocal x = ${name}\nredis.register_function('never', ${empty})`),
  ),
  ['FUNCTION', 'LOAD', `#! name=x\nredis.register_function('never', ${empty})`],
  ['FUNCTION', 'LOAD', `#!\nredis.register_function('never', ${empty})`],
  load(`#!lua name=N\nx = 1`),
  load(`#!lua name=N\nredis.x = 1`),
  load(`#!lua name=N\n\nwhile true do local x = 1 end`),
  ['FUNCTION', 'FLUSH', 'SYNC', 'ASYNC'],
  ['FUNCTION', 'FLUSH'],
  load(`#!lua name=N\nredis.register_function('fa', ${empty})`),
  load(`#!lua name=N\nredis.register_function('fa', ${empty})`),
  load(`#!lua name=N\nredis.register_function('f b', ${empty})`),
  load(
    `#!lua name=N\nredis.register_function('fc', ${empty}) redis.register_function('fc', ${empty})`,
  ),
  load('#!lua name=N\nredis.register_function()'),
  load('#!lua name=N\nredis.register_function(1,2,3)'),
  load("#!lua name=N\nredis.register_function('x',2)"),
  load('#!lua name=N\nredis.register_function(5)'),
  load('#!lua name=N\nredis.register_function({})'),
  load("#!lua name=N\nredis.register_function({function_name='x'})"),
  load("#!lua name=N\nredis.register_function({function_name='x',callback=5})"),
  load('#!lua name=N\nredis.register_function({function_name=5,callback=5})'),
  load(`#!lua name=N\nredis.register_function({function_name='x',callback=${empty},flags=1})`),
  load(
    `#!lua name=N\nredis.register_function({function_name='x',callback=${empty},flags={'bad'}})`,
  ),
  load(`#!lua name=N\nredis.register_function({function_name='x y',callback=${empty}})`),
  load('#!lua name=N\nx=1'),
  load('#!lua name=N\nreturn y'),
  load("#!lua name=N\nredis.call('get','x')"),
  load('#!lua name=N\nx = '),
  load('#!lua name=N\nreturn 1'),
  load('#!lua name=N c\nreturn 1'),
  load('#!lua name=\nreturn 1'),
  load('#!lua\nreturn 1'),
  load('return 1'),
  load('#!lua name=b name=c\nreturn 1'),
  load('#!lua foo=b\nreturn 1'),
  load('#!python name=b\nreturn 1'),
  load('#!lua name="b b"\nreturn 1'),
  load('#!lua name=b'),
  load(library),
  load(library),
  load(library, 'REPLACE'),
  load(library, 'FOO'),
  load('#!lua name=other\nredis.register_function("put", function() end)'),
]

const calls: readonly Line[] = [
  ['FCALL', 'args', '1', 'a', 'b'],
  ['FCALL_RO', 'args', '1', 'a', 'b'],
  ['FCALL', 'put', '1', 'k', 'v'],
  ['GET', 'k'],
  ['FCALL', 'unknown', '0'],
  ['FCALL', 'raise', '0'],
  ['FCALL', 'global', '0'],
  ['FCALL', 'shy', '0'],
  ['FCALL', 'late', '0'],
  ['FCALL_RO', 'put', '1', 'a', 'b'],
  ['FCALL', 'nope', '0'],
  ['FCALL', 'args', 'x'],
  ['FCALL', 'args', '-1'],
  ['FCALL', 'args', '5', 'a'],
  ['FCALL', 'args'],
  ['FUNCTION', 'LIST', 'LIBRARYNAME', 'lib1', 'WITHCODE'],
  ['FUNCTION', 'LIST', 'LIBRARYNAME', 'lib1'],
  ['FUNCTION', 'LIST', 'LIBRARYNAME', 'no*'],
  load(
    `#!lua name=flags\nredis.register_function({function_name='flagged',callback=${empty},flags={'no-cluster','allow-stale','no-writes','allow-stale'}})`,
  ),
  ['FUNCTION', 'LIST', 'LIBRARYNAME', 'flags'],
  ['FUNCTION', 'DELETE', 'flags'],
  ['FUNCTION', 'LIST', 'FOO'],
  ['FUNCTION', 'LIST', 'LIBRARYNAME'],
  ['FUNCTION', 'LIST', 'WITHCODE', 'WITHCODE'],
  ['FUNCTION', 'DELETE', 'nope'],
  ['FUNCTION', 'DELETE', 'main'],
  ['FCALL', 'args', '0'],
  ['FUNCTION', 'DUMP'],
  ['FUNCTION', 'RESTORE', 'x'],
  ['FUNCTION', 'RESTORE', 'x', 'y'],
  ['FUNCTION', 'RESTORE', 'x', 'y', 'z'],
  ['FUNCTION', 'LOAD', "#!LUA NAME=Cased\nredis.register_function('One', function() return 1 end)"],
  ['FUNCTION', 'LOAD', "#!lua name=cased\nredis.register_function('two', function() return 2 end)"],
  ['FUNCTION', 'LOAD', "#!lua name=third\nredis.register_function('oNE', function() return 3 end)"],
  ['FCALL', 'oNe', '0'],
  ['FCALL_RO', 'TWO', '0'],
  ['FUNCTION', 'DELETE', 'CASED'],
  ['FUNCTION', 'DELETE', 'Cased'],
  ['FUNCTION', 'LIST', 'LIBRARYNAME', 'CASED'],
  ['FCALL', 'one', '0'],
  ['FUNCTION', 'DELETE', 'cased'],
  ['FUNCTION', 'FLUSH', 'FOO'],
  ['FUNCTION', 'STATS'],
  ['FUNCTION', 'KILL'],
  ['FUNCTION', 'FLUSH', 'ASYNC'],
  ['FUNCTION', 'LIST'],
  ['FUNCTION', 'DUMP'],
  ['FUNCTION', 'HELP'],
  ['FUNCTION', 'NOPE'],
]

const scripts: readonly Line[] = [
  ['EVAL', 'return {KEYS[1], KEYS[2], ARGV[1], #KEYS, #ARGV}', '2', 'a', 'b', 'c'],
  ['EVAL', 'return 1'],
  ['EVAL', 'return 1', 'y'],
  ['EVAL', 'return 1', '-1'],
  ['EVAL', 'return 1', '2', 'a'],
  ['EVAL', 'return 1', '1.5'],
  ['EVALSHA', 'x', '0'],
  ['EVALSHA', sum, '0'],
  ['EVALSHA_RO', sum, '0'],
  ['SCRIPT', 'LOAD', 'return 1'],
  ['EVALSHA', sum, '0'],
  ['EVALSHA', sum.toUpperCase(), '0'],
  ['SCRIPT', 'EXISTS', sum, 'x', sum.toUpperCase()],
  ['SCRIPT', 'LOAD', 'x = '],
  ['SCRIPT', 'LOAD', '#!lua flags=foo\nreturn 1'],
  ['SCRIPT', 'FLUSH', 'FOO'],
  ['SCRIPT', 'FLUSH', 'SYNC', 'ASYNC'],
  ['SCRIPT', 'FLUSH', 'SYNC'],
  ['SCRIPT', 'EXISTS', sum],
  ['EVAL', 'return 1', '0'],
  ['EVALSHA', sum, '0'],
  ['SCRIPT', 'FLUSH'],
  ['SCRIPT', 'KILL'],
  ['SCRIPT', 'DEBUG', 'foo'],
  ['SCRIPT', 'HELP'],
  ['SCRIPT', 'NOPE'],
  ['EVAL_RO', 'return redis.call("set", "a", 1)', '0'],
  ['EVAL_RO', 'return redis.call("get", "a")', '0'],
  ['MULTI'],
  ['SET', 'k', '1'],
  ['EVAL', 'return redis.call("incr", KEYS[1])', '1', 'k'],
  ['INCR', 'k'],
  ['EVAL', 'error("x")', '0'],
  ['EVAL_RO', 'return redis.call("get", KEYS[1])', '1', 'k'],
  ['EXEC'],
  ['GET', 'k'],
]

export const functionLines: readonly Line[] = [...loads, ...calls, ...scripts]
