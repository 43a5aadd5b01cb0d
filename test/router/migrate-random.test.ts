// MIGRATE while keys change at any moment and the target refuses, fails and forgets to answer: whatever is
// deleted here stands at the target in exactly that state, and every MIGRATE comes to an end.

import test from 'ava'
import { unknownResult } from '../../src/api/replies.js'
import { Random } from '../../src/base/random.js'
import { MigrateWorld } from './migrate-world.js'

const runs = 400
const keyCount = 6
const stepsMax = 1_000

test('migrate: random changes and faults: nothing is deleted that the target does not hold', (t) => {
  const first = Number(process.env['SEED'] ?? 1)
  for (let seed = first; seed < first + runs; seed++) {
    const random = new Random(seed)
    const w = new MigrateWorld(random.below(2) === 0 ? [] : ['x'])
    const target = new Map<string, string>()
    const keys = Array.from({ length: keyCount }, (_, i) => (i % 2 === 0 ? `k${i}` : `x:${i}`))
    const busy = 1 + random.below(30)
    let value = 0
    const change = (): void => {
      const key = keys[random.below(keyCount)] as string
      if (random.below(8) === 0) w.remove(key)
      else w.set(key, String(++value))
    }
    const isLossy = random.below(4) === 0
    w.before = (step) => {
      if (random.below(30) < busy) change()
      return isLossy && step === 'delete' && random.below(6) === 0 ? unknownResult : undefined
    }
    w.deleted = (key, last) => {
      t.is(target.get(key), `<${last}>`, `SEED=${seed} ${key}`)
    }
    for (let i = 0; i < keyCount; i++) change()

    const options = [['COPY'], ['REPLACE'], []][random.below(3)] as string[]
    w.migrate('', '0', '77', ...options, 'KEYS', ...keys)
    let steps = 0
    for (; w.asked.length > 0 && steps < stepsMax; steps++) {
      if (random.below(30) < busy) change()
      const body = w.asked[0]?.sending.body ?? []
      // A fault cuts off replies; what was not answered may have happened all the same.
      const cut = random.below(10) === 0 ? random.below(body.length + 1) : body.length
      const replies = body.map(([, key = '', , dump = ''], i) => {
        const isRefused = random.below(10) === 0
        if (!isRefused && (i < cut || random.below(2) === 0)) target.set(key, dump)
        return isRefused ? 'ERR no' : null
      })
      w.answer({ fault: cut < body.length ? 'read' : null, body: replies.slice(0, cut) })
      w.world.pass(1 + random.below(100))
    }

    t.true(steps < stepsMax, `SEED=${seed}`)
    t.regex(w.client.read(), /^(\+OK|\+NOKEY|-.*)\r\n$/, `SEED=${seed}`)
    t.true(w.world.router.state.gate.isOpen, `SEED=${seed}`)
  }
})
