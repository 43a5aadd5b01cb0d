// What a plugin says of itself: its promises fit together, its options have defaults and are checked.

import { ConfigError, type Level, Random, type ReadLevel } from 'quorate/plugin'
import { type Case, hold } from './case.js'

/** What a level asks of the reads. */
const readOfLevel: Readonly<Record<Level, ReadLevel>> = {
  strong: 'linearizable',
  sequential: 'sequential',
  causal: 'causal',
  eventual: 'local',
}

const junk: readonly unknown[] = [
  null,
  undefined,
  '',
  'x',
  '5',
  -1,
  0,
  1.5,
  NaN,
  Infinity,
  2 ** 60,
  true,
  [],
  {},
  Symbol('x'),
  5n,
]

export const manifestCases: readonly Case[] = [
  {
    name: 'manifest: api 1, a name, and levels that its order and its reads can keep',
    run({ plugin }) {
      const { order, levels, reads, ackMeans, durabilities } = plugin.supports
      hold(plugin.api === 1, `api is ${String(plugin.api)}`)
      hold(plugin.name !== '', 'it has no name')
      hold(levels.length > 0, 'it promises no level')
      hold(durabilities.length > 0, 'it keeps its promises under no durability')
      for (const level of levels) {
        hold(reads.includes(readOfLevel[level]), `${level} needs ${readOfLevel[level]} reads`)
        const needsTotal = level === 'strong' || level === 'sequential'
        hold(!needsTotal || order === 'total', `${level} needs one total order, not ${order}`)
      }
      const needsQuorum = levels.includes('strong') || levels.includes('sequential')
      hold(!needsQuorum || ackMeans === 'quorum', 'what one member has is lost with it')
    },
  },
  {
    name: 'manifest: options: the defaults are what is used where nothing is given',
    run({ plugin, options }) {
      hold(same(plugin.parseOptions({}), plugin.parseOptions(plugin.defaults)), 'they differ')
      plugin.parseOptions(options)
    },
  },
  {
    name: 'manifest: options: unknown and senseless ones: refused with a ConfigError that names them',
    run({ plugin }) {
      const names = [...Object.keys(plugin.defaults), 'noSuchOption', '__proto__', 'toString']
      const random = new Random(1)
      hold(refusal(plugin, { noSuchOption: 1 }) !== null, 'an unknown option is taken')
      for (const name of names) {
        for (const value of junk) {
          const error = refusal(plugin, { [name]: value, [random.pick(names)]: random.pick(junk) })
          hold(
            error === null || error instanceof ConfigError,
            `${name}: it throws ${String(error)}, not a ConfigError`,
          )
        }
      }
    },
  },
]

function refusal(plugin: { parseOptions(raw: object): unknown }, raw: object): unknown {
  try {
    plugin.parseOptions(raw)
    return null
  } catch (error) {
    return error
  }
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
