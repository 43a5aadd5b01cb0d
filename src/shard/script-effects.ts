// What a script came to, as it stands in an entry: its reply and the commands through which it changed
// data. The leader makes it, every member executes it; nobody runs a script for it.

import type { Engine, EngineScripting } from '../api/engine.js'
import { later } from '../api/engine.js'
import { decodeReply, encodeReply } from '../api/reply-codec.js'
import { error } from '../api/replies.js'
import { ok, type Reply } from '../api/reply.js'
import { effectsName, queuedNote, readNote } from '../api/scripts.js'
import { ByteReader, ByteWriter, textToBytes } from '../base/bytes.js'
import { hasBug } from '../base/seeded-bug.js'
import { isKnown } from './known.js'

/** A command that changes data, with what its chance is drawn from. */
export interface Effect {
  readonly salt: number
  readonly db: number
  readonly args: readonly string[]
}

export interface Outcome {
  readonly reply: Reply
  readonly effects: readonly Effect[]
  /** Behind the last salt: what follows in the entry draws its chance from here. */
  readonly salt: number
}

/** Whether a call is what a script came to. */
export function isEffects(args: readonly string[]): boolean {
  return args[0] === effectsName
}

const malformed = error('ERR malformed effects of a script')

/** What this member made and will execute itself: it need not take the text apart. */
const known = new WeakMap<readonly string[], Outcome>()
const writer = new ByteWriter(1024)
const okText = replyText(ok)
const nullText = replyText(null)

function replyText(reply: Reply): string {
  encodeReply(writer, reply)
  return writer.finishText()
}

function textOf(reply: Reply): string {
  if (reply === null) return nullText
  if (typeof reply !== 'object' || !('type' in reply)) return replyText(reply)
  return reply.type === 'status' && reply.text === 'OK' ? okText : replyText(reply)
}

export function encodeOutcome(outcome: Outcome): string[] {
  const { reply, effects, salt } = outcome
  const made = [effectsName, textOf(reply), String(salt)]
  known.set(made, outcome)
  for (const effect of effects) {
    made.push(String(effect.salt), String(effect.db), String(effect.args.length))
    for (const arg of effect.args) made.push(arg)
  }
  return made
}

/** The commands of a script's effects on clients' data, as the call has them; scripts and functions are in no slot. */
export function* effectCalls(
  args: readonly string[],
  hiddenFrom: number,
): Iterable<readonly string[]> {
  for (let at = 3; at < args.length; ) {
    const end = at + 3 + Number(args[at + 2])
    if (!(end > at + 3)) return
    if (Number(args[at + 1]) < hiddenFrom) yield args.slice(at + 3, end)
    at = end
  }
}

/** Hears of each of a script's effects before it takes place. */
export type Said = (db: number, args: readonly string[]) => void

/** They take effect where the client lives. */
const unexecuted: ReadonlySet<string> = new Set(['publish', 'spublish', readNote])

/** What of a script's effects is heard of where its client lives. */
export function tellOutcome(outcome: Outcome, hiddenFrom: number, said: Said): void {
  let wasQueued = false
  for (const { db, args } of outcome.effects) {
    const isQueued = args[0] === queuedNote
    if (!isQueued && !wasQueued && db < hiddenFrom) said(db, args)
    wasQueued = isQueued
  }
}

/** Executes the effects of one script in one go; driven by the executor in steps. */
export class ScriptEffects {
  readonly #engine: Engine
  readonly #args: readonly string[]
  readonly #known: Outcome | undefined
  readonly #said: Said
  #at = 3
  /** Of the effects known. */
  #next = 0
  /** The engine is in the middle of a long command. */
  #isOpen = false
  /** The next one is no script's. */
  #isQueued = false

  constructor(engine: Engine, args: readonly string[], said: Said) {
    this.#engine = engine
    this.#said = said
    this.#args = args
    this.#known = known.get(args)
  }

  /** What this member made it knows. */
  get unknown(): string | undefined {
    if (this.#known !== undefined) return undefined
    const args = this.#args
    for (let at = 3, end = 0; at < args.length; at = end) {
      end = at + 3 + Number(args[at + 2])
      if (!(end > at + 3 && end <= args.length)) return undefined
      const name = args[at + 3] as string
      if (name !== queuedNote && !unexecuted.has(name) && !isKnown(this.#engine, name)) return name
    }
    return undefined
  }

  step(elements: number): Reply | typeof later {
    const { scripting } = this.#engine
    if (scripting === undefined) return malformed
    for (let left = elements; left > 0; left--) {
      if (this.#isOpen) {
        if (this.#engine.step(left) === later) return later
        this.#isOpen = false
        continue
      }
      if (this.#known !== undefined) {
        const effect = this.#known.effects[this.#next++]
        if (effect === undefined) {
          scripting.reseed(this.#known.salt)
          return this.#known.reply
        }
        left -= effect.args.length
        this.#execute(scripting, effect)
        continue
      }
      if (this.#at >= this.#args.length) return this.#answer()
      const salt = Number(this.#args[this.#at])
      const db = Number(this.#args[this.#at + 1])
      const from = this.#at + 3
      const end = from + Number(this.#args[this.#at + 2])
      if (!(end > from && end <= this.#args.length)) return malformed
      this.#at = end
      left -= end - from
      this.#execute(scripting, { salt, db, args: this.#args.slice(from, end) })
    }
    return later
  }

  #execute(scripting: EngineScripting, { salt, db, args }: Effect): void {
    const isQueued = this.#isQueued
    this.#isQueued = args[0] === queuedNote
    if (this.#isQueued) return
    if (!isQueued && db < scripting.hiddenFrom) this.#said(db, args)
    if (unexecuted.has(args[0] as string)) return
    scripting.reseed(salt)
    if (hasBug('shard-script-effects-twice')) scripting.execute(db, args)
    this.#isOpen = scripting.execute(db, args) === later
  }

  #answer(): Reply {
    this.#engine.scripting?.reseed(Number(this.#args[2]))
    const reader = new ByteReader(textToBytes(this.#args[1] ?? ''))
    const reply = decodeReply(reader)
    return reader.ok ? reply : malformed
  }
}
