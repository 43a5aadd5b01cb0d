// One member of an eventual keyspace in a process of its own that can be weighed: its parent asks over the process channel, the member
// collects its garbage and tells what is left. Ends with the channel.

import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Engine, EngineOptions } from '../../src/api/engine.js'
import { withMemberFlags } from '../../src/cli/node-flags.js'
import { loadConfig } from '../../src/config/load.js'
import type { CoreInit } from '../../src/core/core.js'
import { createCore } from '../../src/core/create.js'
import { createEngine } from '../../src/engine/engine.js'
import { start } from '../../src/host/start.js'

const script = fileURLToPath(import.meta.url)

export interface Weight {
  /** Bytes behind a collection: objects and buffers, and what the system gave. */
  readonly heap: number
  readonly resident: number
  /** Bytes by the engines' own count, and keys. */
  readonly counted: number
  readonly keys: number
  /** Keys of which more is known than their value, at most. */
  readonly unstable: number
}

export interface WeighedOptions {
  readonly conf: string
  readonly self: number
  readonly directory: string
  readonly durability: string
}

export class WeighedMember {
  readonly #child: ChildProcess
  readonly ended: Promise<void>

  constructor({ conf, self, directory, durability }: WeighedOptions) {
    const flags = withMemberFlags(['--expose-gc', '--max-old-space-size=8000'], durability)
    this.#child = fork(script, ['member', conf, String(self), directory, durability], {
      execArgv: [...flags],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.ended = new Promise((resolve) => this.#child.once('exit', () => resolve()))
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  weigh(): Promise<Weight> {
    return this.#ask('weigh')
  }

  /** The same without a collection: what is counted, no more. */
  count(): Promise<Weight> {
    return this.#ask('count')
  }

  #ask(word: 'weigh' | 'count'): Promise<Weight> {
    return new Promise((resolve, reject) => {
      this.#child.once('message', (weight) => resolve(weight as Weight))
      void this.ended.then(() => reject(new Error('the member ended')))
      this.#child.send(word)
    })
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.ended
  }
}

function weightOf(engines: readonly Engine[]): Weight {
  const sum = (of: (engine: Engine) => number): number =>
    engines.reduce((total, engine) => total + of(engine), 0)
  const { heapUsed, external, rss } = process.memoryUsage()
  return {
    heap: heapUsed + external,
    resident: rss,
    counted: sum(({ memoryBytes }) => memoryBytes),
    keys: sum((engine) => engine.keyCount(0)),
    unstable: sum(({ merging }) => merging?.unstableKeys ?? 0),
  }
}

async function run(
  conf: string,
  ...given: readonly [self: string, directory: string, durability: string]
): Promise<void> {
  const [self, directory, durability] = given
  const engines: Engine[] = []
  const engine = (options: EngineOptions): Engine => {
    const made = createEngine(options)
    engines.push(made)
    return made
  }
  const flags = { self, directory, durability, level: 'eventual', 'log.level': 'error' }
  const { config } = loadConfig({ file: conf, flags })
  await start(config, { makeCore: (init) => createCore({ ...(init as CoreInit), engine }) })
  process.on('message', (word) => {
    if (word === 'weigh') for (let i = 0; i < 3; i++) globalThis.gc?.()
    process.send?.(weightOf(engines))
  })
  process.on('disconnect', () => process.exit(0))
}

if (process.argv[2] === 'member') {
  const [conf, ...given] = process.argv.slice(3) as [string, string, string, string]
  await run(conf, ...given)
}
