// redis-cli in its modes.

import assert from 'node:assert/strict'
import { needs, runProgram } from '../programs.js'

const cli = (port, ...rest) => {
  const options = typeof rest.at(-1) === 'object' ? rest.pop() : {}
  return runProgram('redis-cli', ['-p', port, ...rest], options)
}

export const cases = [
  { name: 'one command, in RESP2 and RESP3, in a database', run: single },
  { name: 'interactive: lines with hints from COMMAND DOCS', run: interactive },
  { name: '--stat', run: stat },
  { name: '--bigkeys and --memkeys', run: bigkeys },
  { name: '--scan with a pattern', run: scan },
  { name: '--pipe: mass insertion', run: pipe },
  { name: '--latency, --eval, -x, -r', run: rest },
].map((each) => ({ ...each, missing: needs('redis-cli') }))

async function single({ port }) {
  assert.equal((await cli(port, 'set', 'k', 'v')).out.trim(), 'OK')
  assert.equal((await cli(port, '-3', 'get', 'k')).out.trim(), 'v')
  assert.equal((await cli(port, '-n', '3', 'get', 'k')).out.trim(), '')
  assert.equal((await cli(port, '--json', '-3', 'hset', 'h', 'a', '1')).out.trim(), '1')
  assert.equal((await cli(port, '--json', '-3', 'hgetall', 'h')).out.trim(), '{"a":"1"}')
}

async function interactive({ port }) {
  const input =
    'set k "a b"\nget k\nlpush l 1 2\nlrange l 0 -1\nmulti\nincr n\nexec\nhelp get\nselect 2\ndbsize\nnosuch\nquit\n'
  const { out } = await cli(port, { input })
  for (const part of ['OK', 'a b', 'QUEUED', '1', 'unknown command'])
    assert.ok(out.includes(part), part)
}

async function stat({ port }) {
  // Unbuffered: it never ends by itself.
  const args = ['-oL', 'redis-cli', '-p', port, '--stat', '-i', '0.1']
  const { out } = await runProgram('stdbuf', args, { forMs: 900 })
  assert.match(out, /keys\s+mem\s+clients\s+blocked\s+requests\s+connections/)
  assert.ok(out.split('\n').filter((line) => /^\d+\s+[\d.]+[BKMG]/.test(line)).length >= 2, out)
}

async function fill(port) {
  const lines = [
    'hset h a 1 b 2',
    'rpush l 1 2 3',
    'sadd e 1 2 3 4',
    'zadd z 1 a 2 b',
    'xadd x 1-1 f v',
    'set s 0123456789',
  ]
  await cli(port, { input: `${lines.join('\n')}\n` })
}

async function bigkeys({ port }) {
  await fill(port)
  const { out } = await cli(port, '--bigkeys')
  assert.match(out, /Sampled 6 keys in the keyspace!/)
  assert.match(out, /Biggest\s+set found '"e"' has 4 members/)
  assert.match(out, /Biggest string found '"s"' has 10 bytes/)
  const memory = await cli(port, '--memkeys')
  assert.match(memory.out, /Sampled 6 keys in the keyspace!/)
  assert.match(memory.out, /Biggest\s+\w+ found .* has \d+ bytes/)
}

async function scan({ port }) {
  const input = Array.from({ length: 500 }, (_, i) => `set key:${i} v\n`).join('')
  await cli(port, { input })
  const { out } = await cli(port, '--scan', '--pattern', 'key:*')
  assert.equal(new Set(out.trim().split('\n')).size, 500)
}

async function pipe({ port }) {
  const count = 20_000
  const input = Array.from(
    { length: count },
    (_, i) => `*3\r\n$3\r\nSET\r\n$6\r\n${100_000 + i}\r\n$2\r\n\xff\x00\r\n`,
  ).join('')
  const { out } = await cli(port, '--pipe', { input })
  assert.match(out, new RegExp(`errors: 0, replies: ${count}`))
  assert.equal((await cli(port, 'dbsize')).out.trim(), String(count))
}

async function rest({ port }) {
  const latency = await cli(port, '--latency', '--raw', '-i', '0.2')
  assert.match(latency.out, /^\d+ \d+ [\d.]+ \d+/)
  assert.equal((await cli(port, '-x', 'set', 'k', { input: 'from stdin' })).out.trim(), 'OK')
  assert.equal((await cli(port, '-r', '3', 'incr', 'n')).out.trim(), '1\n2\n3')
  assert.equal(
    (await cli(port, 'eval', 'return {KEYS[1],ARGV[1]}', '1', 'a', 'b')).out.trim(),
    'a\nb',
  )
}
