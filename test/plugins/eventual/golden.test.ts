// Eventual's stories. Entries have names: the member's letter and their number at it, in the order in which they
// are first heard of.

import test from 'ava'
import { seatOfStamp, type StrategyPlugin, type Vector } from 'quorate/plugin'
import { decodeEntry } from '../../../plugins/eventual/entry.js'
import plugin from '../../../plugins/eventual/index.js'
import { decodeMessage, type Message } from '../../../plugins/eventual/messages.js'
import { scenario } from '../../scenario/scenario.js'
import { scenarioFiles } from '../scenario-files.js'

/** What a story's messages say. */
class Telling {
  readonly #names = new Map<number, string>()
  readonly #counts = new Map<number, number>()

  describe(bytes: Uint8Array): string {
    const message = decodeMessage(bytes)
    return message === null ? 'unreadable' : [message.kind, ...this.#words(message)].join(' ')
  }

  #words(message: Message): readonly string[] {
    switch (message.kind) {
      case 'entries':
        return [
          ...message.entries.map((entry) => this.#entry(entry)),
          ...message.filled.map(({ seat }) => `nothing else of ${letterOf(seat)}`),
          ...(message.isCut ? ['cut'] : []),
        ]
      case 'vector': {
        const { vector, recovering, isSettled } = message
        return [
          this.#held(vector),
          ...(recovering ? ['recovering'] : []),
          ...(isSettled ? [] : ['unsettled']),
        ]
      }
      case 'want':
        return [`behind ${this.#held(message.vector)}`]
      case 'want-slots':
        return [`from ${message.slot}`]
      case 'slots': {
        const { slot, exported, everywhere } = message
        const full = exported.filter((each) => each !== null).length
        return [`from ${slot}: ${full} of ${exported.length}, ${this.#held(everywhere)}`]
      }
      case 'digests':
        return [`${message.from} to ${message.to}: ${message.slots.size}`]
      case 'differing':
        return [`slot ${message.slot}${message.isAsking ? ', wants the other' : ''}`]
      default:
        return []
    }
  }

  #entry(bytes: Uint8Array): string {
    const entry = decodeEntry(bytes)
    if (entry === null) return 'unreadable'
    const name = this.#nameOf(entry.stamp)
    return `${name}${entry.isFirst ? '!' : ''}(${this.#held(entry.seen)})`
  }

  #nameOf(stamp: number): string {
    const seat = seatOfStamp(stamp)
    const count = this.#counts.get(seat) ?? 0
    const name = this.#names.get(stamp) ?? `${letterOf(seat)}${count + 1}`
    if (!this.#names.has(stamp)) this.#counts.set(seat, count + 1)
    this.#names.set(stamp, name)
    return name
  }

  /** Which of the entries that were heard of are covered. */
  #held(vector: Vector): string {
    const covered = [...this.#names].filter(([stamp]) => vector.covers(stamp))
    return covered.length === 0
      ? '-'
      : covered
          .map(([, name]) => name)
          .sort()
          .join(',')
  }
}

function letterOf(seat: number): string {
  return String.fromCharCode(97 + seat)
}

for (const file of scenarioFiles('eventual')) {
  const telling = new Telling()
  const isLosing = String(file).includes('lost-tail')
  scenario({
    test,
    plugin: plugin as StrategyPlugin,
    files: [file],
    describe: (bytes) => telling.describe(bytes),
    options: { idleMs: 2_000 },
    ...(isLosing ? { world: { durability: 'everysec' } } : {}),
  })
}
