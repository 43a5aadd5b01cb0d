// A script language of three words, so that simulated members run scripts without Lua: `call` and a
// command, in which K1, K2 ... and A1, A2 ... stand for keys and values; `slow`, behind which a script is
// too long for the loop and goes on beside it; `all`, to answer every reply and not the first one only.

import type { Reply } from '../../src/api/reply.js'
import {
  type FunctionSpec,
  type RunningScript,
  type ScriptCall,
  type ScriptJob,
  type ScriptRunner,
  spent,
} from '../../src/api/scripts.js'
import { hashString } from '../../src/base/hash.js'

/** Looks at a script beside the loop until it goes on. */
const slowLooks = 3
const functionWord = 'function '

/** A library of one function, which runs all its lines. */
export function libraryText(name: string, lines: readonly string[]): string {
  return [`#!lua name=of_${name}`, `${functionWord}${name}`, ...lines].join('\n')
}

export class FakeRunner implements ScriptRunner {
  used = 0

  digest(text: string): string {
    return hashString(text).toString(16).padStart(8, '0').repeat(5)
  }

  compile(): null {
    return null
  }

  inspect(_library: string, code: string): readonly FunctionSpec[] {
    const names = code.split('\n').filter((line) => line.startsWith(functionWord))
    return names.map((line) => ({
      name: line.slice(functionWord.length),
      description: null,
      flags: [],
    }))
  }

  run(job: ScriptJob, call: ScriptCall): Reply | typeof spent {
    const replies: Reply[] = []
    this.used = 1_000
    for (const line of job.code.split('\n')) {
      if (line === 'slow') return spent
      if (line.startsWith('call ')) replies.push(call(argumentsOf(line, job)))
    }
    return answerOf(job, replies)
  }

  start(job: ScriptJob): RunningScript {
    const lines = job.code.split('\n')
    const replies: Reply[] = []
    let looks = slowLooks
    return {
      next: () => {
        for (let line = lines[0]; line !== undefined; line = lines[0]) {
          if (line === 'slow' && looks-- > 0) return null
          lines.shift()
          if (line.startsWith('call ')) return { call: argumentsOf(line, job) }
        }
        return { reply: answerOf(job, replies) }
      },
      answer: (reply) => {
        replies.push(reply)
      },
      end: () => {
        lines.length = 0
      },
    }
  }
}

function argumentsOf(line: string, { keys, values }: ScriptJob): string[] {
  return line
    .split(' ')
    .slice(1)
    .map((word) => {
      const at = Number(word.slice(1)) - 1
      if (word[0] === 'K') return keys[at] ?? ''
      return word[0] === 'A' ? (values[at] ?? '') : word
    })
}

function answerOf(job: ScriptJob, replies: readonly Reply[]): Reply {
  return job.code.includes('\nall') ? replies : (replies[0] ?? null)
}
