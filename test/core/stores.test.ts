import test from 'ava'
import type { Output } from '../../src/api/io.js'
import { Stores } from '../../src/core/stores.js'

const nothing = { puts: [], deletes: [], ranges: [], sync: true, witness: [] } as const

function world() {
  const out: Output[] = []
  return { out, stores: new Stores(out) }
}

test('stores: answers find their writes by number, in any order, once', (t) => {
  const w = world()
  const done: string[] = []
  w.stores.write({ store: 'log', ...nothing }, () => done.push('first'))
  w.stores.write({ store: 'state', ...nothing }, () => done.push('second'))
  const ids = w.out.flatMap((each) => (each.kind === 'store' ? [each.write.id] : []))

  for (const id of [ids[1], ids[0], ids[0]] as number[]) {
    w.stores.stored({ kind: 'stored', store: 'log', id, error: null })
  }

  t.deepEqual(done, ['second', 'first'])
  t.is(w.stores.inFlight, 0)
})

test('stores: a failed write: is told to its caller, and the first cause is kept', (t) => {
  const w = world()
  const errors: (string | null)[] = []
  for (const why of ['no space', 'poisoned']) {
    w.stores.write({ store: 'log', ...nothing }, (error) => errors.push(error))
    const last = w.out[w.out.length - 1]
    const id = last?.kind === 'store' ? last.write.id : 0
    w.stores.stored({ kind: 'stored', store: 'log', id, error: why })
  }

  t.deepEqual(errors, ['no space', 'poisoned'])
  t.is(w.stores.failed, 'the log store failed: no space')
})

test('stores: a scan: its rows go to who asked', (t) => {
  const w = world()
  const rows = [{ key: 'a', value: new Uint8Array(1) }]
  let found: unknown = null
  w.stores.scan(
    'state',
    { from: 'a', to: 'b' },
    { bytesMax: 10, done: (some, end) => (found = { some, end }) },
  )
  const [output] = w.out

  w.stores.scanned({
    kind: 'scanned',
    id: output?.kind === 'scan' ? output.id : 0,
    rows,
    done: true,
  })

  t.deepEqual(found, { some: rows, end: true })
})
