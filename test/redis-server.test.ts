// The helper that starts redis-server: it answers on its port, and is gone after stop.

import { connect } from 'node:net'
import { besideRedis } from './beside-redis.js'
import { startRedis } from './redis-server.js'

function ask(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', reject)
    socket.once('data', (bytes) => {
      socket.destroy()
      resolve(bytes.toString('latin1'))
    })
    socket.write(text)
  })
}

besideRedis('redis-server: started and stopped: answers, then refuses connections', async (t) => {
  const server = await startRedis()
  const answer = await ask(server.port, 'PING\r\n')
  await server.stop()

  t.is(answer, '+PONG\r\n')
  t.regex(server.version, /^\d+\.\d+\.\d+$/)
  await t.throwsAsync(ask(server.port, 'PING\r\n'))
})
