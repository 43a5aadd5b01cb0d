// Scripts as the shard and the simulator see them: who runs Lua is injected by the host. A runner never
// touches data: what a script calls comes back to whoever runs it, one command at a time.

import type { CommandSpec } from './command.js'
import type { GroupId } from './ids.js'
import type { ErrorReply, Reply } from './reply.js'

/** One run of a script or of a function. */
export interface ScriptJob {
  /** SHA1 of a script, or the name of a function. */
  readonly name: string
  /** Of a function: its library; empty for a script. */
  readonly library: string
  /** Text of the script or the library, its first line as it is. */
  readonly code: string
  readonly keys: readonly string[]
  readonly values: readonly string[]
}

/** Answers a command of a script; args are as the script gave them. */
export type ScriptCall = (args: string[]) => Reply

/** The script used up what it may use on this thread; what it called has to be undone. */
export const spent: unique symbol = Symbol('spent')

/** What a library registers. */
export interface FunctionSpec {
  readonly name: string
  readonly description: string | null
  /** `no-writes` and the like. */
  readonly flags: readonly string[]
}

/** A script that runs beside the member's loop. */
export interface RunningScript {
  /** What it came to since the last look: a command that waits for `answer`, its end, or null. */
  next(): { readonly call: string[] } | { readonly reply: Reply } | null
  answer(reply: Reply): void
  /** Ends it, wherever it is. Nothing comes of it any more. */
  end(): void
}

export interface ScriptRunner {
  /** SHA1 in hexadecimal, lower case. */
  digest(text: string): string
  /** Null where the script can be compiled, else Redis' words for why not. */
  compile(name: string, code: string): ErrorReply | null
  /** Loads a library for a look at what it registers. */
  inspect(library: string, code: string): readonly FunctionSpec[] | ErrorReply
  /** Runs within a few milliseconds on this thread. Calls come from inside. */
  run(job: ScriptJob, call: ScriptCall): Reply | typeof spent
  /** What the last `run` used of `limits.scriptGasPerTurn`. */
  readonly used: number
  /** Runs on a thread that can be ended; `wake` of the runner's maker asks for a look. */
  start(job: ScriptJob): RunningScript
}

/** Those of the next that name keys: their number, then the keys. */
export const keyedScripts: ReadonlySet<string> = new Set([
  'eval',
  'eval_ro',
  'evalsha',
  'evalsha_ro',
  'fcall',
  'fcall_ro',
])

/** Names of the commands that the leader of a group runs with its runner. */
export const scriptCommands: ReadonlySet<string> = new Set([...keyedScripts, 'function', 'script'])

/** Beside writes and scripts: what Redis holds in a pause of writes and refuses in scripts that only read. */
export const mayReplicate: ReadonlySet<string> = new Set(['pfcount', 'publish', 'spublish'])

/**
 * What takes a script's place in an entry: arguments that no client can send. The name, the encoded
 * reply, the salt behind the last effect; then per effect its salt, database, count and arguments.
 */
export const effectsName = '\x01effects'

/**
 * Names of notes among the effects, which no client can send either: what a script read, as names of
 * commands and how often; and that the next effect is a command of the transaction around it.
 */
export const readNote = '\x01read'
export const queuedNote = '\x01queued'

/** Databases behind those that clients can select: scripts by SHA1, libraries, and functions by name. */
export const hiddenDatabases = 3
export const hidden = { scripts: 0, libraries: 1, functions: 2 } as const

/** A command as a script may call it. */
export interface ScriptedCommand {
  readonly spec: CommandSpec
  /** No group executes it. */
  readonly isRouted: boolean
  /** Scripts may not call it. */
  readonly isBarred: boolean
  /** What it does has to stand among the effects. */
  readonly writes: boolean
  readonly reads: boolean
  /** It may have an option to wait. */
  readonly blocks: boolean
  readonly deniesOom: boolean
}

/** What the leader asks the command table and the routes while a script runs. */
export interface ScriptWorld {
  /** A command or subcommand, `null` for none of the name. */
  find(args: readonly string[]): ScriptedCommand | null
  /** Why a user with these rules may not run a command of a script, or null. `args` begin with the name. */
  denies(rules: string, args: readonly string[]): ErrorReply | null
  /** Whether all keys of a command belong to `group`; a command without keys only where it is alone. */
  belongs(group: GroupId, db: number, args: readonly string[]): boolean
}
