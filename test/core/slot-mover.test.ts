// Who drives a move, between two groups that answer when they are told to.

import test from 'ava'
import { type Engine, later } from '../../src/api/engine.js'
import { type Group, type GroupCall, type Lane, makeLane } from '../../src/api/group.js'
import { error } from '../../src/api/replies.js'
import type { Reply } from '../../src/api/reply.js'
import { describeLeaving } from '../../src/api/slot-moves.js'
import type { SlotMove } from '../../src/api/topology.js'
import { keySlot } from '../../src/base/keyslot.js'
import { SlotMover } from '../../src/core/slot-mover.js'
import { createEngine } from '../../src/engine/engine.js'
import { Ownership } from '../../src/shard/ownership.js'
import { SlotCall } from '../../src/shard/slot-calls.js'

class Side {
  readonly engine: Engine = createEngine({ databases: 16, bulkBytesMax: 8_000_000, maxMemory: 0 })
  readonly ownership = new Ownership()
  readonly calls: (readonly string[])[] = []
  isBetweenEntries = true
  clock = 1_000
  /** Answers in place of the group. */
  answers: (args: readonly string[]) => Reply | undefined = () => undefined
  #open: { readonly lane: Lane; readonly call: GroupCall }[] = []
  readonly group = {
    lane: makeLane,
    submit: (lane: Lane, call: GroupCall) => this.#open.push({ lane, call }),
  } as unknown as Group

  constructor() {
    this.ownership.attach(this.engine)
  }

  turn(): void {
    const open = this.#open
    this.#open = []
    for (const { lane, call } of open) {
      this.calls.push(call.args)
      lane.caller.answer(call.ticket, this.answers(call.args) ?? this.#execute(call.args))
    }
  }

  run(...args: readonly string[]): Reply {
    this.engine.beginEntry(this.clock, 0, 1)
    let reply = this.engine.execute(0, args)
    while (reply === later) reply = this.engine.step(1_000)
    return reply
  }

  #execute(args: readonly string[]): Reply {
    this.engine.beginEntry(this.clock, 0, 1)
    const nothing = (): void => undefined
    const seat = {
      engine: this.engine,
      ownership: this.ownership,
      endWaits: nothing,
      left: nothing,
    }
    const call = new SlotCall(seat, { db: 0, args, wall: undefined })
    for (;;) {
      const reply = call.step(1_000)
      if (reply !== later) return reply as Reply
    }
  }

  has(step: string): boolean {
    return this.calls.some((args) => args[1] === step)
  }
}

function world() {
  const [s, d] = [new Side(), new Side()]
  const mover = new SlotMover({ source: s.group, held: s, target: d.group, databases: 16 })
  const slot = keySlot('a')
  let move: SlotMove = {
    id: 5,
    from: 0,
    to: 1,
    slots: [[slot, slot]],
    done: [],
    isCancelled: false,
  }
  let mono = 0
  return {
    s,
    d,
    cancel: () => {
      move = { ...move, isCancelled: true }
    },
    until: (holds: () => boolean): boolean => {
      for (let i = 0; i < 3_000 && !holds(); i++) {
        mono++
        mover.turn({ mono, wall: mono }, move)
        s.turn()
        d.turn()
      }
      return holds()
    },
  }
}

test('slot mover: a long key that ends while its last copies are made: is nowhere, not there in part', (t) => {
  const { s, d, until } = world()
  for (let i = 0; i < 40; i++) s.run('rpush', 'a', `${i}${'y'.repeat(40_000)}`)
  s.run('pexpireat', 'a', '2000')
  // It is written to while it is copied, and ends while the last copies are on their way.
  let isFrozen = false
  let copies = 0
  s.answers = (args) => {
    if (args[1] === 'freeze') {
      s.run('rpush', 'a', 'more')
      isFrozen = true
    }
    return undefined
  }
  d.answers = (args) => {
    if (isFrozen && args[1] === 'copy' && ++copies === 2) {
      s.clock = 3_000
      s.engine.beginEntry(s.clock, 0, 1)
      s.engine.expireDue(100)
    }
    return undefined
  }

  t.true(until(() => s.has('gone')))

  t.true(copies > 3)
  t.is(d.run('llen', 'a'), 0)
})

test('slot mover: a move that is ended while its target cannot be asked: ends at once, and says before why it waits', (t) => {
  const { s, d, cancel, until } = world()
  s.run('set', 'a', '1')
  d.answers = () => error('CLUSTERDOWN nobody leads')
  t.true(until(() => (s.ownership.state.leaving?.why ?? '') !== ''))
  const why = 'shard group 1 does not take slots: CLUSTERDOWN nobody leads'
  t.is(
    describeLeaving(s.ownership.state),
    `slots ${keySlot('a')} to shard group 1, attempt 2: ${why}`,
  )

  cancel()

  t.true(until(() => s.has('cancel')))
  t.is(s.ownership.state.leaving, null)
  t.is(s.run('get', 'a'), '1')
})

test('slot mover: a move that is ended while slots are frozen: waits until the target says whether it has them', (t) => {
  const { s, d, cancel, until } = world()
  s.run('set', 'a', '1')
  d.answers = (args) => {
    if (args[1] === 'copy') cancel()
    const isDown = args[1] === 'commit' || (d.has('commit') && d.calls.length < 30)
    return isDown ? error('CLUSTERDOWN nobody leads') : undefined
  }
  t.true(until(() => d.calls.length === 20))
  const { leaving } = s.ownership.state
  t.true(leaving?.isFrozen)
  t.regex(describeLeaving(s.ownership.state), /about to change hands.* or say whether it has them/)

  t.true(until(() => s.has('cancel')))

  t.is(s.ownership.state.leaving, null)
  t.is(s.run('get', 'a'), '1')
})

test('slot mover: keys that a script removed for now: are copied when it is undone', (t) => {
  const { s, d, until } = world()
  s.run('set', 'a', '1')
  d.answers = (args) => {
    if (args[1] === 'import') {
      s.engine.beginEntry(s.clock, 0, 1)
      s.engine.scripting?.speculate()
      s.engine.scripting?.execute(0, ['del', 'a'])
      s.isBetweenEntries = false
    }
    return undefined
  }
  t.true(until(() => d.has('import')))
  until(() => false)
  s.engine.scripting?.undo()
  s.isBetweenEntries = true
  d.answers = () => undefined

  t.true(until(() => s.has('gone')))

  t.is(d.run('get', 'a'), '1')
})
