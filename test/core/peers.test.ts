import test from 'ava'
import type { LinkId, MemberId } from '../../src/api/ids.js'
import type { Output } from '../../src/api/io.js'
import { limits } from '../../src/api/limits.js'
import type { Config } from '../../src/api/config.js'
import { Random } from '../../src/base/random.js'
import { Clocks } from '../../src/core/clocks.js'
import { Peers } from '../../src/core/peers.js'
import { Stores } from '../../src/core/stores.js'
import { keyspace } from './core-world.js'

const members = [1, 2].map((id) => ({
  id: id as MemberId,
  name: `m${id}`,
  client: { host: '127.0.0.1', port: 7000 + id },
  peer: { host: '127.0.0.1', port: 17_000 + id },
}))

interface End {
  readonly peers: Peers
  readonly out: Output[]
  readonly events: string[]
  readonly got: number[]
}

function start(self: number, mono: number, cluster = 'test'): End {
  const out: Output[] = []
  const events: string[] = []
  const got: number[] = []
  const base = { cluster, members, keyspaces: [keyspace('default', [])], databases: 16 }
  const config = { ...base, self, bulkBytesMax: 1024, bootstrap: false } as unknown as Config
  const peers = new Peers({
    config,
    out,
    boot: { logRows: [], witness: null, witnessDamaged: false },
    random: new Random(self),
    now: at(mono),
    stores: new Stores(out),
    clocks: new Clocks(),
    roster: {
      has: (id) => members.some((member) => member.id === id),
      ...{ gone: [], isChanged: false, files: config },
    },
    upgrade: { newest: 1, version: 1 },
    host: {
      message: (_from, _group, _channel, body) => void got.push(body.length),
      messaging: () => undefined,
      rests: () => undefined,
      topology: () => undefined,
      peerUp: (peer) => void events.push(`up ${peer}`),
      peerDown: (peer) => void events.push(`down ${peer}`),
      hasBegun: () => false,
    },
  })
  return { peers, out, events, got }
}

const at = (mono: number) => ({ mono, wall: 1_790_000_000_000 + mono })

/** Runs both ends until nothing moves; frames go over one link, number `link`. */
function exchange(a: End, b: End, link: number): void {
  for (let i = 0; i < 20; i++) {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      from.peers.begin(at(i))
      from.peers.turn(at(i))
      from.peers.flush()
      for (const output of from.out.splice(0)) {
        if (output.kind === 'frame' && output.link === link)
          to.peers.frame(link as LinkId, output.bytes)
      }
    }
  }
}

function joined(): { readonly a: End; readonly b: End } {
  const a = start(1, 0)
  const b = start(2, 0)
  a.peers.opened(1 as LinkId, 2 as MemberId)
  b.peers.opened(1 as LinkId, null)
  exchange(a, b, 1)
  return { a, b }
}

test('peers: two members: greet, and each is told that the other one is there, once', (t) => {
  const { a, b } = joined()

  t.deepEqual([a.events, b.events], [['up 2'], ['up 1']])
  t.true(a.peers.isConnected(2 as MemberId))
})

test('peers: messages of one turn: share a frame; many long ones are split, in order', (t) => {
  const { a, b } = joined()
  const send = (bytes: number): boolean =>
    a.peers.send(2 as MemberId, { group: 1, channel: 0, body: new Uint8Array(bytes) })
  send(10)
  send(20)
  a.peers.flush()
  t.is(a.out.splice(0).filter((each) => each.kind === 'frame').length, 1)

  const sizes = [3, 1_000_000, 2_000_000, 3_000_000, 4, 5_000_000, 5]
  for (const size of sizes) t.true(send(size))
  a.peers.flush()

  const frames = a.out.splice(0).flatMap((each) => (each.kind === 'frame' ? [each.bytes] : []))
  t.true(frames.length > 2)
  for (const bytes of frames) t.true(bytes.length < 2 * limits.frameSplitBytes)
  for (const bytes of frames) b.peers.frame(1 as LinkId, bytes)
})

test('peers: a message that fits into no frame: is refused, the link stays', (t) => {
  const { a } = joined()
  const body = { length: limits.frameBytesMax } as Uint8Array

  t.false(a.peers.send(2 as MemberId, { group: 1, channel: 0, body }))
  t.true(a.peers.isConnected(2 as MemberId))
})

test('peers: the next life of a peer calls while the old link stands: the old one is ended', (t) => {
  const { a } = joined()
  const later = start(2, 500_000)
  a.peers.opened(2 as LinkId, null)
  later.peers.opened(2 as LinkId, 1 as MemberId)

  exchange(a, later, 2)

  t.deepEqual(a.events, ['up 2', 'down 2', 'up 2'])
  t.true(a.peers.isConnected(2 as MemberId))
})

test('peers: an empty disk calls who met a later life of it: is told so in the answer, and takes a greater one', (t) => {
  const { a, b } = joined()
  const wiped = start(2, -500_000)
  t.true(wiped.peers.incarnation < b.peers.incarnation)
  a.peers.opened(2 as LinkId, null)
  wiped.peers.opened(2 as LinkId, 1 as MemberId)

  exchange(a, wiped, 2)

  t.is(wiped.peers.incarnation, b.peers.incarnation + 1)
  t.deepEqual(wiped.events, [], 'it says who it is on a new link')
})

test('peers: a caller that is refused: is told first who refuses it, so that it knows why', (t) => {
  const a = start(1, 0)
  const other = start(2, 0, 'elsewhere')
  a.peers.opened(1 as LinkId, null)
  other.peers.opened(1 as LinkId, 1 as MemberId)
  const refusals: string[] = []
  other.out.push = (...outputs): number => {
    for (const each of outputs)
      if (each.kind === 'trace') refusals.push(String(each.event.fields['why']))
    return Array.prototype.push.apply(other.out, outputs)
  }

  exchange(a, other, 1)

  t.regex(refusals[0] ?? '', /of the cluster 'test', this member of 'elsewhere'/)
})

test('peers: nobody there: what is sent is refused, not kept', (t) => {
  const a = start(1, 0)

  t.false(a.peers.send(2 as MemberId, { group: 1, channel: 0, body: new Uint8Array(5) }))
  a.peers.flush()
  t.is(a.out.filter((each) => each.kind === 'frame').length, 0)
})
