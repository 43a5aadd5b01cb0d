// The commands on a key of another type, the events they tell, and what their specs must hold. Replies
// on strings are compared with redis-server in `test/differential`.

import test from 'ava'
import type { ErrorReply, Reply } from '../../src/api/reply.js'
import { commandTable } from '../../src/engine/commands/table.js'
import { Context } from '../../src/engine/context.js'
import { Effects } from '../../src/engine/effects.js'
import { MemoryEngine } from '../../src/engine/engine.js'
import { Keyspace } from '../../src/engine/keyspace.js'
import { Ledger } from '../../src/engine/ledger.js'
import { ListValue } from '../../src/engine/values/list.js'
import { options, run } from './world.js'

const wrongType = 'WRONGTYPE Operation against a key holding the wrong kind of value'

/** Executes a command where `list` holds a list and `text` a string. */
function onList(line: string): Reply {
  const keyspace = new Keyspace(2, new Ledger(2))
  const context = new Context(keyspace, new Effects(keyspace, null), { ...options, databases: 2 })
  context.enter(0)
  context.effects.put('list', new ListValue(), 'rpush')
  context.effects.put('text', 'abc', 'set')
  const args = line.split(' ')
  return commandTable.get(args[0] as string)?.execute(context, args) as Reply
}

for (const line of [
  'get list',
  'set list 1 get',
  'getex list',
  'getex list ex nonsense',
  'getdel list',
  'getset list 1',
  'append list x',
  'strlen list',
  'setrange list 0 x',
  'setrange list 0 ',
  'getrange list 0 1',
  'substr list 0 1',
  'incr list',
  'decr list',
  'incrby list 1',
  'decrby list 1',
  'incrbyfloat list x',
]) {
  test(`commands: ${line}: a list: wrong type`, (t) => {
    t.is((onList(line) as ErrorReply).text, wrongType)
  })
}

const others: readonly (readonly [string, unknown])[] = [
  ['set list 1', 'OK'],
  ['setnx list 1', 0],
  ['mget list text', [null, 'abc']],
  ['lcs list text', 'ERR The specified keys must contain string values'],
  ['incrby list x', 'ERR value is not an integer or out of range'],
  ['setrange list -1 x', 'ERR offset is out of range'],
  ['type list', 'list'],
  ['scan 0 type LIST', ['0', ['list']]],
  ['scan 0 type string', ['0', ['text']]],
  ['rename list other', 'OK'],
  ['copy list other', 1],
  ['del list', 1],
  ['exists list', 1],
  ['persist list', 0],
  ['expire text -9223372036854775', 1],
  ['expire text -9223372036854776', "ERR invalid expire time in 'expire' command"],
  ['pexpire text -9223372036854775808', 1],
]

for (const [line, expected] of others) {
  test(`commands: ${line}: a list: answers as redis`, (t) => {
    const reply = onList(line)

    const isText = typeof reply === 'object' && reply !== null && 'text' in reply
    t.deepEqual(isText ? reply.text : reply, expected)
  })
}

const events: readonly (readonly [string, string])[] = [
  ['set a 1', 'set a'],
  ['set a 1 ex 100', 'set a, expire a'],
  ['mset a 1 b 2', 'set a, set b'],
  ['incr n', 'incrby n'],
  ['incrbyfloat n 1.5', 'incrbyfloat n'],
  ['append s x', 'append s'],
  ['setrange s 1 y', 'setrange s'],
  ['setex a 100 1', 'set a, expire a'],
  ['persist a', 'persist a'],
  ['getex a ex 50', 'expire a'],
  ['getex a persist', 'persist a'],
  ['expire a 100', 'expire a'],
  ['rename a c', 'rename_from a, rename_to c'],
  ['copy c d', 'copy_to d'],
  ['getdel d', 'del d'],
  ['pexpireat c 1', 'del c'],
  ['unlink s nothing', 'del s'],
  ['set e 1 pxat 1', 'set e, expire e'],
  ['get e', 'expired e'],
  ['get e', ''],
  ['set e 1 xx', ''],
  ['setbit f 0 0', 'setbit f'],
  ['setbit f 0 0', ''],
  ['setbit f 0 1', 'setbit f'],
  ['setbit f 9 0', 'setbit f'],
  ['bitfield f set u8 0 128', ''],
  ['bitfield f set u8 0 5 incrby u8 8 0', 'setbit f'],
  ['bitfield f incrby u8 0 0', ''],
  ['bitfield f overflow fail incrby u8 0 255', ''],
  ['bitfield f set u8 200 0', 'setbit f'],
  ['bitfield g set u8 0 0', 'setbit g'],
]

test('events: each effect: is told by redis name, in order', (t) => {
  const told: string[] = []
  const engine = new MemoryEngine(options, {
    created: () => undefined,
    missed: () => undefined,
    cleared: () => undefined,
    changed: (event, db, key) => told.push(`${event} ${key}${db === 0 ? '' : ` in ${db}`}`),
  })
  engine.beginEntry(1_000_000, 1, 2)

  for (const [line, expected] of events) {
    run(engine, line.split(' '))
    t.is(told.splice(0).join(', '), expected, line)
  }
})

const keyless = ['randomkey', 'keys', 'scan', 'dbsize', 'flushdb', 'flushall', 'swapdb']

test('specs: every command: names itself, is written or read, and names its keys', (t) => {
  t.true(commandTable.size >= 52)
  for (const [name, spec] of commandTable) {
    t.is(spec.name, name)
    // A container and what only explains itself are neither.
    if (spec.keys.length === 0 && !keyless.includes(name)) {
      t.true(spec.arity === -2 || name.endsWith('|help') || spec.isInternal === true, name)
      continue
    }
    t.true(spec.flags.includes('write') !== spec.flags.includes('readonly'), name)
    t.is(spec.keys.length === 0, keyless.includes(name), name)
    t.true(spec.gather === 'refuse' || spec.gather.length > 0)
  }
})
