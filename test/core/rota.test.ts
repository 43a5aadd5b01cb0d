// Who has a part of a turn.

import test from 'ava'
import type { Now } from '../../src/api/ids.js'
import { type Attendant, Rota } from '../../src/core/rota.js'

const never = Number.MAX_SAFE_INTEGER

class Group implements Attendant {
  begun = 0
  isRestless = false
  due = never
  readonly name: number

  constructor(name: number) {
    this.name = name
  }

  begin(now: Now): void {
    this.begun = now.mono
  }

  wakeAt(): number {
    return this.due
  }
}

/** Four groups that had a turn at 10 ms, and one turn more. */
function world() {
  const rota = new Rota<Group>()
  const groups = [0, 1, 2, 3].map((name) => new Group(name))
  for (const group of groups) rota.add(group)
  const turn = (mono: number, during: () => void = () => {}, behind = during): number[] => {
    const ran: number[] = []
    rota.begin({ wall: mono, mono })
    if (behind === during) during()
    rota.run((group) => ran.push(group.name))
    if (behind !== during) behind()
    rota.end(() => {})
    return ran
  }
  turn(10)
  return { rota, groups, turn }
}

test('rota: nothing came and nothing is due: nobody has a part of the turn', (t) => {
  const { rota, groups, turn } = world()

  t.deepEqual(turn(20), [])
  t.true(groups.every(({ begun }) => begun === 10))
  t.is(rota.wakeAt(), 1_000)
})

test('rota: something came for a group: it alone, at the time of the turn', (t) => {
  const { rota, groups, turn } = world()

  t.deepEqual(
    turn(20, () => rota.stir(2)),
    [2],
  )
  t.is(groups[2]?.begun, 20)
})

test('rota: a time has come: the groups whose it is', (t) => {
  const { rota, groups, turn } = world()
  for (const [i, group] of groups.entries()) group.due = 100 + 50 * i
  turn(20, () => rota.stirAll())

  t.is(rota.wakeAt(), 100)
  t.deepEqual(turn(99), [])
  t.deepEqual(turn(150), [0, 1])
})

test('rota: a second has passed: all of them in one turn', (t) => {
  const { turn } = world()

  t.deepEqual(turn(1_000), [0, 1, 2, 3])
  t.deepEqual(turn(1_001), [])
})

test('rota: restless, woken, or stirred behind its part: has one of the next turn', (t) => {
  const { rota, groups, turn } = world()

  ;(groups[1] as Group).isRestless = true
  turn(20, () => rota.stir(1))
  t.deepEqual(turn(21), [1])
  ;(groups[1] as Group).isRestless = false
  t.deepEqual(turn(22), [1])

  turn(23, () => rota.wake(3))
  t.deepEqual(turn(24), [3])

  t.deepEqual(
    turn(
      25,
      () => {},
      () => rota.stir(0),
    ),
    [],
  )
  t.deepEqual(turn(26), [0])
})

test('rota: groups that are related: have their turns together, in the order of their indexes', (t) => {
  const { rota, turn } = world()
  rota.relate([1, 3])

  t.deepEqual(
    turn(20, () => rota.stir(3)),
    [1, 3],
  )
  t.deepEqual(
    turn(21, () => rota.stir(0)),
    [0],
  )
})

test('rota: the end of a turn: is that of its groups alone', (t) => {
  const { rota } = world()
  const ended: number[] = []

  rota.begin({ wall: 20, mono: 20 })
  rota.stir(1)
  rota.run(() => {})
  rota.end((group) => ended.push(group.name))

  t.deepEqual(ended, [1])
})
