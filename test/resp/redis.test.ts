// The parser against redis-server over raw sockets: the same commands found, the same protocol errors
// in the same words, and the connection closed or kept open alike. Only a bulk string without its
// terminator is judged otherwise: Redis skips those two bytes unseen.

import { connect, type Socket } from 'node:net'
import { createRequire } from 'node:module'
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import type { DoorLimits } from '../../src/api/door.js'
import { limits as bounds } from '../../src/api/limits.js'
import { RespParser } from '../../src/resp/parse.js'
import { besideRedis } from '../beside-redis.js'
import { type RedisServer, startRedis } from '../redis-server.js'
import { refused, served } from './cases.js'
import { faultText, frame, latin1, stranger } from './feeding.js'
import { streams } from './streams.js'

interface Answer {
  /** One per command; '?' where the reply is not the door's business. Last the protocol error, if any. */
  readonly replies: string[]
  readonly closed: boolean
}

interface ParserOptions {
  readonly returnReply: (reply: unknown) => void
  readonly returnError: (fault: Error) => void
}

/** redis-parser comes without types. */
const Parser = createRequire(import.meta.url)('redis-parser') as new (
  options: ParserOptions,
) => { execute(bytes: Buffer): void }

const asRedis: DoorLimits = {
  argumentsMax: 0x7fffffff,
  bulkBytesMax: bounds.bulkBytesCeiling,
  queryBytesMax: 2 ** 30,
  unauthenticated: false,
}

/** What our door makes of the bytes, with a session that knows PING only. */
function ours(bytes: Buffer, limits: DoorLimits): Answer {
  const replies: string[] = []
  const fault = new RespParser().push(bytes, limits, (args) => {
    const isPing = args.length === 1 && args[0]?.toUpperCase() === 'PING'
    replies.push(isPing && !limits.unauthenticated ? 'PONG' : '?')
    return true
  })
  const text = faultText(fault)
  // A connection that is closed without a word does not get its earlier replies either.
  if (text === '') return { replies: [], closed: true }
  // redis-parser reads lines as UTF-8.
  if (text !== null) replies.push(latin1(text).toString('utf8'))
  return { replies, closed: fault !== null }
}

interface Connection {
  readonly socket: Socket
  heard: string
  closed: boolean
}

async function open(port: number): Promise<Connection> {
  const socket = connect(port, '127.0.0.1')
  const connection: Connection = { socket, heard: '', closed: false }
  socket.setNoDelay(true)
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => {
    connection.heard += text
  })
  socket.on('error', () => {
    connection.closed = true
  })
  socket.on('close', () => {
    connection.closed = true
  })
  await new Promise((resolve) => socket.once('connect', resolve))
  return connection
}

/** Redis has one thread: once it served this many later rounds, it is done with what came before. */
async function settle(control: Connection): Promise<void> {
  for (let i = 0; i < 12; i++) {
    const wanted = control.heard.length + 1
    control.socket.write('PING\r\n')
    while (control.heard.length < wanted) await setImmediate()
  }
  for (let i = 0; i < 5; i++) await setImmediate()
}

/** What redis-server makes of each of the byte strings, each on a connection of its own. */
async function theirs(port: number, inputs: readonly Buffer[]): Promise<Answer[]> {
  const control = await open(port)
  const answers: Answer[] = []
  const batchSize = 50
  for (let at = 0; at < inputs.length; at += batchSize) {
    const batch = inputs.slice(at, at + batchSize)
    const connections: Connection[] = []
    for (const input of batch) {
      const connection = await open(port)
      await new Promise((resolve) => connection.socket.write(input, resolve))
      connections.push(connection)
    }
    await settle(control)
    for (const { socket, heard, closed } of connections) {
      answers.push({ replies: repliesOf(heard), closed })
      socket.destroy()
    }
  }
  control.socket.destroy()
  return answers
}

function repliesOf(heard: string): string[] {
  const replies: string[] = []
  const parser = new Parser({
    returnReply: (reply) => replies.push(String(reply)),
    returnError: (fault) => replies.push(fault.message),
  })
  parser.execute(Buffer.from(heard, 'latin1'))
  return replies
}

/** Ours as far as it says nothing, theirs: so that a difference shows as such. */
function expected(mine: Answer, real: Answer): Answer {
  const terminator = mine.replies.at(-1)?.endsWith('invalid bulk terminator') === true
  const replies = mine.replies.map((reply, i) => (reply === '?' ? (real.replies[i] ?? '?') : reply))
  if (!terminator) return { replies, closed: mine.closed }
  // Redis went on, and perhaps met what it closes for without a word.
  if (real.closed && real.replies.length === 0) return real
  return {
    replies: [...replies.slice(0, -1), ...real.replies.slice(replies.length - 1)],
    closed: real.closed,
  }
}

async function compare(
  server: RedisServer,
  inputs: readonly Buffer[],
  limits: DoorLimits,
): Promise<[Answer, Answer, string][]> {
  const answers = await theirs(server.port, inputs)
  return inputs.map((input, i) => {
    const real = answers[i] ?? { replies: [], closed: false }
    return [
      real,
      expected(ours(input, limits), real),
      JSON.stringify(input.toString('latin1').slice(0, 300)),
    ]
  })
}

besideRedis('parse: the tables sent to redis-server: the same answers and closes', async (t) => {
  const server = await startRedis()
  // Their bounds on lengths are higher than ours, and on lines depend on how the bytes arrive.
  const inputs = [...served, ...refused]
    .filter(([name]) => !name.endsWith('above our bound') && !name.endsWith('one byte too long'))
    .flatMap(([, text]) => {
      const behind = text.length > bounds.lineBytesMax ? '' : frame('PING')
      return [text, frame('PING') + text, text + behind]
    })
    .concat(
      'POST / HTTP/1.1\r\n',
      'PING\r\nhost: x\r\nPING\r\n',
      frame('post'),
      frame('HOST:', 'x'),
    )

  const compared = await compare(server, inputs.map(latin1), asRedis)
  await server.stop()

  for (const [real, mine, input] of compared) t.deepEqual(real, mine, input)
})

besideRedis('parse: not authenticated: the answers and closes of redis-server', async (t) => {
  const server = await startRedis(['--requirepass', 'secret'])
  const inputs = ['*10\r\n', '*11\r\n', '*2147483648\r\n', '*1\r\n$16384\r\n', '*1\r\n$16385\r\n']
  inputs.push('*1\r\n$536870912\r\n', '*1\r\n$536870913\r\n', frame('PING'), 'PING\r\n', '*x\r\n')

  const compared = await compare(server, inputs.map(latin1), stranger)
  await server.stop()

  for (const [real, mine, input] of compared) t.deepEqual(real, mine, input)
})

besideRedis(
  'parse: random and mutated streams sent to redis-server: the same answers',
  async (t) => {
    const server = await startRedis()
    const inputs = fc.sample(streams, { numRuns: 1000, seed: 11 }).map(latin1)

    const compared = await compare(server, inputs, asRedis)
    await server.stop()

    for (const [real, mine, input] of compared) t.deepEqual(real, mine, input)
  },
)
