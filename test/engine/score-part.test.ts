// Parts of sorted sets, changed at random beside a sorted list.

import test from 'ava'
import { Random } from '../../src/base/random.js'
import { ScorePart, scoreKind } from '../../src/engine/values/score-part.js'

interface Entry {
  readonly score: number
  readonly member: string
}

const compare = (a: Entry, b: Entry): number =>
  a.score - b.score || (a.member < b.member ? -1 : a.member > b.member ? 1 : 0)

function entriesOf(part: ScorePart): Entry[] {
  return part.scores.map((score, i) => ({ score, member: part.member(i) }))
}

test('score part: members come and go at random: those left are in order, whatever was split or copied', (t) => {
  const random = new Random(7)
  let part = new ScorePart(0)
  const model: Entry[] = []
  for (let i = 0; i < 6_000; i++) {
    const entry = { score: random.below(50), member: `m${random.below(1_000)}` }
    const at = part.indexOf(entry.score, entry.member)
    const found = model.findIndex((each) => compare(each, entry) === 0)
    if (found < 0 && model.length < 600) {
      part.insert(at, entry.member, entry.score)
      model.push(entry)
      model.sort(compare)
    } else if (model.length > 0) {
      const from = found < 0 ? random.below(model.length) : found
      const count = Math.min(1 + random.below(5), model.length - from)
      const gone = part.remove(from, count)
      t.deepEqual(
        gone,
        model.splice(from, count).map((each) => each.member),
      )
    }
    if (i % 500 === 499) part = scoreKind.copy(part)
    if (i % 1_000 !== 999) continue
    t.deepEqual(entriesOf(part), model)
    t.deepEqual(
      part.members(3, 40),
      model.slice(3, 40).map((each) => each.member),
    )
  }
  const halves = scoreKind.split(part, 1_000_000)
  t.deepEqual(halves?.flatMap(entriesOf), model)
})

test('score part: a member comes before hundreds of others: no string is moved for it', (t) => {
  const part = new ScorePart(0)
  for (let i = 0; i < 300; i++) part.insert(i, `m${i}`, i)
  const before = part.names.slice()

  part.insert(0, 'first', -1)

  t.deepEqual(part.names, [...before, 'first'])
  t.is(part.member(0), 'first')
  t.deepEqual(part.remove(0, 1), ['first'])
  t.deepEqual(part.names, before)
})
