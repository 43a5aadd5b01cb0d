// Scenes of a crowd on both sides, step by step; a scene that differs is shrunk to the fewest steps.

import { allowanceFor } from './allowed.js'
import { nameOf } from './state.js'
import { Random } from '../../src/base/random.js'
import type { Crowd, Step } from './crowd.js'
import { drawStep, type Themes } from './crowd-steps.js'
import { parseReply, replyEnd, wireText } from './reply-text.js'

export interface SceneFinding {
  readonly steps: readonly Step[]
  readonly who: number
  readonly ours: string
  readonly theirs: string
}

export interface CrowdOptions {
  readonly ours: Crowd
  readonly theirs: Crowd
  readonly seed: number
  readonly scenes: number
  readonly themes: Themes
  readonly known: (name: string) => boolean
}

const connections = 4
const stepsPerScene = 40
const shrinkRounds = 3
/** Commands whose replies come in the order of a hash table. */
const unordered = new Set([
  ...['unsubscribe', 'punsubscribe', 'sunsubscribe', 'reset', 'pubsub'],
  ...['publish', 'spublish'],
])

const ending = new Set(['exec', 'discard', 'reset'])
/** Not drawn between MULTI and EXEC, where redis-server writes a push or another protocol into its array. */
const unqueued = new Set([
  ...['hello', 'publish', 'spublish', 'client'],
  // Their order in EXEC's reply is that of a hash table.
  ...['unsubscribe', 'punsubscribe', 'sunsubscribe', 'pubsub'],
])

/** The first scene that differs, shrunk; null where none does. */
export async function runCrowd(options: CrowdOptions): Promise<SceneFinding | null> {
  for (let scene = 0; scene < options.scenes; scene++) {
    const found = await playScene(options, new Random(options.seed, scene + 1))
    if (found !== null) return shrink(options, found)
  }
  return null
}

/** Draws steps while playing: who is blocked takes no part. */
async function playScene(options: CrowdOptions, random: Random): Promise<SceneFinding | null> {
  const steps: Step[] = []
  const draw = (free: readonly number[], queues: readonly boolean[]): Step | null => {
    for (let tries = 0; tries < 50 && steps.length < stepsPerScene; tries++) {
      const step = drawStep(random, free, connections, options.themes)
      const name = step.line[0] ?? ''
      if (!options.known(name) || (queues[step.who] === true && unqueued.has(name))) continue
      steps.push(step)
      return step
    }
    return null
  }
  return play(options, draw)
}

async function play(
  options: CrowdOptions,
  next: (free: readonly number[], queues: readonly boolean[]) => Step | null,
): Promise<SceneFinding | null> {
  const { ours, theirs } = options
  await Promise.all([ours.begin(connections), theirs.begin(connections)])
  const steps: Step[] = []
  const isBlocked = Array.from({ length: connections }, () => false)
  const queues = Array.from({ length: connections }, () => false)
  let found: SceneFinding | null = null
  while (found === null) {
    const free = isBlocked.flatMap((each, i) => (each ? [] : [i]))
    const step = free.length === 0 ? null : next(free, queues)
    if (step === null) break
    if (isBlocked[step.who] === true) continue
    steps.push(step)
    const [own, other] = await Promise.all([ours.take(step), theirs.take(step)])
    for (let who = 0; who < connections && found === null; who++) {
      const [a = '', b = ''] = [own[who], other[who]]
      if (!isSame(step, a, b)) found = { steps: [...steps], who, ours: a, theirs: b }
      if (who === step.who && step.line[0] === 'multi') queues[who] = true
      if (who === step.who && ending.has(step.line[0] ?? '')) queues[who] = false
      if (who === step.who) isBlocked[who] = b === '' && !isSilent(step)
      else if (b !== '' && !b.startsWith('>') && !isMessage(b)) isBlocked[who] = false
    }
  }
  await Promise.all([ours.end(), theirs.end()])
  return found
}

function isSilent({ line }: Step): boolean {
  return line[0] === 'client' && line[1] === 'reply'
}

function isMessage(text: string): boolean {
  return /^\*[34]\r\n\$\d+\r\n[ps]?message\r\n/.test(text)
}

function isSame({ line }: Step, ours: string, theirs: string): boolean {
  if (ours === theirs) return true
  if (line[0] === 'hello' || line[0] === 'exec') return nameless(ours) === nameless(theirs)
  const name = nameOf(line)
  if (allowanceFor({ line, name, ours, theirs }) !== undefined) return true
  return unordered.has(line[0] ?? '') && shuffled(ours) === shuffled(theirs)
}

/** Without the version and the connection's number. */
function nameless(text: string): string {
  return text.replaceAll(/version\r\n\$\d\r\n[\d.]+/g, 'version').replaceAll(/id\r\n:\d+/g, 'id')
}

/** The replies in one order, and within each its items; counts that run down stand apart. */
function shuffled(text: string): string {
  const parts: string[] = []
  let at = 0
  for (let end = replyEnd(text, 0); end > 0 && at < text.length; end = replyEnd(text, at)) {
    const node = parseReply(text.slice(at, end))
    parts.push(...(node.items ?? [node]).map(wireText))
    at = end
  }
  return parts.toSorted().join('')
}

async function shrink(options: CrowdOptions, found: SceneFinding): Promise<SceneFinding> {
  let kept = found
  for (let round = 0; round < shrinkRounds; round++) {
    for (let at = kept.steps.length - 2; at >= 0; at--) {
      const fewer = kept.steps.filter((_, i) => i !== at)
      let next = 0
      const again = await play(options, () => fewer[next++] ?? null)
      if (again !== null) kept = again
    }
  }
  return kept
}

export function describeScene({ steps, who, ours, theirs }: SceneFinding): string {
  const lines = steps.map((step) => `    ${step.who}: ${step.line.join(' ')}`)
  return [
    ...lines,
    `  heard by ${who}`,
    `  redis ${JSON.stringify(theirs)}`,
    `  ours  ${JSON.stringify(ours)}`,
  ].join('\n')
}
