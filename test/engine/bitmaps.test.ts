// Bits of long strings, which go in steps, against an obvious twin; short ones are compared with
// redis-server in `test/differential`.

import test from 'ava'
import { later } from '../../src/api/engine.js'
import { Random } from '../../src/base/random.js'
import {
  fitField,
  parseFieldType,
  readField,
  writeField,
} from '../../src/engine/values/bitfield.js'
import { makeEngine, run } from './world.js'

const length = 700_000

/** Mostly `filler`, with a few other bytes. */
function sparse(random: Random, filler: string): string {
  const parts = Array.from({ length: 4 }, () => filler.repeat(random.between(1, length / 4)))
  return parts.join(String.fromCharCode(random.below(256)))
}

function countOf(text: string): number {
  let count = 0
  for (let i = 0; i < text.length; i++) {
    for (let bits = text.charCodeAt(i); bits > 0; bits >>= 1) count += bits & 1
  }
  return count
}

function positionOf(text: string, bit: 0 | 1): number {
  for (let i = 0; i < text.length * 8; i++) {
    if (((text.charCodeAt(i >> 3) >> (7 - (i & 7))) & 1) === bit) return i
  }
  return bit === 1 ? -1 : text.length * 8
}

test('bitcount, bitpos: strings of many steps: answer as a loop over the bits', (t) => {
  const random = new Random(1)
  const engine = makeEngine()
  for (let round = 0; round < 6; round++) {
    const text = sparse(random, round % 2 === 0 ? '\0' : '\xff')
    run(engine, ['set', 'k', text])
    const budget = random.between(100, 3000)

    t.is(run(engine, ['bitcount', 'k'], budget), countOf(text))
    t.is(run(engine, ['bitpos', 'k', '0'], budget), positionOf(text, 0))
    t.is(run(engine, ['bitpos', 'k', '1'], budget), positionOf(text, 1))
  }
})

test('bitcount: a string of megabytes: takes steps', (t) => {
  const engine = makeEngine()
  run(engine, ['set', 'k', '\xff'.repeat(2_000_000)])

  t.is(engine.execute(0, ['bitcount', 'k']), later)
  t.is(engine.step(10), later)
})

test('bitop: long strings of unequal length: folds them byte by byte', (t) => {
  const random = new Random(2)
  const engine = makeEngine()
  const texts = [sparse(random, '\xf0'), sparse(random, '\x3c'), sparse(random, '\xff')]
  texts.forEach((text, i) => run(engine, ['set', `s${i}`, text]))
  const longest = Math.max(...texts.map((text) => text.length))
  const folds: readonly (readonly [string, (a: number, b: number) => number])[] = [
    ['and', (a, b) => a & b],
    ['or', (a, b) => a | b],
    ['xor', (a, b) => a ^ b],
  ]
  for (const [name, fold] of folds) {
    const expected = Buffer.alloc(longest)
    for (let i = 0; i < longest; i++) {
      const bytes = texts.map((text) => (i < text.length ? text.charCodeAt(i) : 0))
      expected[i] = bytes.slice(1).reduce(fold, bytes[0] as number)
    }

    t.is(run(engine, ['bitop', name, 'd', 's0', 's1', 's2'], 777), longest)
    t.true(run(engine, ['get', 'd']) === expected.toString('latin1'), name)
  }
})

test('bitop: more sources than one step may visit: takes steps and ends', (t) => {
  const engine = makeEngine()
  run(engine, ['set', 's', 'ab'])
  const line = ['bitop', 'or', 'd', ...Array.from({ length: 5000 }, () => 's')]

  t.is(engine.execute(0, line), later)
  let reply = engine.step(100)
  while (reply === later) reply = engine.step(100)

  t.is(reply, 2)
  t.is(run(engine, ['get', 'd']), 'ab')
})

test('bitfield: more operations than one step may do: answers each', (t) => {
  const engine = makeEngine()
  const line = ['bitfield', 'k']
  for (let i = 0; i < 3000; i++) line.push('INCRBY', 'u16', '3', '1')

  const reply = run(engine, line)

  t.deepEqual(
    reply,
    Array.from({ length: 3000 }, (_, i) => i + 1),
  )
})

test('field: any type, place and value: reads what was written and nothing beside it', (t) => {
  const random = new Random(3)
  for (let round = 0; round < 20_000; round++) {
    const bits = random.between(1, 64)
    const isSigned = bits === 64 || random.chance(1, 2)
    const offset = random.below(64)
    const buffer = Buffer.alloc(24, random.pick([0, 255]))
    const before = BigInt(`0x${buffer.toString('hex')}`)
    const drawn = (BigInt(random.uint32()) << 32n) | BigInt(random.uint32())
    const exact = isSigned ? BigInt.asIntN(bits, drawn) : BigInt.asUintN(bits, drawn)
    const value = fitField(0, exact, { isSigned, bits, overflow: 'FAIL' })
    if (value === null) return t.fail('a value of the type fits it')

    writeField(buffer, offset, { type: { isSigned, bits }, value })

    t.is(String(readField(buffer, offset, { isSigned, bits })), exact.toString())
    t.is(String(readField(buffer.toString('latin1'), offset, { isSigned, bits })), exact.toString())
    const shift = BigInt(192 - offset - bits)
    const mask = ((1n << BigInt(bits)) - 1n) << shift
    const after = BigInt(`0x${buffer.toString('hex')}`)
    t.is(after & ~mask, before & ~mask)
  }
})

test('field types: what redis refuses: null', (t) => {
  for (const text of ['', 'i', 'u', 'u0', 'i0', 'u64', 'i65', 'u08', 'U8', 'x8', 'i-1', 'i100']) {
    t.is(parseFieldType(text), null, text)
  }
  t.deepEqual(parseFieldType('u63'), { isSigned: false, bits: 63 })
})
