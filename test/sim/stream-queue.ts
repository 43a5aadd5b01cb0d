// A stream and a group of consumers of the simulated clients: unique entries are added, and read by
// XREADGROUP and XREAD that wait for them. The group hands no entry out twice, and nothing that was
// acknowledged goes.

import type { Random } from '../../src/base/random.js'
import { eraOf, type History, outcomeOf } from './history.js'
import type { Judge } from './judge.js'
import type { Request, Sender } from './request.js'

export const streamKey = 'feed'
const group = 'workers'

export interface StreamQueueOptions {
  readonly random: Random
  readonly history: History
  readonly judge: Judge
}

interface Entry {
  acknowledged: { readonly era: number; readonly time: number } | null
  refused: boolean
  /** Eras in which the group handed it out. */
  readonly delivered: Set<number>
}

export class StreamQueue {
  readonly #options: StreamQueueOptions
  readonly #entries = new Map<string, Entry>()
  #number = 0
  /** Ids to acknowledge. */
  readonly #ids: string[] = []
  #final: { readonly era: number; readonly invoked: number; readonly left: string } | null = null

  constructor(options: StreamQueueOptions) {
    this.#options = options
  }

  next(from: Sender): readonly Request[] {
    const { random } = this.#options
    switch (random.below(6)) {
      case 0:
      case 1:
        return [this.#add(from)]
      case 2:
        return [this.#plain(['XREAD', 'BLOCK', this.#ms(), 'STREAMS', streamKey, '$'])]
      case 3: {
        const ids = this.#ids.splice(0, 3)
        if (ids.length > 0) return [this.#plain(['XACK', streamKey, group, ...ids])]
        return [this.#plain(['XGROUP', 'CREATE', streamKey, group, '0', 'MKSTREAM'])]
      }
      default:
        return [this.#read(from)]
    }
  }

  finals(member: number): readonly Request[] {
    if (this.#entries.size === 0) return []
    const { history } = this.#options
    const stamp = history.stampOf(member, streamKey)
    const invoked = history.time
    const told = (reply: string): void => {
      if (!reply.startsWith('*')) return
      this.#final = { era: eraOf(stamp), invoked, left: `${reply} ` }
    }
    return [{ args: ['XRANGE', streamKey, '-', '+'], data: true, told }]
  }

  judge(): void {
    const { judge } = this.#options
    judge.mark('stream-entries', this.#entries.size)
    if (this.#final === null || this.#final.era === 0) return
    const { era, invoked, left } = this.#final
    for (const [token, { acknowledged }] of this.#entries) {
      if (acknowledged?.era !== era || acknowledged.time > invoked) continue
      judge.hold(left.includes(` $${token} `), 'hand-over', () => `entry ${token} is lost`)
    }
  }

  #add({ member }: Sender): Request {
    const { history } = this.#options
    const token = `t${++this.#number}`
    const entry: Entry = { acknowledged: null, refused: false, delivered: new Set() }
    this.#entries.set(token, entry)
    const stamp = history.stampOf(member, streamKey)
    const told = (reply: string): void => {
      const outcome = outcomeOf(reply)
      if (outcome === 'refused') entry.refused = true
      if (outcome === 'executed') entry.acknowledged = { era: eraOf(stamp), time: history.time }
    }
    return { args: ['XADD', streamKey, '*', 'f', token], data: true, told }
  }

  #read({ member }: Sender): Request {
    const { random, history, judge } = this.#options
    const stamp = history.stampOf(member, streamKey)
    const consumer = `c${random.below(3)}`
    const told = (reply: string): void => {
      const era = eraOf(stamp)
      if (!reply.startsWith('*') || era === 0) return
      judge.mark('group-reads')
      for (const word of reply.split(' ')) {
        if (/^\$\d+-\d+$/.test(word)) this.#ids.push(word.slice(1))
        if (word.startsWith('$t')) this.#deliver(word.slice(1), era)
      }
    }
    const block = random.chance(2, 3) ? ['BLOCK', this.#ms()] : []
    const args = ['XREADGROUP', 'GROUP', group, consumer, 'COUNT', '2', ...block]
    return { args: [...args, 'STREAMS', streamKey, '>'], data: true, told }
  }

  #deliver(token: string, era: number): void {
    const { judge } = this.#options
    const entry = this.#entries.get(token)
    if (entry === undefined) return judge.fail('hand-over', `entry ${token} was never added`)
    judge.hold(!entry.delivered.has(era), 'hand-over', () => `entry ${token} was handed out twice`)
    judge.hold(!entry.refused, 'unknown-definite', () => `entry ${token} was refused`)
    entry.delivered.add(era)
  }

  #ms(): string {
    return String(this.#options.random.between(10, 400))
  }

  #plain(args: readonly string[]): Request {
    return { args, data: true, told: () => undefined }
  }
}
