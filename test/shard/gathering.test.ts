import test from 'ava'
import { limits } from '../../src/api/limits.js'
import { Gathering } from '../../src/shard/gathering.js'

const at = (mono: number) => ({ wall: 0, mono })
const patience = limits.batchPatienceMs

test('gathering: nothing was answered yet: a batch leaves at once', (t) => {
  const gathering = new Gathering()
  t.false(gathering.holds(1, at(0)))
})

test('gathering: callers were answered: waits for as many, but no longer than the patience', (t) => {
  const gathering = new Gathering()
  gathering.begin(50, 100)
  t.true(gathering.holds(49, at(100)))
  t.false(gathering.holds(50, at(100)))
  t.false(gathering.holds(49, at(100 + patience)))
})

test('gathering: callers that send again at once: every batch waits for them', (t) => {
  const gathering = new Gathering()
  for (let round = 0; round < 1_000; round++) {
    gathering.begin(50, round)
    t.true(gathering.holds(49, at(round)))
    gathering.left(50)
  }
})

test('gathering: callers that do not send again: hardly a batch waits for them any more', (t) => {
  const gathering = new Gathering()
  let held = 0
  for (let round = 0; round < 1_000; round++) {
    gathering.begin(2, round)
    if (gathering.holds(1, at(round))) held++
    gathering.left(1)
  }
  t.true(held > 10 && held < 25, `${held} of 1000`)
})

test('gathering: every second wait is in vain: it is given up all the same', (t) => {
  const gathering = new Gathering()
  let held = 0
  for (let round = 0; round < 1_000; round++) {
    gathering.begin(2, round)
    if (!gathering.holds(1, at(round))) continue
    held++
    gathering.left(held % 2 === 0 ? 2 : 1)
  }
  t.true(held < 100, `${held} of 1000`)
})

test('gathering: callers come back after a while: batches wait for them again', (t) => {
  const gathering = new Gathering()
  for (let round = 0; round < 1_000; round++) {
    gathering.begin(2, round)
    gathering.left(1)
  }
  let held = 0
  for (let round = 0; round < 1_000; round++) {
    gathering.begin(2, round)
    if (gathering.holds(1, at(round))) held++
    gathering.left(2)
  }
  t.true(held > 900, `${held} of 1000`)
})
