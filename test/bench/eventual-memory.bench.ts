// What do the members of an eventual keyspace keep while one of them is away, and nothing becomes stable? Distinct
// keys are written through two members: half of them end by their time, of the others most are evicted. Live data is
// what is there in the end; what it weighs is told by three members that are all there and were given it alone.
// `KEYS=10000000 DURABILITY=everysec node .../eventual-memory.bench.js`

import { once } from 'node:events'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { TestCluster } from '../e2e/cluster.js'
import { ask, encodeCommand, openSocket } from './load.js'
import { type Weight, WeighedMember } from './weighed-member.js'

export interface EventualMemoryOptions {
  readonly keys: number
  readonly durability: 'always' | 'everysec' | 'none'
  readonly say: (sentence: string) => void
}

/** Of the member that took most writes. */
export interface EventualMemoryFigures {
  /** Before there was data. */
  readonly empty: Weight
  /** With one member away. */
  readonly away: Weight
  /** The same once it was back, and all was stable. */
  readonly back: Weight
  /** The same data with all members there, in new processes. */
  readonly fresh: Weight
}

/** Bytes of `maxmemory` for each key that is written: about a third of them are there in the end. */
const bytesPerKey = 64
const endsMs = 1_000
/** A member is away for long after so many milliseconds, not after the usual minutes. */
const awayMs = 10_000
const batchMax = 5_000
const valueBytes = 64
const waitMsMax = 300_000

class Members {
  readonly #cluster: TestCluster
  readonly #durability: string
  readonly members: WeighedMember[]

  constructor(cluster: TestCluster, durability: string) {
    this.#cluster = cluster
    this.#durability = durability
    this.members = cluster.all.map((i) => this.#start(i))
  }

  static async start(durability: string): Promise<Members> {
    const keyspaces = [{ name: 'default', level: 'eventual', options: { awayMs } }]
    const cluster = await TestCluster.prepare({ members: 3, proxied: false, config: { keyspaces } })
    const made = new Members(cluster, durability)
    await cluster.waitReady()
    return made
  }

  #start(i: number): WeighedMember {
    const conf = join(this.#cluster.directory, `m${i + 1}.yaml`)
    const directory = this.#cluster.dataOf(i)
    return new WeighedMember({ conf, self: i + 1, directory, durability: this.#durability })
  }

  port(i: number): number {
    return this.#cluster.ports[i] ?? 0
  }

  async stop(i: number): Promise<void> {
    await this.members[i]?.stop()
  }

  async restart(i: number): Promise<void> {
    this.members[i] = this.#start(i)
    await this.#cluster.waitReady()
  }

  /** Until `holds` of what those members count, and that stood still. */
  async settle(of: readonly number[], holds: (all: readonly Weight[]) => boolean): Promise<void> {
    const until = performance.now() + waitMsMax
    let before = ''
    for (;;) {
      const all = await Promise.all(of.map((i) => (this.members[i] as WeighedMember).count()))
      const now = JSON.stringify(
        all.map(({ keys, counted, unstable }) => [keys, counted, unstable]),
      )
      if (holds(all) && now === before) return
      if (performance.now() > until)
        throw new Error(`not settled: ${now}\n${this.#cluster.tails()}`)
      before = now
      await sleep(500)
    }
  }

  async dispose(): Promise<void> {
    await Promise.all(this.members.map((each) => each.stop()))
    await this.#cluster.dispose()
  }
}

const keyOf = (i: number): string => `key:${String(i).padStart(12, '0')}`
const value = 'v'.repeat(valueBytes)

/** Commands and how many they are. */
interface Batch {
  readonly text: string
  readonly count: number
}

/** Sends what `next` makes to all of `ports` until that is null, and waits for them each time: no member falls behind. */
async function send(ports: readonly number[], next: () => Batch | null): Promise<void> {
  const sockets = await Promise.all(ports.map(openSocket))
  for (let isOver = false; !isOver; ) {
    const answered = sockets.map(async (socket) => {
      const batch = next()
      if (batch === null) isOver = true
      else await exchange(socket, batch)
    })
    await Promise.all(answered)
  }
  for (const socket of sockets) socket.destroy()
}

async function exchange(socket: Socket, batch: Batch): Promise<void> {
  socket.write(batch.text, 'latin1')
  for (let replies = 0; replies < batch.count; ) {
    const [bytes] = (await once(socket, 'data')) as [Buffer]
    const text = bytes.toString('latin1')
    // On a machine that others use some are answered late: what there is in the end is looked up anyway.
    const fault = text.search(/-(?!UNKNOWNRESULT)[A-Z]/)
    if (fault >= 0) throw new Error(`a SET was answered ${text.slice(fault, fault + 200)}`)
    replies += text.split('\n').length - 1
  }
}

/** A batch at a time; every other number's key ends soon where `isEnding`. */
function batches(
  take: () => number | null,
  { size, isEnding }: { readonly size: number; readonly isEnding: boolean },
): () => Batch | null {
  return () => {
    let text = ''
    let count = 0
    for (; count < size; count++) {
      const number = take()
      if (number === null) break
      const time = isEnding && number % 2 === 1 ? ['PX', String(endsMs)] : []
      text += encodeCommand('SET', keyOf(number), value, ...time)
    }
    return count === 0 ? null : { text, count }
  }
}

async function keysOf(port: number): Promise<number[]> {
  const socket = await openSocket(port)
  const found: number[] = []
  let cursor = '0'
  do {
    socket.write(encodeCommand('SCAN', cursor, 'COUNT', '1000'))
    let text = ''
    // The reply says how many keys it has: it is whole when they are all there.
    for (;;) {
      const [bytes] = (await once(socket, 'data')) as [Buffer]
      text += bytes.toString('latin1')
      const head = /^\*2\r\n\$\d+\r\n(\d+)\r\n\*(\d+)\r\n/.exec(text)
      if (head === null) continue
      if (text.split('\r\n').length - 1 < 4 + 2 * Number(head[2])) continue
      cursor = head[1] ?? '0'
      for (const [, number] of text.matchAll(/key:(\d{12})/g)) found.push(Number(number))
      break
    }
  } while (cursor !== '0')
  socket.destroy()
  return found
}

export async function benchEventualMemory({
  keys,
  durability,
  say,
}: EventualMemoryOptions): Promise<EventualMemoryFigures> {
  const { empty, away, back, live } = await writeAll({ keys, durability, say })
  const fresh = await Members.start(durability)
  try {
    let at = 0
    const take = (): number | null => (at < live.length ? (live[at++] as number) : null)
    await send([fresh.port(0)], batches(take, { size: batchMax, isEnding: false }))
    await fresh.settle([0, 1, 2], (all) => all.every(({ unstable }) => unstable === 0))
    return { empty, away, back, fresh: await (fresh.members[0] as WeighedMember).weigh() }
  } finally {
    await fresh.dispose()
  }
}

async function writeAll({ keys, durability, say }: EventualMemoryOptions) {
  const members = await Members.start(durability)
  try {
    const first = members.members[0] as WeighedMember
    const policy = [
      'maxmemory-policy',
      'allkeys-random',
      'maxmemory',
      String(keys * bytesPerKey + Math.ceil(baseBytes)),
    ]
    await ask(members.port(0), 'CONFIG', 'SET', ...policy)
    await ask(members.port(0), 'SET', keyOf(0), value)
    await members.settle([0, 1, 2], (all) => all.every(({ unstable }) => unstable === 0))
    const empty = await first.weigh()
    await members.stop(2)
    const begun = performance.now()
    let number = 1
    const take = (): number | null => (number < keys ? number++ : null)
    // As many at a time as the bound gives way for.
    const size = Math.min(batchMax, Math.ceil(keys / 100))
    const next = batches(take, { size, isEnding: true })
    await send([members.port(0), members.port(1)], next)
    say(`${keys} keys written in ${((performance.now() - begun) / 1000).toFixed(1)} s`)
    await sleep(endsMs)
    await members.settle([0, 1], (all) => all[0]?.keys === all[1]?.keys)
    const away = await first.weigh()
    await members.restart(2)
    await members.settle([0, 1, 2], (all) => all.every(({ unstable }) => unstable === 0))
    const back = await first.weigh()
    return { empty, away, back, live: await keysOf(members.port(0)) }
  } finally {
    await members.dispose()
  }
}

/** What a member is held to take without data, and hidden keys. */
const baseBytes = 1.2 * 1024 * 1024

/** What came on top of an empty member, in parts of what the same live data is in new processes. */
export function ratioOf(
  { empty, fresh }: EventualMemoryFigures,
  of: Weight,
  what: 'heap' | 'resident',
): number {
  const data = (fresh[what] - empty[what]) / fresh.keys
  return (of[what] - empty[what]) / of.keys / data
}

export function describeEventualMemory(figures: EventualMemoryFigures): string {
  const mb = (bytes: number): string => (bytes / 1e6).toFixed(1)
  const lines = (['empty', 'away', 'back', 'fresh'] as const).map((name) => {
    const { heap, resident, counted, keys, unstable } = figures[name]
    const ratios = (['heap', 'resident'] as const).map((what) =>
      name === 'empty' ? '' : ratioOf(figures, figures[name], what).toFixed(3),
    )
    return [name, keys, unstable, mb(counted), mb(heap), ratios[0], mb(resident), ratios[1]]
  })
  const head = ['', 'keys', 'unstable', 'counted MB', 'heap MB', 'ratio', 'resident MB', 'ratio']
  return [head, ...lines]
    .map((row) => row.map((cell) => String(cell).padStart(13)).join(''))
    .join('\n')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const keys = Number(process.env['KEYS'] ?? 1_000_000)
  const durability = (process.env['DURABILITY'] ?? 'none') as EventualMemoryOptions['durability']
  const say = (sentence: string): void => console.log(sentence)
  const figures = await benchEventualMemory({ keys, durability, say })
  console.log(`durability ${durability}; away and back beside fresh, by key (bar 1.10 for away)`)
  console.log(describeEventualMemory(figures))
}
