// What the tests of placed shard groups ask.

import { keySlot } from '../../src/base/keyslot.js'
import { SlotMap } from '../../src/slots/map.js'

const slots = SlotMap.even(2)
export function keyOf(shard: number, name: string): string {
  let n = 0
  while (slots.shardOf(keySlot(`${name}${n}`)) !== shard) n++
  return `${name}${n}`
}
export const [a, b] = [keyOf(0, 'a'), keyOf(1, 'b')]

/** Answered alike at a member with a replica and at one without. */
export const alike = [
  `set ${a} 1`,
  `get ${a}`,
  `mset ${a} 2 ${b} 3`,
  `mget ${b} ${a} none`,
  `incr ${a}`,
  `append ${b} x`,
  `lpush {${a}}l 1 2 3`,
  `lrange {${a}}l 0 -1`,
  `lmove {${a}}l {${a}}m left right`,
  `blpop {${a}}l 1`,
  `blpop {${a}}none 0.05`,
  'multi',
  `get ${a}`,
  `incr ${a}`,
  'exec',
  `watch ${a}`,
  'multi',
  `incr ${a}`,
  'exec',
  `set ${a} y px 60`,
  `exists ${a} ${b} none`,
  'dbsize',
  'keys *none*',
  'scan 0 match none',
  `del ${a} ${b} {${a}}m {${a}}l`,
  'randomkey',
  'flushall',
  'dbsize',
]
