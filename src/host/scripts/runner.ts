// Runs scripts: at once on this thread while they are cheap by the meter, else on a thread that can be
// ended. One state of Lua serves all scripts of a member; it is made anew when a script broke it, and
// when it holds too many.

import { createHash, randomBytes } from 'node:crypto'
import { error } from '../../api/replies.js'
import type { ErrorReply, Reply } from '../../api/reply.js'
import {
  type FunctionSpec,
  type RunningScript,
  type ScriptCall,
  type ScriptJob,
  type ScriptRunner,
  spent,
} from '../../api/scripts.js'
import { Lua, LuaSpent } from './lua.js'
import { ScriptState } from './state.js'
import { Beside } from './beside.js'

export interface RunnerInit {
  /** A script beside the loop came to something. */
  readonly wake: () => void
  /** Nobody may guess it; from the system's chance unless a simulation gives one. */
  readonly secret?: string
}

/** Units of the meter that a script may use on this thread: about 10 ms. */
const gasPerRun = 2_000_000
/** For looking at a script's text or a library. */
const gasPerLook = 4_000_000
/** SHA1s that are remembered by their text. */
const digestsMax = 1_024
/** Characters of those texts. */
const digestCharsMax = 4 * 1024 * 1024
/** Scripts that were once too long for this thread. */
const longMax = 1_024

const tooLong = error('ERR Error registering functions: ERR FUNCTION LOAD timeout')

export class LuaRunner implements ScriptRunner {
  readonly #wake: () => void
  readonly #secret: string
  #state: ScriptState | null = null
  /** Looks at libraries. */
  #bare: ScriptState | null = null
  #call: ScriptCall = () => null
  readonly #digests = new Map<string, string>()
  #digestChars = 0
  readonly #long = new Set<string>()
  readonly #beside = new Set<Beside>()
  used = 0

  constructor({ wake, secret }: RunnerInit) {
    this.#wake = wake
    this.#secret = secret ?? randomBytes(12).toString('base64url')
  }

  digest(text: string): string {
    let digest = this.#digests.get(text)
    if (digest !== undefined) return digest
    digest = createHash('sha1').update(text, 'latin1').digest('hex')
    if (text.length > digestCharsMax) return digest
    this.#digestChars += text.length
    if (this.#digests.size >= digestsMax || this.#digestChars > digestCharsMax) {
      this.#digests.clear()
      this.#digestChars = text.length
    }
    this.#digests.set(text, digest)
    return digest
  }

  compile(name: string, code: string): ErrorReply | null {
    const isFresh = this.#state === null
    const compile = (state: ScriptState): ErrorReply | null => state.compile(name, code)
    let made = this.#guarded(gasPerLook, compile)
    // What earlier scripts left may have taken the memory or the gas: a new state tells whose fault it is.
    if (made === spent && !isFresh) made = this.#guarded(gasPerLook, compile)
    return made === spent ? error('ERR Error compiling script (new function): too long') : made
  }

  inspect(library: string, code: string): readonly FunctionSpec[] | ErrorReply {
    try {
      if (this.#bare === null || this.#bare.isFull)
        this.#bare = new ScriptState(this.#makeLua(true))
      this.#bare.lua.gas = gasPerLook
      return this.#bare.inspect(library, code)
    } catch (fault) {
      this.#bare = null
      if (fault instanceof LuaSpent) return tooLong
      throw fault
    }
  }

  run(job: ScriptJob, call: ScriptCall): Reply | typeof spent {
    this.used = 0
    const id = job.library === '' ? job.name : `${job.name} ${this.digest(job.code)}`
    if (this.#long.has(id)) return spent
    this.#call = call
    const reply = this.#guarded(gasPerRun, (state) => state.run(job))
    if (reply !== spent) return reply
    if (this.#long.size >= longMax) this.#long.clear()
    this.#long.add(id)
    return spent
  }

  start(job: ScriptJob): RunningScript {
    const beside = new Beside(job, {
      wake: this.#wake,
      secret: this.#secret,
      ended: () => this.#beside.delete(beside),
    })
    this.#beside.add(beside)
    return beside
  }

  /** Ends everything that runs. */
  close(): void {
    for (const beside of this.#beside) beside.end()
  }

  #guarded<T>(gas: number, run: (state: ScriptState) => T): T | typeof spent {
    try {
      if (this.#state === null || this.#state.isFull)
        this.#state = new ScriptState(this.#makeLua(false))
      this.#state.lua.gas = gas
      const made = run(this.#state)
      this.used = gas - this.#state.lua.gas
      return made
    } catch (fault) {
      this.#state = null
      this.used = gas
      if (fault instanceof LuaSpent) return spent
      throw fault
    }
  }

  #makeLua(isBare: boolean): Lua {
    const call = (args: string[]): Reply => this.#call(args)
    return new Lua({ call, log: () => {}, secret: this.#secret, isMetered: true, isBare })
  }
}
