// Scripts and functions as the group keeps them, in hidden databases: what is there, and the effects that
// change it. SCRIPT and FUNCTION, except for what needs a running script.

import type { EngineScripting } from '../api/engine.js'
import { limits } from '../api/limits.js'
import {
  error,
  libraryNotFound,
  outOfMemory,
  syntaxError,
  unknownOrWrongArity,
} from '../api/replies.js'
import { isError, ok, type Reply } from '../api/reply.js'
import { type FunctionSpec, hidden, type ScriptRunner } from '../api/scripts.js'
import { globMatch } from '../base/glob.js'
import { dumpLibraries, restoreLibraries } from './script-dump.js'
import { libraryNameOf, scriptFlagsOf } from './script-text.js'

/** A function, and the library that has it. */
export interface KnownFunction extends FunctionSpec {
  readonly library: string
}

/** A change of a hidden database, as a command on it. */
export type Change = (database: number, args: string[]) => void

const noFunctions = error('ERR No functions registered')
const badPayload = error('ERR DUMP payload version or checksum are wrong')
const badPolicy = error(
  'ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.',
)

export class ScriptLibrary {
  readonly #scripting: EngineScripting
  readonly #runner: ScriptRunner
  readonly #change: Change

  constructor(scripting: EngineScripting, runner: ScriptRunner, change: Change) {
    this.#scripting = scripting
    this.#runner = runner
    this.#change = change
  }

  script(sha: string): string | null {
    return this.#scripting.find(hidden.scripts, sha)
  }

  /** False where memory is short and scripts take their part of it: Redis would go on, and end for want of memory. */
  keep(sha: string, text: string): boolean {
    if (this.#scripting.isFull) {
      const bytes = this.#scripting.bytes(hidden.scripts) + text.length
      if (bytes > limits.scriptTextsFullBytesMax) return false
    }
    this.#change(hidden.scripts, ['set', sha, text])
    return true
  }

  code(library: string): string {
    return this.#scripting.find(hidden.libraries, library) ?? ''
  }

  function(anyCase: string): KnownFunction | null {
    return functionOf(this.#scripting, anyCase)
  }

  /** SCRIPT LOAD, EXISTS, FLUSH. */
  scriptCommand(args: readonly string[]): Reply {
    switch ((args[1] ?? '').toLowerCase()) {
      case 'load':
        return this.#load(args[2] as string)
      case 'exists':
        return args.slice(2).map((sha) => (this.script(sha.toLowerCase()) === null ? 0 : 1))
      case 'flush':
        if (args.length > 3 || !isMode(args[2])) {
          return error('ERR SCRIPT FLUSH only support SYNC|ASYNC option')
        }
        this.#change(hidden.scripts, ['flushdb'])
        return ok
      default:
        return syntaxError
    }
  }

  /** FUNCTION LOAD, DELETE, FLUSH, LIST, DUMP, RESTORE. */
  functionCommand(args: readonly string[]): Reply {
    switch ((args[1] ?? '').toLowerCase()) {
      case 'load':
        return this.#loadFunctions(args)
      case 'delete':
        return this.#delete(args[2] as string)
      case 'flush':
        if (args.length > 3) return unknownOrWrongArity('function', args[1] as string)
        if (!isMode(args[2])) {
          return error('ERR FUNCTION FLUSH only supports SYNC|ASYNC option')
        }
        this.#flush()
        return ok
      case 'list':
        return this.#list(args)
      case 'dump':
        return dumpLibraries(this.#libraries().map((library) => this.code(library)))
      case 'restore':
        return this.#restore(args)
      default:
        return syntaxError
    }
  }

  #libraries(): readonly string[] {
    return this.#scripting.keys(hidden.libraries)
  }

  #load(text: string): Reply {
    const sha = this.#runner.digest(text)
    if (this.script(sha) !== null) return sha
    const flags = scriptFlagsOf(text)
    if (flags !== null && 'type' in flags) return flags
    const failure = this.#runner.compile(sha, text)
    if (failure !== null) return failure
    return this.keep(sha, text) ? sha : outOfMemory
  }

  #loadFunctions(args: readonly string[]): Reply {
    let replace = false
    for (const word of args.slice(2, -1)) {
      if (word.toLowerCase() !== 'replace') return error(`ERR Unknown option given: ${word}`)
      replace = true
    }
    return this.#add(args[args.length - 1] as string, replace)
  }

  #add(code: string, replace: boolean): Reply {
    const name = libraryNameOf(code)
    if (typeof name !== 'string') return name
    const isThere = this.#scripting.find(hidden.libraries, name) !== null
    if (isThere && !replace) return error(`ERR Library '${name}' already exists`)
    const functions = this.#runner.inspect(name, code)
    if ('type' in functions) return functions
    if (functions.length === 0) return noFunctions
    for (const each of functions) {
      const other = this.function(each.name)
      if (other !== null && other.library !== name) {
        return error(`ERR Function ${each.name} already exists`)
      }
    }
    if (isThere) this.#delete(name)
    this.#change(hidden.libraries, ['set', name, code])
    for (const { name: own, flags, description } of functions) {
      const tail = description === null ? '' : `1\n${description}`
      const kept = `${name}\n${own}\n${flags.join(',')}\n${tail}`
      this.#change(hidden.functions, ['set', own.toLowerCase(), kept])
    }
    return name
  }

  #delete(library: string): Reply {
    if (this.#scripting.find(hidden.libraries, library) === null) return libraryNotFound
    for (const name of this.#functionsOf(library)) {
      this.#change(hidden.functions, ['del', name])
    }
    this.#change(hidden.libraries, ['del', library])
    return ok
  }

  #flush(): void {
    this.#change(hidden.functions, ['flushdb'])
    this.#change(hidden.libraries, ['flushdb'])
  }

  #functionsOf(library: string): readonly string[] {
    return this.#scripting
      .keys(hidden.functions)
      .filter((name) => this.function(name)?.library === library)
  }

  #list(args: readonly string[]): Reply {
    let pattern: string | null = null
    let withCode = false
    for (let at = 2; at < args.length; at++) {
      const word = (args[at] as string).toLowerCase()
      if (word === 'withcode' && !withCode) withCode = true
      else if (word === 'libraryname' && pattern === null) {
        const given = args[++at]
        if (given === undefined) return error('ERR library name argument was not given')
        pattern = given
      } else return error(`ERR Unknown argument ${args[at]}`)
    }
    const made: Reply[] = []
    for (const library of this.#libraries()) {
      if (pattern !== null && !globMatch(pattern, library, true)) continue
      made.push(this.#describe(library, withCode))
    }
    return made
  }

  #describe(library: string, withCode: boolean): Reply {
    const functions = this.#functionsOf(library).map((key): Reply => {
      const { name, description, flags } = this.function(key) as KnownFunction
      const items = flags.map((text): Reply => ({ type: 'status', text }))
      const pairs: Reply[] = ['name', name, 'description', description]
      return { type: 'map', pairs: [...pairs, 'flags', { type: 'set', items }] }
    })
    const pairs: Reply[] = ['library_name', library, 'engine', 'LUA', 'functions', functions]
    if (withCode) pairs.push('library_code', this.code(library))
    return { type: 'map', pairs }
  }

  #restore(args: readonly string[]): Reply {
    if (args.length > 4) return unknownOrWrongArity('function', args[1] as string)
    const policy = (args[3] ?? 'append').toLowerCase()
    if (policy !== 'flush' && policy !== 'append' && policy !== 'replace') return badPolicy
    const codes = restoreLibraries(args[2] as string)
    if (codes === null) return badPayload
    if (policy === 'flush') this.#flush()
    for (const code of codes) {
      const name = libraryNameOf(code)
      if (policy === 'append' && typeof name === 'string' && this.code(name) !== '') {
        return error(`ERR Library ${name} already exists`)
      }
      const reply = this.#add(code, policy === 'replace')
      if (isError(reply)) return reply
    }
    return ok
  }
}

/** Found in any case, as it was registered. */
export function functionOf(scripting: EngineScripting, anyCase: string): KnownFunction | null {
  const kept = scripting.find(hidden.functions, anyCase.toLowerCase())
  if (kept === null) return null
  const [library = '', name = '', flags = '', mark = '', ...rest] = kept.split('\n')
  return {
    name,
    library,
    flags: flags === '' ? [] : flags.split(','),
    description: mark === '' ? null : rest.join('\n'),
  }
}

function isMode(word: string | undefined): boolean {
  const lower = word?.toLowerCase()
  return lower === undefined || lower === 'sync' || lower === 'async'
}
