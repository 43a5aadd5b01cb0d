// redis-benchmark with its whole default list, plain and pipelined, and with RESP3.

import assert from 'node:assert/strict'
import { needs, runProgram } from '../programs.js'

const tests =
  'PING_INLINE PING_MBULK SET GET INCR LPUSH RPUSH LPOP RPOP SADD HSET SPOP ZADD ZPOPMIN LRANGE_100 LRANGE_300 LRANGE_500 LRANGE_600 MSET'.split(
    ' ',
  )

const run = (name, ...options) => ({
  name,
  missing: needs('redis-benchmark'),
  run: async ({ port }) => {
    const { out, errors } = await runProgram('redis-benchmark', [
      '-p',
      port,
      '-n',
      '2000',
      '-r',
      '1000',
      '--csv',
      ...options,
    ])
    const names = out.split('\n').map((line) => line.split('"')[1]?.split(' ')[0])
    for (const each of tests) assert.ok(names.includes(each), `${each} in ${out}${errors}`)
    assert.doesNotMatch(`${out}${errors}`, /Error|ERR|WRONGTYPE/)
  },
})

export const cases = [
  run('the default list'),
  run('16 at a time', '-P', '16'),
  run('RESP3', '-3', '-c', '5'),
]
