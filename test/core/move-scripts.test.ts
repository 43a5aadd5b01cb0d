// What a script answers is never taken for a group's word on who owns slots.

import test from 'ava'
import { ScriptWorld } from './script-world.js'

for (const text of ['\\1gone 0 16383 7', '\\1held x', '\\1again x']) {
  test(`move: a script whose error reads as a refusal (${text}): it is answered, once executed`, async (t) => {
    const w = new ScriptWorld({ config: () => ({ shards: 2 }) })
    try {
      const client = w.world.client(2)
      const script = `redis.call('incr', KEYS[1]) return {err='${text}'}`
      const reply = await w.ask(client, 'eval', script, '1', 'k')

      t.true(reply.startsWith('-'), reply)
      t.is(await w.ask(client, 'get', 'k'), '$1\r\n1\r\n')
    } finally {
      w.close()
    }
  })
}
