// Sequential writes beside ZooKeeper: three servers each, everything synced, 50 clients at the leader, one
// and 16 requests of a client under way, rounds interleaved, medians compared. One driver for both: a
// prepared request goes out for each reply that came in.

import { once } from 'node:events'
import type { Socket } from 'node:net'
import { pathToFileURL } from 'node:url'
import { TestCluster } from '../e2e/cluster.js'
import { startZookeeper, type Zookeeper, zookeeperMissing } from '../zookeeper.js'
import { encodeCommand, openSocket } from './load.js'

export interface ZookeeperOptions {
  readonly rounds: number
  /** Milliseconds of one measurement. */
  readonly ms: number
}

export interface ZookeeperRow {
  readonly depth: number
  /** Writes a second. */
  readonly zookeeper: number
  readonly quorate: number
}

const clients = 50
const depths = [1, 16] as const
const bar = 5
const keys = 1_000
const value = 'v'.repeat(64)
const openType = { create: 1, setData: 5 }

/** A connection that is ready to write, and what one write is. */
interface Writer {
  readonly socket: Socket
  readonly request: () => Buffer
  /** How many replies end in `data`; throws for one that is an error. */
  readonly replies: (data: Buffer) => number
}

export async function benchZookeeper(options: ZookeeperOptions): Promise<readonly ZookeeperRow[]> {
  let zookeeper: Zookeeper | null = null
  let cluster: TestCluster | null = null
  try {
    zookeeper = await startZookeeper(3)
    await fill(zookeeper.ports[zookeeper.leader] ?? 0)
    const flags = ['--level', 'sequential']
    cluster = await TestCluster.start({ members: 3, proxied: false, flags })
    const quorate = cluster.ports[await cluster.waitLeader()] ?? 0
    return await measure({ zookeeper: zookeeper.ports[zookeeper.leader] ?? 0, quorate }, options)
  } finally {
    await zookeeper?.stop()
    await cluster?.dispose()
  }
}

async function measure(
  ports: Readonly<Record<'zookeeper' | 'quorate', number>>,
  { rounds, ms }: ZookeeperOptions,
): Promise<readonly ZookeeperRow[]> {
  const rows: ZookeeperRow[] = []
  for (const depth of depths) {
    const figures = { zookeeper: [] as number[], quorate: [] as number[] }
    for (let round = 0; round < rounds; round++) {
      const [theirs, ours] = [
        () => openZookeeper(ports.zookeeper),
        () => openQuorate(ports.quorate),
      ]
      figures.zookeeper.push(await perSecond(theirs, depth, ms))
      figures.quorate.push(await perSecond(ours, depth, ms))
    }
    rows.push({ depth, zookeeper: median(figures.zookeeper), quorate: median(figures.quorate) })
  }
  return rows
}

async function perSecond(open: () => Promise<Writer>, depth: number, ms: number): Promise<number> {
  const writers: Writer[] = []
  for (let i = 0; i < clients; i++) writers.push(await open())
  const begin = performance.now()
  const counts = await Promise.all(writers.map((each) => drive(each, depth, begin + ms)))
  const seconds = (performance.now() - begin) / 1000
  for (const { socket } of writers) socket.destroy()
  return counts.reduce((sum, count) => sum + count, 0) / seconds
}

/** Keeps `depth` writes under way until the time is over; how many were answered. */
function drive(
  { socket, request, replies }: Writer,
  depth: number,
  until: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    let count = 0
    const send = (times: number): void => {
      socket.write(times === 1 ? request() : Buffer.concat(Array.from({ length: times }, request)))
    }
    socket.on('close', () => reject(new Error('the connection was closed')))
    socket.on('data', (data) => {
      const done = replies(data)
      count += done
      if (performance.now() >= until) resolve(count)
      else if (done > 0) send(done)
    })
    send(depth)
  })
}

/** One of the requests that were made before, one for each key, by chance: the driver shares the machine. */
function prepared(make: (key: number) => Buffer): () => Buffer {
  const requests = Array.from({ length: keys }, (_, key) => make(key))
  return () => requests[below(keys)] as Buffer
}

const quorateRequest = prepared((key) =>
  Buffer.from(encodeCommand('SET', `key:${key}`, value), 'latin1'),
)
/** Its number is the key's: the server only repeats it. */
const zookeeperRequest = prepared((key) => {
  const body = [text(`/k${key}`), text(value), int32(-1)]
  return framed(Buffer.concat([int32(key + 1), int32(openType.setData), ...body]))
})

async function openQuorate(port: number): Promise<Writer> {
  const socket = await openSocket(port)
  const ok = 5
  let rest = 0
  return {
    socket,
    request: quorateRequest,
    replies: (data) => {
      if (data.includes('-')) throw new Error(data.toString('latin1'))
      rest += data.length
      const done = Math.floor(rest / ok)
      rest -= done * ok
      return done
    },
  }
}

/** A session of its own. */
async function openZookeeper(port: number): Promise<Writer> {
  const socket = await openSocket(port)
  const hello = Buffer.alloc(4 + 4 + 8 + 4 + 8 + 4 + 16 + 1)
  hello.writeInt32BE(30_000, 12)
  hello.writeInt32BE(16, 24)
  socket.write(framed(hello))
  await once(socket, 'data')
  return {
    socket,
    request: zookeeperRequest,
    replies: reader(),
  }
}

/** Makes the nodes that the clients write to. */
async function fill(port: number): Promise<void> {
  const { socket, replies } = await openZookeeper(port)
  const acl = Buffer.concat([int32(1), int32(31), text('world'), text('anyone')])
  for (let node = 0; node < keys; node++) {
    const body = Buffer.concat([text(`/k${node}`), text(value), acl, int32(0)])
    socket.write(framed(Buffer.concat([int32(node + 1), int32(openType.create), body])))
  }
  for (let left = keys; left > 0; ) {
    const [data] = (await once(socket, 'data')) as [Buffer]
    left -= replies(data)
  }
  socket.destroy()
}

/** Counts whole replies (length, xid, zxid, error, body) over chunks. */
function reader(): (data: Buffer) => number {
  let rest: Buffer = Buffer.alloc(0)
  return (data) => {
    rest = rest.length === 0 ? data : Buffer.concat([rest, data])
    let at = 0
    let count = 0
    while (rest.length - at >= 4 && rest.length - at >= 4 + rest.readInt32BE(at)) {
      const error = rest.readInt32BE(at + 16)
      if (error !== 0) throw new Error(`ZooKeeper answered ${error}`)
      at += 4 + rest.readInt32BE(at)
      count++
    }
    rest = rest.subarray(at)
    return count
  }
}

function int32(of: number): Buffer {
  const made = Buffer.alloc(4)
  made.writeInt32BE(of)
  return made
}

function text(of: string): Buffer {
  return framed(Buffer.from(of, 'latin1'))
}

function framed(body: Buffer): Buffer {
  return Buffer.concat([int32(body.length), body])
}

function below(bound: number): number {
  return Math.floor(Math.random() * bound)
}

function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0
}

/** The table, writes a second. */
export function describeZookeeper(rows: readonly ZookeeperRow[]): string {
  const head = ['under way', 'ZooKeeper', 'Quorate', 'times', 'bar']
  const lines = rows.map(({ depth, zookeeper, quorate }) => {
    const times = (quorate / zookeeper).toFixed(1)
    return [`${depth}`, zookeeper.toFixed(0), quorate.toFixed(0), times, `${bar}`]
  })
  return [head, ...lines].map((row) => row.map((cell) => cell.padStart(14)).join('')).join('\n')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (zookeeperMissing !== null) {
    console.log(`${zookeeperMissing}: apt-get install zookeeper`)
  } else {
    const rounds = Number(process.env['ROUNDS'] ?? 3)
    console.log(`${clients} clients, median of ${rounds} interleaved rounds, writes a second`)
    console.log(describeZookeeper(await benchZookeeper({ rounds, ms: 5_000 })))
  }
}
