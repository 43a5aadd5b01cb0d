// How many commands a second the RESP parser hands out on one core, from chunks of pipelined requests
// as a socket delivers them, and how many replies it writes into a buffer. Run it with node for real
// figures; a test runs it for milliseconds so that it cannot rot.

import { Buffer } from 'node:buffer'
import { argv } from 'node:process'
import { pathToFileURL } from 'node:url'
import type { Reply } from '../../src/api/reply.js'
import { ok } from '../../src/api/reply.js'
import { respDoor } from '../../src/resp/door.js'
import { frame, usual } from '../resp/feeding.js'

export interface Figure {
  readonly name: string
  readonly perSecond: number
}

const value = 'v'.repeat(64)

function key(i: number): string {
  return `key:${String(i % 1_000_000).padStart(12, '0')}`
}

const requests: Readonly<Record<string, (i: number) => string>> = {
  'GET key': (i) => frame('GET', key(i)),
  'SET key 64 bytes': (i) => frame('SET', key(i), value),
  'SET key 64 bytes EX 100': (i) => frame('SET', key(i), value, 'EX', '100'),
  'SET key 1 KiB': (i) => frame('SET', key(i), 'v'.repeat(1024)),
  'MSET of 50 keys': (i) =>
    frame('MSET', ...Array.from({ length: 50 }, (_, n) => [key(i + n), value]).flat()),
  PING: () => frame('PING'),
  'inline GET key': (i) => `GET ${key(i)}\r\n`,
}

const replies: Readonly<Record<string, Reply>> = {
  OK: ok,
  '64 bytes': value,
  integer: 42,
  'array of 10 times 64 bytes': new Array<Reply>(10).fill(value),
}

/** Cuts a long pipeline into chunks without regard to where commands end. */
function chunks(make: (i: number) => string, chunkBytes: number): Buffer[] {
  let text = ''
  for (let i = 0; text.length < 1 << 20; i++) text += make(i)
  const all = Buffer.from(text, 'latin1')
  const made: Buffer[] = []
  for (let at = 0; at < all.length; at += chunkBytes) made.push(all.subarray(at, at + chunkBytes))
  return made
}

/** The best of some rounds: others may use the machine, too. The first warms up. */
function bestOf(run: (seconds: number) => number, seconds: number): number {
  const rounds = 5
  run(seconds / rounds)
  let best = 0
  for (let i = 0; i < rounds; i++) best = Math.max(best, run(seconds / rounds))
  return best
}

function parsePerSecond(list: readonly Buffer[], seconds: number): number {
  let count = 0
  let bytes = 0
  const sink = (args: string[]): boolean => {
    count++
    bytes += args.length
    return true
  }
  const run = (until: number): number => {
    const from = performance.now()
    count = 0
    do {
      const parser = respDoor.parser()
      for (const chunk of list) parser.push(chunk, usual, sink)
    } while (performance.now() < from + until * 1000)
    return (count / (performance.now() - from)) * 1000
  }
  const figure = bestOf(run, seconds)
  return bytes > 0 ? figure : 0
}

function encodePerSecond(reply: Reply, seconds: number): number {
  const buffer = Buffer.alloc(1 << 20)
  let bytes = 0
  const run = (until: number): number => {
    const from = performance.now()
    let count = 0
    do {
      let text = ''
      for (let i = 0; i < 100; i++) text += respDoor.encode(reply, 3)
      bytes += buffer.latin1Write(text, 0, text.length)
      count += 100
    } while (performance.now() < from + until * 1000)
    return (count / (performance.now() - from)) * 1000
  }
  const figure = bestOf(run, seconds)
  return bytes > 0 ? figure : 0
}

/** All figures, each measured for about `seconds`. */
export function benchParse(seconds: number): Figure[] {
  const figures: Figure[] = []
  for (const [name, make] of Object.entries(requests)) {
    for (const kib of [16, 64]) {
      const perSecond = parsePerSecond(chunks(make, kib * 1024), seconds)
      figures.push({ name: `parse ${name}, chunks of ${kib} KiB`, perSecond })
    }
  }
  for (const [name, reply] of Object.entries(replies)) {
    figures.push({ name: `encode ${name}`, perSecond: encodePerSecond(reply, seconds) })
  }
  return figures
}

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href) {
  for (const { name, perSecond } of benchParse(1)) {
    console.log(`${name.padEnd(50)} ${Math.round(perSecond).toLocaleString('en')} /s`)
  }
}
