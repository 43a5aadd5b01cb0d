// IFEQ, IFNE, IFDEQ and IFDNE of SET and DELEX (Redis 8.4; IFEQ alone also of Valkey 8.1): what the value of a
// key must be, by its bytes or by its digest. A key that is not there equals nothing.

import type { Value } from '../values/value.js'
import { wrongType } from '../../api/replies.js'
import type { ErrorReply } from '../../api/reply.js'
import { digestOfText } from '../values/xxh3.js'

export type ConditionWord = 'IFEQ' | 'IFNE' | 'IFDEQ' | 'IFDNE'

export interface ValueCondition {
  readonly word: ConditionWord
  /** A value, or a digest of 16 hexadecimal digits in any case. */
  readonly operand: string
}

export function isConditionWord(word: string): word is ConditionWord {
  return word === 'IFEQ' || word === 'IFNE' || word === 'IFDEQ' || word === 'IFDNE'
}

/** Whether a value meets a condition; an error where it is no string. */
export function meets(value: Value | undefined, condition: ValueCondition): boolean | ErrorReply {
  const { word, operand } = condition
  if (value === undefined) return word === 'IFNE' || word === 'IFDNE'
  if (typeof value !== 'string') return wrongType
  const isEqual =
    word === 'IFEQ' || word === 'IFNE'
      ? value === operand
      : digestOfText(value) === operand.toLowerCase()
  return isEqual === (word === 'IFEQ' || word === 'IFDEQ')
}
