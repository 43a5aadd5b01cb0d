// Stories of a strategy in golden files. A line `> command` is played, and what the
// members say and send meanwhile stands in the lines behind it; `>> command` is played in silence; `#`
// begins a comment. `REWRITE=1` accepts the present lines: do so only when each changed one can be
// explained.

import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { StrategyPlugin, TraceEvent } from 'quorate/plugin'
import type { Runner } from '../conformance/conformance.js'
import { CausalWorld } from '../conformance/causal/world.js'
import { World } from '../conformance/total/world.js'
import type { WorldOptions } from '../conformance/total/world-options.js'
import { causalCommands } from './causal-commands.js'
import { Cast, commands } from './commands.js'
import { type Stage, stageOf } from './stage.js'

export interface SceneOptions {
  readonly plugin: StrategyPlugin
  /** Options of the keyspace; they go through `parseOptions`. */
  readonly options?: Readonly<Record<string, unknown>>
  /** A message in words; without it, its length. */
  readonly describe?: (message: Uint8Array) => string
  /** Members, seed, network and disks, where three members and a quick network do not serve; of causal
   * order only members (`voters`), seed and durability. */
  readonly world?: Partial<Omit<WorldOptions, 'plugin' | 'options' | 'parsed'>>
}

export interface ScenarioOptions extends SceneOptions {
  readonly test: Runner
  readonly files: readonly (string | URL)[]
}

/** Registers a test for each file. */
export function scenario({ test, files, ...scene }: ScenarioOptions): void {
  for (const file of files) {
    const name = basename(String(file), '.txt')
    test(`${scene.plugin.name}: scenario ${name}: as accepted`, (...given) => {
      const accepted = readFileSync(file, 'utf8')
      const played = playScenario(accepted, scene)
      if (process.env['REWRITE'] === '1') writeFileSync(file, played)
      else compare(accepted, played)
      const [context] = given as readonly [{ pass?: () => void }?]
      context?.pass?.()
    })
  }
}

/** The text with the lines that the commands bring now. */
export function playScenario(text: string, scene: SceneOptions): string {
  const { describe = byLength } = scene
  const stage = scene.plugin.supports.order === 'total' ? totalStage(scene) : causalStage(scene)
  const lines: string[] = []
  const teller = {
    sent: (from: number, to: number, message: Uint8Array): void => {
      lines.push(`  ${from} -> ${to} ${describe(message)}`)
    },
    traced: (member: number, event: TraceEvent): void => {
      lines.push(`${member} ${event.event} ${fields(event.fields)}`)
    },
  }
  for (const line of text.split('\n')) {
    const isCommand = line.startsWith('>')
    if (isCommand || line.startsWith('#')) lines.push(line)
    if (!isCommand) continue
    const isSilent = line.startsWith('>>')
    stage.listen(isSilent ? null : teller)
    const said = play(stage, line)
    if (!isSilent) lines.push(...said)
  }
  return `${lines.join('\n')}\n`
}

function totalStage({ plugin, options = {}, world: given }: SceneOptions): Stage {
  const parsed = plugin.parseOptions(options)
  const world = new World({ seed: 42, delayMaxMs: 1, ...given, plugin, parsed })
  const listen: Stage['listen'] = (teller) => {
    world.storyteller = teller
  }
  return stageOf(new Cast(world), listen, commands)
}

function causalStage({ plugin, options = {}, world: given = {} }: SceneOptions): Stage {
  const { seed = 42, voters: members = 3, durability = 'always' } = given
  const world = new CausalWorld({ seed, members, durability, plugin, options })
  const listen: Stage['listen'] = (teller) => {
    world.storyteller = teller
  }
  return stageOf(world, listen, causalCommands)
}

function play(stage: Stage, line: string): readonly string[] {
  const [name = '', ...words] = line.replace(/^>+/, '').trim().split(/\s+/)
  const said = stage.play(name, words)
  if (said === undefined) throw new Error(`no command '${name}' in '${line}'`)
  return said
}

function compare(accepted: string, played: string): void {
  const wanted = accepted.split('\n')
  played.split('\n').forEach((line, at) => {
    if (line !== wanted[at])
      throw new Error(`line ${at + 1} is '${line}', accepted was '${wanted[at] ?? 'nothing'}'`)
  })
  if (played !== accepted) throw new Error('fewer lines than were accepted')
}

function byLength(message: Uint8Array): string {
  return `${message.length} bytes`
}

function fields(of: TraceEvent['fields']): string {
  return Object.entries(of)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ')
}
