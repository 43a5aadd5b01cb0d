// The tables of the README, made from what the code itself lists: commands, options, flags of the
// command line, the strategies' options and what each promises.

import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import eventual from '../../plugins/eventual/index.js'
import { eventualRanges } from '../../plugins/eventual/options.js'
import raft from '../../plugins/raft/index.js'
import { raftRanges } from '../../plugins/raft/options.js'
import zab from '../../plugins/zab/index.js'
import { zabRanges } from '../../plugins/zab/options.js'
import { levels } from '../../src/api/config.js'
import { limits } from '../../src/api/limits.js'
import type { StrategyPlugin } from '../../src/api/strategy.js'
import { buildProgram } from '../../src/cli/program.js'
import { flagOf, listOptions, listOverridable, variableOf } from '../../src/config/options.js'
import { createEngine } from '../../src/engine/engine.js'
import { routerCommands } from '../../src/router/commands/index.js'

/** Text of each generated part, by its name between the markers. */
export async function makeTables(): Promise<Readonly<Record<string, string>>> {
  return {
    commands: commandTable(),
    options: optionTable(),
    strategies: strategyTable(),
    'raft options': pluginOptionTable(raft, raftRanges),
    'zab options': pluginOptionTable(zab, zabRanges),
    'eventual options': pluginOptionTable(eventual, eventualRanges),
    'command line': await wordTable(),
  }
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeCell).join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|')
}

function commandTable(): string {
  const { databases, bulkBytesMax } = limits
  const engine = createEngine({ databases, bulkBytesMax, maxMemory: 0 })
  const groups = new Map<string, Set<string>>()
  for (const command of [...engine.commands.values(), ...routerCommands]) {
    const isRefused = command.summary.startsWith('Refused')
    const group = isRefused ? 'refused with an error' : command.group
    const names = groups.get(group) ?? new Set()
    names.add(command.name.replace('|', ' ').toUpperCase())
    groups.set(group, names)
  }
  const rows = [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return table(
    ['group', 'commands'],
    rows.map(([group, names]) => [group, [...names].toSorted(compare).join(' ')]),
  )
}

function optionTable(): string {
  const rows = listOptions().map(({ path, written, allowed, description }) => {
    const isPlain = listOverridable().some((each) => each.path === path)
    const overrides = isPlain ? `\`${flagOf(path)}\` \`${variableOf(path)}\`` : ''
    return [`\`${path}\``, `\`${written}\``, allowed, description, overrides]
  })
  return table(['option', 'default', 'allowed', 'meaning', 'flag, variable'], rows)
}

type Promised = Pick<StrategyPlugin, 'name' | 'defaults' | 'supports'>

type OptionRanges = Readonly<Record<string, readonly [min: number, max: number]>>

function pluginOptionTable({ name: plugin, defaults }: Promised, ranges: OptionRanges): string {
  const meanings = new Map([
    ...docstringsOf('src/log/options.ts'),
    ...docstringsOf(`plugins/${plugin}/options.ts`),
  ])
  const rows = Object.entries(defaults).map(([name, value]) => {
    const meaning = meanings.get(name)
    if (meaning === undefined) throw new Error(`${plugin}: option ${name} has no docstring`)
    const allowed = ranges[name]?.join(' to ') ?? 'true or false'
    return [`\`${name}\``, `\`${value}\``, allowed, meaning]
  })
  return table([`option of ${plugin}`, 'default', 'allowed', 'meaning'], rows)
}

/** What stands above each field of the interfaces in a source file. */
function docstringsOf(file: string): readonly (readonly [name: string, text: string])[] {
  const text = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8')
  return [...text.matchAll(/\/\*\* (.+) \*\/\n {2}readonly (\w+): /g)].map(
    ([, doc = '', name = '']) => [name, doc],
  )
}

/** Level by strategy, as `supports` says. */
function strategyTable(): string {
  const plugins: readonly Promised[] = [raft, zab, eventual]
  const rows = levels.map((level) => [
    `\`${level}\``,
    ...plugins.map(({ supports }) => (supports.levels.includes(level) ? 'yes' : 'refused')),
  ])
  return table(['level', ...plugins.map(({ name }) => `\`${name}\``)], rows)
}

async function wordTable(): Promise<string> {
  const program = await buildProgram('dev', () => undefined)
  const words = program.commands.flatMap((command) => [command, ...command.commands])
  const rows = words.flatMap((command) => {
    const { parent } = command
    const name = parent === program ? '' : `${parent?.name()} `
    const options = command.options.filter((option) => !option.hidden)
    return [
      [`\`quorate ${name}${command.name()}\``, '', command.description()],
      ...options.map((option) => ['', `\`${option.flags}\``, describeOption(option)]),
    ]
  })
  return table(['command', 'flag', 'meaning'], rows)
}

function describeOption(option: Command['options'][number]): string {
  const fallback: unknown = option.defaultValue
  return fallback === undefined ? option.description : `${option.description} (${String(fallback)})`
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Puts each table between its markers; the rest of the text stays. */
export function fillTables(text: string, tables: Readonly<Record<string, string>>): string {
  let made = text
  for (const [name, content] of Object.entries(tables)) {
    const from = `<!-- ${name} -->`
    const to = `<!-- end of ${name} -->`
    const start = made.indexOf(from)
    const end = made.indexOf(to)
    if (start < 0 || end < start) throw new Error(`the markers of '${name}' are missing`)
    made = `${made.slice(0, start + from.length)}\n${content}\n${made.slice(end)}`
  }
  return made
}
