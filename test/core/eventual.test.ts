// An eventual keyspace of whole members: always writable, convergent, and nothing that was answered is lost.

import test from 'ava'
import { EventualMembers } from './eventual-world.js'

for (const durability of ['always', 'everysec'] as const) {
  test(`eventual: random faults, ${durability}: members become equal, nothing answered is lost`, (t) => {
    const faults: string[] = []
    for (let seed = 1; seed <= 6; seed++) {
      const members = new EventualMembers(seed, durability)
      members.run(1_500)
      for (const fault of members.faults.slice(0, 3)) faults.push(`seed ${seed}: ${fault}`)
    }

    t.deepEqual(faults, [])
  })
}
