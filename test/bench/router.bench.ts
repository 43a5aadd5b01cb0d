// What the router costs per command, of its own: dispatch, tickets, replies in order, one write per
// turn, with a group that answers at once, or at the end of the turn, and parsing left out. Run it with
// node for real figures; a test runs it for milliseconds so that it cannot rot.

import { argv } from 'node:process'
import { pathToFileURL } from 'node:url'
import type { CommandParser, CommandSink, Door } from '../../src/api/door.js'
import type { Caller, Group, GroupCall, Lane } from '../../src/api/group.js'
import { makeLane } from '../../src/api/group.js'
import type { ConnectionId } from '../../src/api/ids.js'
import type { Output } from '../../src/api/io.js'
import { ok } from '../../src/api/reply.js'
import { noBytes } from '../../src/base/bytes.js'
import { Random } from '../../src/base/random.js'
import { Router } from '../../src/router/router.js'
import { engineSpecs } from '../router/engine-specs.js'
import { configOf, FakeGroup, keyspace, World } from '../router/world.js'

export interface Figure {
  readonly name: string
  readonly nanoseconds: number
}

/** Hands the same prepared commands out at every push, as fresh arrays. */
class ReadyParser implements CommandParser {
  readonly keptBytes = 0
  readonly isPartial = false
  readonly #commands: readonly (readonly string[])[]

  constructor(commands: readonly (readonly string[])[]) {
    this.#commands = commands
  }

  push(_bytes: Uint8Array, _limits: unknown, sink: CommandSink): null {
    for (const command of this.#commands) sink(command.slice())
    return null
  }

  resume(): null {
    return null
  }
}

/** Answers at once, or all at the end of the turn. */
class BenchGroup extends FakeGroup implements Group {
  readonly #waiting: { readonly lane: Lane; readonly call: GroupCall }[] = []
  readonly #late: boolean

  constructor(id: number, name: string, late: boolean) {
    super(id, name, () => ok)
    this.#late = late
  }

  override lane(caller: Caller): Lane {
    return makeLane(caller)
  }

  override submit(lane: Lane, call: GroupCall): void {
    if (this.#late) this.#waiting.push({ lane, call })
    else lane.caller.answer(call.ticket, ok)
  }

  answerAll(): void {
    for (const { lane, call } of this.#waiting) lane.caller.answer(call.ticket, ok)
    this.#waiting.length = 0
  }
}

interface Scenario {
  readonly name: string
  readonly command: (i: number) => readonly string[]
  readonly late: boolean
  readonly prefixes: readonly string[]
}

const value = 'v'.repeat(64)
const scenarios: readonly Scenario[] = [
  {
    name: 'SET, answered at once',
    command: (i) => ['SET', `key:${i}`, value],
    late: false,
    prefixes: [],
  },
  { name: 'GET, answered at once', command: (i) => ['get', `key:${i}`], late: false, prefixes: [] },
  {
    name: 'SET, answered at the end of the turn',
    command: (i) => ['SET', `key:${i}`, value],
    late: true,
    prefixes: [],
  },
  {
    name: 'SET, 4 keyspaces',
    command: (i) => ['SET', `u:${i}`, value],
    late: true,
    prefixes: ['u:', 's:', 'user:'],
  },
  { name: 'PING', command: () => ['PING'], late: false, prefixes: [] },
]

const commandsPerTurn = 16
const connections = 50

/** Nanoseconds per command with 50 connections of 16 pipelined commands a turn. */
function measure(scenario: Scenario, seconds: number): Figure {
  const keyspaces = [
    ...scenario.prefixes.map((prefix, i) => keyspace(`k${i}`, { prefixes: [prefix] })),
    keyspace('default'),
  ]
  const groups = keyspaces.map((space, i) => new BenchGroup(i, space.name, scenario.late))
  const commands = Array.from({ length: commandsPerTurn }, (_, i) => scenario.command(i))
  const door: Door = {
    name: 'bench',
    parser: () => new ReadyParser(commands),
    encode: () => '+OK\r\n',
    stream: () => null,
  }
  const base = new World().router.state
  const router = new Router({
    config: configOf({ keyspaces }),
    door,
    commands: engineSpecs,
    groups,
    cluster: base.cluster,
    facts: base.facts,
    stopwatch: base.stopwatch,
    random: new Random(1),
    now: base.now,
  })
  const ids = Array.from({ length: connections }, (_, i) => (i + 1) as ConnectionId)
  for (const connection of ids) {
    router.connected(
      {
        kind: 'connected',
        connection,
        listener: 'x',
        remote: '',
        local: '',
        loopback: true,
        identity: null,
      },
      base.now,
    )
  }
  const out: Output[] = []
  let mono = base.now.mono
  let count = 0
  const run = (until: number): number => {
    const from = performance.now()
    count = 0
    do {
      const now = { wall: base.now.wall, mono: ++mono }
      for (const connection of ids) router.bytes(connection, noBytes, now)
      for (const group of groups) group.answerAll()
      router.endTurn(now, out)
      out.length = 0
      count += connections * commandsPerTurn
    } while (performance.now() < from + until * 1000)
    return ((performance.now() - from) * 1_000_000) / count
  }
  run(seconds / 3)
  return { name: scenario.name, nanoseconds: run(seconds) }
}

export function routerBench(seconds: number): Figure[] {
  return scenarios.map((scenario) => measure(scenario, seconds))
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) {
  for (const { name, nanoseconds } of routerBench(1)) {
    process.stdout.write(`${name}: ${nanoseconds.toFixed(0)} ns per command\n`)
  }
}
