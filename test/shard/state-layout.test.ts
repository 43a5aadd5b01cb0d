import test from 'ava'
import type { GroupId } from '../../src/api/ids.js'
import { textToBytes } from '../../src/base/bytes.js'
import {
  decodeManifest,
  encodeManifest,
  engineKey,
  generationOf,
  generationRange,
  generationsFrom,
  type Manifest,
  manifestKey,
  manifestRange,
  stateKey,
} from '../../src/shard/state-layout.js'

const group = 258 as GroupId

function makeManifest(): Manifest {
  return {
    generation: 7,
    number: 4_000_000_000,
    position: { term: 3, index: 9_007_199_254_740_000 },
    chain: { high: 4_294_967_295, low: 1 },
    era: 2,
    engine: textToBytes('engine'),
    meta: textToBytes('meta'),
  }
}

test('state layout: a manifest: reads back as it was written', (t) => {
  const row = encodeManifest(group, makeManifest())

  const decoded = decodeManifest(group, row.value)

  t.is(row.key, manifestKey(group))
  if (decoded.kind !== 'manifest') return t.fail(decoded.sentence)
  t.deepEqual({ ...decoded.manifest, engine: 0, meta: 0 }, {
    ...makeManifest(),
    engine: 0,
    meta: 0,
  } as never)
  t.deepEqual(Buffer.from(decoded.manifest.engine).toString(), 'engine')
  t.deepEqual(Buffer.from(decoded.manifest.meta).toString(), 'meta')
})

test('state layout: any flipped bit or cut of a manifest: is reported', (t) => {
  const { value } = encodeManifest(group, makeManifest())

  for (let bit = 0; bit < value.length * 8; bit++) {
    const bad = Uint8Array.from(value)
    bad[bit >> 3] = (bad[bit >> 3] as number) ^ (1 << (bit & 7))
    t.is(decodeManifest(group, bad).kind, 'damaged', `bit ${bit}`)
  }
  for (let length = 0; length < value.length; length++) {
    t.is(decodeManifest(group, value.subarray(0, length)).kind, 'damaged', `length ${length}`)
  }
})

test('state layout: an unknown format: is refused with a sentence that names both', (t) => {
  const value = Uint8Array.from(encodeManifest(group, makeManifest()).value)
  value[0] = 9

  t.deepEqual(decodeManifest(group, value), {
    kind: 'damaged',
    sentence: 'the checkpoint manifest of group 258 has format 9, this version reads 1 and 2',
  })
})

test('state layout: keys: fall into the ranges of their group and generation only', (t) => {
  const key = stateKey(group, 0x01020304, 'row')

  const within = (range: { from: string; to: string }, one: string): boolean =>
    one >= range.from && one < range.to
  t.is(generationOf(key), 0x01020304)
  t.is(engineKey(key), 'row')
  t.true(within(generationRange(group, 0x01020304), key))
  t.false(within(generationRange(group, 0x01020305), key))
  t.false(within(generationRange(group, 0x01020303), key))
  t.true(within(generationsFrom(group, 0), key))
  t.false(within(generationsFrom(group, 0x01020305), key))
  t.false(within(generationsFrom(259 as GroupId, 0), key))
  t.true(within(manifestRange(group), manifestKey(group)))
  t.false(within(manifestRange(group), key))
  t.true(within(generationRange(group, 0xffffffff), stateKey(group, 0xffffffff, '\xff')))
})
