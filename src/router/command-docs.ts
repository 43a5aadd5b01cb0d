// How COMMAND, COMMAND INFO and COMMAND DOCS show a command of the table: Redis 7's shapes.

import type { ArgumentDoc, KeySpec } from '../api/command.js'
import { type Reply, status } from '../api/reply.js'
import type { CommandEntry } from './command-entry.js'

/** Redis 7: name, arity, flags, first key, last key, step, categories, tips, key specs, subcommands. */
export function describeCommand(entry: CommandEntry): Reply {
  const { spec } = entry
  const subcommands = entry.subcommands === null ? [] : [...entry.subcommands.values()]
  return [
    spec.name,
    spec.arity,
    { type: 'set', items: spec.flags.map(status) },
    entry.firstKey,
    entry.lastKey,
    entry.firstKey === 0 ? 0 : entry.keyStep,
    { type: 'set', items: spec.categories.map(status) },
    { type: 'set', items: spec.tips },
    { type: 'set', items: spec.keys.map(describeKeys) },
    { type: 'set', items: subcommands.map(describeCommand) },
  ]
}

function describeKeys(keys: KeySpec): Reply {
  const notes: readonly (readonly [string, Reply])[] =
    keys.notes === undefined ? [] : [['notes', keys.notes]]
  return map(
    ...notes,
    ['flags', { type: 'set', items: keys.flags.map(status) }],
    ['begin_search', describeBegin(keys)],
    ['find_keys', describeRange(keys)],
  )
}

function describeBegin({ first, find, keyword }: KeySpec): Reply {
  if (find !== undefined) return spec('unknown')
  if (keyword === undefined) return spec('index', ['index', first])
  return spec('keyword', ['keyword', keyword], ['startfrom', first])
}

function describeRange({ first, last, step, limit, keyword, counted, find }: KeySpec): Reply {
  if (find !== undefined) return spec('unknown')
  if (counted === true) {
    return spec('keynum', ['keynumidx', 0], ['firstkey', 1], ['keystep', step])
  }
  const behind = last < 0 || keyword !== undefined ? last : last - first
  return spec('range', ['lastkey', behind], ['keystep', step], ['limit', limit ?? 0])
}

function spec(type: string, ...pairs: readonly (readonly [string, Reply])[]): Reply {
  return map(['type', type], ['spec', map(...pairs)])
}

/** The value of COMMAND DOCS for one command. */
export function documentCommand(entry: CommandEntry): Reply {
  const { spec } = entry
  const pairs: (readonly [string, Reply])[] = [
    ['summary', spec.summary],
    ['since', spec.since],
    ['group', spec.group],
  ]
  if (spec.complexity !== '') pairs.push(['complexity', spec.complexity])
  const docFlags: Reply[] = []
  if (spec.deprecated !== undefined) docFlags.push(status('deprecated'))
  if (spec.isInternal) docFlags.push(status('syscmd'))
  if (docFlags.length > 0) pairs.push(['doc_flags', { type: 'set', items: docFlags }])
  if (spec.deprecated !== undefined) {
    pairs.push(
      ['deprecated_since', spec.deprecated.since],
      ['replaced_by', spec.deprecated.replacedBy],
    )
  }
  if (spec.history !== undefined) pairs.push(['history', { type: 'set', items: spec.history }])
  if (spec.arguments.length > 0) pairs.push(['arguments', spec.arguments.map(documentArgument)])
  if (entry.subcommands !== null) {
    const items: Reply[] = []
    for (const subcommand of entry.subcommands.values()) {
      items.push(subcommand.name, documentCommand(subcommand))
    }
    pairs.push(['subcommands', { type: 'map', pairs: items }])
  }
  return map(...pairs)
}

function documentArgument(argument: ArgumentDoc): Reply {
  const pairs: (readonly [string, Reply])[] = [
    ['name', argument.name],
    ['type', argument.type],
  ]
  if (argument.keySpec !== undefined) pairs.push(['key_spec_index', argument.keySpec])
  if (argument.token !== undefined) pairs.push(['token', argument.token])
  if (argument.since !== undefined) pairs.push(['since', argument.since])
  if (argument.deprecatedSince !== undefined) {
    pairs.push(['deprecated_since', argument.deprecatedSince])
  }
  const flags: Reply[] = []
  if (argument.optional) flags.push(status('optional'))
  if (argument.multiple) flags.push(status('multiple'))
  if (argument.multipleToken) flags.push(status('multiple_token'))
  if (flags.length > 0) pairs.push(['flags', { type: 'set', items: flags }])
  if (argument.arguments !== undefined) {
    pairs.push(['arguments', argument.arguments.map(documentArgument)])
  }
  return map(...pairs)
}

function map(...pairs: readonly (readonly [string, Reply])[]): Reply {
  return { type: 'map', pairs: pairs.flat() }
}
