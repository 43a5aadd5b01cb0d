// Where a backup cannot go: one sentence and exit code 1, before anybody is asked.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { backUp, haveMoved } from '../../src/cli/backup.js'

const nobody = { host: '127.0.0.1', port: '1' }

test('backup: a place that is a file, or has none above it, or is not empty: refused', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'quorate-backup-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  writeFileSync(join(directory, 'file'), '')
  for (const place of ['file', join('none', 'above'), '.']) {
    const asked = backUp(join(directory, place), nobody)
    await t.throwsAsync(asked, { code: 'BACKUP_INVALID' }, place)
  }
  await t.throwsAsync(backUp(join(directory, 'new'), nobody), { code: 'MEMBER_UNREACHABLE' })
})

test('backup: slots that moved while it was taken: it does not count; other changes do no harm', (t) => {
  const change = (epoch: number, what: string) => ({ epoch, at: 1, by: 1, what })
  const user = change(8, 'ACL SETUSER bob')

  t.false(haveMoved({ epoch: 7, changes: [change(7, 'slots 0-9 go to shard group 1')] }, 7))
  t.false(haveMoved({ epoch: 8, changes: [user] }, 7))
  t.true(haveMoved({ epoch: 8, changes: [change(8, 'slots 0-9 go to shard group 1')] }, 7))
  t.true(haveMoved({ epoch: 8, changes: [change(8, 'shard group 1 is removed')] }, 7))
  t.false(haveMoved({ epoch: 8, changes: [change(8, 'a shard group is added on all members')] }, 7))
  t.true(haveMoved({ epoch: 9, changes: [user] }, 7))
})
