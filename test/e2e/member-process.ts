// One real member: `quorate start` in a process of its own, its log lines in a file.

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { withMemberFlags } from '../../src/cli/node-flags.js'

export const mainScript = new URL('../../src/main.js', import.meta.url).pathname

export interface ProcessEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** Flags for node, another installation's `quorate`, another node. */
export interface HowToRun {
  readonly nodeFlags?: readonly string[] | undefined
  readonly script?: string | undefined
  readonly node?: string | undefined
}

export class MemberProcess {
  readonly log: string
  readonly ended: Promise<ProcessEnd>
  readonly #child: ChildProcess
  #end: ProcessEnd | null = null

  constructor(args: readonly string[], log: string, how: HowToRun = {}) {
    const { nodeFlags = [], script = mainScript, node = process.execPath } = how
    this.log = log
    const file = openSync(log, 'a')
    // Its standard input closes when this process dies, however it dies: no member is left behind.
    this.#child = spawn(
      node,
      [
        ...withMemberFlags(nodeFlags, args[args.indexOf('--durability') + 1]),
        script,
        ...args,
        '--stop-with-stdin',
      ],
      {
        stdio: ['pipe', file, file],
        env: cleanEnvironment(),
      },
    )
    closeSync(file)
    this.ended = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        this.#end = { code, signal }
        resolve(this.#end)
      })
    })
  }

  get isRunning(): boolean {
    return this.#end === null
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  signal(signal: NodeJS.Signals): void {
    if (this.isRunning) this.#child.kill(signal)
  }

  /** Ends it at once and waits for that. */
  async kill(): Promise<void> {
    this.signal('SIGKILL')
    await this.ended
  }

  /** Ends it cleanly; answers how it ended. Killed where it takes too long. */
  async stop(msMax = 60_000): Promise<ProcessEnd> {
    this.signal('SIGTERM')
    const timer = setTimeout(() => this.signal('SIGKILL'), msMax)
    const end = await this.ended
    clearTimeout(timer)
    return end
  }

  /** The end of its log, for a failure's message. */
  tail(lines = 15): string {
    return readFileSync(this.log, 'utf8').trimEnd().split('\n').slice(-lines).join('\n')
  }
}

/** The environment without QUORATE_ variables, which would change what a test means. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('QUORATE_')),
  )
}
