// Copies of large keys on their way: several calls at a time, within a bound, and what happens where one does not arrive.

import test from 'ava'
import { type Group, type GroupCall, type Lane, makeLane } from '../../src/api/group.js'
import { limits } from '../../src/api/limits.js'
import { error } from '../../src/api/replies.js'
import { describeLeaving } from '../../src/api/slot-moves.js'
import type { SlotMove } from '../../src/api/topology.js'
import { hasBug, plantBug } from '../../src/base/seeded-bug.js'
import { SlotMover } from '../../src/core/slot-mover.js'
import { type Side, side, slotOfA } from '../shard/move-world.js'

const key = 'a'
const text = 'x'.repeat(500)
const items = Array.from({ length: 3_000 }, (_, i) => `${i}:${text}`)

interface Asked {
  readonly lane: Lane
  readonly call: GroupCall
}

/** The target answers one call a turn; `fails`: a call with copies, by its number, that it never gets. */
class Moved {
  readonly source = side()
  readonly target = side()
  readonly waiting: Asked[] = []
  readonly said: string[] = []
  most = { calls: 0, bytes: 0 }
  readonly #mover: SlotMover
  readonly #move: SlotMove
  #copies = 0

  readonly #fails: number

  constructor(fails = 0) {
    this.#fails = fails
    const runs = [[slotOfA, slotOfA]] as const
    this.#move = { id: 5, slots: runs, from: 0, to: 1, done: [], isCancelled: false }
    for (let at = 0; at < items.length; at += 100)
      this.source.run('rpush', key, ...items.slice(at, at + 100))
    const { engine, ownership } = this.source
    this.#mover = new SlotMover({
      source: groupOf((asked) => answer(this.source, asked)),
      held: { engine, ownership, isBetweenEntries: true },
      target: groupOf((asked) => this.waiting.push(asked)),
      databases: 16,
    })
  }

  run(turnsMax = 10_000): this {
    for (let turn = 1; turn <= turnsMax && this.#mover.went(this.#move) === null; turn++) {
      this.#mover.turn({ mono: turn * 50, wall: turn * 50 }, this.#move)
      const copies = this.waiting.filter(({ call }) => call.args[1] === 'copy')
      const bytes = copies.reduce((sum, { call }) => sum + call.args.join('').length, 0)
      this.most = {
        calls: Math.max(this.most.calls, copies.length),
        bytes: Math.max(this.most.bytes, bytes),
      }
      this.said.push(
        describeLeaving(this.source.ownership.state, this.source.engine.moving?.progress?.()),
      )
      // Some turns go by before it answers.
      if (turn % 8 === 0) this.#take()
    }
    return this
  }

  get list(): unknown {
    return this.target.run('llen', key)
  }

  #take(): void {
    const asked = this.waiting.shift()
    if (asked === undefined) return
    const isCopy = asked.call.args[1] === 'copy'
    if (isCopy && ++this.#copies === this.#fails)
      asked.lane.caller.answer(asked.call.ticket, error('CLUSTERDOWN nobody leads'))
    else answer(this.target, asked)
  }
}

function groupOf(submit: (asked: Asked) => void): Group {
  return {
    lane: makeLane,
    submit: (lane: Lane, call: GroupCall) => submit({ lane, call }),
  } as unknown as Group
}

function answer(at: Side, { lane, call }: Asked): void {
  lane.caller.answer(call.ticket, at.call(...call.args.slice(1)))
}

test('move window: a large list: several calls are under way, no more than the bound, and all of it arrives', (t) => {
  const moved = new Moved().run()

  t.is(moved.list, items.length)
  for (let at = 0; at < items.length; at += 50)
    t.is(moved.target.run('lindex', key, String(at)), items[at] as string)
  t.true(moved.most.calls > 1, String(moved.most.calls))
  t.true(moved.most.bytes <= limits.moveFlightBytes, String(moved.most.bytes))
  t.is(moved.source.engine.keyCount(0), 0)
})

test('move window: how far a large key is: bytes that arrived grow, keys are those that were sent whole', (t) => {
  const { said } = new Moved().run()

  const parts = said.flatMap((line) => {
    const found = /(\d+) of 1 keys copied, ([\d.]+) of about ([\d.]+) MB, at slot (\d+)/.exec(line)
    return found === null ? [] : [found.slice(1).map(Number)]
  })
  const megabytes = [...new Set(parts.map((part) => part[1]))]
  t.true(megabytes.length > 10)
  t.deepEqual(
    megabytes,
    megabytes.toSorted((a, b) => (a ?? 0) - (b ?? 0)),
  )
  t.true(parts.every(([, , total, slot]) => (total ?? 0) > 1.4 && slot === slotOfA))
})

test('move window: a call in the midst does not arrive: the attempt is over, the next one brings all', (t) => {
  const moved = new Moved(4).run()

  t.is(moved.list, items.length)
  t.true(moved.said.some((line) => line.includes('copies did not arrive: CLUSTERDOWN')))
})

test.serial(
  'move window: a seeded bug that leaves out what did not arrive: a part of the list is lost',
  (t) => {
    t.false(hasBug('move-copy-skipped'))
    plantBug('move-copy-skipped')
    const moved = new Moved(4).run()
    plantBug('')

    t.true(Number(moved.list) < items.length)
  },
)
