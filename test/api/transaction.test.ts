import test from 'ava'
import { decodeTransaction, encodeTransaction } from '../../src/api/transaction.js'

test('transaction: watched keys and commands of several databases: come back as they went', (t) => {
  const calls = {
    watched: [
      { db: 3, key: '', version: 0 },
      { db: 0, key: '7', version: 9_007_199_254_740_991 },
    ],
    calls: [
      { db: 0, args: ['set', '1', '2'] },
      { db: 15, args: ['get', ''] },
    ],
  }

  t.deepEqual(decodeTransaction(encodeTransaction(calls)), calls)
  t.deepEqual(decodeTransaction(encodeTransaction({ watched: [], calls: [] })), {
    watched: [],
    calls: [],
  })
})

for (const args of [
  ['exec'],
  ['exec', 'x'],
  ['exec', '-1'],
  ['exec', '1', '0', '0'],
  ['exec', '1', '0', '', 'k'],
  ['exec', '0', '0'],
  ['exec', '0', '0', '0'],
  ['exec', '0', '0', '2', 'get'],
  ['exec', '0', '1.5', '1', 'get'],
]) {
  test(`transaction: ${args.join(' ')}: is none`, (t) => {
    t.is(decodeTransaction(args), null)
  })
}
