// What redis-server says of its commands' arguments (COMMAND DOCS), as a grammar to generate from. It
// is asked at the start of each run, so that no command of its can be forgotten.

import type { RawRedis } from './raw-redis.js'
import { type Node, parseReply } from './reply-text.js'

export interface Argument {
  readonly name: string
  readonly type: string
  readonly token: string | null
  readonly isOptional: boolean
  readonly isMultiple: boolean
  /** Its token is repeated, too. */
  readonly repeatsToken: boolean
  readonly parts: readonly Argument[]
}

export interface CommandDoc {
  /** Lower case; subcommands as `xgroup|create`. */
  readonly name: string
  readonly group: string
  readonly arguments: readonly Argument[]
}

/** All commands and subcommands of a server, by name; containers are left out. */
export async function readDocs(redis: RawRedis): Promise<ReadonlyMap<string, CommandDoc>> {
  const [raw = ''] = await redis.send([['COMMAND', 'DOCS']])
  const docs = new Map<string, CommandDoc>()
  addDocs(docs, parseReply(raw))
  return docs
}

function addDocs(docs: Map<string, CommandDoc>, list: Node): void {
  for (const [name, doc] of pairs(list)) {
    const fields = new Map(pairs(doc))
    const subcommands = fields.get('subcommands')
    if (subcommands !== undefined) {
      addDocs(docs, subcommands)
      continue
    }
    const args = fields.get('arguments')?.items ?? []
    docs.set(name, {
      name,
      group: fields.get('group')?.text ?? '',
      arguments: args.map(readArgument),
    })
  }
}

function readArgument(node: Node): Argument {
  const fields = new Map(pairs(node))
  const flags = new Set((fields.get('flags')?.items ?? []).map((flag) => flag.text))
  return {
    name: fields.get('name')?.text ?? '',
    type: fields.get('type')?.text ?? '',
    token: fields.get('token')?.text ?? null,
    isOptional: flags.has('optional'),
    isMultiple: flags.has('multiple'),
    repeatsToken: flags.has('multiple_token'),
    parts: (fields.get('arguments')?.items ?? []).map(readArgument),
  }
}

function pairs(node: Node): [string, Node][] {
  const items = node.items ?? []
  const made: [string, Node][] = []
  for (let i = 0; i + 1 < items.length; i += 2)
    made.push([(items[i] as Node).text, items[i + 1] as Node])
  return made
}
