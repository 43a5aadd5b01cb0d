// Refusals at load: Node.js versions, strategy plugins, and free disk space as it is measured.

import test from 'ava'
import { checkPlugin, loadStrategy } from '../../src/host/plugins.js'
import { checkRuntime } from '../../src/host/runtime.js'
import { SpaceWatch } from '../../src/host/space.js'

test('runtime: versions: exactly the mended ones of each line pass', (t) => {
  for (const good of [
    'v20.20.2',
    'v20.21.0',
    'v22.22.2',
    'v24.14.1',
    'v24.20.0',
    'v25.8.2',
    'v26.0.0',
  ]) {
    t.notThrows(() => checkRuntime(good), good)
  }
  for (const bad of [
    'v18.20.8',
    'v20.20.1',
    'v20.9.9',
    'v21.7.3',
    'v22.22.1',
    'v23.11.0',
    'v24.14.0',
    'v25.8.1',
  ]) {
    t.throws(() => checkRuntime(bad), { code: 'RUNTIME_UNSUPPORTED' }, bad)
  }
  t.notThrows(() => checkRuntime(process.version))
})

test('plugins: what is not a strategy plugin of our api: refused with its name', async (t) => {
  const good = {
    name: 'x',
    api: 1,
    supports: {
      order: 'total',
      levels: [],
      reads: [],
      ackMeans: 'quorum',
      members: 'static',
      durabilities: [],
      transfers: false,
      learners: false,
      eras: false,
    },
    parseOptions: () => ({}),
    create: () => ({}),
  }

  t.is(checkPlugin('x', good).name, 'x')
  t.throws(() => checkPlugin('x', undefined), { code: 'PLUGIN_API', message: /'x'/ })
  t.throws(() => checkPlugin('x', { ...good, create: 1 }), { code: 'PLUGIN_API' })
  t.throws(() => checkPlugin('x', { ...good, supports: null }), { code: 'PLUGIN_API' })
  const { eras: _, ...fewer } = good.supports
  t.throws(() => checkPlugin('x', { ...good, supports: fewer }), {
    code: 'PLUGIN_API',
    message: /supports lacks eras/,
  })
  t.throws(() => checkPlugin('x', { ...good, api: 2 }), { code: 'PLUGIN_API', message: /api 2/ })
  const missing = loadStrategy('quorate-strategy-that-nobody-wrote')
  t.like(await t.throwsAsync(missing), { code: 'PLUGIN_MISSING' })
})

test('space: free bytes around the reserve: told once each way, back only well above it', (t) => {
  const told: boolean[] = []
  const watch = new SpaceWatch('.', 1000, (short) => told.push(short))

  for (const free of [2000, 1000, 999, 500, 1000, 1199, 1200, 1100, 2000]) watch.measured(free)

  t.deepEqual(told, [true, false])
})
