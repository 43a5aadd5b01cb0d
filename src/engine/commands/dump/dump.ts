// DUMP key: the value as Redis 7.0 dumps it.

import { dumpTooLarge } from '../../../api/replies.js'
import { limits } from '../../../api/limits.js'
import { encodeValue } from '../../rdb/encode.js'
import type { Work } from '../../rdb/types.js'
import { runWork } from '../../rdb/work.js'
import { RdbWriter } from '../../rdb/writer.js'
import type { Value } from '../../values/value.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'dump',
  arity: 2,
  flags: ['readonly'],
  group: 'generic',
  since: '2.6.0',
  summary: 'Return a serialized version of the value stored at the specified key.',
  complexity:
    'O(1) to access the key and additional O(N*M) to serialize it, where N is the number ' +
    'of Redis objects composing the value and M their average size. For small string ' +
    'values the time complexity is thus O(1)+O(1*M) where M is small, so simply O(1).',
  categories: ['@keyspace', '@read', '@slow'],
  tips: ['nondeterministic_output'],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }],
  gather: 'refuse',
  execute(context, args) {
    const value = context.lookup(args[1] as string)
    if (value === undefined || context.isLate) return null
    const writer = new RdbWriter()
    return runWork(context, bounded(writer, value), (version) => {
      if (version === null) return dumpTooLarge
      const bytes = writer.sealed(version)
      return bytes.latin1Slice(0, bytes.length)
    })
  },
} satisfies EngineCommand

/** Null where the dump grows beyond the bound. */
function* bounded(writer: RdbWriter, value: Value): Work<number | null> {
  const work = encodeValue(writer, value)
  for (;;) {
    const { done, value: version } = work.next()
    if (done === true) return version
    if (writer.bytes > limits.dumpBytesMax) return null
    yield
  }
}
