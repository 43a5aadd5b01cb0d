// The commands that a script calls: judged in Redis' order and words, executed on the engine under its
// journal, and kept where they change data. One of these per script that runs.

import { fitsArity, isWrite } from '../api/command.js'
import { type EngineScripting, type Engine, later } from '../api/engine.js'
import type { GroupId } from '../api/ids.js'
import { commandOf } from '../api/keys.js'
import { limits } from '../api/limits.js'
import {
  arityFromScript,
  crossGroup,
  dbIndexRange,
  error,
  notFromScript,
  outOfMemory,
  readOnlyScript,
  scriptTooMuch,
  unknownCommand,
  unknownFromScript,
} from '../api/replies.js'
import { type ErrorReply, isError, ok, pong, type Reply } from '../api/reply.js'
import { mayReplicate, readNote, type ScriptWorld } from '../api/scripts.js'
import type { Effect } from './script-effects.js'

const badCheck = error('ERR Invalid command passed to redis.acl_check_cmd()')
const blocks = (name: string): ErrorReply =>
  error(`ERR ${name} command is not allowed with BLOCK option from scripts`)

/** Where scripts run. */
export interface CallsPlace {
  readonly group: GroupId
  readonly engine: Engine
  readonly scripting: EngineScripting
  readonly world: ScriptWorld
  readonly databases: number
}

export interface CallsInit {
  readonly db: number
  readonly isReadOnly: boolean
  /** What the user may do whose script it is; null for everything. */
  readonly rules: string | null
  /** Commands that may grow the data are refused. */
  readonly isFull: boolean
  /** Salt of its first command. */
  readonly salt: number
}

export class ScriptCalls {
  readonly #place: CallsPlace
  readonly #init: CallsInit
  readonly effects: Effect[] = []
  salt: number
  /** Bytes of the effects, about. */
  bytes = 0
  /** Commands called. */
  count = 0
  /** Why the script leaves no effect and gets this for its reply, or null. */
  fatal: ErrorReply | null = null
  /** Executing the effects comes to what was done, version by version: nothing else changed, in no other steps. */
  isExact = true
  #db: number
  /** Commands that read, and how often. */
  #reads: Map<string, number> | null = null

  constructor(place: CallsPlace, init: CallsInit) {
    this.#place = place
    this.#init = init
    this.#db = init.db
    this.salt = init.salt
  }

  /** Executes one command; the name in any case. */
  readonly call = (args: string[]): Reply => {
    this.count++
    if (this.bytes > limits.scriptEffectBytesMax) this.fatal = scriptTooMuch
    if (this.fatal !== null) return this.fatal
    const given = args[0] ?? ''
    const name = given.toLowerCase()
    args[0] = name
    if (name === '\x01acl') return this.#check(args)
    const command = this.#place.world.find(args)
    if (command === null) return unknownFromScript
    const { spec, writes } = command
    if (!fitsArity(spec, args.length)) return arityFromScript
    if (command.isBarred) return notFromScript
    const denied = this.#denies(args)
    if (denied !== null) return denied
    if (writes && this.#init.isReadOnly) return readOnlyScript
    if (command.isRouted) return this.#routed(args)
    // Redis lets a script end what it began to write.
    const isFull = this.#init.isFull && this.effects.length === 0
    if (isFull && command.deniesOom) return outOfMemory
    if (command.blocks && reachesBlock(args)) return blocks(given)
    if (!this.#place.world.belongs(this.#place.group, this.#db, args)) {
      this.fatal = crossGroup
      return crossGroup
    }
    if (command.reads) this.#noteRead(spec.name)
    return this.#execute(args, writes, true)
  }

  /** A command of a transaction that has a script elsewhere. */
  queued(args: string[]): Reply {
    const spec = commandOf(this.#place.engine.commands, args)
    if (spec === undefined) return unknownCommand(args)
    return this.#execute(args, isWrite(spec) || mayReplicate.has(spec.name))
  }

  /** Where it read something: what, for the member whose client runs it. */
  get note(): Effect | null {
    if (this.#reads === null) return null
    const args = [readNote]
    for (const [name, count] of this.#reads) args.push(name, String(count))
    return { salt: 0, db: this.#init.db, args }
  }

  #noteRead(name: string): void {
    this.#reads ??= new Map()
    this.#reads.set(name, (this.#reads.get(name) ?? 0) + 1)
  }

  #execute(args: string[], writes: boolean, isScript = false): Reply {
    const { engine, scripting } = this.#place
    const salt = this.salt++
    const db = this.#db
    scripting.reseed(salt)
    const before = scripting.changes
    let reply = scripting.execute(db, args, isScript)
    if (reply === later) this.isExact = false
    while (reply === later) reply = engine.step(limits.stepElements)
    if (writes && !isError(reply)) {
      this.effects.push({ salt, db, args })
      for (const arg of args) this.bytes += arg.length + 4
    } else if (scripting.changes !== before) this.isExact = false
    return reply
  }

  /** What no group executes. */
  #routed(args: readonly string[]): Reply {
    switch (args[0]) {
      case 'ping':
        return args[1] ?? pong
      case 'echo':
        return args[1] ?? null
      case 'select':
        return this.#select(args[1] ?? '')
      case 'time': {
        const { clock } = this.#place.scripting
        return [String(Math.floor(clock / 1000)), String((clock % 1000) * 1000)]
      }
      case 'lastsave':
        return Math.floor(this.#place.scripting.clock / 1000)
      case 'publish':
      case 'spublish':
        return this.#publish(args)
      default:
        return notFromScript
    }
  }

  #select(text: string): Reply {
    const db = Number(text)
    const isIndex = text !== '' && text.length < 5 && Number.isInteger(db) && db >= 0
    if (!isIndex || db >= this.#place.databases) return dbIndexRange
    this.#db = db
    return ok
  }

  /** Subscribers hear of it when the entry is applied. */
  #publish(args: readonly string[]): Reply {
    this.effects.push({ salt: this.salt++, db: this.#db, args })
    for (const arg of args) this.bytes += arg.length + 4
    return 0
  }

  #check(given: readonly string[]): Reply {
    const args = given.slice(1)
    if (this.#place.world.find(args) === null) return badCheck
    return this.#denies(args) === null ? 1 : 0
  }

  #denies(args: readonly string[]): ErrorReply | null {
    const { rules } = this.#init
    return rules === null ? null : this.#place.world.denies(rules, args)
  }
}

/** Whether XREAD or XREADGROUP would come to a BLOCK option, before anything that is wrong with them. */
function reachesBlock(args: readonly string[]): boolean {
  const isGroup = args[0] === 'xreadgroup'
  if (!isGroup && args[0] !== 'xread') return false
  for (let i = 1; i < args.length; i++) {
    const word = (args[i] as string).toLowerCase()
    const more = args.length - 1 - i
    if (word === 'block' && more > 0) return true
    if (word === 'count' && isInteger(args[i + 1] ?? '')) i++
    else if (word === 'group' && isGroup && more > 1) i += 2
    else if (word !== 'noack' || !isGroup) return false
  }
  return false
}

/** As Redis writes one of 64 bits. */
function isInteger(text: string): boolean {
  for (let i = text.startsWith('-') ? 1 : 0; i < text.length; i++) {
    if (!'0123456789'.includes(text[i] as string)) return false
  }
  if (text.length === 0 || text === '-' || text.length > 20) return false
  const value = BigInt(text)
  return BigInt.asIntN(64, value) === value && String(value) === text
}
