// All entries of a ledger as a vector, beside what adding them one by one comes to.

import test from 'ava'
import { Random, Vector } from 'quorate/plugin'
import { addNote, isOfEntry, Ledger } from '../../../plugins/eventual/ledger.js'

test('eventual: the entries of a ledger: come to the same vector one by one and together', (t) => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = new Random(seed)
    const ledger = new Ledger(10)
    const last = [0, 0, 0]
    for (let i = 1; i <= 200; i++) {
      const seat = random.below(3)
      const upTo = i * 64 + seat
      // Now and then behind a gap, which a later entry may fill.
      const after = random.below(10) === 0 ? (i - 1) * 64 + seat : (last[seat] as number)
      if (random.below(8) === 0) ledger.append(null)
      else ledger.append({ seat, after, upTo })
      last[seat] = upTo
    }
    ledger.cut(10 + random.below(100))
    const expected = new Vector()
    for (let index = ledger.first; index <= ledger.last; index++) {
      const note = ledger.at(index)
      if (isOfEntry(note)) addNote(expected, note)
    }

    t.true(ledger.addTo(new Vector()).equals(expected), `seed ${seed}`)
  }
})
