// Free ports for processes that need to know them before they start. They lie below those that a kernel
// gives out by itself, and each thread of a test run looks in a range of its own: between the look and
// the listening nobody takes them, nor while a killed member is down.

import { createServer, type Server } from 'node:net'
import { threadId } from 'node:worker_threads'

const first = 10_000
const rangeSize = 50
/** As far as the peer ports of `quorate dev` begin. */
const ranges = 200
const devPeerOffset = 10_000

const range = first + ((process.pid + threadId) % ranges) * rangeSize
/** Moves on, so that a port is not used again at once. */
let next = 0

/** `count` different ports of 127.0.0.1 that nobody listens on. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = []
  for (let tries = 0; tries < rangeSize && ports.length < count; tries++) {
    const port = range + (next++ % rangeSize)
    if (await isFree(port)) ports.push(port)
  }
  if (ports.length < count) throw new Error(`no ${count} free ports from ${range}`)
  return ports
}

export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1)
  return port
}

/** The first of `count` free neighbours whose peer ports for `quorate dev` are free, too. */
export async function freeNeighbours(count: number): Promise<number> {
  for (let tries = 0; tries < rangeSize; tries++) {
    const start = range + (next++ % (rangeSize - count))
    const wanted = Array.from({ length: count }, (_, i) => [start + i, start + i + devPeerOffset])
    const free = await Promise.all(wanted.flat().map(isFree))
    if (!free.every(Boolean)) continue
    next += count
    return start
  }
  throw new Error(`no ${count} free neighbours from ${range}`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

export function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}
