// Beats between two members: what they hold of each other, whatever becomes of single ones.

import test from 'ava'
import type { GroupId, MemberId } from '../../src/api/ids.js'
import { MemberRests } from '../../src/core/rests.js'

const everyMs = 100
const [group, another] = [0 as GroupId, 1 as GroupId]

class End {
  readonly rests: MemberRests
  readonly sent: Uint8Array[] = []
  stirred: number[] = []
  life = 5
  readonly peer: MemberId

  constructor(peer: number) {
    this.peer = peer as MemberId
    this.rests = new MemberRests({
      life: () => this.life,
      peers: () => [this.peer],
      send: (_to, body) => this.sent.push(body),
      stir: (index) => this.stirred.push(index),
    })
  }

  rest(mark: string | null, of = group): void {
    this.rests.set(of, mark === null ? null : { mark, everyMs })
  }

  isHeard(mark: string, of = group): boolean {
    return this.rests.sightOf(of).isHeard(this.peer, mark)
  }
}

const at = (mono: number) => ({ mono, wall: mono })

/** Two members, and a beat of both that arrives, save those that `loses` says. */
function world() {
  const [a, b] = [new End(2), new End(1)]
  const beat = (mono: number, loses: (bytes: Uint8Array) => boolean = () => false): void => {
    for (const end of [a, b]) end.rests.turn(at(mono))
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      for (const bytes of from.sent.splice(0)) {
        if (!loses(bytes)) to.rests.receive(to.peer, bytes, at(mono))
      }
    }
  }
  return { a, b, beat }
}

test('rests: both rest at the same: each hears it, and lists go no further', (t) => {
  const { a, b, beat } = world()
  a.rest('x')
  b.rest('x')

  beat(1_000)
  t.true(a.isHeard('x') && b.isHeard('x'))
  t.deepEqual(a.stirred, [group])
  t.false(a.isHeard('y'))

  beat(1_100)
  const lengths: number[] = []
  beat(1_200, (bytes) => lengths.push(bytes.length) < 0)
  t.true(Math.max(...lengths) < 40)
  t.is(a.rests.sightOf(group).heardAt(a.peer, 'x'), 1_200)
})

test('rests: it says something else: the group of that has its turn, no other', (t) => {
  const { a, b, beat } = world()
  for (const end of [a, b]) {
    end.rest('x')
    end.rest('z', another)
  }
  beat(1_000)
  beat(1_100)
  a.stirred = []

  b.rest('y')
  beat(1_200)

  t.deepEqual(a.stirred, [group])
  t.false(a.isHeard('x'))
  t.true(a.isHeard('z', another))
  // Until then it did: who depends on it counts its silence from there.
  t.is(a.rests.sightOf(group).heardAt(a.peer, 'x'), 1_100)
})

test('rests: it is silent: its groups have their turn within two beats, and it is heard again', (t) => {
  const { a, b, beat } = world()
  a.rest('x')
  b.rest('x')
  beat(1_000)
  beat(1_100)
  a.stirred = []

  t.true(a.rests.wakeAt() <= 1_300)
  a.rests.turn(at(1_249))
  t.deepEqual(a.stirred, [])
  a.rests.turn(at(1_260))

  t.deepEqual(a.stirred, [group])
  t.false(a.isHeard('x'))
  t.is(a.rests.sightOf(group).heardAt(a.peer, 'x'), 1_100)
  beat(1_400)
  t.true(a.isHeard('x'))
})

test('rests: nothing rests any more: no beats', (t) => {
  const { a, b, beat } = world()
  a.rest('x')
  b.rest('x')
  beat(1_000)

  a.rest(null)
  a.rests.turn(at(1_100))

  t.deepEqual(a.sent, [])
  t.is(a.rests.wakeAt(), Number.MAX_SAFE_INTEGER)
})

test('rests: a list is lost: what counts is said again, and the number alone says nothing', (t) => {
  const { a, b, beat } = world()
  a.rest('x')
  b.rest('x')
  beat(1_000)
  beat(1_100)

  b.rest('y')
  a.rest('y')
  beat(1_200, () => true)
  t.false(a.isHeard('y'))
  beat(1_300)
  t.true(a.isHeard('y') && b.isHeard('y'))
})

test('rests: beats overtake each other: the older one is not heard', (t) => {
  const { a, b, beat } = world()
  a.rest('x')
  b.rest('x')
  beat(1_000)
  b.rests.turn(at(1_100))
  const [old] = b.sent.splice(0)
  b.rest('y')
  b.rests.turn(at(1_200))
  a.rests.receive(a.peer, b.sent.splice(0)[0] as Uint8Array, at(1_200))

  a.rests.receive(a.peer, old as Uint8Array, at(1_210))

  t.false(a.isHeard('x'))
  t.true(a.isHeard('y'))
})

test('rests: a peer that started again: what its earlier life said counts no more', (t) => {
  const { a, b, beat } = world()
  a.rest('x')
  b.rest('x')
  beat(1_000)

  a.rests.lost(a.peer)
  t.false(a.isHeard('x'))
  t.is(a.rests.sightOf(group).heardAt(a.peer, 'x'), 1_000)

  const later = new End(1)
  later.life = 6
  later.rest('z', another)
  later.rests.turn(at(1_100))
  a.rests.receive(a.peer, later.sent[0] as Uint8Array, at(1_100))
  t.false(a.isHeard('x'))
})

test('rests: a malformed beat: changes nothing', (t) => {
  const { a, b, beat } = world()
  a.rest('x')
  b.rest('x')
  beat(1_000)
  b.rests.turn(at(1_100))
  const whole = b.sent[0] as Uint8Array

  for (let length = 0; length < whole.length; length++) {
    a.rests.receive(a.peer, whole.subarray(0, length), at(1_100))
    t.is(a.rests.sightOf(group).heardAt(a.peer, 'x'), 1_000)
  }
  a.rests.receive(a.peer, whole, at(1_100))
  t.is(a.rests.sightOf(group).heardAt(a.peer, 'x'), 1_100)
})
