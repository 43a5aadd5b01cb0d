// FIELDS numfields field [field ...], in the form that HEXPIRE's family reads: last and complete.

import { fieldsMissing, fieldsNotPositive, numfieldsMismatch } from '../../../api/replies.js'
import type { ErrorReply } from '../../../api/reply.js'
import { parseInt64 } from '../../values/integer.js'

/** The index of the first field, where FIELDS stands at `at` and the fields end the command. */
export function parseFields(
  args: readonly string[],
  at: number,
  notPositive: ErrorReply = fieldsNotPositive,
): number | ErrorReply {
  if (args[at]?.toUpperCase() !== 'FIELDS') return fieldsMissing
  const count = parseInt64(args[at + 1] ?? '')
  if (count === null || count < 1) return notPositive
  return count === args.length - at - 2 ? at + 2 : numfieldsMismatch
}
