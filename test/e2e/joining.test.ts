// Members come and go under load, as operators do it: real processes, the command line, kill -9.

import test from 'ava'
import { Fleet, type Seat } from './fleet.js'
import { whenServed, Workload } from './workload.js'

const at = ({ client, peer }: Seat): readonly string[] => [
  '--client',
  `127.0.0.1:${client}`,
  '--peer',
  `127.0.0.1:${peer}`,
]

test('joining: three members, a fourth one, one that dies is replaced, one is removed: nothing is lost', async (t) => {
  const fleet = await Fleet.start(3, 5, { shards: 2 })
  const workload = new Workload({ ports: fleet.ports.slice(0, 4), writers: 4 })
  try {
    workload.start()
    const [first, second, third, fourth, fifth] = fleet.seats as [Seat, Seat, Seat, Seat, Seat]

    fleet.sit(fourth, first)
    await fleet.waitFor('somebody who waits', async () => {
      return /run `quorate join`/.test(String((await fleet.status(fourth))?.why))
    })
    const dry = await fleet.cli(second, 'join', '--id', '4', ...at(fourth), '--dry-run')
    t.regex(dry, /^a plan: nothing was changed/)
    const shown = await fleet.cli(second, 'join', '--id', '4', ...at(fourth))
    t.regex(shown, /epoch \d+: done/)
    await fleet.waitFor('four voters', () => fleet.areServing(fleet.taken))

    await fleet.kill(third)
    third.id = 0
    fleet.sit(fifth, second)
    await fleet.cli(first, 'replace', 'm3', '--id', '5', ...at(fifth))
    await fleet.waitFor('its successor', () => fleet.areServing(fleet.taken))

    await fleet.cli(second, 'transfer', 'm1', '--to', 'm2')
    const report = await fleet.status(second)
    t.false(report?.groups.some(({ leader }) => leader === 1))

    const leaving = fleet.seats[1] as Seat
    await fleet.cli(first, 'remove', 'm2')
    const end = await leaving.process?.ended
    t.is(end?.code, 0)
    leaving.id = 0
    await fleet.waitFor('three voters', () => fleet.areServing(fleet.taken))

    await workload.stop()
    for (const seat of fleet.taken) {
      const verdict = await workload.verify(seat.client)
      t.log(JSON.stringify(verdict))
      t.true(verdict.acknowledged > 100)
      t.is(verdict.lost + verdict.doubled, 0, verdict.faults.join('\n'))
    }
  } finally {
    await workload.stop()
    await fleet.dispose()
  }
})

test('joining: a member alone gets another one, and goes: the other one is alone, with all there was', async (t) => {
  const fleet = await Fleet.start(1, 2)
  try {
    const [first, second] = fleet.seats as [Seat, Seat]
    const value = 'x'.repeat(100)
    await whenServed(first.client, (client) => client.set('a', value))
    fleet.sit(second, first)
    await fleet.cli(first, 'join', '--id', '2', ...at(second))
    await fleet.waitFor('two voters', () => fleet.areServing(fleet.taken))

    const shown = await fleet.cli(second, 'remove', 'm1', '--json')
    t.true(JSON.parse(shown.trim().split('\n').at(-1) ?? '').settled)
    t.is((await first.process?.ended)?.code, 0)
    first.id = 0
    await fleet.waitFor('one voter', () => fleet.areServing(fleet.taken))

    t.is(await whenServed(second.client, (client) => client.get('a')), value)
  } finally {
    await fleet.dispose()
  }
})
