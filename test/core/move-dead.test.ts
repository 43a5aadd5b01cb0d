// Slots that move to a shard group that nobody leads any more.

import test, { type ExecutionContext } from 'ava'
import { movesSince } from '../../src/api/cluster-version.js'
import type { MemberId } from '../../src/api/ids.js'
import { plantBug } from '../../src/base/seeded-bug.js'
import { keySlot } from '../../src/base/keyslot.js'
import { SlotMap } from '../../src/slots/map.js'
import { type Client, CoreWorld, keyspace } from './core-world.js'

function placed(): CoreWorld {
  const shardGroups = [[1, 2, 3], [4]].map((ids, id) => {
    return { id, weight: 1, members: ids as unknown as readonly MemberId[] }
  })
  const w = new CoreWorld({
    members: 4,
    keyspaces: [keyspace('default', [])],
    config: () => ({ shards: 2, shardGroups, requestMs: 2_000 }),
  })
  w.until(
    () => w.members.every(({ core }) => (core?.inspect().topology.version ?? 1) >= movesSince),
    20_000,
  )
  return w
}

const map = SlotMap.even(2)
const key = ['a', 'b', 'c', 'd', 'e'].find((each) => map.shardOf(keySlot(each)) === 0) as string
const slot = keySlot(key)

function ask(
  w: CoreWorld,
  client: Client,
  line: string,
): { reply: string | undefined; ms: number } {
  const from = client.replies.length
  const at = w.mono
  client.send(line)
  w.until(() => client.replies.length > from, 30_000)
  return { reply: client.replies[from], ms: w.mono - at }
}

type Slots = { readonly leaving: { readonly isFrozen: boolean } | null } | undefined
function leaving(w: CoreWorld) {
  for (const id of [1, 2, 3]) {
    for (const group of w.member(id).core?.inspect().groups ?? []) {
      const of = (group as unknown as { slots: Slots }).slots?.leaving
      if (of != null) return of
    }
  }
  return null
}

/** Null where its group has begun and takes nothing. */
function importing(w: CoreWorld): unknown {
  const found = w
    .member(4)
    .core?.inspect()
    .groups.map((group) => {
      return (group as unknown as { slots?: { importing: unknown } }).slots?.importing
    })
  return found === undefined || found.length === 0 ? undefined : (found[0] ?? null)
}

const isMoving = (w: CoreWorld) =>
  [1, 2, 3].some((id) => (w.member(id).core?.inspect().topology.moves ?? []).length > 0)

const noOwner = '-CLUSTERDOWN the slot is being handed over, and its new owner does not answer'

test.serial(
  'move: to a group that died before slots were frozen: they are served, why it waits is said, and the move can be ended',
  (t) => {
    const w = placed()
    const client = w.client(2)
    t.is(ask(w, client, `set ${key} 1`).reply, '+OK')
    w.kill(4)
    ask(w, client, `quorate move slots ${slot} to 1`)
    for (let i = 0; i < 3_000; i++) w.step()
    t.is(ask(w, client, `incr ${key}`).reply, ':2')
    const said = ask(w, client, 'quorate topology').reply ?? ''
    t.regex(
      said,
      /default: slots \d+ to shard group 1, attempt \d+: shard group 1 does not take slots: /,
    )
    t.is(ask(w, client, 'quorate move cancel').reply, '$cancelled')
    t.true(w.until(() => !isMoving(w), 30_000))
    t.is(leaving(w), null)

    w.start(4)

    t.true(w.until(() => importing(w) === null, 30_000))
    t.is(ask(w, client, `get ${key}`).reply, '$2')
  },
)

/** A move is ended while its target is dead, with a part of the copies: whether that one forgets them. */
function forgets(t: ExecutionContext): boolean {
  const w = placed()
  const client = w.client(2)
  t.is(ask(w, client, `set ${key} 1`).reply, '+OK')
  ask(w, client, `quorate move slots ${slot} to 1`)
  t.true(w.until(() => importing(w) != null && leaving(w)?.isFrozen === false, 20_000))
  w.kill(4)
  t.is(ask(w, client, 'quorate move cancel').reply, '$cancelled')
  t.true(w.until(() => !isMoving(w) && leaving(w) === null, 30_000))

  w.start(4)
  t.true(w.until(() => importing(w) != null, 30_000))

  const isForgotten = w.until(() => importing(w) === null, 10_000)
  t.is(ask(w, client, `get ${key}`).reply, '$1')
  return isForgotten
}

test.serial(
  'move: to a group that died with a part of the copies: what was ended meanwhile is forgotten there',
  (t) => {
    t.true(forgets(t))

    plantBug('move-copies-stay')
    try {
      t.false(forgets(t))
    } finally {
      plantBug('')
    }
  },
)

test.serial(
  'move: to a group that died while slots were frozen: commands end with their time, and all is done once it is back',
  (t) => {
    const w = placed()
    const [client, far] = [w.client(2), w.client(1)]
    t.is(ask(w, client, `set ${key} 1`).reply, '+OK')
    ask(w, client, `quorate move slots ${slot} to 1`)
    t.true(w.until(() => leaving(w)?.isFrozen === true, 20_000))
    w.kill(4)

    for (const line of [`incr ${key}`, `get ${key}`, `blpop {${key}}l 0`]) {
      const { reply, ms } = ask(w, far, line)
      t.is(reply, noOwner, line)
      t.true(ms >= 2_000 && ms < 2_200, `${line} ${ms}`)
    }
    w.start(4)

    t.true(w.until(() => !isMoving(w), 30_000))
    t.is(leaving(w), null)
    t.is(ask(w, client, `incr ${key}`).reply, ':2')
  },
)
