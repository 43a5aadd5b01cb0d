// Lua on the member's own thread: what it answers, that it ends within its meter whatever runs in it, and
// that a script finds no way out of its sandbox.

import test, { type ExecutionContext } from 'ava'
import { isError, ok, type Reply } from '../../../src/api/reply.js'
import { spent } from '../../../src/api/scripts.js'
import { LuaRunner } from '../../../src/host/scripts/runner.js'

const silentCall = (): Reply => ok

function evaluate(
  runner: LuaRunner,
  code: string,
  options: { call?: (args: string[]) => Reply; keys?: string[]; values?: string[] } = {},
): Reply | typeof spent {
  const { call = silentCall, keys = [], values = [] } = options
  const name = runner.digest(code)
  return runner.compile(name, code) ?? runner.run({ name, library: '', code, keys, values }, call)
}

function textOf(t: ExecutionContext, reply: Reply | typeof spent): string {
  if (reply !== spent && isError(reply)) return reply.text
  t.fail(`no error: ${String(reply)}`)
  return ''
}

const bombs = [
  "return string.find(('a'):rep(200), '.-.-.-.-b')",
  "return string.match(('a'):rep(5000), '(.-)(.-)(.-)(.-)b')",
  "return string.gsub(('a'):rep(3000), '.-.-.-b', '')",
  "for _ in string.gmatch(('a'):rep(3000), '.-.-.-b') do end",
  'while true do end',
  'while true do pcall(function() while true do end end) end',
  "while true do pcall(error, 'x') end",
  'local function f() return coroutine.wrap(function() for i = 1, 200 do end end)() end while true do f() end',
  "local s = ('x'):rep(1e6) while true do local y = s .. 'a' end",
  'local t = {} for i = 1, 1e5 do t[i] = i end for i = 1, 1e5 do table.insert(t, 1, i) end',
  'local t = {} for i = 1, 1e6 do t[i] = (i * 7919) % 1000003 end table.sort(t)',
  "local t = {} for i = 1, 1e6 do t[i] = 'x' end return table.concat(t)",
  'local t = {} for i = 1, 1e6 do t[i] = i end return cjson.encode(t)',
  'local t = {} for i = 1, 1e6 do t[i] = i end return cmsgpack.pack(t)',
  "return cjson.decode(('['):rep(1e6) .. (']'):rep(1e6))",
  'setmetatable(_G, nil)',
]

for (const bomb of bombs) {
  test(`runner: ${bomb.slice(0, 70)}: ends, and the next script is answered`, (t) => {
    const runner = new LuaRunner({ wake: () => {}, secret: 'test' })

    const reply = evaluate(runner, bomb)

    t.true(reply === spent || isError(reply))
    t.is(evaluate(runner, 'return 5'), 5)
  })
}

const deep: readonly (readonly [string, Reply])[] = [
  ["return type(cjson.decode(('['):rep(1000) .. (']'):rep(1000)))", 'table'],
  [`return #cjson.encode(cjson.decode(('{"a":'):rep(999) .. '1' .. ('}'):rep(999)))`, 5995],
  [
    "local function f(n) if n == 0 then return 'x' end return (string.gsub('a', 'a', function() return f(n - 1) end)) end return f(190)",
    'x',
  ],
]

for (const [code, reply] of deep) {
  test(`runner: ${code.slice(0, 60)}: nests as deep as in Redis`, (t) => {
    t.deepEqual(evaluate(new LuaRunner({ wake: () => {}, secret: 'test' }), code), reply)
  })
}

const wide: readonly (readonly [string, Reply])[] = [
  [
    "return string.format('%d %5d|%x', 1795349001724, -2^40, -1)",
    '1795349001724 -1099511627776|ffffffffffffffff',
  ],
  ["return ('%d'):format('12345678901')", '12345678901'],
  ["return string.format('%d %s', 2^63, '%d')", '-9223372036854775808 %d'],
  ["return tostring(tonumber('ffffffffffff', 16) == 2^48 - 1)", 'true'],
  ["return struct.pack('>I8', 1795349001724)", '\x00\x00\x01\xa2\x03\x23\xb5\xfc'],
  ["return {struct.unpack('<i8', struct.pack('<l', -2^40))}", [-1099511627776, 9]],
  ["return struct.size('lLT')", 24],
  ["return struct.pack('I4', 2^32 + 7)", '\x07\0\0\0'],
]

for (const [code, reply] of wide) {
  test(`runner: ${code}: as with longs of 64 bits`, (t) => {
    t.deepEqual(evaluate(new LuaRunner({ wake: () => {}, secret: 'test' }), code), reply)
  })
}

test('runner: errors of what is done in front of the package: with the place of the caller', (t) => {
  const runner = new LuaRunner({ wake: () => {}, secret: 'test' })
  const code = "\nlocal x = string.format('%d', {})"

  t.regex(
    textOf(t, evaluate(runner, code)),
    /^ERR user_script:2: bad argument #2 to 'format' \(number expected, got table\) script: /,
  )
})

test('runner: a big number of a script: is one in RESP3', (t) => {
  const runner = new LuaRunner({ wake: () => {}, secret: 'test' })

  t.deepEqual(evaluate(runner, "return {big_number = '12\\n3'}"), {
    type: 'big-number',
    text: '12 3',
  })
})

const refusals: readonly (readonly [string, RegExp])[] = [
  ['x = 1', /Attempt to modify a readonly table/],
  ['_G.x = 1', /Attempt to modify a readonly table/],
  ['rawset(_G, "x", 1)', /Attempt to modify a readonly table/],
  ['setmetatable(_G, {})', /Attempt to modify a readonly table/],
  ['getmetatable("").__index = nil', /Attempt to modify a readonly table/],
  ['getmetatable("").__call = nil', /Attempt to modify a readonly table/],
  ['getmetatable(redis).__index = nil', /Attempt to modify a readonly table/],
  ['redis.call = nil', /Attempt to modify a readonly table/],
  ['string.find = nil', /Attempt to modify a readonly table/],
  ['cjson.encode = nil', /Attempt to modify a readonly table/],
  ['KEYS = {}', /Attempt to modify a readonly table/],
  ['return os', /Script attempted to access nonexistent global variable 'os'/],
  ['return io', /nonexistent global variable 'io'/],
  ['return debug', /nonexistent global variable 'debug'/],
  ['return package', /nonexistent global variable 'package'/],
  ['return require("x")', /nonexistent global variable 'require'/],
  ['return dofile("x")', /nonexistent global variable 'dofile'/],
  ['return loadfile("x")', /nonexistent global variable 'loadfile'/],
  ['return print("x")', /nonexistent global variable 'print'/],
  ['return getfenv(0)', /nonexistent global variable 'getfenv'/],
  ['return setfenv(1, {})', /nonexistent global variable 'setfenv'/],
  ['return newproxy(true)', /nonexistent global variable 'newproxy'/],
  ['return ("x")(1, "y")', /attempt to call a string value/],
  ['return loadstring(string.dump(function() end))()', /attempt to call a nil value/],
]

for (const [code, why] of refusals) {
  test(`sandbox: ${code}: refused`, (t) => {
    const runner = new LuaRunner({ wake: () => {}, secret: 'test' })

    t.regex(textOf(t, evaluate(runner, code)), why)
  })
}

test('sandbox: what a script leaves in reach: nothing that the next one sees', (t) => {
  const runner = new LuaRunner({ wake: () => {}, secret: 'test' })

  evaluate(runner, 'KEYS.left = 1; ARGV.left = 1; local s = "" ; return 1', { keys: ['k'] })

  t.is(evaluate(runner, 'return KEYS.left'), null)
  t.is(evaluate(runner, 'return ARGV.left'), null)
})

test('runner: binary arguments and replies: every byte goes through', (t) => {
  const runner = new LuaRunner({ wake: () => {}, secret: 'test' })
  const bytes = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('')
  const seen: string[][] = []
  const call = (args: string[]): Reply => {
    seen.push(args)
    return bytes
  }

  const reply = evaluate(runner, 'return redis.call("get", KEYS[1], ARGV[1])', {
    call,
    keys: [bytes],
    values: ['\0'],
  })

  t.is(reply as string, bytes)
  t.deepEqual(seen, [['get', bytes, '\0']])
})

test('runner: a call inside a script that used up its meter: the state is made anew', (t) => {
  const runner = new LuaRunner({ wake: () => {}, secret: 'test' })
  let calls = 0
  const call = (): Reply => {
    calls++
    return ok
  }

  t.is(evaluate(runner, 'for i = 1, 1e9 do redis.call("ping") end', { call }), spent)
  t.true(calls > 0)
  t.is(evaluate(runner, 'return redis.call("ping").ok', { call }), 'OK')
})

test('runner: a script that was too long once: is not tried on this thread again', (t) => {
  const runner = new LuaRunner({ wake: () => {}, secret: 'test' })
  let calls = 0
  const call = (): Reply => {
    calls++
    return ok
  }
  const code = 'redis.call("ping") while true do end'

  evaluate(runner, code, { call })
  t.is(evaluate(runner, code, { call }), spent)

  t.is(calls, 1)
})

test('library: its functions: registered with flags and descriptions, called with their arguments', (t) => {
  const runner = new LuaRunner({ wake: () => {}, secret: 'test' })
  const code = `#!lua name=lib
local count = 0
redis.register_function('one', function(keys, args) count = count + 1 return {keys[1], args[1], count} end)
redis.register_function{function_name='two', description='d', flags={'no-writes'}, callback=function() return 2 end}`
  const job = { name: 'one', library: 'lib', code, keys: ['k'], values: ['v'] }

  t.deepEqual(runner.inspect('lib', code), [
    { name: 'one', description: null, flags: [] },
    { name: 'two', description: 'd', flags: ['no-writes'] },
  ])
  t.deepEqual(runner.run(job, silentCall), ['k', 'v', 1])
  t.deepEqual(runner.run({ ...job, name: 'two' }, silentCall), 2)
})
