// A redis-server of one test's own, for differential tests: found on the PATH (or in
// QUORATE_REDIS_SERVER), on a free port of 127.0.0.1, without persistence, ended by its pid. Where none
// of the version that we compare with is installed `redisMissing` says so, and tests made with
// `besideRedis` are skipped and counted so. Benchmarks use it too: nothing of ava is imported here.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './ports.js'
import { findProgram } from './tools.js'

export interface RedisServer {
  readonly port: number
  /** As `7.0.15`. */
  readonly version: string
  stop(): Promise<void>
}

const startMs = 60_000
const stopMs = 10_000
const triesMax = 5

const binary = process.env['QUORATE_REDIS_SERVER'] ?? findProgram('redis-server')

/** Why there is no redis-server to compare with, or null when there is one. */
export const redisMissing: string | null = whyMissing()

/** Replies and metadata differ between versions: what we compare with is 7.0 (src/engine/README.md). */
function whyMissing(): string | null {
  if (binary === null) return 'redis-server is not on the PATH'
  const { stdout } = spawnSync(binary, ['--version'], { encoding: 'utf8' })
  const version = /v=([0-9.]+)/.exec(stdout ?? '')?.[1] ?? 'of no known version'
  return version.startsWith('7.0.') ? null : `redis-server is ${version}, not 7.0`
}

/**
 * Starts a server with `args` added, as `['--requirepass', 'x']`; it ends after `lifeSeconds` by itself.
 * Call only when `redisMissing` is null.
 */
export async function startRedis(
  args: readonly string[] = [],
  lifeSeconds = 900,
): Promise<RedisServer> {
  if (binary === null) throw new Error(redisMissing ?? '')
  let why = ''
  for (let tries = 0; tries < triesMax; tries++) {
    const started = await tryStart(binary, await freePort(), { args, lifeSeconds })
    if (typeof started !== 'string') return started
    why = started
  }
  throw new Error(`redis-server does not start: ${why}`)
}

/** The running server, or what it said before it ended. */
async function tryStart(
  path: string,
  port: number,
  { args, lifeSeconds }: { readonly args: readonly string[]; readonly lifeSeconds: number },
): Promise<RedisServer | string> {
  const folder = mkdtempSync(join(tmpdir(), 'quorate-redis-'))
  const own = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  // A random command may ask for billions of picks: the reply ends before the memory does.
  const bounds = ['--client-output-buffer-limit', 'normal', '512mb', '0', '0']
  const line = [path, ...own, ...bounds, '--dir', folder, ...args]
  const bound = findProgram('timeout')
  const all = bound === null ? line : [bound, String(lifeSeconds), ...line]
  const child = spawn(all[0] ?? path, all.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] })
  const end = (): void => {
    child.kill('SIGTERM')
  }
  process.once('exit', end)
  const said = await readiness(child)
  const stop = async (): Promise<void> => {
    process.removeListener('exit', end)
    await ended(child)
    rmSync(folder, { recursive: true, force: true })
  }
  if (!said.ready) {
    await stop()
    return said.text.slice(-500)
  }
  return { port, version: /version=([0-9.]+)/.exec(said.text)?.[1] ?? '', stop }
}

function readiness(child: ChildProcess): Promise<{ ready: boolean; text: string }> {
  return new Promise((resolve) => {
    let text = ''
    const finish = (ready: boolean): void => {
      clearTimeout(timer)
      resolve({ ready, text })
    }
    const timer = setTimeout(() => finish(false), startMs)
    const hear = (bytes: Buffer): void => {
      text += bytes.toString('latin1')
      if (text.includes('Ready to accept connections')) finish(true)
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('error', (error) => {
      text += error.message
      finish(false)
    })
    child.once('exit', () => finish(false))
  })
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
      resolve()
      return
    }
    const timer = setTimeout(() => child.kill('SIGKILL'), stopMs)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    child.kill('SIGTERM')
  })
}
