// Slots come to a group that a member has applied less of than its clients saw at the group before.

import test from 'ava'
import { clusterVersionNewest as newest } from '../../src/api/cluster-version.js'
import { keySlot } from '../../src/base/keyslot.js'
import { readFrame } from '../../src/core/wire.js'
import { SlotMap } from '../../src/slots/map.js'
import { type Client, CoreWorld, keyspace } from './core-world.js'
import { reply, run } from './joining-world.js'

const map = SlotMap.even(2)
const key = Array.from({ length: 60 }, (_, at) => `k${at}`).find(
  (each) => map.shardOf(keySlot(each)) === 0,
) as string

/** Drops what `id` is to hear of the second group. */
function deafen(w: CoreWorld, id: number): void {
  w.passes = (bytes) => {
    let isDeaf = false
    const isTo = (head: { readonly target: number }): boolean => head.target === id
    readFrame(bytes, isTo, ({ group, body }) => {
      isDeaf ||= group === 2 && body.length > 40
    })
    return !isDeaf
  }
}

interface Case {
  readonly name: string
  readonly level: 'strong' | 'sequential'
  /** What the connection asks before its write. */
  readonly asks: readonly string[]
  readonly read: readonly string[]
}

const cases: readonly Case[] = [
  { name: 'sequential', level: 'sequential', asks: [], read: ['GET'] },
  {
    name: 'of a connection that asks for less',
    level: 'sequential',
    asks: ['QUORATE CONSISTENCY EVENTUAL'],
    read: ['GET'],
  },
  {
    name: 'of many keys, that asks for less',
    level: 'sequential',
    asks: ['QUORATE CONSISTENCY EVENTUAL'],
    read: ['MGET other'],
  },
  {
    name: 'in a transaction, that asks for less',
    level: 'sequential',
    asks: ['QUORATE CONSISTENCY EVENTUAL'],
    read: ['MULTI', 'GET', 'EXEC'],
  },
  { name: 'weakened', level: 'strong', asks: ['QUORATE CONSISTENCY SEQUENTIAL'], read: ['GET'] },
  {
    name: 'weakened to eventual',
    level: 'strong',
    asks: ['QUORATE CONSISTENCY EVENTUAL'],
    read: ['GET'],
  },
]

for (const { name, level, asks, read } of cases) {
  test(`fences: reads ${name}: what the connection wrote before its slot moved is in them`, (t) => {
    const spaces = [{ ...keyspace('default', []), level }]
    const w = new CoreWorld({ members: 3, keyspaces: spaces, config: () => ({ shards: 2 }) })
    t.true(w.settled())
    t.true(
      w.until(() => w.members.every(({ core }) => core?.inspect().topology.version === newest)),
    )
    const lagging = [1, 2, 3].find((id) => id !== w.leader(1) && id !== w.leader(0)) as number
    deafen(w, lagging)
    const client: Client = w.client(lagging)
    for (const line of asks) reply(w, client, line)
    t.is(reply(w, client, `SET ${key} 1`), '+OK')
    t.regex(reply(w, w.client(w.leader(0)), 'QUORATE MOVE SLOTS 0-8191 TO 1'), /0-8191/)
    const slotsAt = (id: number) => w.member(id).core?.inspect().topology.slots.length
    t.true(w.until(() => slotsAt(lagging) === 1, 60_000))

    const before = client.replies.length
    for (const line of read) client.send(/GET/.test(line) ? `${line} ${key}` : line)
    run(w, 300)
    t.notRegex(client.replies.slice(before).join(), /_/)
    w.passes = () => true
    t.true(w.until(() => client.replies.length >= before + read.length))
    t.regex(client.replies.at(-1) ?? '', /\$1$/)
  })
}
