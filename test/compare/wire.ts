// How a driver speaks to a server: a connection, requests, and how many replies came. Requests are made before they
// are needed, because the driver shares the machine with what it measures.

import { once } from 'node:events'
import type { Socket } from 'node:net'
import { encodeCommand, openSocket } from '../bench/load.js'

/** `make` writes a key for the first time. */
export type Operation = 'make' | 'set' | 'get'

export interface Connection {
  readonly socket: Socket
  readonly request: (key: number) => Buffer
  /** How many replies end in `data`; throws for one that is an error. */
  readonly replies: (data: Buffer) => number
}

export interface Wire {
  readonly open: (port: number, operation: Operation) => Promise<Connection>
}

/** Keys that drivers use. */
export const keyCount = 1_000
export const value = 'v'.repeat(64)

/** RESP2: redis-server, Quorate, nutcracker. */
export const resp: Wire = {
  open: async (port, operation) => ({
    socket: await openSocket(port),
    request: prepared(operation === 'get' ? ['GET'] : ['SET', value]),
    replies: operation === 'get' ? fixed(`$${value.length}\r\n${value}\r\n`) : fixed('+OK\r\n'),
  }),
}

/** Behind each SET a WAIT for one replica, as clients send them that want to be told. */
export const respWait: Wire = {
  open: async (port) => {
    const set = prepared(['SET', value])
    const wait = Buffer.from(encodeCommand('WAIT', '1', '1000'))
    const both = Array.from({ length: keyCount }, (_, key) => Buffer.concat([set(key), wait]))
    return {
      socket: await openSocket(port),
      request: (key) => both[key] as Buffer,
      replies: fixed('+OK\r\n:1\r\n'),
    }
  },
}

/** Memcached's text protocol. */
export const memcachedWire: Wire = {
  open: async (port, operation) => {
    const [set, get] = [`0 0 ${value.length}\r\n${value}\r\n`, '\r\n']
    const isGet = operation === 'get'
    return {
      socket: await openSocket(port),
      request: each((key) =>
        Buffer.from(isGet ? `get ${keyOf(key)}${get}` : `set ${keyOf(key)} ${set}`, 'latin1'),
      ),
      replies: isGet ? marked('END\r\n') : fixed('STORED\r\n'),
    }
  },
}

export function keyOf(key: number): string {
  return `key:${key}`
}

/** One request for each key. */
export function each(make: (key: number) => Buffer): (key: number) => Buffer {
  const made = Array.from({ length: keyCount }, (_, key) => make(key))
  return (key) => made[key] as Buffer
}

function prepared([name = '', ...rest]: readonly string[]): (key: number) => Buffer {
  return each((key) => Buffer.from(encodeCommand(name, keyOf(key), ...rest), 'latin1'))
}

/** Replies that are all as long as `reply`, and begin as it does. */
function fixed(reply: string): (data: Buffer) => number {
  let rest = 0
  return (data) => {
    if (rest === 0 && data[0] !== reply.charCodeAt(0)) {
      throw new Error(data.toString('latin1', 0, 200))
    }
    rest += data.length
    const done = Math.floor(rest / reply.length)
    rest -= done * reply.length
    return done
  }
}

/** Replies that end in `mark`, which stands nowhere else in them. */
function marked(mark: string): (data: Buffer) => number {
  let last = ''
  return (data) => {
    const parts = (last + data.toString('latin1')).split(mark)
    last = parts.pop() ?? ''
    if (last.includes('ERROR')) throw new Error(last.slice(0, 200))
    return parts.length
  }
}

/** Writes each key once. */
export async function fillKeys(wire: Wire, port: number): Promise<void> {
  const { socket, request, replies } = await wire.open(port, 'make')
  for (let key = 0; key < keyCount; key++) {
    socket.write(request(key))
    // Some bound what one connection has under way.
    if (key % 50 === 49) for (let left = 50; left > 0; ) left -= replies(await next(socket))
  }
  socket.destroy()
}

async function next(socket: Socket): Promise<Buffer> {
  const [data] = (await once(socket, 'data')) as [Buffer]
  return data
}
