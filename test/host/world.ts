// What host tests share: a whole configuration, directories that go away, reactors that are not the
// core, and waiting for a condition instead of for time.

import { mkdtempSync, rmSync } from 'node:fs'
import { createConnection, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import type { Config, MemberConfig } from '../../src/api/config.js'
import type { MemberId, Now } from '../../src/api/ids.js'
import type { Input, Output } from '../../src/api/io.js'
import type { TraceEvent } from '../../src/api/trace.js'
import type { HostLog } from '../../src/host/logger.js'
import type { Reactor, ReactorInit } from '../../src/host/reactor.js'
import { type RunningMember, type StartOptions, start } from '../../src/host/start.js'

/** A directory of its own, removed after the test. */
export function directory(t: ExecutionContext): string {
  const made = mkdtempSync(join(tmpdir(), 'quorate-host-'))
  t.teardown(() => rmSync(made, { recursive: true, force: true }))
  return made
}

export function config(changes: Partial<Config> & { readonly directory: string }): Config {
  const self = 1 as MemberId
  return {
    cluster: 'test',
    self,
    members: [memberConfig(1, 0)],
    keyspaces: [],
    shards: 1,
    gathersWrites: true,
    listeners: [{ name: 'main', door: 'resp', host: '127.0.0.1', port: 0, path: null }],
    bootstrap: false,
    password: null,
    protectedMode: true,
    aclFile: null,
    users: null,
    debugCommand: 'no',
    settings: [],
    peersInsecure: false,
    maxMemory: 0,
    clientsMax: 100,
    bulkBytesMax: 1024,
    databases: 16,
    requestMs: 1000,
    sessionWaitMs: 1000,
    clockSkewMs: 500,
    recoverWaitMs: 1000,
    checkpointLogBytes: 1024,
    checkpointKeysPerSecond: 1000,
    checkpointIntervalMs: 1000,
    freeSpaceReserveBytes: 0,
    logLevel: 'silent',
    ...changes,
  }
}

export function memberConfig(id: number, peerPort: number): MemberConfig {
  return {
    id: id as MemberId,
    name: `m${id}`,
    client: { host: '127.0.0.1', port: 0 },
    peer: { host: '127.0.0.1', port: peerPort },
  }
}

/** Collects log lines instead of printing them. */
export class LogLines implements HostLog {
  readonly lines: { level: string; event: string; fields: TraceEvent['fields'] }[] = []

  trace({ level, event, fields }: TraceEvent): void {
    this.lines.push({ level, event, fields })
  }

  log(level: string, event: string, fields: TraceEvent['fields']): void {
    this.lines.push({ level, event, fields })
  }

  flush(): void {}
}

/** A reactor made of one function; it keeps every input, by turn. */
export class FakeReactor implements Reactor {
  readonly turns: Input[][] = []
  readonly init: ReactorInit
  wantsTurn = false
  wake = Number.POSITIVE_INFINITY
  /** Put out in the next turn besides what `act` answers. */
  queued: Output[] = []
  readonly #act: (input: Input, reactor: FakeReactor) => readonly Output[]

  constructor(init: ReactorInit, act: (input: Input, reactor: FakeReactor) => readonly Output[]) {
    this.init = init
    this.#act = act
  }

  get inputs(): Input[] {
    return this.turns.flat()
  }

  turn(_now: Now, inputs: readonly Input[]): readonly Output[] {
    this.turns.push([...inputs])
    const outputs = this.queued
    this.queued = []
    this.wantsTurn = false
    for (const input of inputs) {
      outputs.push(...this.#act(input, this))
      if (input.kind === 'stop')
        outputs.push({ kind: 'stopped', code: 0, why: 'asked to', clean: true })
    }
    return outputs
  }

  wakeAt(): number {
    return this.wake
  }
}

export interface StartedFake {
  readonly member: RunningMember
  readonly reactor: FakeReactor
  readonly log: LogLines
  readonly port: number
}

/** Starts a member around a fake core; stopped after the test. */
export async function startFake(
  t: ExecutionContext,
  made: Config,
  options: {
    readonly act?: (input: Input, reactor: FakeReactor) => readonly Output[]
    readonly seams?: Partial<StartOptions>
  } = {},
): Promise<StartedFake> {
  const log = new LogLines()
  const reactors: FakeReactor[] = []
  const member = await start(made, {
    makeCore: (init) => {
      const reactor = new FakeReactor(init, options.act ?? (() => []))
      reactors.push(reactor)
      return reactor
    },
    loadStrategies: async () => new Map(),
    log,
    ...options.seams,
  })
  t.teardown(() => member.stop())
  const port = member.clientPorts[0]?.port ?? 0
  return { member, reactor: reactors[0] as FakeReactor, log, port }
}

/** Resolves once `condition` holds; fails the test when it does not within its bound. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 60_000
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`)
    await new Promise((done) => setTimeout(done, 2))
  }
}

/** A client that gathers what it receives. */
export class TestClient {
  readonly socket: Socket
  text = ''
  isEnded = false
  isClosed = false

  constructor(port: number, options: { readonly paused?: boolean } = {}) {
    this.socket = createConnection({ port, host: '127.0.0.1', allowHalfOpen: true })
    this.socket.on('data', (bytes: Buffer) => {
      this.text += bytes.toString('latin1')
    })
    if (options.paused === true) this.socket.pause()
    this.socket.on('end', () => {
      this.isEnded = true
    })
    this.socket.on('close', () => {
      this.isClosed = true
    })
    this.socket.on('error', () => {})
  }
}
