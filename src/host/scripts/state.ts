// The scripts and libraries that one Lua state has loaded, and what its doors answer.

import { error, functionNotFound } from '../../api/replies.js'
import { type ErrorReply, isError, type Reply } from '../../api/reply.js'
import type { FunctionSpec, ScriptJob } from '../../api/scripts.js'
import { keepFrames } from './frames.js'
import type { Lua } from './lua.js'

/** Scripts and libraries of one state; then it is made anew. */
const loadedMax = 2_000

const doors = { run: 1, compile: 2, call: 3, library: 4 } as const

export class ScriptState {
  readonly lua: Lua
  /** Their numbers, by name. */
  readonly #scripts = new Map<string, number>()
  /** Code by library. */
  readonly #libraries = new Map<string, string>()
  /** Which library's function a name calls. */
  readonly #owners = new Map<string, string>()
  #loaded = 0

  constructor(lua: Lua) {
    this.lua = lua
  }

  get isFull(): boolean {
    return this.#loaded >= loadedMax
  }

  /** Null where it is loaded, else why not. */
  compile(name: string, code: string): ErrorReply | null {
    if (this.#scripts.has(name)) return null
    const values = { keys: [], argv: [keepFrames(bodyOf(code))] }
    const made = this.lua.open(doors.compile, `,${this.#loaded},"${name}",ARGV[1]`, values)
    if (isError(made)) {
      return error(`ERR Error compiling script (new function): ${made.text}`)
    }
    this.#scripts.set(name, this.#loaded)
    this.#loaded++
    return null
  }

  inspect(library: string, code: string): readonly FunctionSpec[] | ErrorReply {
    return this.#load(library, code, false)
  }

  run(job: ScriptJob): Reply {
    const values = { keys: job.keys, argv: job.values }
    if (job.library === '') {
      const failure = this.compile(job.name, job.code)
      if (failure !== null) return failure
      return this.lua.open(doors.run, `,${this.#scripts.get(job.name)}`, values)
    }
    const { name, library } = job
    if (this.#libraries.get(library) !== job.code || this.#owners.get(name) !== library) {
      const made = this.#load(library, job.code, true)
      if ('type' in made) return made
      this.#libraries.set(library, job.code)
      for (const [own, owner] of this.#owners) if (owner === library) this.#owners.delete(own)
      for (const each of made) this.#owners.set(each.name, library)
      // Members that merge may load two versions of a library at once, and keep what the earlier one had.
      if (this.#owners.get(name) !== library) return functionNotFound
    }
    return this.lua.open(doors.call, `,"${job.name}",KEYS,ARGV`, values)
  }

  #load(library: string, code: string, keep: boolean): readonly FunctionSpec[] | ErrorReply {
    this.#loaded++
    const values = { keys: [], argv: [keepFrames(bodyOf(code))] }
    const made = this.lua.open(doors.library, `,"${library}",ARGV[1],${keep}`, values)
    if (isError(made)) return made
    return Array.isArray(made) ? made.map(specOf) : []
  }
}

/** Without its first line where that is a shebang: the line stays, so that numbers of lines do. */
function bodyOf(code: string): string {
  if (!code.startsWith('#!')) return code
  const end = code.indexOf('\n')
  return end < 0 ? '' : code.slice(end)
}

function specOf(made: Reply): FunctionSpec {
  const [name, description, flags] = Array.isArray(made) ? (made as readonly Reply[]) : []
  return {
    name: String(name),
    description: typeof description === 'string' ? description : null,
    flags: Array.isArray(flags) ? flags.map(String) : [],
  }
}
