// An entry that was delivered, taken apart: this member's own has its head and commands at hand.

import {
  afterHead,
  decodeEntryHead,
  type EntryHead,
  entryVersionBounded,
  type Payload,
} from '../api/entry.js'
import { ByteReader } from '../base/bytes.js'
import { CommandPayload, type Commands, decodeCommands } from './batch.js'

const noCommands: Commands = { databases: [], calls: [] }

export interface Opened {
  readonly head: EntryHead
  /** Where they are known without decoding, else null. */
  readonly commands: Commands | null
  /** Behind the head; null where the head was at hand. */
  readonly reader: ByteReader | null
}

/** Null where the head has a format that this version does not know. */
export function openPayload(payload: Payload): Opened | null {
  if (payload instanceof CommandPayload) return checked(payload.head, payload.commands, null)
  const reader = new ByteReader(payload.bytes())
  const head = decodeEntryHead(reader)
  return head === null ? null : checked(head, null, reader)
}

/** None where the bytes are not commands. */
export function commandsOf({ commands, reader }: Opened, payload: Payload): Commands {
  return commands ?? decodeCommands(reader ?? afterHead(payload.bytes())) ?? noCommands
}

function checked(
  head: EntryHead,
  commands: Commands | null,
  reader: ByteReader | null,
): Opened | null {
  const isKnown = head.version >= 1 && head.version <= entryVersionBounded
  return isKnown ? { head, commands, reader } : null
}
