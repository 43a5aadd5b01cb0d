import test from 'ava'
import { textToBytes } from '../../src/base/bytes.js'
import { Random } from '../../src/base/random.js'
import {
  decodeAck,
  decodeChunk,
  decodeOffer,
  encodeChunk,
  encodeOffer,
  offerIdentity,
  placeZero,
} from '../../src/shard/snapshot-frames.js'
import { follower, leader, Side } from './transfer-world.js'

test('snapshot frames: chunks that lie: rows out of order, a cut item, a wrong first item are refused', (t) => {
  const offer = {
    term: 1,
    generation: 1,
    number: 1,
    position: { term: 1, index: 5 },
    chain: { high: 0, low: 0 },
    era: 0,
    members: null,
    engine: textToBytes('engine'),
  }
  const identity = offerIdentity(offer)
  const bytes = textToBytes('=v')
  const meta = { key: '', isFinal: true, bytes }
  const row = { key: '\x01a\0\0\0\0\0\x01', isFinal: true, bytes }
  const cases = [
    { fragments: [meta, row, row], isLast: false, why: 'its rows are not in order' },
    { fragments: [row], isLast: false, why: 'its rows are not in order' },
    { fragments: [meta, meta], isLast: false, why: 'its rows are not in order' },
    { fragments: [meta, { ...row, isFinal: false }], isLast: true, why: 'it ends within an item' },
    { fragments: [], isLast: true, why: 'it ends within an item' },
    { fragments: [meta, row], isLast: true, why: 'the manifest is malformed' },
  ]
  for (const { fragments, isLast, why } of cases) {
    const side = new Side(follower)
    side.receiver.offered(leader, encodeOffer(offer))
    side.receiver.received(leader, encodeChunk({ identity, from: placeZero, fragments, isLast }))
    for (let turn = 0; turn < 5; turn++) {
      side.receiver.turn({ wall: 0, mono: turn })
      side.store.answerAll()
    }
    const acks = side.store.sent.map((one) => decodeAck(one.body))

    t.is(acks.at(-1)?.kind, 'failed')
    t.is(acks.at(-1)?.why, why)
    t.false(side.receiver.isBusy)
  }
})

test('snapshot frames: damaged or foreign frames: are dropped without an effect', (t) => {
  const random = new Random(16)
  const chunk = encodeChunk({
    identity: { high: 1, low: 2 },
    from: placeZero,
    fragments: [{ key: '', isFinal: true, bytes: textToBytes('meta') }],
    isLast: false,
  })
  for (let i = 0; i < 3_000; i++) {
    const bad = Uint8Array.from(chunk)
    bad[random.below(bad.length)] = random.below(256)
    const decoded = decodeChunk(bad)
    t.true(decoded === null || Buffer.compare(bad, chunk) === 0)
    t.notThrows(() => decodeOffer(bad))
    t.notThrows(() => decodeAck(bad))
  }
  const side = new Side(follower)
  for (let i = 0; i < 500; i++) side.receiver.received(leader, chunk)
  side.receiver.turn({ wall: 0, mono: 0 })
  t.is(side.store.writesSeen.length + side.store.sent.length, 0)
})
