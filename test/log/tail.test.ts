// The tail against a plain array, and its bounds one by one.

import test from 'ava'
import {
  bytesToText,
  chainEntry,
  type Hash64,
  hashZero,
  type LogEntry,
  payloadOf,
  positionZero,
  Random,
  rebasedChain,
  Tail,
  textToBytes,
} from 'quorate/plugin'

function entry(index: number, term: number, text = `e${index}.${term}`): LogEntry {
  return { index, term, payload: payloadOf(textToBytes(text)) }
}

function filled(terms: readonly number[], bytesMax = 1_000): Tail {
  const tail = new Tail(positionZero, hashZero, { lazyChain: false, bytesMax })
  for (const [at, term] of terms.entries()) tail.append(entry(at + 1, term))
  return tail
}

/** The obvious twin: all entries ever, in an array with gaps where they were cut. */
function chainOf(entries: readonly LogEntry[], upTo: number): Hash64 {
  let chain = hashZero
  for (const one of entries)
    if (one.index <= upTo) chain = chainEntry(chain, one, one.payload.bytes())
  return chain
}

test('chain: the same bytes behind something else, or with other numbers: another hash, whatever was asked before', (t) => {
  const bytes = textToBytes('x')
  const other: Hash64 = { high: 1, low: 2 }
  const cases = [
    { previous: hashZero, term: 1, index: 1 },
    { previous: hashZero, term: 1, index: 2 },
    { previous: hashZero, term: 2, index: 1 },
    { previous: other, term: 1, index: 1 },
  ]
  const fresh = cases.map(({ previous, ...at }) => chainEntry(previous, at, textToBytes('x')))
  t.is(new Set(fresh.map(({ high, low }) => `${high}-${low}`)).size, cases.length)
  for (let i = 0; i < 50; i++) {
    const which = (i * 7) % cases.length
    const { previous, ...at } = cases[which] as (typeof cases)[number]
    t.deepEqual(chainEntry(previous, at, bytes), fresh[which])
    if (i % 3 === 0) t.deepEqual(chainEntry(previous, at, bytes), fresh[which])
  }
})

test('tail: random appends, truncations, cuts, evictions and packings: equal to a plain array', (t) => {
  const random = new Random(11)
  const tail = new Tail(positionZero, hashZero, { lazyChain: false, bytesMax: 60 })
  let all: LogEntry[] = []
  let base = 0
  let term = 1
  for (let i = 0; i < 5_000; i++) {
    const last = all.length
    const what = random.below(10)
    if (what < 6) {
      if (random.chance(1, 5)) term++
      const made = entry(last + 1, Math.max(term, all[last - 1]?.term ?? 0))
      all.push(made)
      tail.append(made)
    } else if (what === 6 && last > base) {
      const after = random.between(base, last)
      all = all.slice(0, after)
      tail.truncate(after)
    } else if (what === 7 && last > base) {
      base = random.between(base, last)
      tail.cut(base)
    } else if (what === 8) tail.evict(random.between(base, last))
    else tail.pack(random.between(base, last))
    const index = random.between(base, all.length)
    t.is(tail.last, all.length)
    t.is(tail.first, base + 1)
    t.is(tail.termAt(index), index === 0 ? 0 : (all[index - 1]?.term ?? -1))
    t.deepEqual(tail.chainAt(index), chainOf(all, index))
    const held = tail.entryAt(index)
    if (held !== null) t.deepEqual(plain(held), plain(all[index - 1] as LogEntry))
    else t.true(index <= tail.evicted)
  }
})

function plain({ index, term, payload }: LogEntry): unknown {
  const { size, isAwaited } = payload
  return { index, term, size, isAwaited: isAwaited !== false, bytes: bytesToText(payload.bytes()) }
}

test('tail: payloads packed: equal in all, and what their maker held is let go', (t) => {
  const tail = filled([1, 1])
  const own = { ...entry(3, 1), payload: { size: 4, isAwaited: false, bytes: () => noise } }
  const noise = textToBytes('\0\x7f\x80\xff')
  tail.append(own)

  tail.pack(99)

  const held = tail.entryAt(3) as LogEntry
  t.not(held.payload, own.payload)
  t.deepEqual(plain(held), plain(own))
  t.is(tail.isAwaited(3), false)
  t.deepEqual(tail.run(1, 100).map(plain), [entry(1, 1), entry(2, 1), own].map(plain))
})

test('tail: outside of its range: null, not an error', (t) => {
  const tail = filled([1, 1, 2])
  tail.cut(1)

  t.is(tail.termAt(0), null)
  t.is(tail.termAt(4), null)
  t.is(tail.chainAt(0), null)
  t.is(tail.entryAt(1), null)
})

test('tail: a gap or a falling term: refused by an assertion', (t) => {
  const tail = filled([1, 2])

  t.throws(() => tail.append(entry(4, 2)))
  t.throws(() => tail.append(entry(3, 1)))
  t.throws(() => filled([1]).truncate(-1))
})

test('tail: more bytes than it may keep: the oldest payloads go, terms and chain stay', (t) => {
  const tail = filled([1, 1, 1, 1, 1, 1], 8)
  const chain = filled([1, 1, 1, 1, 1, 1]).chainAt(2)

  tail.evict(4)

  t.is(tail.evicted, 4)
  t.is(tail.bytes, 8)
  t.is(tail.entryAt(2), null)
  t.is(tail.termAt(2), 1)
  t.deepEqual(tail.chainAt(2), chain)
  t.deepEqual(tail.run(2, 100), [])
  t.is(tail.run(5, 100).length, 2)
})

test('tail: a lazy chain: bytes are never asked for, and a cut re-bases the chain', (t) => {
  const tail = new Tail(positionZero, hashZero, { lazyChain: true, bytesMax: 1_000 })
  let asked = 0
  for (let index = 1; index <= 9; index++) {
    tail.append({
      term: 3,
      index,
      payload: {
        size: 10,
        bytes: () => {
          asked++
          return textToBytes('x')
        },
      },
    })
  }

  tail.cut(8)

  t.is(asked, 0)
  t.deepEqual(tail.chainAt(8), rebasedChain({ term: 3, index: 8 }))
  t.is(tail.bytes, 10)
})

test('tail: the last index with at most a term: as by walking back', (t) => {
  const terms = [1, 1, 2, 2, 2, 5, 5, 9]
  const tail = filled(terms)
  for (let term = 0; term <= 10; term++) {
    for (let upTo = 0; upTo <= terms.length; upTo++) {
      let expected = upTo
      while (expected > 0 && (terms[expected - 1] as number) > term) expected--
      t.is(tail.lastWithTermAtMost(term, upTo), expected)
    }
  }
})

test('tail: a snapshot: everything before it is forgotten', (t) => {
  const tail = filled([1, 1, 1])

  tail.reset({ term: 4, index: 40 }, { high: 1, low: 2 })
  tail.append(entry(41, 5))

  t.is(tail.first, 41)
  t.is(tail.bytes, 5)
  t.deepEqual(tail.chainAt(40), { high: 1, low: 2 })
  t.is(tail.termAt(40), 4)
})
