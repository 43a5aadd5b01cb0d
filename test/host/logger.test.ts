// Log lines: one JSON object each, fields as given, nothing above the configured level, and no control
// characters that would begin a line of their own.

import test from 'ava'
import type { MemberId } from '../../src/api/ids.js'
import { makeLog } from '../../src/host/logger.js'

test('logger: events: one line each with member, event and fields, below the level nothing', (t) => {
  const lines: string[] = []
  const config = { self: 3 as MemberId, logLevel: 'info' as const }
  const log = makeLog(config, { write: (line) => lines.push(line) })

  log.trace({ level: 'info', event: 'raft.elected', fields: { group: 1, term: 7 } })
  log.trace({ level: 'debug', event: 'raft.step', fields: {} })
  log.log('fatal', 'host.assertion', { why: 'a\nb\u001b[2J' })

  t.is(lines.length, 2)
  t.like(JSON.parse(lines[0] as string), { member: 3, event: 'raft.elected', group: 1, term: 7 })
  t.like(JSON.parse(lines[1] as string), {
    member: 3,
    event: 'host.assertion',
    why: 'a\nb\u001b[2J',
  })
  for (const line of lines) t.is(line.indexOf('\n'), line.length - 1)
  t.false(lines[1]?.includes('\u001b'))
})
