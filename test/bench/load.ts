// A load of raw RESP over sockets, as light as can be, so that it measures the member and not itself:
// clients that wait for each reply, and one that fills.

import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type Socket } from 'node:net'

export interface LoadFigures {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

export async function openSocket(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  await once(socket, 'connect')
  return socket
}

export function encodeCommand(...args: readonly string[]): string {
  return `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')}`
}

/** Sends one command and answers its one-line reply. */
export async function ask(port: number, ...args: readonly string[]): Promise<string> {
  const socket = await openSocket(port)
  socket.write(encodeCommand(...args))
  const [bytes] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return bytes.toString('latin1')
}

/** SETs random ones of `keys` from `clients` connections until `until` resolves. */
export async function loadSets(
  port: number,
  options: {
    readonly clients: number
    readonly key: () => string
    readonly until: Promise<unknown>
  },
): Promise<LoadFigures> {
  const value = 'v'.repeat(64)
  const latencies: number[] = []
  let isOver = false
  let waiting = 0
  let failure = ''
  const sockets: Socket[] = []
  for (let i = 0; i < options.clients; i++) sockets.push(await openSocket(port))
  const begin = performance.now()
  for (const socket of sockets) {
    let sentAt = 0
    const send = (): void => {
      sentAt = performance.now()
      waiting++
      socket.write(encodeCommand('SET', options.key(), value), 'latin1')
    }
    socket.on('data', (bytes) => {
      waiting--
      latencies.push(performance.now() - sentAt)
      if (bytes[0] !== 43) failure = bytes.toString('latin1')
      if (!isOver) send()
    })
    send()
  }
  await options.until
  isOver = true
  const seconds = (performance.now() - begin) / 1000
  while (waiting > 0) await sleep(1)
  for (const socket of sockets) socket.destroy()
  if (failure !== '') throw new Error(`a SET was answered ${failure}`)
  const sorted = Float64Array.from(latencies).sort()
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
  return {
    perSecond: Math.round(latencies.length / seconds),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
  }
}

/** Writes keys 0 to `count` - 1 with MSETs of a hundred, some on their way at a time. */
export async function fill(port: number, count: number, key: (i: number) => string): Promise<void> {
  const value = 'v'.repeat(64)
  const socket = await openSocket(port)
  const commands = Math.ceil(count / 100)
  let sent = 0
  let answered = 0
  await new Promise<void>((resolve, reject) => {
    const send = (): void => {
      while (sent < commands && sent - answered < 40) {
        const args = ['MSET']
        for (let i = sent * 100; i < Math.min(count, (sent + 1) * 100); i++)
          args.push(key(i), value)
        socket.write(encodeCommand(...args), 'latin1')
        sent++
      }
    }
    socket.on('data', (bytes) => {
      const text = bytes.toString('latin1')
      if (text.includes('-')) reject(new Error(`an MSET was answered ${text}`))
      answered += text.length / 5
      if (answered >= commands) resolve()
      else send()
    })
    socket.on('close', () => reject(new Error('the member closed the connection')))
    send()
  })
  socket.destroy()
}

/** Characters of requests in one write. */
const pourChars = 256 * 1024

/** Sends `count` commands, two writes under way, each answered by a reply as long as `reply`, without a `-`. */
export async function pour(
  port: number,
  {
    count,
    command,
    reply,
  }: {
    readonly count: number
    readonly command: (i: number) => string
    readonly reply: string
  },
): Promise<void> {
  const socket = await openSocket(port)
  const most = Math.max(1, Math.floor(pourChars / command(0).length))
  let sent = 0
  let heard = 0
  await new Promise<void>((resolve, reject) => {
    const send = (): void => {
      const until = Math.min(count, Math.floor(heard / reply.length) + 2 * most)
      if (until - sent < most && until < count) return
      let text = ''
      while (sent < until) text += command(sent++)
      if (text !== '') socket.write(text, 'latin1')
    }
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the connection was closed')))
    socket.on('data', (data: Buffer) => {
      const error = data.indexOf('-')
      if (error >= 0) return reject(new Error(data.toString('latin1', error, error + 200)))
      heard += data.length
      if (heard >= count * reply.length) resolve()
      else send()
    })
    send()
  })
  socket.destroy()
}
