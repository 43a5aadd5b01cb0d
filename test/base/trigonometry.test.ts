// Sine, cosine and arc sine in plain arithmetic: recorded bits, and close to the platform's own.

import test from 'ava'
import { Random } from '../../src/base/random.js'
import { arcsine, cosine, sine } from '../../src/base/trigonometry.js'

/** Greatest relative error that two good implementations may have to each other. */
const errorMax = 4e-16

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= Math.max(Math.abs(b), 1e-300) * errorMax
}

test('trigonometry: random angles: as the platform computes them, but for the last bit', (t) => {
  const random = new Random(5)
  for (let i = 0; i < 20_000; i++) {
    const part = (random.uint32() + 0.5) / 0x100000000
    const angle = (part * 2 - 1) * random.pick([0.0001, 0.7, 1.6, 3.2, 7])
    const isCloseToZero = Math.abs(Math.cos(angle)) < 1e-3 || Math.abs(Math.sin(angle)) < 1e-3
    if (!isCloseToZero || Math.abs(angle) < 1) {
      t.true(isNear(sine(angle), Math.sin(angle)), `sine of ${angle}`)
      t.true(isNear(cosine(angle), Math.cos(angle)), `cosine of ${angle}`)
    }
    t.true(isNear(arcsine(part), Math.asin(part)), `arc sine of ${part}`)
    t.is(arcsine(-part), -arcsine(part))
  }
})

test('trigonometry: edges: what is known', (t) => {
  t.is(sine(0), 0)
  t.is(cosine(0), 1)
  t.is(arcsine(0), 0)
  t.is(arcsine(1), Math.PI / 2)
  t.is(arcsine(-1), -Math.PI / 2)
  t.is(arcsine(1.0000001), Number.NaN)
  t.is(sine(Math.PI / 2), 1)
  t.is(sine(Math.PI), 1.2246467991473532e-16)
  t.is(cosine(Math.PI / 2), 6.123233995736766e-17)
  t.true(Math.abs(sine(1e300)) <= 1)
})

test('trigonometry: recorded values: the same bits on every runtime', (t) => {
  t.is(sine(0.5), 0.479425538604203)
  t.is(sine(2.5), 0.5984721441039565)
  t.is(sine(-5), 0.9589242746631385)
  t.is(cosine(0.66), 0.7899922314973651)
  t.is(cosine(3), -0.9899924966004454)
  t.is(arcsine(0.3), 0.3046926540153975)
  t.is(arcsine(0.999), 1.526071239626163)
})
