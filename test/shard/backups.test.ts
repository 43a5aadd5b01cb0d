// What QUORATE BACKUP reads: a checkpoint behind all that was acknowledged, whose rows are held meanwhile.

import test from 'ava'
import type { BackupPage, OpenedBackup } from '../../src/api/backup.js'
import type { GroupCall, Lane } from '../../src/api/group.js'
import type { GroupId } from '../../src/api/ids.js'
import { limits } from '../../src/api/limits.js'
import { backupGone, busyBackup, noLeader } from '../../src/api/replies.js'
import type { ErrorReply, Reply } from '../../src/api/reply.js'
import type { Supports } from '../../src/api/strategy.js'
import { hashZero } from '../../src/base/hash.js'
import { Backups } from '../../src/shard/backups.js'
import type { Checkpoints } from '../../src/shard/checkpoints.js'
import { type Manifest, stateKey } from '../../src/shard/state-layout.js'
import { StoreWorld } from './store-world.js'

const group = 3 as GroupId

function world(reads: readonly string[] = ['linearizable']) {
  const sink = new StoreWorld()
  const asked: GroupCall[] = []
  let lane: Lane | null = null
  const state = { requested: 0, holds: 0, mono: 0, applied: 5 }
  const checkpoints = {
    finished: null as Manifest | null,
    failure: null,
    mayBegin: true,
    hold: () => state.holds++,
    release: () => state.holds--,
    hurry: () => undefined,
  }
  let current = checkpoints
  const backups = new Backups({
    group,
    sink,
    supports: { reads } as unknown as Supports,
    checkpoints: () => current as unknown as Checkpoints,
    requestCheckpoint: () => state.requested++,
    hidden: () => [],
    applied: () => ({ term: 1, index: state.applied }),
    submit: (given, call) => {
      lane = given
      asked.push(call)
    },
  })
  return {
    ...{ backups, sink, state, checkpoints, asked },
    answer: (reply: Reply) => lane?.caller.answer(0, reply),
    turn: (later = 0) => {
      state.mono += later
      backups.turn({ wall: 0, mono: state.mono })
    },
    finish: (index: number) => {
      const position = { term: 1, index }
      const engine = new Uint8Array([1, 2])
      const meta = new Uint8Array(0)
      checkpoints.finished = {
        generation: 1,
        number: 1,
        position,
        chain: hashZero,
        era: 4,
        engine,
        meta,
      }
    },
    replace: () => {
      current = { ...checkpoints }
    },
  }
}

/** One that is open at index 5. */
function opened(rows: readonly string[] = []) {
  const made = world()
  for (const key of rows) {
    made.sink.rows.set(stateKey(group, 1, key), new Uint8Array([key.charCodeAt(0)]))
  }
  const answers: (OpenedBackup | ErrorReply)[] = []
  made.backups.begin((answer) => answers.push(answer))
  made.answer(null)
  made.finish(5)
  made.turn()
  return { ...made, id: (answers[0] as OpenedBackup).id, answers }
}

test('backups: begun: reads as strongly as the group can, and waits for a checkpoint of what that showed', (t) => {
  const { backups, asked, answer, turn, finish, state } = world()
  const answers: (OpenedBackup | ErrorReply)[] = []
  backups.begin((given) => answers.push(given))
  turn()
  t.is(state.requested, 0)
  t.is(asked[0]?.level, 'linearizable')

  state.applied = 9
  answer(null)
  finish(8)
  turn()
  t.deepEqual([answers.length, state.requested, state.holds], [0, 1, 0])

  finish(9)
  turn()
  t.is(state.holds, 1)
  t.like(answers[0] as OpenedBackup, { id: 1, era: 4, position: { term: 1, index: 9 } })
})

test('backups: more of them are asked for at once than may be: refused before any has begun', (t) => {
  const { backups, answer, turn, finish, state } = world()
  const answers: (OpenedBackup | ErrorReply)[] = []
  for (let i = 0; i < limits.backupsMax; i++) {
    backups.begin((given) => answers.push(given))
    answer(null)
  }
  turn()
  backups.begin((given) => answers.push(given))
  t.deepEqual(answers, [busyBackup])
  finish(5)
  turn()
  t.is(state.holds, limits.backupsMax)
  for (let id = 1; id <= limits.backupsMax; id++) backups.end(id)

  backups.begin((given) => answers.push(given))
  answer(noLeader)
  backups.begin((given) => answers.push(given))
  answer(null)
  turn()
  t.is(state.holds, 1)
})

test('backups: a group that merges: reads what the member has', (t) => {
  const { backups, asked } = world(['local'])
  backups.begin(() => undefined)
  t.is(asked[0]?.level, 'local')
})

test('backups: begun without a leader: the refusal of the read, and nothing is held', (t) => {
  const { backups, answer, turn, state } = world()
  const answers: (OpenedBackup | ErrorReply)[] = []
  backups.begin((given) => answers.push(given))
  answer(noLeader)
  turn()
  t.deepEqual([answers, state.requested, state.holds], [[noLeader], 0, 0])
})

test('backups: read: all rows of the checkpoint, then it is the last page; END lets them go', (t) => {
  const row = (slot: number) => `\0${String.fromCharCode(slot)}\0\0\0\0\0${'\0'.repeat(7)}\x01`
  const { backups, id, turn, sink, state } = opened([row(1), row(2)])
  const pages: (BackupPage | ErrorReply)[] = []
  for (let i = 0; i < 5 && pages.length === 0; i++) {
    if (i === 0) backups.next(id, (page) => pages.push(page))
    turn()
    sink.answerAll()
  }
  const page = pages[0] as BackupPage
  t.true(page.isLast)
  t.deepEqual(
    page.fragments.map(({ key, isFinal }) => [key, isFinal]),
    [
      [row(1), true],
      [row(2), true],
    ],
  )
  t.is(state.holds, 1)
  t.true(backups.end(id))
  t.is(state.holds, 0)
  t.false(backups.end(id))
})

test('backups: asked for nothing for a minute: over', (t) => {
  const { backups, id, turn, state } = opened()
  t.is(backups.wakeAt(), limits.backupIdleMs)
  turn(limits.backupIdleMs - 1)
  t.is(state.holds, 1)
  turn(1)
  t.is(state.holds, 0)
  backups.next(id, (page) => t.is(page, backupGone))
})

test('backups: a snapshot takes the place of the state: over, and said so', (t) => {
  const { backups, id, turn, state, replace } = opened()
  const pages: (BackupPage | ErrorReply)[] = []
  backups.next(id, (page) => pages.push(page))
  replace()
  turn()
  t.deepEqual([pages, state.holds], [[backupGone], 0])
})

test('backups: too many, or two pages at a time: refused', (t) => {
  const { backups, answer, turn, id, state } = opened()
  backups.next(id, () => undefined)
  backups.next(id, (page) => t.is(page, busyBackup))
  for (let i = 1; i < limits.backupsMax; i++) {
    backups.begin(() => undefined)
    answer(null)
    turn()
  }
  t.is(state.holds, limits.backupsMax)
  backups.begin((given) => t.is(given, busyBackup))
  t.plan(3)
})
