// The engine against an obvious twin: one Map with values and times, no slots, no segments.

import fc from 'fast-check'
import test from 'ava'
import type { Reply } from '../../src/api/reply.js'
import { makeEngine, run } from './world.js'

interface Cell {
  readonly value: string
  readonly at: number | null
}

/** The obvious twin. */
class Model {
  readonly cells = new Map<string, Cell>()
  now = 1_000_000

  get(key: string): Cell | undefined {
    const cell = this.cells.get(key)
    return cell === undefined || (cell.at !== null && cell.at <= this.now) ? undefined : cell
  }

  run(line: readonly string[]): unknown {
    const [name, key = '', word = ''] = line
    const cell = this.get(key)
    switch (name) {
      case 'set':
        this.cells.set(key, { value: word, at: null })
        return 'OK'
      case 'get':
        return cell?.value ?? null
      case 'append':
        this.cells.set(key, { value: (cell?.value ?? '') + word, at: cell?.at ?? null })
        return (cell?.value ?? '').length + word.length
      case 'del':
        this.cells.delete(key)
        return cell === undefined ? 0 : 1
      case 'pexpire':
        if (cell === undefined) return 0
        this.cells.set(key, { value: cell.value, at: this.now + Number(word) })
        return 1
      case 'persist':
        if (cell === undefined || cell.at === null) return 0
        this.cells.set(key, { value: cell.value, at: null })
        return 1
      case 'pttl':
        return cell === undefined ? -2 : cell.at === null ? -1 : cell.at - this.now
      case 'setrange': {
        if (word === '') return 0
        const old = (cell?.value ?? '').padEnd(3, '\0')
        const value = old.slice(0, 3) + word + old.slice(3 + word.length)
        this.cells.set(key, { value, at: cell?.at ?? null })
        return value.length
      }
      case 'rename':
        if (cell === undefined) return 'ERR no such key'
        this.cells.delete(key)
        this.cells.set(word, cell)
        return 'OK'
      default:
        this.now += Number(key)
        return null
    }
  }

  names(): string[] {
    return [...this.cells.keys()].filter((key) => this.get(key) !== undefined)
  }
}

const key = fc.oneof(
  fc.integer({ min: 0, max: 40 }).map((i) => `{t}${i}`),
  fc.constantFrom('', '__proto__', 'a', 'b', '{', '{}x', '\0\xff'),
)
const value = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
  fc.constant('x'.repeat(90_000)),
)

const line = fc.oneof(
  fc.tuple(fc.constantFrom('set', 'append'), key, value),
  fc.tuple(fc.constantFrom('get', 'del', 'persist', 'pttl'), key),
  fc.tuple(fc.constant('pexpire'), key, fc.integer({ min: 1, max: 100 }).map(String)),
  fc.tuple(fc.constant('setrange'), key, fc.string({ unit: 'grapheme-ascii', maxLength: 9 })),
  fc.tuple(fc.constant('rename'), key, key),
  fc.tuple(fc.constant('wait'), fc.integer({ min: 0, max: 40 }).map(String)),
)

function plain(reply: Reply): unknown {
  return typeof reply === 'object' && reply !== null && 'text' in reply ? reply.text : reply
}

test('engine: random commands: answers and ends as the obvious twin', (t) => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 400 }), (lines) => {
      const engine = makeEngine(1_000_000)
      const model = new Model()
      for (const words of lines) {
        const expected = model.run(words)
        if (words[0] === 'wait') {
          engine.beginEntry(model.now, 1, 2)
          continue
        }
        const sent = words[0] === 'setrange' ? [words[0], words[1], '3', words[2] as string] : words
        const got = plain(run(engine, sent))
        // SETRANGE of nothing answers the length that is there.
        if (words[0] !== 'setrange' || words[2] !== '') t.deepEqual(got, expected, words.join(' '))
      }
      engine.expireDue(1e6)
      t.is(engine.keyCount(0), model.names().length)
      t.deepEqual(
        [...(run(engine, ['keys', '*']) as string[])].sort(order),
        model.names().sort(order),
      )
      for (const name of model.names())
        t.is(run(engine, ['get', name]), model.get(name)?.value ?? null)
    }),
    { numRuns: 150, seed: 42 },
  )
})

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
