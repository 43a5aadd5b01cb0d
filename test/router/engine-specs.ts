// Specs of a few engine commands, as the engine declares them: enough to route and to gather.

import type { CommandFlag, CommandSpec, Gather } from '../../src/api/command.js'

type Keys = readonly [first: number, last: number, step: number] | null

function spec(
  name: string,
  arity: number,
  rest: { readonly flags: readonly CommandFlag[]; readonly keys: Keys; readonly gather?: Gather },
): [string, CommandSpec] {
  const { flags, keys } = rest
  const made: CommandSpec = {
    name,
    arity,
    flags,
    group: keys === null ? 'generic' : 'string',
    since: '1.0.0',
    summary: `Does ${name}.`,
    complexity: 'O(1)',
    categories: flags.includes('write') ? ['@write', '@string'] : ['@read', '@string'],
    tips: [],
    keys:
      keys === null
        ? []
        : [{ first: keys[0], last: keys[1], step: keys[2], flags: ['RW', 'update'] }],
    arguments: [],
    gather: rest.gather ?? 'refuse',
  }
  return [name, made]
}

/** Of a command with a number of keys as its first argument. */
function counted(name: string): [string, CommandSpec] {
  const [, made] = spec(name, -3, { flags: ['readonly', 'movablekeys'], keys: null })
  const keys = [{ first: 1, last: 1, step: 1, counted: true, flags: ['RO', 'access'] }] as const
  return [name, { ...made, keys }]
}

const write = ['write', 'denyoom'] as const
const read = ['readonly', 'fast'] as const

export const engineSpecs: ReadonlyMap<string, CommandSpec> = new Map([
  spec('get', 2, { flags: read, keys: [1, 1, 1] }),
  spec('set', -3, { flags: write, keys: [1, 1, 1] }),
  spec('incr', 2, { flags: write, keys: [1, 1, 1] }),
  spec('mget', -2, { flags: read, keys: [1, -1, 1], gather: 'keys' }),
  spec('mset', -3, { flags: write, keys: [1, -1, 2], gather: 'ok' }),
  spec('msetnx', -3, { flags: write, keys: [1, -1, 2] }),
  spec('del', -2, { flags: ['write'], keys: [1, -1, 1], gather: 'sum' }),
  spec('exists', -2, { flags: read, keys: [1, -1, 1], gather: 'sum' }),
  spec('rename', 3, { flags: ['write'], keys: [1, 2, 1] }),
  spec('copy', -3, { flags: write, keys: [1, 2, 1] }),
  spec('scan', -2, { flags: ['readonly'], keys: null, gather: 'scan' }),
  spec('keys', 2, { flags: ['readonly'], keys: null, gather: 'union' }),
  spec('dbsize', 1, { flags: read, keys: null, gather: 'total' }),
  spec('randomkey', 1, { flags: ['readonly'], keys: null, gather: 'random' }),
  spec('flushdb', -1, { flags: ['write'], keys: null, gather: 'ok' }),
  spec('flushall', -1, { flags: ['write'], keys: null, gather: 'ok' }),
  counted('zunion'),
])
