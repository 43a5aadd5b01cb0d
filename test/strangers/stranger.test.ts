// A strategy of somebody else: a package of its own, installed beside Quorate, that imports only its doors.
// It passes the suite with node's own runner, and members load it by the name in their configuration.

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import anyTest, { type TestFn } from 'ava'
import { TestCluster } from '../e2e/cluster.js'
import { plainClient, whenServed } from '../e2e/workload.js'
import { onPath } from '../tools.js'
import { type Installation, install, root } from './installation.js'

const name = 'quorate-viewstamped'
const test = anyTest as TestFn<{ installed: Installation | null }>
// npm packs and installs.
const onNpm = onPath('npm') ? test.serial : test.serial.skip

test.before((t) => {
  t.context.installed = onPath('npm') ? install({ [name]: 'viewstamped' }) : null
})

test.after.always((t) => t.context.installed?.dispose())

test('stranger: its files: import the doors of Quorate and each other, nothing else', (t) => {
  const folder = join(root, 'test/strangers/viewstamped')
  const imports = readdirSync(folder)
    .filter((file) => file.endsWith('.js'))
    .flatMap((file) => [...readFileSync(join(folder, file), 'utf8').matchAll(/from '([^']+)'/g)])
    .map(([, from = '']) => from)
    .filter((from) => !from.startsWith('./') && !from.startsWith('node:'))

  t.deepEqual([...new Set(imports)].sort(), ['quorate/plugin', 'quorate/testkit'])
})

onNpm(
  'stranger: npm test where it is installed: every case passes, and every broken twin is refused',
  (t) => {
    const { of } = t.context.installed as Installation
    const told = execFileSync(process.execPath, ['--test', '--test-reporter=tap'], {
      cwd: of(name),
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
    })

    t.regex(told, /^# fail 0$/m)
    t.regex(told, /^# skipped 0$/m)
    const [, passed = '0'] = /^# pass (\d+)$/m.exec(told) ?? []
    t.true(Number(passed) >= 70, `${passed} cases passed`)
  },
)

onNpm(
  'stranger: named in the configuration: three members serve, also after their leader was killed',
  async (t) => {
    const { of } = t.context.installed as Installation
    const cluster = await TestCluster.start({
      script: join(of('quorate'), 'dist/src/main.js'),
      config: {
        keyspaces: [{ name: 'default', level: 'strong', strategy: name, durability: 'always' }],
      },
    })
    try {
      const leader = await cluster.waitLeader()
      for (const [i, port] of cluster.ports.entries()) {
        await whenServed(port, (client) => client.set(`key${i}`, `value${i}`))
      }
      const said = await whenServed(cluster.ports[0] as number, (client) =>
        client.call('QUORATE', 'EXPLAIN', 'key0'),
      )
      t.true((said as readonly unknown[]).includes(name))

      await cluster.process(leader).kill()
      const survivor = plainClient(cluster.ports[(leader + 1) % 3] as number)
      await survivor.connect()
      await cluster.waitFor('a write after the leader was killed', async () => {
        const reply = await survivor.set('after', 'kill').catch(() => '')
        return reply === 'OK'
      })
      t.deepEqual(await survivor.mget('key0', 'key1', 'key2'), ['value0', 'value1', 'value2'])
      survivor.disconnect()
    } catch (error) {
      t.log(cluster.tails())
      throw error
    } finally {
      await cluster.dispose()
    }
  },
)
