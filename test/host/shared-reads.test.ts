// Reads into a buffer that all sockets share: the bytes are whole, in order, and nobody's but the taker's.

import { once } from 'node:events'
import { createConnection, createServer, type Server, Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import test, { type ExecutionContext } from 'ava'
import { readFrom, SharedReads } from '../../src/host/shared-reads.js'
import { TurnRoom } from '../../src/host/turn-room.js'
import { until } from './world.js'

interface Pair {
  readonly client: Socket
  /** The accepted side. */
  readonly socket: Socket
}

/** A client and the socket that a server made for it. */
async function pairOf(t: ExecutionContext, server: Server): Promise<Pair> {
  const { port } = server.address() as { readonly port: number }
  const accepted = once(server, 'connection') as Promise<[Socket]>
  const client = createConnection({ port, host: '127.0.0.1' })
  const [socket] = await accepted
  t.teardown(() => {
    client.destroy()
    socket.destroy()
  })
  return { client, socket }
}

async function listening(t: ExecutionContext): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return server
}

test('shared reads: this version of node has the places for them', async (t) => {
  const { socket } = await pairOf(t, await listening(t))

  t.not(
    SharedReads.of(socket, new TurnRoom(), () => {}),
    null,
  )
})

test('shared reads: two sockets at a time: what one brought is not overwritten by the other', async (t) => {
  const server = await listening(t)
  const got: [Buffer[], Buffer[]] = [[], []]
  const pairs = [await pairOf(t, server), await pairOf(t, server)]
  const room = new TurnRoom()
  pairs.forEach(({ socket }, i) =>
    SharedReads.of(socket, room, (bytes) => got[i as 0 | 1].push(bytes)),
  )
  const sent = [Buffer.alloc(300_000, 'a'), Buffer.alloc(200_000, 'b')]

  pairs.forEach(({ client }, i) => client.write(sent[i] as Buffer))

  const lengthOf = (all: readonly Buffer[]): number =>
    all.reduce((sum, { length }) => sum + length, 0)
  await until(() => lengthOf(got[0]) === 300_000 && lengthOf(got[1]) === 200_000, 'all bytes')
  t.true(Buffer.concat(got[0]).equals(sent[0] as Buffer))
  t.true(Buffer.concat(got[1]).equals(sent[1] as Buffer))
})

test('shared reads: paused: nothing is taken, and all of it in order behind', async (t) => {
  const { client, socket } = await pairOf(t, await listening(t))
  const room = new TurnRoom()
  let got = ''
  const reads = SharedReads.of(socket, room, (bytes) => {
    got += bytes.toString('latin1')
  }) as SharedReads
  client.write('one ')
  await until(() => got === 'one ', 'what came before')

  reads.pause()
  client.write('two ')
  await until(() => socket.bytesRead === 8, 'what is held')
  client.write('three')
  await new Promise((done) => setTimeout(done, 20))
  t.is(got, 'one ')
  t.is(socket.bytesRead, 8, 'more stays in the kernel')
  room.clear()
  room.copy(Buffer.alloc(100, 'x'), 100)
  reads.resume()

  await until(() => got === 'one two three', 'the rest')
  t.pass()
})

test('shared reads: paused: the end of the client is noticed', async (t) => {
  const { client, socket } = await pairOf(t, await listening(t))
  const reads = SharedReads.of(socket, new TurnRoom(), () => {}) as SharedReads
  let isEnded = false
  socket.on('end', () => {
    isEnded = true
  })
  reads.pause()

  client.end()

  await until(() => isEnded, 'the end')
  t.pass()
})

test('shared reads: a socket with other insides: read as any stream', async (t) => {
  const stream = new PassThrough()
  let got = ''
  const take = (bytes: Buffer): void => {
    got += bytes.toString('latin1')
  }
  t.is(SharedReads.of(stream as unknown as Socket, new TurnRoom(), take), null)
  t.is(SharedReads.of(new Socket(), new TurnRoom(), take), null, 'no handle')

  const reads = readFrom(stream as unknown as Socket, new TurnRoom(), take)
  stream.write('one')
  await until(() => got === 'one', 'what came')
  reads.pause()
  stream.write('two')
  await new Promise((done) => setTimeout(done, 5))
  t.is(got, 'one')
  reads.resume()

  await until(() => got === 'onetwo', 'the rest')
})

test('turn room: more than it keeps: all of it stands until it is cleared, and then its place is used again', (t) => {
  const room = new TurnRoom()
  const came = Buffer.alloc(100_000)
  const copies = Array.from({ length: 120 }, (_, i) => room.copy(came.fill(i), 100_000 - i))
  copies.forEach((copy, i) => {
    t.is(copy.length, 100_000 - i)
    t.true(copy.every((byte) => byte === i))
  })
  const first = copies[0] as Buffer

  room.clear()
  const next = room.copy(came.fill(99), 10)

  t.deepEqual(next, Buffer.alloc(10, 99))
  t.is(next.buffer, first.buffer, 'no new memory')
  t.deepEqual(first.subarray(0, 10), next)
})
