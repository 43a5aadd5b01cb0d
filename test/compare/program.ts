// A server of others for one comparison: started on free ports of 127.0.0.1 in a directory that goes with it, ready
// once its port is open, ended by its pid. `timeout` ends it where nobody else does.

import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const startMs = 60_000
const stopMs = 5_000

export interface Program {
  readonly pid: number
  /** What it printed. */
  readonly said: () => string
  stop(): Promise<void>
}

/** Until `port` takes connections. Throws with what the program printed where that never is. */
export async function startProgram(
  path: string,
  args: readonly string[],
  { directory, port }: { readonly directory: string; readonly port: number },
): Promise<Program> {
  const log = join(directory, `${port}.log`)
  const out = createWriteStream(log)
  const child = spawn(path, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.pipe(out, { end: false })
  child.stderr.pipe(out, { end: false })
  let failure = ''
  child.once('error', (error) => {
    failure = error.message
  })
  const kill = (): void => {
    child.kill('SIGKILL')
  }
  process.once('exit', kill)
  const said = (): string => `${failure}${readFileSync(log, 'utf8').slice(-1_000)}`
  const stop = async (): Promise<void> => {
    process.removeListener('exit', kill)
    await ended(child)
    out.end()
  }
  const until = performance.now() + startMs
  while (!(await isOpen(port))) {
    if (failure === '' && child.exitCode === null && performance.now() < until) await sleep(20)
    else {
      await stop()
      throw new Error(`${path} does not start: ${said()}`)
    }
  }
  return { pid: child.pid ?? 0, said, stop }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMs)
  await exit
  clearTimeout(timer)
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** A directory that is there while `made` is, and what to call at its end. */
export function makeDirectory(): { readonly directory: string; readonly remove: () => void } {
  const directory = mkdtempSync(join(tmpdir(), 'quorate-compare-'))
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) }
}
