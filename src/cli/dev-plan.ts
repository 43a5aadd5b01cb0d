// What `quorate dev` is about to run: members, ports and files, checked before anything starts.

import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { ConfigError } from '../base/errors.js'
import { type LoadedConfig, loadConfig } from '../config/load.js'
import { peerPortOffset } from '../api/config.js'
import { readSource } from '../config/source.js'
import { makeDirectory } from '../host/directory.js'
import { devHeapFlag } from './heap.js'
import type { DevOptions } from './arguments.js'

export interface DevPlan {
  readonly members: readonly DevMember[]
  /** The configuration that all members share. */
  readonly file: string
  readonly loaded: LoadedConfig
  /** Flags that every member gets besides its own. */
  readonly flags: readonly string[]
  /** Bounds the heap of every member, for node. */
  readonly heapFlag: string
}

export interface DevMember {
  readonly id: number
  readonly port: number
  readonly directory: string
  /** Where its log lines go. */
  readonly log: string
}

const membersMax = 16

/** Writes the shared configuration; throws ConfigError where the options do not fit. */
export function planDev(options: DevOptions): DevPlan {
  const count = readInteger('--members', options.members, membersMax)
  const port = readInteger('--port', options.port, 65535 - peerPortOffset - count)
  const directory = resolve(options.dir)
  const base = options.conf ?? fileURLToPath(new URL('../../../conf/dev.yaml', import.meta.url))
  const { tree } = readSource(base)
  const members: DevMember[] = []
  for (let i = 0; i < count; i++) {
    const home = join(directory, `m${i + 1}`)
    members.push({
      id: i + 1,
      port: port + i,
      directory: home,
      log: join(directory, `m${i + 1}.log`),
    })
  }
  makeDirectory(directory)
  const file = join(directory, 'cluster.yaml')
  const listed = members.map(({ id, port: own }) => ({ id, client: `127.0.0.1:${own}` }))
  const filled = { members: listed, self: null, listeners: [] }
  const note = '# Written by `quorate dev` at each start; edits are lost.\n'
  writeFileSync(file, note + stringify({ ...tree, ...filled }), { mode: 0o600 })
  const flags: string[] = []
  if (options.routing !== undefined) flags.push('--routing', options.routing)
  if (options.level !== undefined) flags.push('--level', options.level)
  if (options.durability !== undefined) flags.push('--durability', options.durability)
  const loaded = readShared(base, filled, options)
  const heapFlag = devHeapFlag(loaded.config, count)
  return { members, file, loaded, flags, heapFlag }
}

/** Reads the configuration as members will: a fault in it is told once, with its place in the file that was given. */
function readShared(
  file: string,
  filled: Readonly<Record<string, unknown>>,
  options: DevOptions,
): LoadedConfig {
  const flags: Record<string, string> = { self: '1' }
  if (options.routing !== undefined) flags['routing'] = options.routing
  if (options.level !== undefined) flags['level'] = options.level
  if (options.durability !== undefined) flags['durability'] = options.durability
  return loadConfig({ file, instead: filled, flags, environment: process.env })
}

function readInteger(option: string, given: string, max: number): number {
  const value = Number(given)
  if (Number.isInteger(value) && value >= 1 && value <= max) return value
  const allowed = `an integer from 1 to ${max}`
  throw new ConfigError({ file: null, line: null, option, given, allowed })
}
