// What a command about scripts asks for: an answer at once, or the run of a script or function. Checks in
// Redis' order and words.

import {
  badKeyCount,
  functionNotFound,
  manyKeys,
  negativeKeys,
  noScript,
  notForRo,
  notInteger,
  outOfMemory,
} from '../api/replies.js'
import type { ErrorReply, Reply } from '../api/reply.js'
import type { ScriptJob, ScriptRunner } from '../api/scripts.js'
import { isRefusedWhenFull } from './script-growth.js'
import type { ScriptLibrary } from './script-library.js'
import { scriptFlagsOf } from './script-text.js'

export type ScriptPlan =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | {
      readonly kind: 'run'
      readonly job: ScriptJob
      readonly isReadOnly: boolean
      /** Commands that may grow the data are refused. */
      readonly isFull: boolean
    }

interface Means {
  readonly library: ScriptLibrary
  readonly runner: ScriptRunner
  readonly isFull: boolean
}

export function planOf(args: readonly string[], means: Means): ScriptPlan {
  switch (args[0]) {
    case 'eval':
    case 'eval_ro':
      return planEval(args, means)
    case 'evalsha':
    case 'evalsha_ro':
      return planSha(args, means)
    case 'fcall':
    case 'fcall_ro':
      return planFunction(args, means)
    case 'script':
      return { kind: 'reply', reply: means.library.scriptCommand(args) }
    default:
      return { kind: 'reply', reply: means.library.functionCommand(args) }
  }
}

function refuse(reply: ErrorReply): ScriptPlan {
  return { kind: 'reply', reply }
}

function planEval(args: readonly string[], means: Means): ScriptPlan {
  const count = keyCount(args, notInteger)
  if (typeof count !== 'number') return refuse(count)
  const text = args[1] as string
  const { runner, library } = means
  const sha = runner.digest(text)
  if (library.script(sha) === null) {
    const flags = scriptFlagsOf(text)
    if (flags !== null && 'type' in flags) return refuse(flags)
    const failure = runner.compile(sha, text)
    if (failure !== null) return refuse(failure)
    // Kept or not, it runs.
    library.keep(sha, text)
  }
  return planScript({ sha, text, args, count }, means)
}

function planSha(args: readonly string[], means: Means): ScriptPlan {
  const given = args[1] as string
  const sha = given.toLowerCase()
  const text = given.length === 40 ? means.library.script(sha) : null
  if (given.length !== 40) return refuse(noScript)
  const count = keyCount(args, notInteger)
  if (typeof count !== 'number') return refuse(count)
  return text === null ? refuse(noScript) : planScript({ sha, text, args, count }, means)
}

function planScript(
  script: {
    readonly sha: string
    readonly text: string
    readonly args: readonly string[]
    readonly count: number
  },
  means: Means,
): ScriptPlan {
  const { sha, text, args, count } = script
  const flags = scriptFlagsOf(text)
  const known = flags === null || 'type' in flags ? null : [...flags]
  const job = { name: sha, library: '', code: text, ...split(args, count) }
  return planJob(job, { flags: known, isRo: (args[0] as string).endsWith('_ro') }, means)
}

function planFunction(args: readonly string[], means: Means): ScriptPlan {
  const found = means.library.function(args[1] as string)
  if (found === null) return refuse(functionNotFound)
  const count = keyCount(args, badKeyCount)
  if (typeof count !== 'number') return refuse(count)
  const { name, library, flags } = found
  const code = means.library.code(library)
  const job = { name, library, code, ...split(args, count) }
  return planJob(job, { flags, isRo: args[0] === 'fcall_ro' }, means)
}

/** `flags` null: a script without a first line of its own, which may do as scripts always could. */
function planJob(
  job: ScriptJob,
  { flags, isRo }: { readonly flags: readonly string[] | null; readonly isRo: boolean },
  { isFull }: Means,
): ScriptPlan {
  if (flags === null) return { kind: 'run', job, isReadOnly: isRo, isFull }
  const isReadOnly = flags.includes('no-writes')
  if (isRo && !isReadOnly) return refuse(notForRo)
  if (isFull && isRefusedWhenFull(flags)) return refuse(outOfMemory)
  return { kind: 'run', job, isReadOnly, isFull: false }
}

function keyCount(args: readonly string[], notNumber: ErrorReply): number | ErrorReply {
  const text = args[2] as string
  const count = Number(text)
  if (!isInteger(text) || !Number.isSafeInteger(count)) return notNumber
  if (count > args.length - 3) return manyKeys
  return count < 0 ? negativeKeys : count
}

/** As Redis reads integers: digits with nothing around them. */
function isInteger(text: string): boolean {
  return text !== '' && text.length < 20 && String(Number(text)) === text && text !== 'NaN'
}

function split(
  args: readonly string[],
  count: number,
): { readonly keys: readonly string[]; readonly values: readonly string[] } {
  return { keys: args.slice(3, 3 + count), values: args.slice(3 + count) }
}
