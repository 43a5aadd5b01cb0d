// Members of placed eventual groups come and go: real processes, the command line, kill -9. Counters say whether
// anything that was answered is lost, or counted twice.

import test from 'ava'
import type { Redis } from 'ioredis'
import { Fleet, type Seat, type SixSeats } from './fleet.js'
import { plainClient, whenServed } from './workload.js'

const at = ({ client, peer }: Seat): readonly string[] => [
  '--client',
  `127.0.0.1:${client}`,
  '--peer',
  `127.0.0.1:${peer}`,
]

const keys = Array.from({ length: 60 }, (_, i) => `n${i}`)

/** Clients of some members, that count one after the other. */
class Counting {
  readonly acknowledged = new Map<string, number>()
  readonly unknown = new Map<string, number>()
  #isRunning = true
  readonly #writers: readonly Promise<void>[]

  constructor(ports: readonly number[]) {
    this.#writers = ports.map((port) => this.#write(port))
  }

  async stop(): Promise<void> {
    this.#isRunning = false
    await Promise.all(this.#writers)
  }

  async #write(port: number): Promise<void> {
    let client: Redis | null = null
    for (let turn = 0; this.#isRunning; turn++) {
      const key = keys[(turn * 7) % keys.length] as string
      try {
        if (client === null) {
          const made = plainClient(port)
          await made.connect()
          client = made
        }
        await client.incr(key)
        count(this.acknowledged, key)
      } catch (error) {
        const isRefused =
          error instanceof Error &&
          error.name === 'ReplyError' &&
          !error.message.startsWith('UNKNOWNRESULT')
        if (client !== null && !isRefused) count(this.unknown, key)
        client?.disconnect()
        client = null
      }
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    client?.disconnect()
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

test('joining: placed eventual groups: a member dies and is replaced, one is removed, one comes: nothing is lost or counted twice', async (t) => {
  const fleet = await Fleet.start(4, 6, {
    keyspaces: [{ name: 'default', level: 'eventual', durability: 'always' }],
    shards: [{ members: [1, 2] }, { members: [3, 4] }],
  })
  const [first, second, third, fourth, fifth, sixth] = fleet.seats as readonly Seat[] as SixSeats
  const born = [first, second, third, fourth].map((seat) => ({ ...seat }))
  const all: Counting[] = []
  const counting = (...seats: readonly Seat[]): Counting => {
    const made = new Counting(seats.map(({ client }) => client))
    all.push(made)
    return made
  }
  /** What is between these at every member. */
  const verify = async (): Promise<void> => {
    const sum = (of: 'acknowledged' | 'unknown', key: string): number =>
      all.reduce((total, each) => total + (each[of].get(key) ?? 0), 0)
    for (const { client: port, id } of fleet.taken) {
      let faults: readonly string[] = []
      const look = async (): Promise<boolean> => {
        const found = await whenServed(port, (client) => client.mget(keys))
        faults = keys.flatMap((key, i) => {
          const [value, least] = [Number(found[i]), sum('acknowledged', key)]
          const isRight = value >= least && value <= least + sum('unknown', key)
          return isRight ? [] : [`${key} at member ${id}: ${value} of ${least}`]
        })
        return faults.length === 0
      }
      await fleet.waitFor('counters', look, 20_000).catch(() => undefined)
      t.deepEqual(faults, [])
    }
  }
  const votersOf = async (seat: Seat, shard: number): Promise<string> => {
    const report = await fleet.status(seat)
    const group = report?.groups.find((each) => each['shard'] === shard)
    return `${(group?.['voters'] as readonly number[] | undefined)?.toSorted()}/${group?.['learners']}`
  }
  /** Again where nobody led the topology for a moment, as on a busy machine. */
  const ask = async (seat: Seat, ...words: readonly string[]): Promise<string> => {
    let shown = ''
    await fleet.waitFor(words.join(' '), async () => {
      shown = await fleet.cli(seat, ...words).catch((error: unknown) => String(error))
      return !/CLUSTERDOWN|UNKNOWNRESULT|TRYAGAIN/.test(shown)
    })
    return shown
  }
  try {
    await fleet.waitFor('both groups', async () => (await votersOf(third, 1)) === '3,4/')
    const before = counting(first, third, fourth)
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    await before.stop()
    // What a member answered reaches the others within milliseconds.
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    await fleet.kill(fourth)
    fourth.id = 0

    const during = counting(first, second, third)
    fleet.sit(fifth, ...born)
    const shown = await ask(first, 'replace', 'm4', '--id', '5', ...at(fifth), '--force')
    t.regex(shown, /epoch \d+: done|there is a member 5/)
    await fleet.waitFor('its successor', async () => (await votersOf(fifth, 1)) === '3,5/')

    const moved = ask(first, 'move', '--slots', '0-2000', '--to', '1')
    const more = counting(fifth)
    await moved
    await during.stop()
    const onward = counting(first, third)
    await ask(third, 'remove', 'm2')
    t.is((await second.process?.ended)?.code, 0)
    second.id = 0
    await fleet.waitFor('one voter', async () => (await votersOf(first, 0)) === '1/')

    fleet.sit(sixth, ...born)
    await ask(third, 'join', '--id', '6', ...at(sixth), '--shards', '0')
    await fleet.waitFor('two voters', async () => (await votersOf(sixth, 0)) === '1,6/')
    const end = counting(sixth)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    for (const each of [more, onward, end]) await each.stop()
    await verify()

    for (const seat of fleet.taken) await fleet.kill(seat)
    for (const seat of fleet.taken) fleet.run(seat)
    await fleet.waitFor('all again', async () => {
      return (await votersOf(sixth, 0)) === '1,6/' && (await votersOf(fifth, 1)) === '3,5/'
    })
    await verify()
    const total = all.reduce(
      (sum, { acknowledged }) => sum + [...acknowledged.values()].reduce((a, b) => a + b, 0),
      0,
    )
    t.log(`${total} acknowledged`)
    t.true(total > 500)
  } catch (error) {
    t.log(await fleet.tails())
    throw error
  } finally {
    for (const each of all) await each.stop()
    await fleet.dispose()
  }
})
