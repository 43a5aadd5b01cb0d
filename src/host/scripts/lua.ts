// One Lua state in WebAssembly. The only file that knows the package `lua-redis-wasm`: it takes its
// module (not its JavaScript), puts a meter into it, and speaks its binary interface. A state whose gas
// ran out is of no use any more; its owner makes another one.

import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Reply } from '../../api/reply.js'
import { meter } from './meter.js'
import { prelude } from './prelude.js'
import { readValue, ReplyWriter } from './values.js'

/** A command of a script; the reply goes back into Lua. */
export type LuaCall = (args: string[]) => Reply
export type LuaLog = (level: number, text: string) => void

export interface LuaInit {
  readonly call: LuaCall
  readonly log: LuaLog
  /** Opens the door to scripts: nobody may guess it. */
  readonly secret: string
  /** Whether the state traps when `gas` is used up; else only ending its thread ends it. */
  readonly isMetered: boolean
  /** It only looks at libraries, and has no globals for them. */
  readonly isBare?: boolean
}

/** The script used up its gas, or broke the machine: the state is lost. */
export class LuaSpent extends Error {}

/** Most bytes that one run may hand in: a quarter of the state's memory. */
const argumentBytesMax = 16 * 1024 * 1024
const argumentBytesKept = 4096
/**
 * Lua's C functions may nest 200 deep, and cjson 1,000: the package's own stack of 64 KB ends before, in
 * the middle of the state's data. 190 calls of gsub in each other use 230 KB.
 */
const stackBytes = 1024 * 1024
/** Bytes that are copied one by one: a call of `set` costs more. */
const byOneMax = 32
const gasMax = 0x7fff_ffff
const noFile = -52

class Longjmp extends Error {}

interface LuaExports extends WebAssembly.Exports {
  readonly memory: WebAssembly.Memory
  readonly __indirect_function_table: WebAssembly.Table
  readonly gas?: WebAssembly.Global
  __wasm_call_ctors(): void
  set_compat(flags: number): void
  set_limits(fuel: number, replyBytes: number, argumentBytes: number): void
  init(): number
  eval_with_args(
    result: number,
    script: number,
    scriptBytes: number,
    args: number,
    argsBytes: number,
    keys: number,
  ): void
  alloc(bytes: number): number
  free_mem(at: number): void
  setThrew(threw: number, value: number): void
  _emscripten_stack_restore(at: number): void
  emscripten_stack_get_current(): number
}

const modules: { metered: WebAssembly.Module | null; plain: WebAssembly.Module | null } = {
  metered: null,
  plain: null,
}

function moduleOf(isMetered: boolean): WebAssembly.Module {
  const known = isMetered ? modules.metered : modules.plain
  if (known !== null) return known
  const door = createRequire(import.meta.url).resolve('lua-redis-wasm')
  const bytes = readFileSync(join(dirname(door), 'redis_lua.wasm'))
  const made = new WebAssembly.Module(isMetered ? meter(bytes) : bytes)
  if (isMetered) modules.metered = made
  else modules.plain = made
  return made
}

export class Lua {
  readonly #init: LuaInit
  readonly #exports: LuaExports
  readonly #heap: Buffer
  readonly #view: DataView
  readonly #writer = new ReplyWriter()
  /** The text of a door's call, in the state's memory, by the text. */
  readonly #texts = new Map<string, { readonly at: number; readonly length: number }>()
  /** Where results are told: address and length. */
  #result = 0
  #isPrepared = false
  /** Where small arguments are put, run after run. */
  #arguments = 0
  /** What the script had set before the prelude asked for every kind of reply. */
  #protocol = 2
  isLost = false

  constructor(init: LuaInit) {
    this.#init = init
    const instance = new WebAssembly.Instance(moduleOf(init.isMetered), this.#imports())
    this.#exports = instance.exports as LuaExports
    this.#heap = Buffer.from(this.#exports.memory.buffer)
    this.#view = new DataView(this.#exports.memory.buffer)
    this.gas = gasMax
    this.#exports.__wasm_call_ctors()
    // Redis 7.0: neither print nor os.
    this.#exports.set_compat(0)
    this.#exports.set_limits(0xffff_ffff, 0, 0)
    const stack = this.#exports.alloc(stackBytes)
    // It grows downwards.
    this.#exports._emscripten_stack_restore(stack + stackBytes - (stack % 16))
    this.#result = this.#exports.alloc(8)
    if (this.#exports.init() !== 0) throw new LuaSpent('Lua does not start')
    this.#isPrepared = true
    this.#arguments = this.#exports.alloc(argumentBytesKept)
  }

  /** What is left to burn. */
  get gas(): number {
    return Number(this.#exports.gas?.value ?? gasMax)
  }

  set gas(gas: number) {
    if (this.#exports.gas !== undefined) this.#exports.gas.value = gas
  }

  /** Bytes that the state may hand out in one go, about. */
  get memoryBytes(): number {
    return this.#heap.length
  }

  /**
   * Runs door `number` with Lua literals as its arguments. KEYS and ARGV are set meanwhile.
   * Throws LuaSpent when the gas is gone.
   */
  open(
    number: number,
    literals: string,
    values: { keys: readonly string[]; argv: readonly string[] },
  ): Reply {
    const text = `return("${this.#init.secret}")(${number}${literals})`
    let script = this.#texts.get(text)
    if (script === undefined) {
      if (this.#texts.size > 4096) this.#texts.clear()
      const at = this.#exports.alloc(text.length)
      this.#heap.latin1Write(text, at, text.length)
      script = { at, length: text.length }
      this.#texts.set(text, script)
    }
    return this.#run(script, values)
  }

  #run(
    script: { readonly at: number; readonly length: number },
    { keys, argv }: { readonly keys: readonly string[]; readonly argv: readonly string[] },
  ): Reply {
    const bytes = bytesOf(keys) + bytesOf(argv) + 4
    if (bytes > argumentBytesMax) {
      return { type: 'error', text: 'ERR Arguments of a script exceed its memory', definite: true }
    }
    this.#writer.protocol = 2
    this.#protocol = 2
    try {
      const isSmall = bytes <= argumentBytesKept && this.#arguments !== 0
      const at = isSmall ? this.#arguments : this.#exports.alloc(bytes)
      if (at === 0) throw new LuaSpent('out of memory')
      this.#view.setUint32(at, keys.length + argv.length, true)
      this.#write(this.#write(at + 4, keys), argv)
      this.#exports.eval_with_args(this.#result, script.at, script.length, at, bytes, keys.length)
      if (!isSmall) this.#exports.free_mem(at)
      const reply = this.#view.getUint32(this.#result, true)
      const made = reply === 0 ? null : readValue(this.#heap, reply, this.#protocol)
      if (reply !== 0) this.#exports.free_mem(reply)
      return made
    } catch (error) {
      this.isLost = true
      if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) {
        throw new LuaSpent(error.message)
      }
      throw error
    }
  }

  #write(from: number, texts: readonly string[]): number {
    let at = from
    for (let i = 0; i < texts.length; i++) {
      const text = texts[i] as string
      this.#view.setUint32(at, text.length, true)
      this.#heap.latin1Write(text, at + 4, text.length)
      at += 4 + text.length
    }
    return at
  }

  /** Hands bytes to Lua, which frees them: address and length go to `result`. */
  #hand(result: number, bytes: Uint8Array): void {
    const { length } = bytes
    const at = this.#exports.alloc(length)
    if (at !== 0 && length > byOneMax) this.#heap.set(bytes, at)
    else if (at !== 0) for (let i = 0; i < length; i++) this.#heap[at + i] = bytes[i] as number
    this.#view.setUint32(result, at, true)
    this.#view.setUint32(result + 4, at === 0 ? 0 : length, true)
  }

  #readArguments(at: number): string[] {
    const count = this.#view.getUint32(at, true)
    const made: string[] = []
    let from = at + 4
    for (let i = 0; i < count; i++) {
      const length = this.#view.getUint32(from, true)
      made.push(this.#heap.latin1Slice(from + 4, from + 4 + length))
      from += 4 + length
    }
    return made
  }

  #prepare(): void {
    const script = 'assert(loadstring(ARGV[2], "=quorate"))()'
    const at = this.#exports.alloc(script.length)
    this.#heap.latin1Write(script, at, script.length)
    const made = this.#run(
      { at, length: script.length },
      { keys: [], argv: [this.#init.secret, prelude, this.#init.isBare === true ? 'bare' : ''] },
    )
    this.#exports.free_mem(at)
    if (made !== null) throw new LuaSpent(`the prelude of scripts fails: ${JSON.stringify(made)}`)
  }

  #imports(): WebAssembly.Imports {
    const lost = (): never => {
      throw new WebAssembly.RuntimeError('the Lua state broke')
    }
    const answer = (result: number, args: number): void => {
      this.#hand(result, this.#writer.encode(this.#init.call(this.#readArguments(args))))
    }
    const env = {
      // Called once while the state is made, before its globals are locked: the one chance to add some.
      host_redis_props: (result: number) => {
        if (!this.#isPrepared) this.#prepare()
        this.#view.setUint32(result, 0, true)
        this.#view.setUint32(result + 4, 0, true)
      },
      host_redis_log: (level: number, at: number, length: number) => {
        this.#init.log(level, this.#heap.latin1Slice(at, at + length))
      },
      host_sha1hex: (result: number, at: number, length: number) => {
        const hash = createHash('sha1').update(this.#heap.subarray(at, at + length))
        this.#hand(result, Buffer.from(hash.digest('hex'), 'latin1'))
      },
      host_redis_setresp: (version: number) => {
        this.#protocol = this.#writer.protocol
        this.#writer.protocol = version
      },
      host_redis_call: answer,
      host_redis_pcall: answer,
      // C's setjmp as emscripten does it: a call that may be left by an exception of our own.
      invoke_vii: (index: number, a: number, b: number) => {
        const { emscripten_stack_get_current, _emscripten_stack_restore, setThrew } = this.#exports
        const stack = emscripten_stack_get_current()
        try {
          this.#exports.__indirect_function_table.get(index)(a, b)
        } catch (error) {
          _emscripten_stack_restore(stack)
          if (!(error instanceof Longjmp)) throw error
          setThrew(1, 0)
        }
      },
      _emscripten_throw_longjmp: () => {
        throw new Longjmp()
      },
      emscripten_resize_heap: () => 0,
      __assert_fail: lost,
      _abort_js: lost,
      exit: lost,
      __syscall_openat: () => noFile,
      __syscall_fcntl64: () => noFile,
      __syscall_ioctl: () => noFile,
      __syscall_dup3: () => noFile,
    }
    const wasi = {
      clock_time_get: (_id: number, _precision: bigint, at: number) => {
        this.#view.setBigUint64(at, 0n, true)
        return 0
      },
      fd_write: () => 52,
      fd_read: () => 52,
      fd_close: () => 0,
      fd_seek: () => 52,
    }
    return { env, wasi_snapshot_preview1: wasi }
  }
}

function bytesOf(texts: readonly string[]): number {
  let bytes = 0
  for (let i = 0; i < texts.length; i++) bytes += (texts[i] as string).length + 4
  return bytes
}
