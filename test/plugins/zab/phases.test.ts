// The rules of the Zab paper, and the details that ZooKeeper got wrong (reliability.md 1.4).

import test from 'ava'
import type { MemberId, StrategyPlugin } from 'quorate/plugin'
import { compareVotes } from '../../../plugins/zab/election.js'
import zab from '../../../plugins/zab/index.js'
import { decodeMessage, encodeMessage } from '../../../plugins/zab/codec.js'
import type { Vote } from '../../../plugins/zab/messages.js'
import { lettersOf } from '../letters.js'
import { loaded } from '../../conformance/total/loaded.js'
import { World } from '../../conformance/total/world.js'
import { texts } from '../../conformance/total/texts.js'

const plugin = zab as StrategyPlugin
const { send } = lettersOf({ encodeMessage, decodeMessage })
const none = { term: 0, index: 0 }

function kinds(world: World): Map<string, number> {
  const counts = new Map<string, number>()
  world.filter = (_from, _to, message) => {
    const kind = decodeMessage(message)?.kind ?? 'unreadable'
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    return true
  }
  return counts
}

test('zab: votes: the later epoch wins, then the greater zxid, then the greater id', (t) => {
  const vote = (epoch: number, term: number, index: number, id: number): Vote => ({
    id: id as MemberId,
    era: 1,
    epoch,
    last: { term, index },
  })
  const ascending = [
    vote(1, 1, 9, 3),
    vote(2, 1, 2, 1),
    vote(2, 1, 2, 2),
    vote(2, 1, 3, 1),
    vote(2, 2, 3, 1),
    vote(3, 2, 1, 1),
  ]

  for (let i = 1; i < ascending.length; i++) {
    t.true(compareVotes(ascending[i] as Vote, ascending[i - 1] as Vote) > 0)
    t.true(compareVotes(ascending[i - 1] as Vote, ascending[i] as Vote) < 0)
  }
})

test('zab: discovery: an epoch is promised to one leader, also after a restart', (t) => {
  const world = new World({ plugin })
  const offer = { kind: 'leader-info', era: 1, epoch: 5, founds: false, last: none } as const
  const call = (from: number): void => {
    const vote = { id: from as MemberId, era: 1, epoch: 0, last: none }
    const base = { kind: 'notification', era: 1, state: 'leading', round: 99, vote } as const
    send(world, from, 1, { ...base, epoch: 5, handover: 0, founding: 0, counts: true })
    send(world, from, 1, offer)
  }
  const promise = (): unknown => {
    const strategy = world.strategy(1)
    let found: unknown = null
    for (let ready = strategy.ready(); ready !== null; ready = strategy.ready()) {
      if (ready.write !== null) {
        world.node(1).disk.state = ready.write.state ?? world.node(1).disk.state
        strategy.persisted(ready.batch)
      }
      for (const { message } of ready.sendAfterWrite) {
        const decoded = decodeMessage(message)
        if (decoded?.kind === 'ack-epoch') found = decoded.promise
      }
    }
    return found
  }

  call(2)
  t.is(promise(), 'given')
  t.is(world.strategy(1).status().term, 5)
  world.restart(1)
  call(3)
  t.is(promise(), 'taken')
  world.restart(1)
  call(2)
  t.is(promise(), 'given')
})

test('zab: discovery: the promise leaves only with its write', (t) => {
  const world = new World({ plugin })
  const vote = { id: 2 as MemberId, era: 1, epoch: 0, last: none }
  const base = { kind: 'notification', era: 1, state: 'leading', round: 9, vote } as const
  send(world, 2, 1, { ...base, epoch: 4, handover: 0, founding: 0, counts: true })
  world.strategy(1).ready()
  send(world, 2, 1, { kind: 'leader-info', era: 1, epoch: 5, founds: false, last: none })

  const ready = world.strategy(1).ready()

  t.true(ready?.mustSync)
  t.false(ready?.sendNow.some(({ message }) => decodeMessage(message)?.kind === 'ack-epoch'))
  t.true(ready?.sendAfterWrite.some(({ message }) => decodeMessage(message)?.kind === 'ack-epoch'))
})

test('zab: synchronisation: the epoch without the record of its history, which was cut as damaged: it counts for nothing', (t) => {
  const world = new World({ plugin })
  const first = world.elect()
  const [late, second] = world.ids.filter((id) => id !== first) as [number, number]
  world.isolate(late)
  world.propose(first, 'kept')
  world.advance(100)
  const durable = [...world.node(late).disk.entries]
  world.crash(first)
  world.heal()
  // Nobody hears that the late one holds the history of the second epoch: its witness had not noted it either.
  world.filter = (from, _to, message) =>
    from !== late || !['ack', 'ack-leader'].includes(decodeMessage(message)?.kind ?? '')
  t.true(world.until(() => world.node(late).disk.entries.length === durable.length + 2, 3_000))
  world.advance(10)
  world.crash(late)
  world.crash(second)
  world.node(late).disk.entries = durable
  world.filter = () => true

  world.start(late)
  world.start(first)

  t.true(world.until(() => world.leader() !== null && world.isSettled(), 3_000))
  world.advance(100)
  for (const id of [first, late]) t.deepEqual(texts(world, id), ['!kept'])
})

test('zab: synchronisation: a deposed leader with entries of its own: TRUNC, and their fate is unknown', (t) => {
  const world = new World({ plugin })
  const leader = world.elect()
  world.isolate(leader)
  const token = world.propose(leader, 'lost')
  world.until(() => world.leader() !== leader && world.isSettled(), 3_000)
  world.propose(world.leader() as number, 'kept')
  world.advance(100)
  const seen = kinds(world)
  world.heal()
  world.advance(1_000)

  t.true((seen.get('trunc') ?? 0) > 0)
  t.true(token !== null && world.fates.doubtful.has(token))
  for (const id of world.ids) t.deepEqual(texts(world, id), ['!kept'])
})

test('zab: synchronisation: a follower that was away: DIFF, NEWLEADER, ACK, UPTODATE, and no new epoch', (t) => {
  const world = new World({ plugin })
  const leader = world.elect()
  const victim = leader === 1 ? 2 : 1
  const { term } = world.strategy(leader).status()
  world.crash(victim)
  for (let i = 0; i < 5; i++) world.propose(leader, `v${i}`)
  world.advance(100)
  const seen = kinds(world)
  world.start(victim)

  t.true(world.until(() => texts(world, victim).length === 5, 2_000))
  world.advance(200)
  for (const kind of ['diff', 'new-leader', 'ack-leader', 'up-to-date'])
    t.true((seen.get(kind) ?? 0) > 0, kind)
  t.is(seen.get('trunc') ?? 0, 0)
  t.is(world.strategy(leader).status().term, term)
  t.is(world.strategy(victim).status().role, 'follower')
})

test('zab: synchronisation: history, then epoch, then the acknowledgement, one write after the other (ZOOKEEPER-3911, 4643)', (t) => {
  const world = loaded({ plugin, diskMinMs: 20, diskMaxMs: 25 })
  const leader = world.leader() as number
  const victim = leader === 1 ? 2 : 1
  world.crash(victim)
  world.wipe(victim)
  const order: string[] = []
  world.filter = (from, _to, message) => {
    const decoded = decodeMessage(message)
    if (from !== victim || decoded?.kind !== 'ack-leader') return true
    const { entries, state } = world.node(victim).disk
    const { currentEpoch = 0 } = world.strategy(victim).status().counters
    order.push(`${entries.length} ${state !== null} ${currentEpoch}`)
    return true
  }
  world.start(victim, 'disk-lost')
  world.until(() => order.length > 0, 3_000)

  const { last, term } = world.strategy(leader).status()
  t.is(order[0], `${last.index} true ${term}`)
})

test('zab: broadcast: the same PROPOSE again, and an older one: change nothing', (t) => {
  const world = new World({ plugin })
  const leader = world.elect()
  const victim = leader === 1 ? 2 : 1
  const proposals: Uint8Array[] = []
  world.filter = (from, to, message) => {
    if (from === leader && to === victim && decodeMessage(message)?.kind === 'propose')
      proposals.push(message)
    return true
  }
  for (const text of ['a', 'b', 'c']) {
    world.propose(leader, text)
    world.advance(20)
  }
  const before = world.strategy(victim).status().last
  for (const message of proposals)
    world.strategy(victim).step(leader as never, message, { wall: 0, mono: world.mono })

  t.true(proposals.length > 0)
  t.deepEqual(world.strategy(victim).status().last, before)
  t.is(world.strategy(victim).status().counters['truncations'], 0)
})

test('zab: a leader alone: abdicates and gives its linearizable reads back, sequential ones go on (n=5)', (t) => {
  const world = loaded({ plugin, voters: 5 })
  const leader = world.leader() as number
  world.isolate(leader)
  const token = world.read(leader)

  world.advance(1_300)
  const local = world.read(leader, 'sequential')

  t.not(world.strategy(leader).status().role, 'leader')
  t.is(token === null ? null : world.reads.get(token)?.dropped, 'not-leader')
  t.is(world.read(leader), null)
  t.is(
    local === null ? null : world.reads.get(local)?.grantedAt,
    world.node(leader).appliedAt.index,
  )
})

test('zab: a member comes back from behind a partition: it joins the epoch that is, and disturbs nobody', (t) => {
  const world = new World({ plugin })
  const leader = world.elect()
  const { term } = world.strategy(leader).status()
  const victim = leader === 1 ? 2 : 1
  world.isolate(victim)
  world.advance(5_000)
  world.heal()
  world.advance(1_000)

  t.is(world.strategy(leader).status().role, 'leader')
  t.is(world.strategy(leader).status().term, term)
  t.is(world.strategy(victim).status().leader, leader as MemberId)
})

test('zab: equal index and epoch but another chain: the member halts and says why', (t) => {
  const world = new World({ plugin })
  const leader = world.elect()
  world.advance(100)
  const victim = leader === 1 ? 2 : 1
  const { term: epoch, last: previous } = world.strategy(victim).status()
  const chain = { high: 1, low: 1 }

  send(world, leader, victim, {
    kind: 'propose',
    era: 1,
    epoch,
    fence: 1,
    previous,
    chain,
    commit: 0,
    entries: [],
  })

  t.is(world.strategy(victim).status().role, 'halted')
  t.regex(world.strategy(victim).status().why, /differs/)
})

test('zab: an observer: is informed of what is committed, and counts for nothing', (t) => {
  const world = new World({ plugin, voters: 2, learners: 1 })
  const leader = world.elect()
  const other = leader === 1 ? 2 : 1
  world.advance(100)
  const seen = kinds(world)
  world.propose(leader, 'a')
  world.advance(100)
  t.deepEqual(texts(world, 3), ['!a'])
  t.true((seen.get('inform') ?? 0) > 0)

  world.crash(other)
  const token = world.propose(leader, 'b')
  world.advance(200)

  t.true(token === null || !world.fates.committed.has(token))
  t.deepEqual(texts(world, 3), ['!a'])
})

test('zab: a forged epoch near 2^53: refused, nothing moves (S23)', (t) => {
  const world = new World({ plugin })
  const leader = world.elect()
  world.advance(100)
  const victim = leader === 1 ? 2 : 1
  const { term } = world.strategy(victim).status()
  const forged = Number.MAX_SAFE_INTEGER - 1
  const vote = { id: leader as MemberId, era: 1, epoch: forged, last: none }
  const notice = { kind: 'notification', era: 1, state: 'leading', round: 9, vote } as const
  const info = { kind: 'follower-info', era: 1, recovering: false, life: 1 } as const

  send(world, leader, victim, { ...notice, epoch: forged, handover: 0, founding: 0, counts: true })
  send(world, leader, victim, { ...notice, epoch: 0, handover: 0, founding: forged, counts: true })
  send(world, victim, leader, { ...info, acceptedEpoch: forged })
  world.advance(500)

  t.is(world.leader(), leader)
  t.is(world.strategy(leader).status().term, term)
  t.is(world.strategy(victim).status().counters['malformed'], 2)
})

test('zab: a founder that nobody follows: does not found again by what it was told before that', (t) => {
  const world = loaded({ plugin, durability: 'everysec', recoverWaitMs: 500 })
  for (const id of world.ids) world.crash(id)
  for (const id of world.ids) world.start(id, 'unclean-stop')
  const founder = (): number => world.ids.find((id) => world.strategy(id).status().term > 1) ?? 0
  t.true(world.until(() => founder() > 0, 5_000))
  const first = founder()
  const { term } = world.strategy(first).status()

  world.isolate(first)
  world.advance(10_000)

  t.is(world.strategy(first).status().term, term)
})

for (const voters of [3, 5])
  test(`zab: handing over, ${voters} voters: whoever takes over asks nobody which epochs it accepted`, (t) => {
    const world = loaded({ plugin, delayMaxMs: 1, voters })
    const leader = world.leader() as number
    world.filter = (_from, _to, message) => decodeMessage(message)?.kind !== 'follower-info'

    t.is(world.strategy(leader).transfer(null), null)

    t.true(world.until(() => world.leader() !== leader && world.isSettled(), 100))
    const isLed = (id: number): boolean => world.strategy(id).status().leader === world.leader()
    t.true(world.until(() => world.ids.every(isLed), 100))
  })

test('zab: handing over, on slow disks: each member promises and is synchronised once', (t) => {
  const world = loaded({ plugin, delayMaxMs: 1, diskMinMs: 80, diskMaxMs: 80 })
  const leader = world.leader() as number
  world.advance(1_000)
  const counts = kinds(world)

  t.is(world.strategy(leader).transfer(null), null)

  t.true(world.until(() => world.leader() !== leader && world.isSettled(), 1_000))
  world.advance(200)
  t.is(counts.get('ack-epoch'), 2)
})

test('zab: who was away at a hand-over: its first question for the epoch is answered', (t) => {
  const world = loaded({ plugin, delayMaxMs: 1 })
  const leader = world.leader() as number
  const [away, target] = world.ids.filter((id) => id !== leader) as [number, number]
  world.crash(away)
  t.is(world.strategy(leader).transfer(target as MemberId), null)
  t.true(world.until(() => world.leader() === target && world.isSettled(), 1_000))
  const counts = kinds(world)

  world.start(away)

  t.true(world.until(() => world.strategy(away).status().leader === target, 1_000))
  t.is(counts.get('follower-info'), 1)
})
