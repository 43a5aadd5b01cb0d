// prometheus-redis-exporter of Debian: what dashboards and alerts read from it.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { freePort } from '../../../dist/test/ports.js'
import { needs } from '../programs.js'

const program = 'prometheus-redis-exporter'
const families = [
  'redis_up',
  'redis_commands_total',
  'redis_commands_processed_total',
  'redis_commands_duration_seconds_total',
  'redis_connected_clients',
  'redis_blocked_clients',
  'redis_db_keys',
  'redis_db_keys_expiring',
  'redis_keyspace_hits_total',
  'redis_keyspace_misses_total',
  'redis_memory_used_bytes',
  'redis_memory_max_bytes',
  'redis_evicted_keys_total',
  'redis_expired_keys_total',
  'redis_net_input_bytes_total',
  'redis_net_output_bytes_total',
  'redis_uptime_in_seconds',
  'redis_instance_info',
  'redis_slowlog_length',
  'redis_config_maxclients',
]

export const cases = [
  { name: 'a scrape has what dashboards show', missing: needs(program), run: scrape },
]

async function scrape({ port, after }) {
  const own = await freePort()
  const child = spawn(
    program,
    ['-redis.addr', `redis://127.0.0.1:${port}`, '-web.listen-address', `127.0.0.1:${own}`],
    { stdio: 'ignore' },
  )
  after(() => child.kill('SIGKILL'))
  let text = ''
  for (let tries = 0; tries < 100 && text === ''; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    text = await fetch(`http://127.0.0.1:${own}/metrics`).then(
      (reply) => reply.text(),
      () => '',
    )
  }
  assert.match(text, /^redis_up 1$/m)
  assert.match(text, /^redis_exporter_last_scrape_error\{err=""\} 0$/m)
  const missing = families.filter((name) => !new RegExp(`^${name}[{ ]`, 'm').test(text))
  assert.deepEqual(missing, [])
}
