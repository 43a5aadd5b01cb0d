// `quorate dev`: starts every member as a process of its own, waits until all answer and a leader is
// known, prints one ready line, and stops all on SIGINT or SIGTERM. Reports a member that dies; one that was removed
// from the cluster before is said, and left out.

import { setTimeout as sleep } from 'node:timers/promises'
import {
  lastSentence,
  type MemberEnd,
  type RunningProcess,
  spawnMember,
  wasRemoved,
} from './dev-member.js'
import { type DevPlan, planDev } from './dev-plan.js'
import { takenPort } from './taken-port.js'
import { QuorateError } from '../base/errors.js'
import { peerPortOffset } from '../api/config.js'
import type { DevOptions } from './arguments.js'

/** Milliseconds until the cluster must be ready, and that a clean stop may take. */
const readyMsMax = 60_000
const stopMsMax = 20_000

/** Runs until stopped; answers the exit code. */
export async function runDev(options: DevOptions): Promise<number> {
  const plan = planDev(options)
  // Loaded only where it is needed: what stands in our own file is right, and the cluster is ready sooner.
  if (options.conf !== undefined) {
    const { checkConfig } = await import('./check-config.js')
    await checkConfig(plan.loaded)
  }
  await refuseTakenPorts(plan)
  const started = plan.members.map((member) => spawnMember(plan, member))
  const stop = stopSignal(started)
  const failed = new Promise<MemberEnd>((resolve) => {
    for (const each of started)
      void each.ended.then((end) => {
        const isLast = started.every(({ isRunning }) => !isRunning)
        if (!wasRemoved(end.member) || isLast) resolve(end)
      })
  })
  const waiting = new AbortController()
  const outcome = await Promise.race([waitReady(plan, started, waiting.signal), failed, stop.asked])
  waiting.abort()
  if (outcome === 'stop') return stopAll(started)
  if (outcome !== 'ready') {
    const why =
      outcome === 'late'
        ? `not ready after ${readyMsMax / 1000} s, see ${plan.members[0]?.log ?? ''}`
        : describeEnd(outcome)
    process.stderr.write(`quorate: ${why}\n`)
    await stopAll(started)
    return 1
  }
  const running = started.filter(({ isRunning }) => isRunning)
  for (const { member } of started.filter(({ isRunning }) => !isRunning))
    process.stderr.write(`quorate: m${member.id} was removed from the cluster: left out\n`)
  process.stdout.write(`${readyLine(running)}\n`)
  for (const each of running) void each.ended.then((end) => report(end, started, stop.isAsked))
  const everyoneEnded = Promise.all(started.map((each) => each.ended)).then(() => 'ended' as const)
  if ((await Promise.race([stop.asked, everyoneEnded])) === 'ended') {
    process.stderr.write('quorate: no member is left\n')
    return 1
  }
  return stopAll(started)
}

/** Throws LISTEN_FAILED with the port. */
async function refuseTakenPorts(plan: DevPlan): Promise<void> {
  const ports = plan.members.flatMap(({ port }) => [port, port + peerPortOffset])
  const taken = await takenPort(ports)
  if (taken === null) return
  const sentence = `127.0.0.1:${taken} is in use by another process; choose other ports with --port`
  throw new QuorateError('LISTEN_FAILED', sentence)
}

function readyLine(running: readonly RunningProcess[]): string {
  const all = running.map(({ member }) => member.port)
  const [first = 0] = all
  const last = all.at(-1) ?? first
  const count = all.length
  const span = last - first + 1 === count ? `${first}-${last}` : all.join()
  const ports = count === 1 ? `${first}` : span
  const members = count === 1 ? '1 member' : `${count} members`
  return `ready: ${members} on 127.0.0.1:${ports} · try: redis-cli -p ${first} set lock:a 1`
}

/** Asks until every member that runs answers, serves as INFO has it, and every group has a leader. */
async function waitReady(
  plan: DevPlan,
  started: readonly RunningProcess[],
  over: AbortSignal,
): Promise<'ready' | 'late'> {
  const { readStatus } = await import('./status.js')
  const { askMember } = await import('./member-client.js')
  const { password } = plan.loaded.config
  const secret = password === null ? {} : { password }
  const until = performance.now() + readyMsMax
  const waiting = new Set(plan.members.map((member) => member.port))
  while (performance.now() < until && !over.aborted) {
    for (const port of waiting) {
      const member = { host: '127.0.0.1', port: String(port), ...secret }
      const report = await readStatus(member).catch(() => null)
      const hasLeaders = report?.groups.every((group) => group['leader'] !== null)
      if (hasLeaders !== true) continue
      const info = await askMember(member, 'INFO', 'persistence').catch(() => '')
      if (/^loading:0\r?$/m.test(String(info))) waiting.delete(port)
    }
    for (const { isRunning, member } of started) if (!isRunning) waiting.delete(member.port)
    if (waiting.size === 0) return 'ready'
    await sleep(25)
  }
  return 'late'
}

interface StopSignal {
  readonly asked: Promise<'stop'>
  readonly isAsked: () => boolean
}

/** The first signal asks for a clean stop; a second SIGINT ends everything at once. */
function stopSignal(started: readonly RunningProcess[]): StopSignal {
  let isAsked = false
  const asked = new Promise<'stop'>((resolve) => {
    const ask = (signal: NodeJS.Signals): void => {
      if (isAsked && signal === 'SIGINT') {
        for (const each of started) each.kill('SIGKILL')
        process.exit(1)
      }
      isAsked = true
      resolve('stop')
    }
    process.on('SIGINT', ask)
    process.on('SIGTERM', ask)
  })
  return { asked, isAsked: () => isAsked }
}

/** Stops what still runs; 0 when every one of them ended cleanly. */
async function stopAll(started: readonly RunningProcess[]): Promise<number> {
  const running = started.filter((each) => each.isRunning)
  for (const each of running) each.kill('SIGTERM')
  const clock = new AbortController()
  const late = sleep(stopMsMax, 'late' as const, { signal: clock.signal }).catch(
    () => 'late' as const,
  )
  const all = Promise.all(running.map((each) => each.ended))
  const ends = await Promise.race([all, late])
  clock.abort()
  if (ends === 'late') {
    for (const each of running) each.kill('SIGKILL')
    process.stderr.write(`quorate: not every member stopped within ${stopMsMax / 1000} s\n`)
    return 1
  }
  return ends.every((end) => end.code === 0) ? 0 : 1
}

function report(
  end: MemberEnd,
  started: readonly RunningProcess[],
  isStopping: () => boolean,
): void {
  if (isStopping()) return
  const left = started.filter((each) => each.isRunning).length
  process.stderr.write(`quorate: ${describeEnd(end)}; ${left} of ${started.length} left\n`)
}

function describeEnd({ member, code, signal }: MemberEnd): string {
  const how = signal === null ? `exit code ${code ?? 1}` : signal
  const sentence = lastSentence(member)
  return `m${member.id} stopped (${how})${sentence === '' ? `, see ${member.log}` : `: ${sentence}`}`
}
