// Own entries of a group without a total order that may not be answered yet, oldest first, and who hears once
// they may be: their callers, those who waited for what they changed, and readers that were shown it. They are
// executed before they are on disk, and a crash takes back what is not.

import type { CommandSpec } from '../api/command.js'
import type { GroupCall, Lane } from '../api/group.js'
import type { Now, Token } from '../api/ids.js'
import { findKeys, isFixed } from '../api/keys.js'
import type { ErrorReply, Reply } from '../api/reply.js'
import { groupDown } from '../api/replies.js'
import { hasBug } from '../base/seeded-bug.js'
import type { ShardInit } from './shard-init.js'

export interface UnsettledOptions {
  /** Reads wait, too. */
  readonly holdsReads: boolean
  /** Of a command of the engine. */
  readonly specOf: (name: string) => CommandSpec | undefined
  /** Milliseconds that a read may wait. */
  readonly requestMs: number
  readonly now: () => Now
}

/** At level causal what a read showed may not go with a crash: its session could not be served any more. */
export function unsettledOf(
  { keyspace, config }: ShardInit,
  of: Pick<UnsettledOptions, 'specOf' | 'now'>,
): Unsettled {
  const holdsReads = keyspace.level === 'causal' && keyspace.durability === 'always'
  return new Unsettled({ holdsReads, requestMs: config.requestMs, ...of })
}

interface HeldRead {
  readonly lane: Lane
  readonly call: GroupCall
  readonly reply: Reply
  readonly deadline: number
}

interface Entry {
  readonly token: Token
  readonly told: (() => void)[]
  /** What it may have changed; null where that is not known. */
  keys: ReadonlySet<string> | null
  /** Reads that were executed behind it and before the next one. */
  readonly reads: HeldRead[]
}

const notOnDisk: ErrorReply = groupDown('what it has executed is not on its disk yet')

export class Unsettled {
  readonly #options: UnsettledOptions
  #entries: Entry[] = []
  /** Of the entry that is being executed. */
  #open: (() => void)[] = []

  constructor(options: UnsettledOptions) {
    this.#options = options
  }

  /** The entry that is being executed answers this when it is settled. */
  add(tell: () => void): void {
    this.#open.push(tell)
  }

  /** The entry is executed. */
  executed(token: Token): void {
    this.#entries.push({ token, told: this.#open, keys: null, reads: [] })
    this.#open = []
  }

  /** The last one that was executed answers this, too; it was these commands, and those who waited for what they changed. */
  behind(tell: () => void, calls: readonly (readonly string[])[]): void {
    const last = this.#entries.at(-1)
    if (last === undefined) return this.add(tell)
    if (this.#options.holdsReads && last.told.length === 0) last.keys = this.#keysOf(calls)
    last.told.push(tell)
  }

  /** Once all that is executed may be answered; at once where it may be. */
  afterAll(tell: () => void): void {
    const last = this.#entries.at(-1)
    if (last === undefined) tell()
    else last.told.push(tell)
  }

  /** False where the read showed nothing that is not settled. */
  holds(lane: Lane, call: GroupCall, reply: Reply): boolean {
    const { holdsReads, requestMs, now } = this.#options
    if (this.#entries.length === 0 || !holdsReads || hasBug('shard-read-before-sync')) return false
    const keys = fixedKeysOf(call.spec, call.args)
    const shown = this.#entries.findLast((entry) => {
      return keys === null || entry.keys === null || keys.some((key) => entry.keys?.has(key))
    })
    shown?.reads.push({ lane, call, reply, deadline: now().mono + requestMs })
    return shown !== undefined
  }

  settled(tokens: readonly Token[]): void {
    for (const token of tokens) {
      if (this.#entries[0]?.token !== token) continue
      const { told, reads } = this.#entries.shift() as Entry
      for (const tell of told) tell()
      for (const { lane, call, reply } of reads) lane.caller.answer(call.ticket, reply)
    }
  }

  /** The disk takes too long: a read has no effect, so it may be refused. */
  expire({ mono }: Now): void {
    for (const entry of this.#entries) {
      const { reads } = entry
      const kept = reads.findIndex(({ deadline }) => deadline > mono)
      const late = reads.splice(0, kept < 0 ? reads.length : kept)
      for (const { lane, call } of late) lane.caller.answer(call.ticket, notOnDisk)
    }
  }

  #keysOf(calls: readonly (readonly string[])[]): ReadonlySet<string> | null {
    const found = new Set<string>()
    for (const args of calls) {
      const spec = this.#options.specOf(args[0] ?? '')
      const keys = spec === undefined ? null : fixedKeysOf(spec, args)
      if (keys === null) return null
      if (spec?.flags.includes('write')) for (const key of keys) found.add(key)
    }
    return found
  }
}

/** Its keys in whatever database, where they are all that it looks at and changes; null where that is not known. */
function fixedKeysOf(command: CommandSpec, args: readonly string[]): readonly string[] | null {
  const [spec] = command.keys
  const isPlain = command.keys.length === 1 && command.findKeys === undefined
  if (spec === undefined || !isPlain || !isFixed(spec)) return null
  return findKeys(command, args)?.map(({ at }) => args[at] as string) ?? null
}
