// A load of raw RESP from clients that know Redis Cluster, as light as can be and as `redis-benchmark --cluster` makes
// it: a thread for each member, whose clients ask that one for keys that it serves, so many commands at a time.

import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { Redis } from 'ioredis'
import { keySlot } from '../../src/base/keyslot.js'
import { encodeCommand, openSocket } from './load.js'

const script = fileURLToPath(import.meta.url)

export interface SlotLoadOptions {
  readonly command: 'SET' | 'GET'
  /** Of all members together. */
  readonly clients: number
  readonly pipeline: number
  readonly keys: number
  readonly ms: number
}

interface Part extends SlotLoadOptions {
  readonly port: number
  readonly owners: readonly number[]
}

const value = 'v'.repeat(64)
/** Pipelines with different keys that a client sends in turn: made beforehand. */
const burstsEach = 64

export class SlotLoad {
  readonly #parts: readonly Part[]

  private constructor(parts: readonly Part[]) {
    this.#parts = parts
  }

  /** `port` is any member's, for CLUSTER SLOTS. */
  static async prepare(port: number, options: SlotLoadOptions): Promise<SlotLoad> {
    const owners = await ownersOf(port)
    const ports = [...new Set(owners)]
    const clients = options.clients / ports.length
    return new SlotLoad(ports.map((each) => ({ ...options, clients, owners, port: each })))
  }

  /** How many commands were answered. */
  async run(): Promise<number> {
    const workers = this.#parts.map((part) => new Worker(script, { workerData: part }))
    const done = workers.map(
      (worker) =>
        new Promise<number>((resolve, reject) => {
          worker.once('error', reject)
          worker.once('message', resolve)
        }),
    )
    const counts = await Promise.all(done)
    await Promise.all(workers.map((worker) => worker.terminate()))
    return counts.reduce((sum, count) => sum + count, 0)
  }
}

/** The load on one member. */
async function load(part: Part): Promise<number> {
  const { command, pipeline } = part
  const sockets: Socket[] = []
  let answered = 0
  let failure = ''
  let isOver = false
  let waiting = 0
  const begin = (socket: Socket, bursts: readonly string[]): void => {
    let at = 0
    let left = 0
    const send = (): void => {
      left = pipeline
      waiting++
      socket.write(bursts[at++ % bursts.length] as string, 'latin1')
    }
    socket.on('data', (bytes) => {
      if (bytes[0] === 45) failure = bytes.toString('latin1')
      const replies = countReplies(bytes, command === 'GET')
      left -= replies
      answered += replies
      if (left > 0) return
      waiting--
      if (!isOver) send()
    })
    socket.on('error', () => undefined)
    send()
  }
  const keys = keysOf(part)
  const plans = Array.from({ length: part.clients }, () =>
    Array.from({ length: burstsEach }, () =>
      Array.from({ length: pipeline }, () => commandOf(command, keys())).join(''),
    ),
  )
  for (const _ of plans) sockets.push(await openSocket(part.port))
  sockets.forEach((socket, i) => begin(socket, plans[i] as readonly string[]))
  await sleep(part.ms)
  isOver = true
  for (let tries = 0; waiting > 0 && tries < 5_000; tries++) await sleep(1)
  for (const socket of sockets) socket.destroy()
  if (failure !== '') throw new Error(`a ${command} was answered ${failure}`)
  return answered
}

/** Random keys of its slots. */
function keysOf({ owners, port, keys }: Part): () => string {
  let n = port
  return () => {
    for (;;) {
      n = (Math.imul(n, 1_103_515_245) + 12_345) >>> 0
      const key = keyOf((n >>> 4) % keys)
      if (owners[keySlot(key)] === port) return key
    }
  }
}

/** All keys, so that each GET finds one. */
export async function fillSlots(port: number, keys: number): Promise<void> {
  const owners = await ownersOf(port)
  const lines = new Map<number, Redis>()
  for (const each of new Set(owners)) lines.set(each, new Redis({ host: '127.0.0.1', port: each }))
  const sent: Promise<unknown>[] = []
  for (let n = 0; n < keys; n++) {
    const key = keyOf(n)
    sent.push((lines.get(owners[keySlot(key)] as number) as Redis).set(key, value))
    if (sent.length === 1_000) await Promise.all(sent.splice(0))
  }
  await Promise.all(sent)
  for (const redis of lines.values()) redis.disconnect()
}

/** The client port of each slot's owner. */
async function ownersOf(port: number): Promise<readonly number[]> {
  const redis = new Redis({ host: '127.0.0.1', port })
  const owners: number[] = []
  for (const [from, to, master] of await redis.cluster('SLOTS')) {
    for (let slot = from; slot <= to; slot++) owners[slot] = master?.[1] ?? 0
  }
  redis.disconnect()
  return owners
}

/** A reply to a SET is a line, one to a GET two. */
function countReplies(bytes: Buffer, isGet: boolean): number {
  let lines = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++
  return isGet ? lines / 2 : lines
}

function keyOf(n: number): string {
  return `key:${String(n).padStart(12, '0')}`
}

function commandOf(command: SlotLoadOptions['command'], key: string): string {
  return command === 'SET' ? encodeCommand('SET', key, value) : encodeCommand('GET', key)
}

if (!isMainThread && workerData?.owners !== undefined) {
  parentPort?.postMessage(await load(workerData as Part))
}
