// Commands drawn from the grammar of COMMAND DOCS: mostly well formed, options in any order and case,
// counts of keys that fit; and then spoiled now and then. Counts which option was drawn how often.

import type { Random } from '../../src/base/random.js'
import type { Argument, CommandDoc } from './docs.js'
import { lexKeys, type Style, text, valueFor } from './pools.js'

/** Times that each option of each command was drawn, as `set NX`. */
export type Coverage = Map<string, number>

interface Draft {
  readonly random: Random
  readonly doc: CommandDoc
  readonly style: Style
  readonly coverage: Coverage
  /** How many keys follow `numkeys`. */
  keys: number
}

const longestList = 3

/** A command line of `doc`. */
export function drawLine(random: Random, doc: CommandDoc, coverage: Coverage): string[] {
  const style: Style = random.chance(1, 4) ? 'wild' : 'tame'
  const draft: Draft = { random, doc, style, coverage, keys: 0 }
  const words = doc.name.split('|').map((word) => cased(random, word))
  const spare = doc.arguments.filter((argument) => argument.isOptional && startsWithToken(argument))
  const shuffled = random.chance(1, 3) ? shuffle(random, spare) : spare
  let next = 0
  for (const argument of doc.arguments) {
    const turn = spare.includes(argument) ? (shuffled[next++] as Argument) : argument
    words.push(...draw(draft, turn))
  }
  if (spare.length > 0 && random.chance(1, style === 'wild' ? 4 : 20))
    words.push(...draw(draft, random.pick(spare)))
  const spoiled = random.chance(1, style === 'wild' ? 4 : 40) ? spoil(random, words) : words
  // A fourth word is for redis-server 7.2.
  if (doc.name === 'zrank' || doc.name === 'zrevrank') return spoiled.slice(0, 3)
  return byBytes(random, spoiled, doc.name)
}

/** ZRANGE and ZRANGESTORE BYLEX of a sorted set of one score. */
function byBytes(random: Random, words: string[], name: string): string[] {
  const at = name === 'zrange' ? 1 : name === 'zrangestore' ? 2 : 0
  if (at === 0 || !words.some((word) => word.toLowerCase() === 'bylex')) return words
  words[at] = random.pick(lexKeys)
  return words
}

function draw(draft: Draft, argument: Argument): string[] {
  const { random } = draft
  if (argument.isOptional && !random.chance(2, 5)) return []
  const times = timesOf(draft, argument)
  const words: string[] = []
  for (let i = 0; i < times; i++) {
    if (argument.token !== null && argument.token !== '' && (i === 0 || argument.repeatsToken))
      words.push(token(draft, argument.token))
    words.push(...drawOnce(draft, argument))
  }
  return words
}

function drawOnce(draft: Draft, argument: Argument): string[] {
  const { random, doc, style } = draft
  switch (argument.type) {
    case 'pure-token':
      return argument.token === '' ? [''] : []
    case 'oneof':
      return draw(draft, { ...random.pick(argument.parts), isOptional: false })
    case 'block': {
      if (argument.token === 'STREAMS') draft.keys = random.between(1, 2)
      return argument.parts.flatMap((part) => draw(draft, part))
    }
    default:
      if (argument.name === 'numkeys') {
        draft.keys = random.between(1, longestList)
        const said = random.chance(1, 15) ? random.between(-1, 4) : draft.keys
        return [random.chance(1, 60) ? text(random) : String(said)]
      }
      return [valueFor(random, { argument, command: doc.name, group: doc.group, style })]
  }
}

/** How often an argument stands: as many keys as were announced, as many weights as keys. */
function timesOf(draft: Draft, argument: Argument): number {
  if (!argument.isMultiple) return 1
  const { random, keys } = draft
  const isCounted = argument.type === 'key' || argument.name === 'weight' || argument.name === 'id'
  if (keys > 0 && isCounted && !random.chance(1, 25)) return keys
  return random.between(1, longestList)
}

function token(draft: Draft, word: string): string {
  const name = `${draft.doc.name} ${word}`
  draft.coverage.set(name, (draft.coverage.get(name) ?? 0) + 1)
  return cased(draft.random, word)
}

function startsWithToken(argument: Argument): boolean {
  if (argument.token !== null && argument.token !== '') return true
  const [first] = argument.parts
  return argument.type === 'oneof' || argument.type === 'block'
    ? first !== undefined && startsWithToken(first)
    : false
}

function cased(random: Random, word: string): string {
  if (random.chance(2, 3)) return word.toLowerCase()
  return random.chance(3, 4)
    ? word.toUpperCase()
    : `${word.slice(0, 1).toUpperCase()}${word.slice(1).toLowerCase()}`
}

/** One word fewer, more, twice, or from elsewhere. */
function spoil(random: Random, words: readonly string[]): string[] {
  const spoiled = [...words]
  const at = random.between(1, Math.max(1, words.length - 1))
  switch (random.below(5)) {
    case 0:
      spoiled.pop()
      break
    case 1:
      spoiled.push(text(random))
      break
    case 2:
      spoiled.splice(at, 1)
      break
    case 3:
      spoiled.splice(at, 0, spoiled[at] ?? '')
      break
    default:
      spoiled[at] = text(random)
  }
  return spoiled.length === 0 ? [words[0] ?? 'ping'] : spoiled
}

function shuffle<T>(random: Random, list: readonly T[]): readonly T[] {
  const made = [...list]
  for (let i = made.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    const swapped = made[i] as T
    made[i] = made[j] as T
    made[j] = swapped
  }
  return made
}

/** Every option that the grammar of a command knows. */
export function optionsOf(doc: CommandDoc): readonly string[] {
  const tokens = (list: readonly Argument[]): string[] =>
    list.flatMap((each) => [
      ...(each.token === null || each.token === '' ? [] : [each.token]),
      ...tokens(each.parts),
    ])
  return tokens(doc.arguments).map((word) => `${doc.name} ${word}`)
}
