import test from 'ava'
import type { Position } from '../../src/api/position.js'
import type { Ready } from '../../src/api/strategy.js'
import { Lead } from '../../src/shard/lead.js'
import { Drive, type DriveInit } from '../../src/shard/drive.js'

/** A group whose strategy says what the test wants; what happens is told in words. */
function world({ isLeader = false, isAsked = false, isHeard = false, size = 10_000 } = {}) {
  const told: string[] = []
  const readies: Ready[] = []
  const writes: (() => void)[] = []
  let backlog = 0
  let batch = 0
  let applied: Position = { term: 1, index: 0 }
  const strategy = {
    ready: () => readies.shift() ?? null,
    status: () => ({ role: isLeader ? 'leader' : 'follower', leader: 1, term: 1 }),
    persisted: () => undefined,
    applied: () => undefined,
  }
  const executor = {
    events: { isWanted: isHeard },
    begin: () => undefined,
    deliver(entries: readonly unknown[]) {
      backlog += entries.length
    },
    run() {
      if (backlog > 0) told.push(`executed ${backlog}`)
      applied = { term: 1, index: applied.index + backlog }
      backlog = 0
    },
    get applied() {
      return applied
    },
    get backlog() {
      return backlog
    },
  }
  const drive = new Drive({
    strategy,
    executor,
    sink: {
      send: (_to: number, _channel: number, text: string) => void told.push(text),
      wake: () => void told.push('wake'),
    },
    reads: { pending: isAsked ? 1 : 0, flush: () => undefined },
    remoteReads: { pending: 0, flush: () => undefined },
    writes: { isLeader, origin: { isEmpty: true }, flush: () => undefined, watch: () => false },
    storage: { write: (_batch: unknown, _sync: boolean, done: () => void) => writes.push(done) },
    lead: new Lead(),
    isBehind: () => false,
  } as unknown as DriveInit)
  let mono = 1
  const turn = (): readonly string[] => {
    drive.run({ wall: 1, mono })
    return told.splice(0)
  }
  const ready = (delivered: number, isWritten: boolean): Ready => {
    const answer = isWritten ? [{ to: 1, message: 'answer' }] : []
    const entries = Array.from({ length: delivered }, () => ({ payload: { size } }))
    const none = { sendNow: [], grants: [], dropped: [], snapshotTo: [], trace: [] }
    const made = { batch: ++batch, write: isWritten ? {} : null, mustSync: true, fetch: null }
    return { ...made, ...none, sendAfterWrite: answer, delivered: entries } as unknown as Ready
  }
  return {
    turn,
    pass: (ms: number) => {
      mono += ms
    },
    /** A turn that hears of so many committed entries, with entries to write or without. */
    hear(delivered: number, isWritten: boolean) {
      readies.push(ready(delivered, isWritten))
      return turn()
    },
    /** The oldest write is on the disk. */
    wrote() {
      writes.shift()?.()
      return turn()
    },
  }
}

test('drive: a follower hears of a commit with new entries: it answers about those before it executes', (t) => {
  const { hear, wrote, turn } = world()

  t.deepEqual(hear(3, true), [])
  t.deepEqual(turn(), [])
  t.deepEqual(wrote(), ['answer', 'wake'])
  t.deepEqual(turn(), ['executed 3'])
  t.deepEqual(hear(2, false), ['executed 2'])
})

test('drive: new entries in every turn: execution waits for one write, not for the next', (t) => {
  const { hear, wrote } = world()

  t.deepEqual(hear(1, true), [])
  t.deepEqual(hear(1, true), [])
  t.deepEqual(wrote(), ['answer', 'wake'])
  t.deepEqual(hear(1, true), ['executed 3'])
  t.deepEqual(hear(1, true), [])
})

test('drive: a leader, a member whose clients read or listen, short entries: executed at once', (t) => {
  t.deepEqual(world({ size: 100 }).hear(3, true), ['executed 3'])
  t.deepEqual(world({ isLeader: true }).hear(3, true), ['executed 3'])
  t.deepEqual(world({ isAsked: true }).hear(3, true), ['executed 3'])
  t.deepEqual(world({ isHeard: true }).hear(3, true), ['executed 3'])
})

test('drive: the disk takes long: what is committed does not wait for it', (t) => {
  const { hear, pass, turn, wrote } = world()

  t.deepEqual(hear(3, true), [])
  pass(10)
  t.deepEqual(turn(), ['executed 3'])
  t.deepEqual(wrote(), ['answer', 'wake'])
})
