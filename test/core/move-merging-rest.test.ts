// What hand-overs between groups that merge leave to the rest of a member: when it wakes, what it keeps, what it hands out.

import test from 'ava'
import type { MemberId } from '../../src/api/ids.js'
import { keySlot } from '../../src/base/keyslot.js'
import { limits } from '../../src/api/limits.js'
import { type Client, CoreWorld, keyspace } from './core-world.js'
import { apart, isMoving, low, placedWorld, run, shared } from './hand-over-world.js'

const lowKeys = low.map((key) => `set ${key} v`)

function move(w: CoreWorld, client: Client, slots = '0-8191'): void {
  run(w, client, [`quorate move slots ${slots} to 1`])
  w.until(() => !isMoving(w), 60_000)
}

test('hand-over: done in one keyspace while another one goes on: a member sleeps', (t) => {
  const shardGroups = [[1, 2] as const, [3, 4] as const].map((members, id) => {
    return { id, weight: 1, members: members as readonly number[] as readonly MemberId[] }
  })
  const w = new CoreWorld({
    members: 4,
    keyspaces: [
      { ...keyspace('default', []), level: 'eventual', strategy: 'eventual' },
      keyspace('r', ['r:']),
    ],
    config: () => ({ shards: 2, shardGroups }),
  })
  const client = w.client(1)
  w.until(() => run(w, client, ['quorate move slots 0-63 to 1'])[0]?.startsWith('-') === false)
  w.until(() => !isMoving(w), 60_000)
  run(w, client, ['quorate move slots 64-8191 to 1'])
  const isHalf = (): boolean => {
    const [move] = w.member(1).core?.inspect().topology.moves ?? []
    return move?.done.some(([name]) => name === 'default') === true
  }
  t.true(w.until(isHalf, 60_000))
  // The other keyspace cannot go on.
  w.kill(4)
  w.until(() => false, 1_000)
  t.true(isHalf())

  for (const id of [1, 2]) {
    let awake = 0
    for (let i = 0; i < 200; i++) {
      w.step()
      if ((w.member(id).core?.wakeAt() ?? 0) <= w.mono) awake++
    }
    t.true(awake < 100, `member ${id}: ${awake} of 200 turns`)
  }
})

test('hand-over: what is left behind goes where answers take longer than the next question', (t) => {
  const w = placedWorld(apart)
  const client = w.client(1)
  const [key = ''] = low
  run(w, client, [`set ${key} v`])
  w.delayMs = 70
  const memory = (): readonly number[] =>
    [1, 2].map((id) => w.member(id).core?.inspect().groups[0]?.memory ?? -1)
  w.until(() => memory().every((bytes) => bytes > 0))

  move(w, client, String(keySlot(key)))

  t.true(
    w.until(() => memory().every((bytes) => bytes === 0), 3_000),
    String(memory()),
  )
})

test('hand-over: a backup is told of which slots only leftovers are here', (t) => {
  const w = placedWorld(shared)
  const client = w.client(2)
  run(w, client, lowKeys)
  move(w, client)
  // What is left stays while a member is away.
  w.kill(1)

  const shown = [0, 1].map((group) => run(w, client, [`quorate backup begin ${group}`])[0] ?? '')

  t.true(shown[0]?.startsWith('*6'), shown[0])
  t.true(shown[0]?.endsWith('$0-16383'), shown[0])
  t.true(shown[1]?.startsWith('*5'), shown[1])
})

test.serial('hand-over: a key that cannot be copied: attempts become fewer', (t) => {
  const bounds = limits as { dumpBytesMax: number }
  const { dumpBytesMax } = limits
  t.teardown(() => {
    bounds.dumpBytesMax = dumpBytesMax
  })
  bounds.dumpBytesMax = 20
  const w = placedWorld(apart)
  const client = w.client(1)
  const [key] = low
  client.send(...Array.from({ length: 600 }, (_, i) => `xadd ${key} ${i + 1}-1 f v${i}`))
  run(w, client, [`xlen ${key}`, 'quorate move slots 0-8191 to 1'])
  const epoch = (): number => w.member(1).core?.inspect().topology.epoch ?? 0
  w.until(() => false, 3_000)
  const from = epoch()
  w.until(() => false, 8_000)

  t.regex(run(w, client, ['quorate topology'])[0] ?? '', /too large/)
  t.true(epoch() - from <= 12, `${epoch() - from} epochs in 8 s`)
  t.deepEqual(run(w, client, [`xlen ${key}`]), [':600'])
})

test('hand-over: to a shard group that was added, and back as it goes: nothing is lost', (t) => {
  const w = placedWorld(apart)
  const client = w.client(1)
  run(w, client, lowKeys)
  run(w, client, ['quorate shard add members 1 3', 'quorate rebalance'])
  t.true(w.until(() => !isMoving(w), 60_000))
  const isOwner = (): boolean =>
    w
      .member(2)
      .core?.inspect()
      .topology.slots.some(([, , shard]) => shard === 2) === true
  t.true(isOwner())
  const lost = (): number =>
    run(
      w,
      w.client(2),
      low.map((key) => `get ${key}`),
    ).filter((found) => found !== '$v').length
  t.is(lost(), 0)

  run(w, client, ['quorate shard remove 2'])

  t.true(w.until(() => w.member(1).core?.inspect().topology.shards[2]?.out === 'gone', 60_000))
  t.false(isOwner())
  t.is(lost(), 0)
})
