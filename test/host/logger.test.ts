// Log lines: one JSON object each, fields as given, nothing above the configured level, and no control
// characters that would begin a line of their own.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import test from 'ava'
import type { MemberId } from '../../src/api/ids.js'
import { makeLog } from '../../src/host/logger.js'

test('logger: events: one line each with member, event and fields, below the level nothing', (t) => {
  const lines: string[] = []
  const config = { self: 3 as MemberId, logLevel: 'info' as const }
  const log = makeLog(config, { write: (line) => lines.push(line) })

  log.trace({ level: 'info', event: 'raft.elected', fields: { member: 3, group: 1, term: 7 } })
  log.trace({ level: 'debug', event: 'raft.step', fields: {} })
  log.log('fatal', 'host.assertion', { why: 'a\nb\u001b[2J' })

  t.is(lines.length, 2)
  t.like(JSON.parse(lines[0] as string), { member: 3, event: 'raft.elected', group: 1, term: 7 })
  t.like(JSON.parse(lines[1] as string), {
    member: 3,
    event: 'host.assertion',
    why: 'a\nb\u001b[2J',
  })
  for (const line of lines) {
    t.is(line.indexOf('\n'), line.length - 1)
    t.is(line.split('"member"').length, 2)
  }
  t.false(lines[1]?.includes('\u001b'))
})

test('logger: nobody reads standard error: the member goes on, lines are dropped (etcd#22214)', async (t) => {
  const file = new URL('../../src/host/logger.js', import.meta.url).href
  const script = `
    const { makeLog } = await import(${JSON.stringify(file)})
    const log = makeLog({ self: 1, logLevel: 'info' })
    const fields = { why: 'x'.repeat(1000) }
    for (let turn = 0; turn < 20; turn++) {
      for (let i = 0; i < 1000; i++) log.trace({ level: 'info', event: 'raft.elected', fields })
      await new Promise(setImmediate)
    }
    process.stdout.write('goes on')
  `
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => child.kill('SIGKILL'))

  const [said] = (await once(child.stdout, 'data')) as [Buffer]

  t.is(said.toString(), 'goes on')
})
