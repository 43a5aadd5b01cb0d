// The engine and a real redis-server side by side: the same commands to both, replies compared as RESP2
// bytes. Times that depend on the moment are compared with a margin, sets of keys without their order.

import { createEngine } from '../../src/engine/engine.js'
import { type Engine, later } from '../../src/api/engine.js'
import type { Reply } from '../../src/api/reply.js'
import { Random } from '../../src/base/random.js'
import { respDoor } from '../../src/resp/door.js'
import type { RawRedis } from './raw-redis.js'

const databases = 3
const marginMs = 20_000
const timeCommands = new Set(['ttl', 'pttl', 'expiretime', 'pexpiretime'])
const keyCommands = new Set(['keys'])

export class Twin {
  readonly engine: Engine
  /** Replies compared that were not errors. */
  answers = 0
  readonly #redis: RawRedis
  readonly #random: Random

  constructor(redis: RawRedis, seed: number) {
    this.#redis = redis
    this.#random = new Random(seed)
    this.engine = createEngine({ databases: 16, bulkBytesMax: 512 * 1024 * 1024, maxMemory: 0 })
  }

  /** Runs the lines on both; one sentence for each that differs. */
  async compare(lines: readonly (readonly string[])[]): Promise<string[]> {
    const raw = await this.#redis.send(lines)
    return this.#differences(lines, raw, 0)
  }

  /** All keys, values and times of the first databases on both sides. */
  async compareState(): Promise<string[]> {
    const differences: string[] = []
    for (let db = 0; db < databases; db++) {
      const keys = this.#execute(db, ['keys', '*']) as readonly string[]
      const lines = [['dbsize'], ['keys', '*']]
      for (const key of keys) lines.push(['get', key], ['pexpiretime', key], ['type', key])
      const raw = await this.#redis.send([['select', String(db)], ...lines])
      differences.push(...this.#differences(lines, raw.slice(1), db))
    }
    await this.#redis.send([['select', '0']])
    return differences
  }

  #execute(db: number, line: readonly string[]): Reply {
    let reply = this.engine.execute(db, line)
    while (reply === later) reply = this.engine.step(this.#random.between(1, 5))
    return reply
  }

  #differences(
    lines: readonly (readonly string[])[],
    raw: readonly string[],
    db: number,
  ): string[] {
    this.engine.beginEntry(Date.now(), this.#random.uint32(), this.#random.uint32())
    const found: string[] = []
    lines.forEach((line, i) => {
      const ours = respDoor.encode(this.#execute(db, line), 2)
      const theirs = raw[i] as string
      if (theirs[0] !== '-') this.answers++
      if (!isSame(line[0] as string, ours, theirs)) {
        const show = (text: string): string => JSON.stringify(text.slice(0, 300))
        found.push(`${i}: ${JSON.stringify(line)}: redis ${show(theirs)}, engine ${show(ours)}`)
      }
    })
    return found
  }
}

function isSame(command: string, ours: string, theirs: string): boolean {
  if (ours === theirs) return true
  if (timeCommands.has(command) && ours[0] === ':' && theirs[0] === ':') {
    const a = Number(ours.slice(1))
    const b = Number(theirs.slice(1))
    // Times beyond 2^53 milliseconds are kept as the greatest that is exact.
    if (a > 9_000_000_000_000 && b > a) return true
    const margin = command.startsWith('p') ? marginMs : marginMs / 1000
    return a > 0 && b > 0 && Math.abs(a - b) <= margin
  }
  if (keyCommands.has(command) && ours[0] === '*' && theirs[0] === '*') {
    return sortBulks(ours) === sortBulks(theirs)
  }
  // Cursors are our own, so a page may differ: the keys that a walk yields are compared elsewhere.
  if (command === 'scan') return ours[0] === '*' && theirs[0] === '*'
  if (command === 'randomkey')
    return ours[0] === theirs[0] && (ours[1] === '-') === (theirs[1] === '-')
  return false
}

/** The bulk strings of an array in sorted order. */
function sortBulks(text: string): string {
  const bulks: string[] = []
  let at = text.indexOf('\r\n') + 2
  while (at < text.length) {
    const behind = text.indexOf('\r\n', at) + 2
    const end = behind + Number(text.slice(at + 1, behind - 2)) + 2
    bulks.push(text.slice(behind, end))
    at = end
  }
  return bulks.sort((a, b) => (a < b ? -1 : 1)).join('|')
}
