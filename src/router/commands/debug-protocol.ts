// DEBUG PROTOCOL: one reply of each type, for tests of client libraries.

import { error } from '../../api/replies.js'
import type { Reply } from '../../api/reply.js'

const wrongType = error(
  'ERR Wrong protocol type name. Please use one of the following: string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false',
)
const notRespTwo = error('ERR RESP2 is not supported by this command')

export function debugProtocol(type: string, protocol: number): Reply {
  switch (type.toLowerCase()) {
    case 'string':
      return 'Hello World'
    case 'integer':
      return 12_345
    case 'double':
      return { type: 'double', value: 3_141 / 1_000 }
    case 'bignum':
      return { type: 'big-number', text: '1234567999999999999999999999999999999' }
    case 'null':
      return null
    case 'array':
      return [0, 1, 2]
    case 'set':
      return { type: 'set', items: [0, 1, 2] }
    case 'map':
      return { type: 'map', pairs: [0, truth(false), 1, truth(true), 2, truth(false)] }
    case 'attrib':
      return 'Some real reply following the attribute'
    case 'push':
      if (protocol < 3) return notRespTwo
      return {
        type: 'many',
        items: [
          { type: 'push', items: ['server-cpu-usage', 42] },
          'Some real reply following the push reply',
        ],
      }
    case 'verbatim':
      return { type: 'verbatim', format: 'txt', text: 'This is a verbatim\nstring' }
    case 'true':
      return truth(true)
    case 'false':
      return truth(false)
    default:
      return wrongType
  }
}

function truth(value: boolean): Reply {
  return { type: 'boolean', value }
}
