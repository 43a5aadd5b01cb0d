// The engine's own metadata as a grammar, for runs without redis-server.

import type { ArgumentDoc, CommandSpec } from '../../src/api/command.js'
import type { Argument, CommandDoc } from './docs.js'

export function docOf(spec: CommandSpec): CommandDoc {
  return { name: spec.name, group: spec.group, arguments: spec.arguments.map(argumentOf) }
}

function argumentOf(doc: ArgumentDoc): Argument {
  return {
    name: doc.name,
    type: doc.type,
    token: doc.token ?? null,
    isOptional: doc.optional ?? false,
    isMultiple: doc.multiple ?? false,
    repeatsToken: false,
    parts: (doc.arguments ?? []).map(argumentOf),
  }
}
