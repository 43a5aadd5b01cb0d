// One member of `quorate dev`: a process of its own, in its own process group so that Ctrl-C reaches
// only the parent. When the parent dies its end of standard input closes, and the member stops.

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { withMemberFlags } from './node-flags.js'
import type { DevMember, DevPlan } from './dev-plan.js'

/** How a member's process ended. */
export interface MemberEnd {
  readonly member: DevMember
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface RunningProcess {
  readonly member: DevMember
  readonly ended: Promise<MemberEnd>
  readonly isRunning: boolean
  kill(signal: NodeJS.Signals): void
}

/** Variables that would give every member the same place. */
const ownVariables = ['HOST', 'PORT', 'SELF', 'DIRECTORY', 'MEMBERS'].map(
  (each) => `QUORATE_${each}`,
)

/** What `dev` was told by its flag; a file's durability needs the file's own flags. */
function durabilityOf(flags: readonly string[]): string | undefined {
  return flags[flags.indexOf('--durability') + 1]
}

export function spawnMember(plan: DevPlan, member: DevMember): RunningProcess {
  const environment = { ...process.env }
  for (const name of ownVariables) delete environment[name]
  const log = openSync(member.log, 'w', 0o600)
  const flags = withMemberFlags(process.execArgv, durabilityOf(plan.flags), [plan.heapFlag])
  const child = spawn(process.execPath, [...flags, ...commandOf(plan, member)], {
    detached: true,
    stdio: ['pipe', log, log],
    env: environment,
  })
  closeSync(log)
  return watch(child, member)
}

/** The command line of a member behind `node`. */
export function commandOf(plan: DevPlan, member: DevMember): readonly string[] {
  const script = process.argv[1] ?? ''
  const own = ['--self', String(member.id), '--directory', member.directory]
  return [script, 'start', '--conf', plan.file, ...own, ...plan.flags, '--stop-with-stdin']
}

function watch(child: ChildProcess, member: DevMember): RunningProcess {
  let isRunning = true
  const ended = new Promise<MemberEnd>((resolve) => {
    const finish = (code: number | null, signal: NodeJS.Signals | null): void => {
      isRunning = false
      resolve({ member, code, signal })
    }
    child.once('exit', finish)
    child.once('error', () => finish(1, null))
  })
  return {
    member,
    ended,
    get isRunning() {
      return isRunning
    },
    kill: (signal) => {
      child.kill(signal)
    },
  }
}

/** The last line of a member's log that is not JSON: its sentence for the operator. Empty if none. */
export function lastSentence(member: DevMember): string {
  const lines = readFileSync(member.log, 'utf8').trimEnd().split('\n').slice(-20)
  return lines.findLast((line) => line.startsWith('quorate: '))?.slice('quorate: '.length) ?? ''
}

/** It stopped because the topology does not have it any more. */
export function wasRemoved(member: DevMember): boolean {
  return lastSentence(member).includes('was removed from the cluster')
}
