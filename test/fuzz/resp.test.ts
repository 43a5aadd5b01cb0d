// Random and mutated frames for the RESP parser, from one seed. Short in the tests; FUZZ_RUNS=1000000
// FUZZ_SEED=n make one T=test/fuzz/resp.test.ts runs the long form. A failure prints its seed and run.

import { Buffer } from 'node:buffer'
import test from 'ava'
import type { ParseFault } from '../../src/api/door.js'
import { bytesToText } from '../../src/base/bytes.js'
import { Random } from '../../src/base/random.js'
import { RespParser } from '../../src/resp/parse.js'
import { faultText, frame, stranger, usual } from '../resp/feeding.js'

const runs = Number(process.env['FUZZ_RUNS'] ?? 10_000)
const seed = Number(process.env['FUZZ_SEED'] ?? 1)

const seeds: readonly string[] = [
  frame('PING'),
  frame('SET', 'key:000000000001', 'v'.repeat(64)),
  frame('GET', 'a') + frame('GET', 'b') + frame('DEL', 'a', 'b'),
  frame('MSET', ...'abcdefghijkl'),
  frame('SET', 'k', '\r\n*1\r\n$4\r\nPING\r\n'),
  'SET a "b \\x41\\"" \'c\\\'\'\r\n',
  '*0\r\n*-1\r\n\r\nPING\n',
  '*2\r\n$4\r\nECHO\r\n$300\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03',
  '\0',
  '',
]
const special = Buffer.from('*$\r\n\0"\'\\ -+0129x:PING', 'latin1')

const texts: ReadonlySet<string> = new Set([
  '',
  'ERR Protocol error: invalid multibulk length',
  'ERR Protocol error: unauthenticated multibulk length',
  'ERR Protocol error: invalid bulk length',
  'ERR Protocol error: unauthenticated bulk length',
  'ERR Protocol error: invalid bulk terminator',
  'ERR Protocol error: unbalanced quotes in request',
  'ERR Protocol error: too big mbulk count string',
  'ERR Protocol error: too big bulk count string',
  'ERR Protocol error: too big inline request',
])

function mutated(random: Random): Buffer {
  let bytes = Buffer.from(random.pick(seeds) + random.pick(seeds), 'latin1')
  if (random.chance(1, 200))
    bytes = Buffer.concat([bytes, Buffer.alloc(70_000, random.pick([...special]))])
  for (let i = random.below(6); i > 0 && bytes.length > 0; i--) {
    const at = random.below(bytes.length)
    const value = random.chance(3, 4) ? random.pick([...special]) : random.below(256)
    switch (random.below(4)) {
      case 0:
        bytes[at] = value
        break
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.of(value), bytes.subarray(at)])
        break
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(4))])
        break
      default:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(random.below(at + 1))])
    }
  }
  return bytes
}

/** Parses in pieces of random length, with a sink that now and then stops; all that is observable. */
function outcome(bytes: Buffer, random: Random | null, isStranger: boolean): string {
  const parser = new RespParser()
  const limits = isStranger ? stranger : usual
  const commands: string[][] = []
  let fault: ParseFault | null = null
  let stopped = false
  const sink = (args: string[]): boolean => {
    commands.push(args)
    stopped = random?.chance(1, 4) === true
    return !stopped
  }
  const resume = (): void => {
    while (stopped && fault === null) {
      stopped = false
      fault = parser.resume(limits, sink)
    }
  }
  for (let at = 0; at < bytes.length && fault === null; ) {
    const size = random === null ? bytes.length : 1 + random.below(random.chance(1, 3) ? 3 : 4000)
    fault = parser.push(bytes.subarray(at, at + size), limits, sink)
    at += size
    if (parser.keptBytes > Math.min(at, bytes.length)) return 'keeps more than it got'
    if (random?.chance(1, 2) === true) resume()
  }
  resume()
  if (fault !== null && parser.keptBytes > 0) return 'keeps bytes behind a fault'
  const text = faultText(fault)
  const isKnown =
    text === null ||
    texts.has(text) ||
    /^ERR Protocol error: expected '\$', got '[^\r\n]'$/.test(text)
  if (!isKnown) return `an unknown fault ${text}`
  return JSON.stringify([commands, text, parser.isPartial])
}

test(`resp: ${runs} random and mutated streams from seed ${seed}: parsed alike, kept within what came`, (t) => {
  const random = new Random(seed)
  let faults = 0
  for (let run = 0; run < runs; run++) {
    const bytes = mutated(random)
    const isStranger = random.chance(1, 3)
    const whole = outcome(bytes, null, isStranger)
    const pieces = outcome(bytes, random, isStranger)
    if (whole !== pieces || whole[0] !== '[') {
      t.fail(
        `seed ${seed}, run ${run}: ${JSON.stringify(bytesToText(bytes))}: ${whole} | ${pieces}`,
      )
      return
    }
    if (!whole.includes(',null,')) faults++
  }
  // A fuzz that meets only good or only bad streams proves little.
  t.true(faults > runs / 20 && faults < (runs * 19) / 20, `${faults} faults`)
})
