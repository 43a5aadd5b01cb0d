// The fault proxy does what the partition tests believe.

import { connect, createServer, type Socket } from 'node:net'
import test from 'ava'
import { FaultProxy } from './fault-proxy.js'
import { portOf } from '../ports.js'

/** An echo server behind a proxy, and a client connected through it. */
async function world(): Promise<{
  readonly proxy: FaultProxy
  readonly client: Socket
  readonly seen: () => string
  readonly heard: () => string
  readonly close: () => Promise<void>
}> {
  let seen = ''
  let heard = ''
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => {
      seen += bytes.toString()
      socket.write(bytes)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxy = await FaultProxy.open(portOf(server))
  const client = connect({ host: '127.0.0.1', port: proxy.port })
  client.on('error', () => undefined)
  client.on('data', (bytes) => {
    heard += bytes.toString()
  })
  const close = async (): Promise<void> => {
    client.destroy()
    await proxy.close()
    await new Promise((resolve) => server.close(resolve))
  }
  return { proxy, client, seen: () => seen, heard: () => heard, close }
}

async function until(holds: () => boolean): Promise<boolean> {
  const end = performance.now() + 60_000
  while (!holds() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 5))
  return holds()
}

test('fault proxy: one direction cut: the other still carries, healing lets the rest go', async (t) => {
  const { proxy, client, seen, heard, close } = await world()
  client.write('a')
  t.true(await until(() => heard() === 'a'))

  proxy.cut('back')
  client.write('b')

  t.true(await until(() => seen() === 'ab'))
  t.is(heard(), 'a')
  proxy.heal()
  t.true(await until(() => heard() === 'ab'))
  await close()
})

test('fault proxy: the way there cut: nothing arrives until it heals', async (t) => {
  const { proxy, client, seen, heard, close } = await world()
  client.write('a')
  t.true(await until(() => heard() === 'a'))

  proxy.cut('there')
  client.write('b')
  await new Promise((resolve) => setImmediate(resolve))

  t.is(seen(), 'a')
  proxy.heal()
  t.true(await until(() => heard() === 'ab'))
  await close()
})

test('fault proxy: reset: the connection ends and a new one is taken', async (t) => {
  const { proxy, client, heard, close } = await world()
  let isClosed = false
  client.on('close', () => {
    isClosed = true
  })
  client.write('a')
  t.true(await until(() => heard() === 'a'))

  proxy.reset()

  t.true(await until(() => isClosed))
  await close()
})
