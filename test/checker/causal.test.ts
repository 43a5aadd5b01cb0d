// The checker is itself checked: on histories written by hand, and on stores of a few lines, right and wrong.

import test from 'ava'
import { Random } from '../../src/base/random.js'
import { CausalJudge, type CausalVerdict, type Outcome } from './causal.js'
import { cycleOf } from './cycle.js'

/** `0 x=1` session 0 writes 1 to x, `0 x=1?` without an answer, `0 x=1!` refused; `1 x:1` session 1 reads it, `1 x:` reads nothing; `- x=1` from here on nobody has it. */
function judge(...lines: readonly string[]): CausalVerdict {
  const lost = new Set<string>()
  const made = new CausalJudge((key, value) => lost.has(`- ${key}=${value}`))
  for (const line of lines) {
    if (line.startsWith('-')) {
      lost.add(line)
      continue
    }
    const [, session, key = '', kind, value = '', mark] =
      /^(\d) (\w)([=:])(\w*)([?!]?)$/.exec(line) ?? []
    if (kind === ':') {
      made.read(Number(session), key, value === '' ? null : value)
      continue
    }
    const outcomes: Readonly<Record<string, Outcome>> = { '?': 'unknown', '!': 'refused' }
    made.settle(made.write(Number(session), key, value), outcomes[mark ?? ''] ?? 'acked')
  }
  return made.verdict()
}

const good: Readonly<Record<string, readonly string[]>> = {
  'nothing at all': [],
  'a write that is not seen yet': ['0 x=1', '1 x:', '1 x:1'],
  'old by nobody known': ['0 x=1', '0 x=2', '1 x:1', '1 x:2'],
  'concurrent writes, either may win': ['0 x=1', '1 x=2', '0 x:2', '1 x:2'],
  'an unanswered write may never happen': ['0 x=1', '0 x=2?', '0 x:1', '1 x:1'],
  'an unanswered write may happen late': ['0 x=1', '0 x=2?', '0 x:1', '0 x:2', '1 x:1'],
  'keys of different causes': ['0 x=1', '0 y=1', '1 y:', '1 x:1', '2 x:', '2 x:1', '2 y:1'],
  'a refused write': ['0 x=1', '0 x=2!', '0 x:1', '1 x:1'],
  'without a cause that is lost': ['0 x=1', '0 x=2', '0 y=3', '- x=2', '1 y:3', '1 x:1'],
  'one side of concurrent writes is lost': [
    '0 x=1',
    '1 x=2',
    '1 y=3',
    '2 y:3',
    '- x=2',
    '3 y:3',
    '3 x:1',
    '2 x:1',
  ],
}

const bad: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  'own write unseen': ['read your writes', ['0 x=1', '0 x:']],
  'own write overwritten by what it saw': [
    'read your writes',
    ['0 x=1', '1 x:1', '1 x=2', '1 x:1'],
  ],
  'reads go back': ['monotonic reads', ['0 x=1', '0 x=2', '1 x:2', '1 x:1']],
  'reads go back to nothing': ['monotonic reads', ['0 x=1', '1 x:1', '1 x:']],
  'two writes of a session in the wrong order': [
    'what happened before',
    ['0 x=1', '0 y=1', '1 y:1', '1 x:'],
  ],
  'an answer without its question': [
    'what happened before',
    ['0 x=1', '1 x:1', '1 y=2', '2 y:2', '2 x:'],
  ],
  'through three sessions': [
    'what happened before',
    ['0 x=1', '0 x=2', '1 x:2', '1 y=1', '2 y:1', '2 z=1', '3 z:1', '3 x:1'],
  ],
  'an unanswered write that was seen': ['monotonic reads', ['0 x=1?', '1 x:1', '1 x:']],
  'behind an unanswered write': ['what happened before', ['0 y=1', '0 x=1?', '1 x:1', '1 y:']],
  'without what it saw itself and is lost': [
    'monotonic reads',
    ['0 x=1', '0 x=2', '1 x:2', '- x=2', '1 x:1'],
  ],
  'without what it wrote itself and is lost': [
    'read your writes',
    ['0 x=1', '0 x=2', '- x=2', '0 x:1'],
  ],
  'without a cause before the one that is lost': [
    'what happened before',
    ['0 x=1', '0 x=2', '0 x=3', '0 y=4', '- x=3', '1 y:4', '1 x:1'],
  ],
  'from nowhere': ['nobody wrote', ['0 x=1', '1 x:7']],
  'of another key': ['nobody wrote', ['0 x=1', '1 y:1']],
  'a refused write that happened': ['was refused', ['0 x=1!', '1 x:1']],
  'sessions that disagree for good': [
    'no order',
    ['0 x=1', '1 x=2', '2 x:1', '2 x:2', '3 x:2', '3 x:1'],
  ],
  'a winner that changes': ['no order', ['0 x=1', '1 x=2', '2 x:1', '2 x:2', '2 x:1']],
  'orders of two keys that contradict': [
    'no order',
    ['0 x=1', '0 y=2', '0 y:2', '1 y=1', '1 x=2', '0 y:1', '1 x:1'],
  ],
}

for (const [title, lines] of Object.entries(good)) {
  test(`causal: ${title}`, (t) => t.deepEqual(judge(...lines).breaches, []))
}

for (const [title, [words, lines]] of Object.entries(bad)) {
  test(`not causal: ${title}`, (t) => {
    const { breaches, breachCount } = judge(...lines)
    t.is(breachCount, 1, breaches.join('\n'))
    t.regex(breaches[0] as string, new RegExp(words))
  })
}

type Fault = 'none' | 'out of order' | 'last to arrive wins' | 'sessions move'

interface Sent {
  readonly key: string
  readonly value: string
  readonly stamp: number
  /** Writes of each replica that come before it. */
  readonly seen: readonly number[]
  readonly from: number
}

/** Three replicas of a causal store, a few sessions at each; delivery is random, but behind causes. */
function toy(seed: number, fault: Fault): CausalVerdict {
  const chance = new Random(seed)
  const judged = new CausalJudge()
  const counts = [0, 1, 2].map(() => [0, 0, 0])
  const held = [0, 1, 2].map(() => new Map<string, Sent>())
  const waiting: Sent[][] = [[], [], []]
  const take = (at: number, sent: Sent): void => {
    const row = counts[at] as number[]
    row[sent.from] = (row[sent.from] as number) + 1
    const old = held[at]?.get(sent.key)
    if (old === undefined || old.stamp < sent.stamp || fault === 'last to arrive wins') {
      held[at]?.set(sent.key, sent)
    }
  }
  const mayGo = (at: number, sent: Sent): boolean =>
    fault === 'out of order' || sent.seen.every((n, from) => (counts[at]?.[from] as number) >= n)
  let clock = 0
  for (let step = 0; step < 1500; step++) {
    const session = chance.below(6)
    const at = fault === 'sessions move' ? chance.below(3) : session % 3
    const key = `k${chance.below(4)}`
    const what = chance.below(6)
    if (what === 0) {
      const sent = {
        key,
        value: `${step}`,
        stamp: ++clock,
        seen: [...(counts[at] ?? [])],
        from: at,
      }
      judged.settle(judged.write(session, key, sent.value), 'acked')
      take(at, sent)
      for (let to = 0; to < 3; to++) if (to !== at) waiting[to]?.push(sent)
    } else if (what <= 2) {
      judged.read(session, key, held[at]?.get(key)?.value ?? null)
    } else {
      const queue = waiting[at] as Sent[]
      const place = queue.findIndex((sent) => chance.below(4) === 0 && mayGo(at, sent))
      if (place >= 0) for (const sent of queue.splice(place, 1)) take(at, sent)
    }
  }
  return judged.verdict()
}

test('causal: a store that delivers behind causes passes', (t) => {
  for (let seed = 1; seed <= 100; seed++) t.deepEqual(toy(seed, 'none').breaches, [], `${seed}`)
})

for (const fault of ['out of order', 'last to arrive wins', 'sessions move'] as const) {
  test(`not causal: a store where ${fault}`, (t) => {
    let found = 0
    for (let seed = 1; seed <= 20; seed++) if (toy(seed, fault).breachCount > 0) found++
    t.true(found >= 15, `${found} of 20`)
  })
}

test('cycles: none in a chain, the one of a graph in its order', (t) => {
  t.is(cycleOf(3, [0, 1, 1, 2]), null)
  t.is(cycleOf(0, []), null)
  const cycle = cycleOf(5, [0, 1, 1, 2, 2, 3, 3, 1, 3, 4]) as readonly number[]
  t.deepEqual([...cycle].sort(), [1, 2, 3])
  const next = new Map([
    [1, 2],
    [2, 3],
    [3, 1],
  ])
  cycle.forEach((node, i) => t.is(next.get(node), cycle[(i + 1) % 3]))
})
