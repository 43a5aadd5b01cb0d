// Members come and go under load, as operators do it: real processes, the command line, kill -9.

import test from 'ava'
import { Fleet, type Seat } from './fleet.js'
import { Workload } from './workload.js'

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
    t.regex(dry, /epoch 1: under way/)
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
