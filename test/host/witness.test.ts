// The witness file: what it remembers, which slot it writes, and what a damaged one says.

import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import type { GroupId } from '../../src/api/ids.js'
import type { WitnessNote } from '../../src/api/store.js'
import { openWitness, type WitnessDisk, WitnessFile } from '../../src/host/witness.js'
import {
  decodeWitness,
  type WitnessContent,
  witnessSlotBytes,
} from '../../src/host/witness-format.js'

const group = 3 as GroupId

function note(term: number, index: number, changes: Partial<WitnessNote> = {}): WitnessNote {
  return { group, position: { term, index }, voteTerm: term, sync: false, ...changes }
}

/** A disk in memory whose syncs finish when the test says so. */
class SlowDisk implements WitnessDisk {
  readonly bytes = Buffer.alloc(2 * witnessSlotBytes)
  readonly writes: number[] = []
  readonly syncs: ((error: Error | null) => void)[] = []

  write(bytes: Uint8Array, at: number): void {
    this.writes.push(at / witnessSlotBytes)
    this.bytes.set(bytes, at)
  }

  sync(done: (error: Error | null) => void): void {
    this.syncs.push(done)
  }

  close(): void {}

  finishSync(): void {
    this.syncs.shift()?.(null)
  }

  content(): WitnessContent | null {
    return decodeWitness(this.bytes).content
  }
}

function begun(): { readonly disk: SlowDisk; readonly witness: WitnessFile } {
  const disk = new SlowDisk()
  const witness = new WitnessFile(disk, { content: null, damaged: false, slot: 1 }, false)
  witness.begin(() => {})
  disk.finishSync()
  disk.finishSync()
  return { disk, witness }
}

function file(t: ExecutionContext): string {
  const made = mkdtempSync(join(tmpdir(), 'quorate-witness-'))
  t.teardown(() => rmSync(made, { recursive: true, force: true }))
  return join(made, 'witness')
}

/** A real file with one note, written as a member does; the notes after it are not synced. */
async function written(t: ExecutionContext, notes: readonly WitnessNote[]): Promise<string> {
  const path = file(t)
  const { disk, found } = openWitness(path)
  const witness = new WitnessFile(disk, found, false)
  await new Promise((done) => witness.begin(done))
  witness.identify('cluster', 2, 5)
  for (const one of notes) await new Promise((done) => witness.note([one], done))
  witness.close()
  return path
}

test('witness: notes: the highest position, vote term and state number of each group', async (t) => {
  const other = { ...note(1, 9), group: 4 as GroupId }
  const path = await written(t, [
    note(2, 7, { states: 4 }),
    note(1, 9),
    other,
    note(1, 3, { states: 2 }),
  ])

  const { content, damaged } = openWitness(path).found

  t.false(damaged)
  t.like(content, { clusterId: 'cluster', member: 2, incarnation: 5, clean: false })
  t.deepEqual(
    content?.groups.map(({ position }) => position),
    [
      { term: 2, index: 7 },
      { term: 1, index: 9 },
    ],
  )
  t.is(content?.groups[0]?.voteTerm, 2)
  t.is(content?.groups[0]?.states, 4)
})

test('witness: a log that was reset: its position holds though it is lower', async (t) => {
  const path = await written(t, [note(2, 7), note(1, 3, { reset: true })])

  t.deepEqual(openWitness(path).found.content?.groups[0]?.position, { term: 1, index: 3 })
})

test('witness: a note with sync: answered after the sync, others without one', (t) => {
  const { disk, witness } = begun()
  const answers: string[] = []

  witness.note([note(1, 1)], () => answers.push('plain'))
  witness.note([note(1, 2, { sync: true })], () => answers.push('synced'))
  witness.note([note(1, 3)], () => answers.push('held'))

  t.deepEqual(answers, ['plain'])
  disk.finishSync()
  t.deepEqual(answers, ['plain', 'synced', 'held'])
  t.deepEqual(disk.content()?.groups[0]?.position, { term: 1, index: 3 })
})

test('witness: slots: what is not synced never overwrites what is', (t) => {
  const { disk, witness } = begun()
  const before = disk.writes.length
  witness.note([note(1, 1)], () => {})
  witness.note([note(1, 2)], () => {})
  witness.sync()
  disk.finishSync()
  witness.note([note(1, 3)], () => {})

  const [a, b, c, d] = disk.writes.slice(before)
  t.is(a, b)
  t.is(b, c)
  t.not(c, d)

  disk.bytes.fill(0xff, (d as number) * witnessSlotBytes, (d as number) * witnessSlotBytes + 40)
  const torn = decodeWitness(disk.bytes)
  t.false(torn.damaged)
  t.deepEqual(torn.content?.groups[0]?.position, { term: 1, index: 2 })
})

test('witness: nothing new: the second passes without a sync', (t) => {
  const { disk, witness } = begun()

  witness.sync()

  t.is(disk.syncs.length, 0)
})

test('witness: clean stop: said only by it, and taken back by both slots at the next start', (t) => {
  const { disk, witness } = begun()
  t.is(disk.content()?.clean, false)
  witness.finish(true, () => {})
  disk.finishSync()
  const stopped = decodeWitness(disk.bytes)
  t.is(stopped.content?.clean, true)

  const again = new WitnessFile(disk, stopped, false)
  again.begin(() => {})
  disk.finishSync()
  disk.finishSync()

  for (const slot of [0, 1]) {
    const half = Buffer.from(disk.bytes)
    half.fill(0xff, slot * witnessSlotBytes, slot * witnessSlotBytes + 64)
    t.is(decodeWitness(half).content?.clean, false)
  }
})

test('witness: a start that dies in its first write: the last content is still there', (t) => {
  const { disk, witness } = begun()
  witness.note([note(4, 4, { sync: true })], () => {})
  disk.finishSync()
  const found = decodeWitness(disk.bytes)

  const again = new WitnessFile(disk, found, false)
  again.begin(() => {})
  const at = disk.writes[disk.writes.length - 1] as number
  disk.bytes.fill(0xff, at * witnessSlotBytes + 8, at * witnessSlotBytes + 30)

  t.deepEqual(decodeWitness(disk.bytes).content?.groups[0]?.position, { term: 4, index: 4 })
})

test('witness: missing, blank, emptied, cut and damaged: told apart', async (t) => {
  const missing = openWitness(file(t))
  t.deepEqual(missing.found, { content: null, damaged: false, slot: 1 })

  const blank = file(t)
  writeFileSync(blank, Buffer.alloc(2 * witnessSlotBytes))
  t.like(openWitness(blank).found, { content: null, damaged: false })

  const emptied = file(t)
  writeFileSync(emptied, '')
  t.like(openWitness(emptied).found, { content: null, damaged: true })

  const cut = await written(t, [note(1, 1)])
  truncateSync(cut, 20)
  t.like(openWitness(cut).found, { content: null, damaged: true })

  const damaged = await written(t, [note(1, 1)])
  const bytes = readFileSync(damaged)
  for (const slot of [0, 1]) bytes[slot * witnessSlotBytes + 12] = 0xee
  writeFileSync(damaged, bytes)
  t.like(openWitness(damaged).found, { content: null, damaged: true })
})

test('witness: a damaged one that was replaced: stays damaged until a group notes its state', (t) => {
  const disk = new SlowDisk()
  const witness = new WitnessFile(disk, { content: null, damaged: true, slot: 1 }, true)
  witness.begin(() => {})
  disk.finishSync()
  disk.finishSync()
  t.true(decodeWitness(disk.bytes).damaged)

  witness.note([note(1, 1, { sync: true })], () => {})
  disk.finishSync()

  t.false(decodeWitness(disk.bytes).damaged)
})

test('witness: a disk that fails: the note is answered with why', (t) => {
  const { disk, witness } = begun()
  const answers: (string | null)[] = []

  witness.note([note(1, 1, { sync: true })], (error) => answers.push(error))
  disk.syncs.shift()?.(new Error('EIO'))

  t.deepEqual(answers, ['the witness file cannot be synced: EIO'])
})
