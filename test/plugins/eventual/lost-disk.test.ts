// A member that lost its disk forgot which stamps it used: others would take its entries for those of its earlier life.

import test from 'ava'
import {
  type GroupId,
  hashZero,
  type MemberId,
  type Now,
  payloadOf,
  positionZero,
  Random,
  stampAt,
  type Strategy,
  type StrategyPlugin,
  type Token,
  Vector,
} from 'quorate/plugin'
import plugin from '../../../plugins/eventual/index.js'
import { encodeMark } from '../../../plugins/eventual/mark.js'
import { encodeMessage } from '../../../plugins/eventual/messages.js'
import { EventualState } from '../../../plugins/eventual/state.js'

const [one, two, three] = [1, 2, 3] as [MemberId, MemberId, MemberId]
const members = { voters: [one, two, three], learners: [] }
const wall = 1_800_000_000_000
const waitMs = 2_000

/** Member 1 with an empty disk, its clock 10 minutes behind what it was. */
function wiped() {
  const { create, parseOptions } = plugin as StrategyPlugin
  const init = {
    self: one,
    group: 1 as GroupId,
    options: parseOptions({}) as never,
    durability: 'always',
    members,
    state: null,
    base: positionZero,
    baseChain: hashZero,
    entries: [],
    recovering: 'disk-lost',
    recoverWaitMs: waitMs,
    now: { wall, mono: 0 },
    random: new Random(1),
  } as const
  const strategy = create(init)
  // What is written is on the disk at once.
  const settle = () => {
    for (let ready = strategy.ready(); ready !== null; ready = strategy.ready()) {
      if (ready.write !== null) strategy.persisted(ready.batch)
    }
  }
  const mark = encodeMark(new EventualState({ ...init, recovering: null }))
  for (const peer of [two, three]) strategy.peerUp(peer)
  return { strategy, settle, mark }
}

function tell(strategy: Strategy, from: MemberId, vector: Vector, now: Now): void {
  const made = {
    made: 0,
    promise: 0,
    safe: 0,
    life: from,
    recovering: false,
    isSettled: true,
    held: new Vector(),
  }
  const note = {
    kind: 'vector',
    vector,
    ...made,
    reach: null,
    guessed: null,
    follows: { era: 0, epoch: 0 },
  } as const
  strategy.step(from, encodeMessage(note), now)
}

function write(strategy: Strategy, now: Now): string | undefined {
  return strategy.propose(1 as Token, payloadOf(new Uint8Array(1)), now)?.reason
}

test('eventual: a lost disk, and one member is silent: read after a while, written once that one told of its stamps', (t) => {
  const { strategy, settle, mark } = wiped()
  tell(strategy, two, new Vector(), { wall, mono: 10 })
  strategy.tick({ wall, mono: 20 })
  strategy.snapshotInstalled({ term: 1, index: 1 }, hashZero, members, mark)
  settle()
  t.is(strategy.readIndex(7 as Token, 'local')?.reason, 'not-leader')

  const late = { wall, mono: waitMs + 100 }
  strategy.tick(late)
  settle()

  t.is(strategy.readIndex(7 as Token, 'local'), null)
  t.is(write(strategy, late), 'busy')
  t.regex(strategy.status().why, /heard from members 3 /)

  // What it made while its clock was ahead.
  const old = stampAt(wall + 600_000, 0)
  const held = new Vector()
  held.add({ seat: 0, after: 0, upTo: old })
  tell(strategy, three, held, late)
  strategy.tick(late)
  settle()
  t.is(write(strategy, late), undefined)

  const stamp = strategy.ready()?.delivered.find(({ merge }) => merge !== undefined)?.merge?.stamp
  t.true((stamp as number) > old, `${stamp} is above ${old}`)
  t.is(strategy.status().why, '')
})

test('eventual: a lost disk, and the operator accepts loss: it writes without those that are silent', (t) => {
  const { strategy, settle, mark } = wiped()
  tell(strategy, two, new Vector(), { wall, mono: 10 })
  strategy.tick({ wall, mono: 20 })
  strategy.snapshotInstalled({ term: 1, index: 1 }, hashZero, members, mark)
  const late = { wall, mono: waitMs + 100 }
  strategy.tick(late)
  settle()
  t.is(write(strategy, late), 'busy')

  strategy.acceptLoss()
  strategy.tick(late)
  settle()

  t.is(write(strategy, late), undefined)
})
