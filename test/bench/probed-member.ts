// One member in a process of its own with a probe in it. Its parent asks over the process channel:
// 'reset' begins a measurement, 'read' ends it. Ends with the channel.

import { setTimeout as sleep } from 'node:timers/promises'
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { withMemberFlags } from '../../src/cli/node-flags.js'
import { loadConfig } from '../../src/config/load.js'
import { start } from '../../src/host/start.js'
import { type MemberFigures, StallProbe } from './stall-probe.js'

const script = fileURLToPath(import.meta.url)

export interface ProbedOptions {
  readonly conf: string
  readonly self: number
  readonly directory: string
  /** For node, as `--max-semi-space-size=32`. */
  readonly nodeFlags: readonly string[]
}

export class ProbedMember {
  readonly #child: ChildProcess
  readonly ended: Promise<void>

  constructor({ conf, self, directory, nodeFlags }: ProbedOptions) {
    this.#child = fork(script, ['member', conf, String(self), directory], {
      execArgv: [...withMemberFlags(nodeFlags)],
      stdio: ['ignore', nodeFlags.length > 0 ? 'inherit' : 'ignore', 'inherit', 'ipc'],
    })
    this.ended = new Promise((resolve) => this.#child.once('exit', () => resolve()))
  }

  reset(): void {
    this.#child.send('reset')
  }

  read(): Promise<MemberFigures> {
    return new Promise((resolve, reject) => {
      this.#child.once('message', (figures) => resolve(figures as MemberFigures))
      void this.ended.then(() => reject(new Error('the member ended')))
      this.#child.send('read')
    })
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.ended
  }
}

async function run(conf: string, self: string, directory: string): Promise<void> {
  const probe = new StallProbe()
  const flags = { self, directory, 'log.level': 'error' }
  const { config } = loadConfig({ file: conf, flags })
  await start(config, { makeCore: probe.makeCore })
  process.on('message', (word) => {
    if (word === 'reset') probe.reset()
    else process.send?.(probe.read())
  })
  process.on('disconnect', () => process.exit(0))
}

if (process.argv[2] === 'member') {
  const [conf, self, directory] = process.argv.slice(3) as [string, string, string]
  await run(conf, self, directory)
}

/** Milliseconds until there must be a leader. */
const leaderMsMax = 120_000

/** Index of the one that leads. */
export async function findLeader(members: readonly ProbedMember[]): Promise<number> {
  const until = performance.now() + leaderMsMax
  while (performance.now() < until) {
    const figures = await Promise.all(members.map((member) => member.read()))
    const leader = figures.findIndex((each) => each.leads)
    if (leader >= 0) return leader
    await sleep(50)
  }
  throw new Error('no leader')
}
