import test from 'ava'
import { limits } from '../../src/api/limits.js'
import { AnswerTime, Gathering } from '../../src/shard/gathering.js'

const at = (mono: number) => ({ wall: 0, mono })
const patience = limits.batchPatienceMs

function come(gathering: Gathering, count: number): void {
  for (let i = 0; i < count; i++) gathering.came()
}

/** A batch that left is answered: its callers may come back. */
function answer(gathering: Gathering, count: number, mono: number): void {
  gathering.landed(count)
  gathering.begin(count, mono + patience)
}

/** So many were under way, are answered, and so many of them come back. */
function round(gathering: Gathering, counts: readonly [number, number], mono: number): boolean {
  const [count, back] = counts
  come(gathering, count)
  gathering.left(count)
  answer(gathering, count, mono)
  come(gathering, back)
  const holds = gathering.holds(at(mono))
  gathering.left(back)
  gathering.landed(back)
  return holds
}

test('gathering: nothing was answered yet: a batch leaves at once', (t) => {
  const gathering = new Gathering()
  come(gathering, 1)
  t.false(gathering.holds(at(0)))
})

test('gathering: callers were answered: waits for as many, but no longer than the patience', (t) => {
  const gathering = new Gathering()
  come(gathering, 50)
  gathering.left(50)
  answer(gathering, 50, 100)
  come(gathering, 49)
  t.true(gathering.holds(at(100)))
  t.false(gathering.holds(at(100 + patience)))
  come(gathering, 1)
  t.false(gathering.holds(at(100)))
})

test('gathering: answers take longer: batches wait longer, within bounds, and no longer once they are fast', (t) => {
  const time = new AnswerTime()
  t.is(time.ms, patience)
  for (let i = 0; i < 50; i++) time.took(patience + 1)
  t.is(time.ms, 2 * (patience + 1))
  time.took(100)
  time.took(100)
  t.is(time.ms, limits.batchPatienceMsMax)
  for (let i = 0; i < 50; i++) time.took(0)
  t.is(time.ms, patience)
})

test('gathering: callers of one group go on with another: both wait for all of them', (t) => {
  const gathering = new Gathering()
  come(gathering, 50)
  gathering.left(20)
  gathering.left(30)
  answer(gathering, 20, 100)
  come(gathering, 20)
  t.true(gathering.holds(at(100)), '30 are under way')
  answer(gathering, 30, 101)
  come(gathering, 29)
  t.true(gathering.holds(at(101)))
  come(gathering, 1)
  t.false(gathering.holds(at(101)))
})

test('gathering: what is refused is not waited for, and does not count as waiting', (t) => {
  const gathering = new Gathering()
  come(gathering, 3)
  gathering.left(2)
  gathering.gone(1)
  answer(gathering, 2, 100)
  come(gathering, 1)
  t.true(gathering.holds(at(100)))
  come(gathering, 1)
  t.false(gathering.holds(at(100)))
})

test('gathering: callers that send again at once: every batch waits for them', (t) => {
  const gathering = new Gathering()
  come(gathering, 50)
  for (let time = 0; time < 1_000; time++) {
    gathering.left(50)
    answer(gathering, 50, time)
    come(gathering, 49)
    t.true(gathering.holds(at(time)))
    come(gathering, 1)
  }
})

test('gathering: callers that do not send again: hardly a batch waits for them any more', (t) => {
  const gathering = new Gathering()
  let held = 0
  for (let time = 0; time < 1_000; time++) if (round(gathering, [2, 1], time)) held++
  t.true(held > 5 && held < 25, `${held} of 1000`)
})

test('gathering: every second wait is in vain: it is given up all the same', (t) => {
  const gathering = new Gathering()
  let held = 0
  for (let time = 0; time < 1_000; time++) {
    come(gathering, 2)
    gathering.left(2)
    answer(gathering, 2, time)
    come(gathering, 1)
    if (gathering.holds(at(time)) && ++held % 2 === 0) come(gathering, 1)
    const count = held % 2 === 0 ? 2 : 1
    gathering.left(count)
    gathering.landed(count)
  }
  t.true(held < 100, `${held} of 1000`)
})

test('gathering: callers come back after a while: batches wait for them again', (t) => {
  const gathering = new Gathering()
  for (let time = 0; time < 1_000; time++) round(gathering, [2, 1], time)
  let held = 0
  come(gathering, 2)
  for (let time = 0; time < 1_000; time++) {
    gathering.left(2)
    answer(gathering, 2, time)
    come(gathering, 1)
    if (gathering.holds(at(time))) held++
    come(gathering, 1)
  }
  t.true(held > 900, `${held} of 1000`)
})
