// Single messages to and from raft members of a test world.

import { decodeMessage, encodeMessage } from '../../../plugins/raft/messages.js'
import { lettersOf } from '../letters.js'

export const { send, answers } = lettersOf({ encodeMessage, decodeMessage })

export const last = { term: 0, index: 0 }
