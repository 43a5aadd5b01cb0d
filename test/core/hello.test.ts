import test from 'ava'
import type { MemberId } from '../../src/api/ids.js'
import { noBytes } from '../../src/base/bytes.js'
import { Random } from '../../src/base/random.js'
import { decodeBirthState, encodeBirthState, memberListDigest } from '../../src/core/birth-state.js'
import { checkHello, decodeHello, encodeHello, type Hello } from '../../src/core/hello.js'
import { Lives } from '../../src/core/lives.js'
import type { Row } from '../../src/api/store.js'

const ids = [1, 2, 3] as MemberId[]

function makeHello(change: Partial<Hello> = {}): Hello {
  return {
    protocolMin: 1,
    protocolMax: 2,
    features: 5,
    authentication: { method: 0, proof: noBytes },
    cluster: 'orders',
    clusterId: 'ab'.repeat(16),
    sender: 2 as MemberId,
    incarnation: 1_234_567_890_123,
    target: 1 as MemberId,
    targetIncarnation: 77,
    keyspaces: { high: 1, low: 2 },
    members: memberListDigest(ids.map((id) => ({ id }))),
    phase: 'born',
    isForced: false,
    wall: 1_790_000_000_000,
    newest: 2,
    lives: [],
    ...change,
  }
}

const own = makeHello({ sender: 1 as MemberId, target: 2 as MemberId })

test('hello: encoded: reads back, and bytes of later versions behind it are passed over', (t) => {
  const hello = makeHello()
  const bytes = encodeHello(hello)

  const decoded = decodeHello(Uint8Array.from([...bytes, 9, 9, 9]))

  t.deepEqual({ ...decoded, authentication: 0 }, { ...hello, authentication: 0 } as never)
  t.is(decoded?.authentication.proof.length, 0)
})

test('hello: cut, garbled or of another protocol: is no hello and throws nothing', (t) => {
  const bytes = encodeHello(makeHello())
  const random = new Random(1)

  // What the last two bytes say earlier versions do not.
  t.deepEqual(decodeHello(bytes.subarray(0, -1))?.lives, [])
  t.is(decodeHello(bytes.subarray(0, -2))?.newest, 1)
  for (let length = 0; length < bytes.length - 2; length++) {
    t.is(decodeHello(bytes.subarray(0, length)), null)
  }
  for (let i = 0; i < 5_000; i++) {
    const bad = Uint8Array.from(bytes)
    bad[random.below(bad.length)] = random.below(256)
    t.notThrows(() => decodeHello(bad))
  }
  t.is(decodeHello(Buffer.from('GET / HTTP/1.1\r\nHost: member\r\n\r\n')), null)
  t.is(decodeHello(new Uint8Array(1_000_000)), null)
})

test('hello: of a fitting peer: is accepted, dialled or calling', (t) => {
  t.is(
    checkHello(own, makeHello(), {
      dialled: 2 as MemberId,
      members: ids,
      gone: [],
      clusterVersion: 1,
    }),
    null,
  )
  t.is(
    checkHello(own, makeHello(), { dialled: null, members: ids, gone: [], clusterVersion: 1 }),
    null,
  )
  t.is(
    checkHello(own, makeHello({ target: 0 as MemberId }), {
      dialled: 2 as MemberId,
      members: ids,
      gone: [],
      clusterVersion: 1,
    }),
    null,
  )
  const empty = makeHello({ phase: 'unborn', clusterId: '' })
  t.is(checkHello(own, empty, { dialled: null, members: ids, gone: [], clusterVersion: 1 }), null)
  const forming = makeHello({ phase: 'forming', clusterId: 'cd'.repeat(16) })
  t.is(checkHello(own, forming, { dialled: null, members: ids, gone: [], clusterVersion: 1 }), null)
})

test('hello: of a peer that does not fit: is refused with its fault and a sentence that shows both', (t) => {
  const cases: [Partial<Hello>, MemberId | null, string, string][] = [
    [
      { protocolMin: 3, protocolMax: 4 },
      null,
      'protocol',
      'member 2 speaks protocol 3 to 4, this member 1 to 2',
    ],
    [
      { authentication: { method: 1, proof: noBytes } },
      null,
      'authentication',
      'member 2 authenticates in another way',
    ],
    [
      { cluster: 'x\ny' },
      null,
      'cluster',
      "member 2 is of the cluster 'x?y', this member of 'orders'",
    ],
    [
      { clusterId: 'cd'.repeat(16) },
      null,
      'cluster',
      `member 2 belongs to the cluster with id ${'cd'.repeat(16)}, this member to ${'ab'.repeat(16)}`,
    ],
    [{}, 3 as MemberId, 'member', 'the address of member 3 answered as member 2'],
    [{ sender: 1 as MemberId }, null, 'member', 'another process runs as member 1'],
    [
      { sender: 9 as MemberId, phase: 'unborn', clusterId: '' },
      null,
      'stranger',
      'member 9 is not in the member list of this member',
    ],
    [
      { target: 3 as MemberId },
      null,
      'member',
      'member 2 wants to reach member 3, but this is member 1',
    ],
    [
      { keyspaces: { high: 1, low: 3 } },
      null,
      'keyspaces',
      'the keyspace table of member 2 (0000000100000003) differs from that of this member (0000000100000002)',
    ],
  ]
  for (const [change, dialled, fault, sentence] of cases) {
    t.deepEqual(
      checkHello(own, makeHello(change), { dialled, members: ids, gone: [], clusterVersion: 1 }),
      {
        fault,
        sentence,
      } as never,
    )
  }
  const members = memberListDigest([{ id: 1 as MemberId }, { id: 2 as MemberId }])
  const link = { dialled: null, members: ids, gone: [], clusterVersion: 1 }
  const young = { ...own, phase: 'unborn', clusterId: '' } as const
  const list = makeHello({ members, phase: 'unborn', clusterId: '' })
  t.is(checkHello(young, list, link)?.fault, 'members')
  t.is(checkHello(own, list, link), null, 'a cluster that was born has its list elsewhere')
  t.is(checkHello(own, list, { ...link, gone: [2 as MemberId] })?.fault, 'removed')
  t.is(checkHello(own, makeHello({ sender: 9 as MemberId }), link), null, 'it joined meanwhile')
  t.is(checkHello(young, makeHello({ sender: 9 as MemberId }), link), null, 'it admitted this one')
})

test('birth state: encoded: reads back; an id without a phase, or the other way round, is refused', (t) => {
  const clusterId = '0f'.repeat(16)
  const state = { phase: 'agreed', clusterId, isForced: true, seenId: clusterId } as const

  t.deepEqual(decodeBirthState(encodeBirthState(state)), state)
  t.is(decodeBirthState(encodeBirthState({ ...state, clusterId: '' })), null)
  t.is(decodeBirthState(encodeBirthState({ ...state, phase: 'unborn' })), null)
  t.is(decodeBirthState(encodeBirthState({ ...state, clusterId: 'Z'.repeat(32) })), null)
  t.is(decodeBirthState(Uint8Array.of(9, 1)), null)
})

test('member list digest: does not depend on the order', (t) => {
  const list = (numbers: number[]): { id: MemberId }[] =>
    numbers.map((id) => ({ id: id as MemberId }))

  t.deepEqual(memberListDigest(list([3, 1, 2])), memberListDigest(list([1, 2, 3])))
  t.notDeepEqual(memberListDigest(list([1, 2])), memberListDigest(list([1, 2, 3])))
})

test('hello: of a build that knows less than the cluster has: is refused, and told what it needs', (t) => {
  const link = { dialled: null, members: ids, gone: [], clusterVersion: 3 }
  t.is(checkHello(own, makeHello({ newest: 3 }), link), null)
  t.deepEqual(checkHello(own, makeHello({ newest: 2 }), link), {
    fault: 'protocol',
    sentence: 'member 2 knows versions of the cluster up to 2, it is at 3: it needs a newer build',
  })
})

test('hello: of a disk that does not know a life that was met between two of its own: an older copy is refused', (t) => {
  const link = { dialled: null, members: ids, gone: [], clusterVersion: 1 }
  const faultOf = (met: number, change: Partial<Hello>): string | undefined => {
    const sender = 1 as MemberId
    const own = makeHello({ sender, target: 2 as MemberId, targetIncarnation: met })
    return checkHello(own, makeHello(change), link)?.fault
  }
  const lives = [10, 20, 40]

  t.is(faultOf(30, { lives }), 'old-copy')
  t.is(faultOf(30, { lives, phase: 'lost' }), undefined, 'it knows what it lost')
  t.is(faultOf(30, { lives: [] }), undefined, 'an earlier build does not tell')
  for (const met of [0, 5, 10, 20, 40, 50]) t.is(faultOf(met, { lives }), undefined, `${met}`)
  t.deepEqual(decodeHello(encodeHello(makeHello({ lives })))?.lives, lives)
})

test('lives: a disk has had: kept in a row, the last ones; nothing is known of earlier builds, and of what is lost', (t) => {
  const rows = Array.from({ length: 40 }, (_, n) => n + 1).reduce<Row[]>(
    (kept, life) => [new Lives(kept, life - 1, false).rowOf(life)],
    [],
  )

  t.deepEqual(
    new Lives(rows, 40, false).with(41),
    Array.from({ length: 32 }, (_, n) => n + 10),
  )
  t.deepEqual(new Lives(rows, 45, false).with(46), [45, 46], 'an earlier build ran meanwhile')
  const raised = new Lives([], 20, false)
  raised.rowOf(30)
  t.deepEqual(raised.with(41), [20, 30, 41], 'peers heard of 30')
  t.deepEqual(new Lives([], 7, false).with(9), [7, 9])
  t.deepEqual(new Lives(rows, 0, false).with(41), [41])
  t.deepEqual(new Lives(rows, 40, true).with(41), [41])
  const damaged = rows.map(({ key, value }) => ({ key, value: value.map((byte) => byte ^ 1) }))
  t.deepEqual(new Lives(damaged, 40, false).with(41), [40, 41])
})
