// Does one very large value stall a member? One hash, set, sorted set, list or stream is grown, checkpointed,
// changed in one element, scanned, read, sent to a member that lost its disk, and deleted, while others SET. Of the leader
// (and of the receiver) the longest delay of the event loop counts, without the time it waited for a processor.
// `TYPES=hash,list ELEMENTS=5000000 MEMBERS=3 PHASES=checkpoint,snapshot FLAGS=--max-semi-space-size=32
// node .../large.bench.js`; VERBOSE=1 shows the longest stalls one by one, KEYS_PER_SECOND=1000000 lets a checkpoint of millions end in seconds.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { Socket } from 'node:net'
import { limits } from '../../src/api/limits.js'
import { TestCluster } from '../e2e/cluster.js'
import { ask, encodeCommand, loadSets, openSocket } from './load.js'
import { findLeader, ProbedMember } from './probed-member.js'
import { type MemberFigures, round, type Stall } from './stall-probe.js'

export const largeTypes = ['hash', 'set', 'zset', 'list', 'stream'] as const
export type LargeType = (typeof largeTypes)[number]

export const largePhases = ['checkpoint', 'scan', 'read', 'snapshot', 'DEL'] as const
export type LargePhase = (typeof largePhases)[number]

export interface LargeOptions {
  readonly type: LargeType
  readonly elements: number
  readonly members: number
  /** For node, as `--max-semi-space-size=32`. */
  readonly nodeFlags: readonly string[]
  /** What is done beside the growth. */
  readonly phases: ReadonlySet<LargePhase>
  /** Of a checkpoint. */
  readonly keysPerSecond: number
  readonly isVerbose: boolean
  readonly say: (sentence: string) => void
}

/** One thing that was done to it. Milliseconds. */
export interface LargeRow {
  readonly what: string
  readonly seconds: number
  /** Longest delay of the loop: on a processor, the same with locks and disk, and with waiting for a processor. */
  readonly cpu: number
  readonly own: number
  readonly wall: number
  /** SETs of other keys meanwhile. */
  readonly p99: number
  readonly max: number
  readonly longest: Stall | null
}

export interface LargeFigures {
  readonly rows: readonly LargeRow[]
  /** Rows of a checkpoint of everything, and of the one after one changed element. */
  readonly rowsAll: number
  readonly rowsOne: number
  /** Elements that the SCAN family (or ranges, where there is none) brought. */
  readonly scanned: number
}

const key = 'large'
const perCommand = 100
const batchesUnderWay = 20
const bar = 30

/** The command that adds elements `from` to `from + perCommand`, or one of them to a stream. */
function grow(type: LargeType, from: number, count: number): string {
  const args: string[] = []
  for (let i = from; i < from + count; i++) {
    if (type === 'hash') args.push(`field:${i}`, `value:${i}`)
    else if (type === 'zset') args.push(String(Math.imul(i, 0x9e3779b1) >>> 0), `member:${i}`)
    else args.push(`element:${i}`)
  }
  const name = { hash: 'HSET', set: 'SADD', zset: 'ZADD', list: 'RPUSH', stream: '' }[type]
  if (type !== 'stream') return encodeCommand(name, key, ...args)
  return args.map((each) => encodeCommand('XADD', key, '*', 'field', each)).join('')
}

const change: Readonly<Record<LargeType, readonly string[]>> = {
  hash: ['HSET', key, 'field:7', 'changed'],
  set: ['SREM', key, 'element:7'],
  zset: ['ZADD', key, '1', 'member:7'],
  list: ['LSET', key, '7', 'changed'],
  stream: ['XADD', key, '*', 'field', 'changed'],
}
const whole: Readonly<Record<LargeType, readonly string[]>> = {
  hash: ['HGETALL', key],
  set: ['SMEMBERS', key],
  zset: ['ZRANGE', key, '0', '-1', 'WITHSCORES'],
  list: ['LRANGE', key, '0', '-1'],
  stream: ['XRANGE', key, '-', '+'],
}

export async function benchLarge(options: LargeOptions): Promise<LargeFigures> {
  const cluster = await TestCluster.prepare({
    members: options.members,
    proxied: false,
    config: {
      checkpoint: {
        'log-size': '512gb',
        interval: '24h',
        'keys-per-second': options.keysPerSecond,
      },
    },
  })
  const start = (i: number): ProbedMember =>
    new ProbedMember({
      conf: join(cluster.directory, `m${i + 1}.yaml`),
      self: i + 1,
      directory: cluster.dataOf(i),
      nodeFlags: ['--max-old-space-size=6000', ...options.nodeFlags],
    })
  const members = cluster.all.map(start)
  try {
    const leader = await findLeader(members)
    const run = new Run(members[leader] as ProbedMember, cluster.ports[leader] ?? 0, options)
    const does = (phase: LargePhase): boolean => options.phases.has(phase)
    await run.grow()
    const rows = does('checkpoint') ? await run.checkpoint() : { rowsAll: 0, rowsOne: 0 }
    const scanned = does('scan') ? await run.scan() : 0
    if (does('read')) await run.read()
    if (does('snapshot') && options.members > 1) {
      const lost = (leader + 1) % options.members
      await members[lost]?.stop()
      rmSync(cluster.dataOf(lost), { recursive: true, force: true })
      members[lost] = start(lost)
      await run.transfer(members[lost], async () => {
        const of = async (member: number): Promise<number> =>
          Number((await cluster.status(member).catch(() => null))?.groups[0]?.['applied'] ?? -1)
        return (await of(lost)) >= (await of(leader))
      })
    }
    if (does('DEL')) await run.remove()
    return { rows: run.rows, ...rows, scanned }
  } finally {
    await Promise.all(members.map((member) => member.stop()))
    await cluster.dispose()
  }
}

class Run {
  readonly rows: LargeRow[] = []
  readonly #member: ProbedMember
  readonly #port: number
  readonly #options: LargeOptions

  constructor(member: ProbedMember, port: number, options: LargeOptions) {
    this.#member = member
    this.#port = port
    this.#options = options
  }

  async grow(): Promise<void> {
    const { type, elements } = this.#options
    const socket = await openSocket(this.#port)
    const isStream = type === 'stream'
    await this.#measure('growth', async () => {
      let sent = 0
      // A command of its own for each entry, answered by a bulk string of two lines.
      const linesEach = isStream ? 2 * perCommand : 1
      await answered(socket, (lines) => {
        while (sent * perCommand < elements && sent - lines / linesEach < batchesUnderWay) {
          const from = sent++ * perCommand
          socket.write(grow(type, from, Math.min(perCommand, elements - from)), 'latin1')
        }
        return lines >= (isStream ? 2 * elements : Math.ceil(elements / perCommand))
      })
    })
    socket.destroy()
  }

  async checkpoint(): Promise<{ rowsAll: number; rowsOne: number }> {
    const rowsOf = async (): Promise<number> =>
      (await this.#member.read()).counters['checkpoint_rows'] ?? 0
    await this.#measure('checkpoint', () => this.#checkpoint())
    const rowsAll = await rowsOf()
    await this.#checkpoint()
    await ask(this.#port, ...change[this.#options.type])
    await this.#measure('checkpoint of one', () => this.#checkpoint(), false)
    return { rowsAll, rowsOne: await rowsOf() }
  }

  /** With the SCAN family, or ranges of a thousand; how many elements came. */
  async scan(): Promise<number> {
    let found = 0
    const socket = await openSocket(this.#port)
    await this.#measure('scan', async () => {
      let at = this.#options.type === 'stream' ? '-' : '0'
      for (;;) {
        const step = await this.#scanStep(socket, at)
        found += step.count
        if (step.next === null) return
        at = step.next
      }
    })
    socket.destroy()
    return found
  }

  async read(): Promise<void> {
    const socket = await openSocket(this.#port)
    const { type } = this.#options
    await this.#measure('read all', async () => {
      // The reply to PING ends the wait for everything that came before.
      socket.write(encodeCommand(...whole[type]) + encodeCommand('PING'), 'latin1')
      await ends(socket, '+PONG\r\n')
    })
    socket.destroy()
  }

  /** To `receiver`, which just began without a disk, until it `isLevel` with the leader. */
  async transfer(receiver: ProbedMember, isLevel: () => Promise<boolean>): Promise<void> {
    await this.#measure(
      'snapshot',
      async () => {
        await sleep(100)
        while (!(await isLevel())) await sleep(100)
      },
      false,
    )
    this.#add({
      what: 'its receiver',
      seconds: 0,
      p99: 0,
      max: 0,
      ...this.#stallsOf(await receiver.read()),
    })
  }

  async remove(): Promise<void> {
    await this.#measure('DEL', () => ask(this.#port, 'DEL', key))
    await this.#measure('checkpoint of none', () => this.#checkpoint())
  }

  /** Does it while others SET, or alone. */
  async #measure(what: string, act: () => Promise<unknown>, isLoaded = true): Promise<void> {
    this.#member.reset()
    const began = performance.now()
    let seconds = 0
    const work = act().then(() => {
      seconds = round((performance.now() - began) / 1000)
    })
    let load = { p99Ms: 0, maxMs: 0 }
    if (isLoaded) {
      const other = (): string => `other:${Math.floor(Math.random() * 10_000)}`
      load = await loadSets(this.#port, { clients: 2, key: other, until: work })
    }
    await work
    const stalls = this.#stallsOf(await this.#member.read())
    this.#add({ what, seconds, p99: round(load.p99Ms), max: round(load.maxMs), ...stalls })
  }

  #stallsOf(figures: MemberFigures): Pick<LargeRow, 'cpu' | 'own' | 'wall' | 'longest'> {
    const { cpuLoopMax: cpu, ownLoopMax: own, loopMax: wall, longest, calls } = figures
    if (this.#options.isVerbose) {
      for (const stall of longest) this.#options.say(`  ${JSON.stringify(stall)}`)
      this.#options.say(`  ${JSON.stringify(calls)}`)
    }
    return { cpu, own, wall, longest: longest[0] ?? null }
  }

  #add(row: LargeRow): void {
    this.rows.push(row)
    this.#options.say(describeRow(row))
  }

  async #checkpoint(): Promise<void> {
    await ask(this.#port, 'BGSAVE')
    for (;;) {
      await sleep(50)
      const { counters } = await this.#member.read()
      if (counters['checkpoint_open'] === 0) return
    }
  }

  async #scanStep(
    socket: Socket,
    at: string,
  ): Promise<{ readonly count: number; readonly next: string | null }> {
    const { type } = this.#options
    const count = 1000
    if (type === 'list') {
      const from = Number(at)
      socket.write(encodeCommand('LRANGE', key, at, String(from + count - 1)), 'latin1')
      const { length } = await reply(socket)
      return { count: length, next: length < count ? null : String(from + count) }
    }
    if (type === 'stream') {
      socket.write(encodeCommand('XRANGE', key, at, '+', 'COUNT', String(count)), 'latin1')
      const ids = (await reply(socket)).filter((each) => /^\d+-\d+$/.test(each))
      return { count: ids.length, next: ids.length < count ? null : `(${ids.at(-1)}` }
    }
    const name = { hash: 'HSCAN', set: 'SSCAN', zset: 'ZSCAN' }[type]
    socket.write(encodeCommand(name, key, at, 'COUNT', String(count)), 'latin1')
    const [next = '0', ...rest] = await reply(socket)
    return { count: rest.length / (type === 'set' ? 1 : 2), next: next === '0' ? null : next }
  }
}

/** Calls `more` with the lines that came, until it says that all did. */
function answered(socket: Socket, more: (lines: number) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let lines = 0
    socket.on('data', (bytes: Buffer) => {
      if (bytes.includes('-ERR')) reject(new Error(bytes.toString('latin1')))
      for (let i = bytes.indexOf(10); i >= 0; i = bytes.indexOf(10, i + 1)) lines++
      if (more(lines)) resolve()
    })
    socket.once('close', () => reject(new Error('the member closed the connection')))
    more(0)
  })
}

function ends(socket: Socket, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let last = ''
    socket.on('data', (bytes: Buffer) => {
      last = (last + bytes.toString('latin1', Math.max(0, bytes.length - text.length))).slice(
        -text.length,
      )
      if (last === text) resolve()
    })
    socket.once('close', () => reject(new Error('the member closed the connection')))
  })
}

/** The bulk strings of one reply of arrays. */
function reply(socket: Socket): Promise<string[]> {
  return new Promise((resolve, reject) => {
    let text = ''
    let at = 0
    const open: number[] = []
    const found: string[] = []
    const closed = (): void => reject(new Error('the member closed the connection'))
    const take = (bytes: Buffer): void => {
      text += bytes.toString('latin1')
      for (;;) {
        const end = text.indexOf('\r\n', at)
        if (end < 0) return
        const count = Number(text.slice(at + 1, end))
        if (text[at] === '-') return reject(new Error(text.slice(at, end)))
        if (text[at] === '*') {
          open.push(count)
          at = end + 2
        } else {
          if (text.length < end + 4 + count) return
          found.push(text.slice(end + 2, end + 2 + count))
          at = end + 4 + count
          open.push((open.pop() ?? 0) - 1)
        }
        while (open.length > 0 && open.at(-1) === 0) {
          open.pop()
          if (open.length > 0) open.push((open.pop() ?? 0) - 1)
        }
        if (open.length === 0) break
      }
      socket.off('data', take)
      socket.off('close', closed)
      resolve(found)
    }
    socket.on('data', take)
    socket.once('close', closed)
  })
}

function describeRow({ what, seconds, cpu, own, wall, p99, max, longest }: LargeRow): string {
  return (
    `${what.padEnd(20)} cpu ${cpu.toFixed(1).padStart(6)} own ${own.toFixed(1).padStart(6)} wall ${wall.toFixed(1).padStart(6)} ms, ` +
    `${seconds} s, other SETs p99 ${p99} max ${max} ms ${own > bar ? JSON.stringify(longest) : ''}`
  )
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { env } = process
  const types = (env['TYPES'] ?? largeTypes.join(',')).split(',') as LargeType[]
  for (const type of types) {
    const elements = Number(env['ELEMENTS'] ?? 5_000_000)
    console.log(`one ${type} of ${elements} elements (bar: own ${bar} ms)`)
    const { rowsAll, rowsOne, scanned } = await benchLarge({
      type,
      elements,
      members: Number(env['MEMBERS'] ?? 3),
      nodeFlags: (env['FLAGS'] ?? '').split(' ').filter((flag) => flag !== ''),
      phases: new Set((env['PHASES'] ?? largePhases.join(',')).split(',') as LargePhase[]),
      keysPerSecond: Number(env['KEYS_PER_SECOND'] ?? limits.checkpointKeysPerSecond),
      isVerbose: env['VERBOSE'] === '1',
      say: (sentence) => console.log(sentence),
    })
    console.log(
      `${rowsAll} rows, ${rowsOne} after one changed element (bar 10), ${scanned} scanned`,
    )
  }
}
