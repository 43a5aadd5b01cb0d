// Real chance: seeds the core's deterministic source once per process.

import { randomBytes } from 'node:crypto'
import { Random } from '../base/random.js'

/** A source that no other process shares. */
export function seededRandom(): Random {
  const seed = randomBytes(8)
  return new Random(seed.readUInt32BE(0), seed.readUInt32BE(4))
}
