// BITOP AND|OR|XOR|NOT destination key [key ...]: shorter strings go on with zeros.

import { bitNotSingle, syntaxError } from '../../../api/replies.js'
import { later } from '../../../api/engine.js'
import { limits } from '../../../api/limits.js'
import type { EngineCommand } from '../command.js'
import { type BitOperation, BitopMachine } from './bitop-machine.js'

export default {
  name: 'bitop',
  arity: -4,
  flags: ['write', 'denyoom'],
  group: 'bitmap',
  since: '2.6.0',
  summary: 'Perform bitwise operations between strings',
  complexity: 'O(N)',
  categories: ['@write', '@bitmap', '@slow'],
  tips: [],
  keys: [
    { first: 2, last: 2, step: 1, flags: ['OW', 'update'] },
    { first: 3, last: -1, step: 1, flags: ['RO', 'access'] },
  ],
  arguments: [
    { name: 'operation', type: 'string' },
    { name: 'destkey', type: 'key', keySpec: 0 },
    { name: 'key', type: 'key', keySpec: 1, multiple: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    const operation = operations.get((args[1] as string).toUpperCase())
    if (operation === undefined) return syntaxError
    if (operation === 'not' && args.length !== 4) return bitNotSingle
    const machine = new BitopMachine(context, operation, args)
    if (args.length > limits.stepElements) return context.begin(machine)
    const reply = machine.step(limits.stepElements)
    return reply === later ? context.begin(machine) : reply
  },
} satisfies EngineCommand

const operations: ReadonlyMap<string, BitOperation> = new Map([
  ['AND', 'and'],
  ['OR', 'or'],
  ['XOR', 'xor'],
  ['NOT', 'not'],
])
