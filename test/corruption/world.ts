// A member's directory as the host writes it: two groups through GroupLog, the store and the witness
// file, every write acknowledged; and what opening such a directory again says of it.

import { join } from 'node:path'
import type { GroupId } from '../../src/api/ids.js'
import { positionZero } from '../../src/api/position.js'
import type { WitnessNote } from '../../src/api/store.js'
import { bytesToText, textToBytes } from '../../src/base/bytes.js'
import { QuorateError } from '../../src/base/errors.js'
import { hashZero } from '../../src/base/hash.js'
import type { Random } from '../../src/base/random.js'
import { openDisk } from '../../src/host/boot.js'
import { Store } from '../../src/host/store.js'
import { decodeIdentity, encodeIdentity, identityKey } from '../../src/log/layout.js'
import { GroupLog } from '../../src/log/records.js'
import { emptyBatch, LogWorld, texts } from '../log/log-world.js'

export const groups = [1 as GroupId, 2 as GroupId]

/** What was acknowledged, by group: hard state and entries as text. */
export type Acknowledged = ReadonlyMap<
  GroupId,
  { readonly state: string; readonly entries: string[] }
>

const identity = {
  phase: 'born' as const,
  clusterId: 'c',
  member: 1,
  incarnation: 1,
  keyspaceEpoch: 0,
  keyspaceDigest: hashZero,
  born: [1],
}

/**
 * Runs a member on `place` several times; each run appends, votes and truncates, and is killed. `hasRoom`: whether there
 * are zeros ahead of the log in a run.
 */
export async function fill(
  place: string,
  random: Random,
  hasRoom = () => random.chance(1, 2),
): Promise<Acknowledged> {
  const worlds = new Map(groups.map((id) => [id, new LogWorld()]))
  const runs = random.between(1, 4)
  for (let run = 0; run < runs; run++) {
    const { databases, witness, boot } = await openDisk(place, {}, hasRoom() ? () => {} : null)
    await new Promise((done) => witness.begin(done))
    let lastId = 0
    const answered = new Map<number, () => void>()
    const store = new Store({
      name: 'log',
      database: databases.log,
      witness: (notes, done) => witness.note(notes, done),
      stored: (_store, id) => answered.get(id)?.(),
      poisoned: () => {},
    })
    const submit = (write: ReturnType<GroupLog['writes']>): Promise<void> => {
      const id = ++lastId
      const { puts, deletes, ranges, witness: note } = write
      return new Promise((done) => {
        answered.set(id, done)
        store.write({ store: 'log', id, puts, deletes, ranges, sync: true, witness: [note] })
      })
    }
    if (run === 0) {
      const row = { key: identityKey, value: encodeIdentity(identity) }
      witness.identify('c', 1, 1)
      const notes: readonly WitnessNote[] = []
      store.write({
        store: 'log',
        id: 0,
        puts: [row],
        deletes: [],
        ranges: [],
        sync: true,
        witness: notes,
      })
    }
    for (const [id, world] of worlds) {
      world.log = new GroupLog(id)
      world.log.recover(
        boot.logRows,
        { base: positionZero, chain: hashZero },
        noteOf(boot.witness?.groups, id),
      )
      for (const write of history(world, random)) await submit(write)
    }
    await store.drain()
    if (random.chance(1, 3)) await new Promise((done) => witness.finish(true, done))
    witness.close()
    await databases.log.close()
    await databases.state.close()
  }
  const known = [...worlds].map(([id, world]) => {
    return [id, { state: world.state ?? '', entries: texts(world.entries) }] as const
  })
  return new Map(known)
}

function noteOf(notes: readonly WitnessNote[] | undefined, group: GroupId): WitnessNote | null {
  return notes?.find((note) => note.group === group) ?? null
}

function* history(world: LogWorld, random: Random): Generator<ReturnType<GroupLog['writes']>> {
  const steps = random.between(4, 30)
  yield vote(world, random)
  for (let step = 0; step < steps; step++) {
    const choice = random.below(8)
    if (choice === 0) yield vote(world, random)
    else if (choice === 1 && world.lastIndex > 0) {
      yield vote(world, random)
      yield world.log.writes(world.batch(random.between(1, world.lastIndex), 2, random))
    } else {
      yield world.log.writes(world.batch(world.lastIndex + 1, 1 + random.below(12), random))
    }
  }
}

function vote(world: LogWorld, random: Random): ReturnType<GroupLog['writes']> {
  world.state = `${random.uint32()}`
  world.term++
  return world.log.writes({ ...emptyBatch, state: textToBytes(world.state), voteTerm: world.term })
}

/**
 * Opens the directory as a member does. `reported: ...` where it says that something is wrong;
 * `harmless` or `torn` where everything acknowledged is there; else what was lost in silence.
 */
export async function judge(place: string, known: Acknowledged): Promise<string> {
  let opened: Awaited<ReturnType<typeof openDisk>>
  try {
    opened = await openDisk(place)
  } catch (error) {
    if (error instanceof QuorateError) return `reported: ${error.code}`
    return `threw: ${String(error)}`
  }
  const { databases, witness, boot } = opened
  witness.close()
  await databases.log.close()
  await databases.state.close()
  if (boot.witnessDamaged) return 'reported: witness'
  if (boot.witness === null && boot.logRows.length === 0) return 'reported: empty'
  const row = boot.logRows.find(({ key }) => key === identityKey)
  const found = row === undefined ? null : decodeIdentity(row.value)
  if (found === null || typeof found === 'string') return 'reported: identity'
  let outcome = 'harmless'
  for (const [id, wanted] of known) {
    const from = { base: positionZero, chain: hashZero }
    const recovered = new GroupLog(id).recover(boot.logRows, from, noteOf(boot.witness?.groups, id))
    if (recovered.fault !== null) return `reported: ${recovered.fault.kind}`
    if (recovered.tornRecords > 0) outcome = 'torn'
    const state = recovered.state === null ? '' : bytesToText(recovered.state)
    if (state !== wanted.state) return `lost: hard state of group ${id}`
    const entries = texts(recovered.entries)
    const isEqual = entries.length === wanted.entries.length
    if (!isEqual || entries.some((text, n) => text !== wanted.entries[n])) {
      return `lost: entries of group ${id}`
    }
  }
  return outcome
}

/** Where the log store's files are. */
export function logFolder(place: string): string {
  return join(place, 'log')
}
