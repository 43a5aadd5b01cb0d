// The witness file: a small file beside the stores that knows a lower bound of what each group's log
// must hold, so that a log which lost its end is not taken for a shorter one. Two slots: one holds
// the last synced content and stays, the other is written in place until it is synced in its turn.

import { closeSync, existsSync, fdatasync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
import type { GroupId } from '../api/ids.js'
import { comparePositions } from '../api/position.js'
import type { WitnessNote } from '../api/store.js'
import { QuorateError } from '../base/errors.js'
import {
  decodeWitness,
  encodeWitness,
  type WitnessFound,
  witnessSlotBytes,
} from './witness-format.js'

/** The file as bytes at offsets: tests make it fail. */
export interface WitnessDisk {
  write(bytes: Uint8Array, at: number): void
  sync(done: (error: Error | null) => void): void
  close(): void
}

export class WitnessFile {
  readonly #disk: WitnessDisk
  readonly #groups = new Map<GroupId, WitnessNote>()
  #identity = { clusterId: '', member: 0, incarnation: 0 }
  #sequence: number
  #clean = false
  #damaged: boolean
  /** The slot that is written; the other one holds what was synced last. */
  #slot = 0
  #isDirty = false
  #isSyncing = false
  /** Callers whose notes wait until the sync in flight is over. */
  #held: { readonly sync: boolean; readonly done: (error: string | null) => void }[] = []

  constructor(disk: WitnessDisk, found: WitnessFound, damaged: boolean) {
    this.#disk = disk
    this.#damaged = damaged
    this.#sequence = found.content?.sequence ?? 0
    this.#slot = 1 - found.slot
    if (found.content === null) return
    const { clusterId, member, incarnation, groups } = found.content
    this.#identity = { clusterId, member, incarnation }
    for (const note of groups) this.#groups.set(note.group, note)
  }

  /** Says in both slots, synced, that the member runs: before anything else is written. */
  begin(done: (error: string | null) => void): void {
    this.#commit(false, (error) => {
      if (error !== null) done(error)
      else this.#commit(false, done)
    })
  }

  identify(clusterId: string, member: number, incarnation: number): void {
    this.#identity = { clusterId, member, incarnation }
    this.#isDirty = true
  }

  /** Takes notes of a durable batch; `done` when they are written, and synced where one asks for it. */
  note(notes: readonly WitnessNote[], done: (error: string | null) => void): void {
    let sync = false
    for (const note of notes) {
      this.#groups.set(note.group, laterOf(this.#groups.get(note.group), note))
      sync ||= note.sync
    }
    if (sync) this.#damaged = false
    if (this.#isSyncing) {
      this.#held.push({ sync, done })
      return
    }
    this.#write(sync, done)
  }

  /** Syncs what was noted since the last sync. Once a second. */
  sync(): void {
    if (this.#isDirty && !this.#isSyncing) this.#commit(false, () => {})
  }

  /** A clean stop: everything reached the disk. */
  finish(clean: boolean, done: (error: string | null) => void): void {
    if (this.#isSyncing) this.#held.push({ sync: true, done: () => this.#commit(clean, done) })
    else this.#commit(clean, done)
  }

  close(): void {
    this.#disk.close()
  }

  #write(sync: boolean, done: (error: string | null) => void): void {
    if (sync) {
      this.#commit(false, done)
      return
    }
    const error = this.#put()
    this.#isDirty = true
    done(error)
  }

  /** Writes and syncs; then the slots change places. */
  #commit(clean: boolean, done: (error: string | null) => void): void {
    this.#clean = clean
    const error = this.#put()
    if (error !== null) {
      done(error)
      return
    }
    this.#isSyncing = true
    this.#isDirty = false
    this.#disk.sync((cause) => {
      this.#isSyncing = false
      if (cause === null) this.#slot = 1 - this.#slot
      done(cause === null ? null : `the witness file cannot be synced: ${cause.message}`)
      if (!this.#isSyncing) this.#release(cause)
    })
  }

  #release(cause: Error | null): void {
    const held = this.#held
    this.#held = []
    if (held.length === 0) return
    const answer = (error: string | null): void => {
      for (const one of held) one.done(error)
    }
    if (cause !== null) answer(`the witness file cannot be synced: ${cause.message}`)
    else
      this.#write(
        held.some((one) => one.sync),
        answer,
      )
  }

  #put(): string | null {
    this.#sequence++
    const { clusterId, member, incarnation } = this.#identity
    const content = {
      clusterId,
      member,
      incarnation,
      clean: this.#clean,
      groups: [...this.#groups.values()],
      sequence: this.#sequence,
      damaged: this.#damaged,
    }
    try {
      this.#disk.write(encodeWitness(content), this.#slot * witnessSlotBytes)
      return null
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      return `the witness file cannot be written: ${why}`
    }
  }
}

/** What is known after both notes: nothing goes back, unless the log did. */
export function laterOf(before: WitnessNote | undefined, note: WitnessNote): WitnessNote {
  if (before === undefined) return note
  const isLater = note.reset === true || comparePositions(note.position, before.position) >= 0
  return {
    group: note.group,
    position: isLater ? note.position : before.position,
    voteTerm: Math.max(note.voteTerm, before.voteTerm),
    sync: note.sync,
    states: Math.max(note.states ?? 0, before.states ?? 0),
  }
}

/** Opens the file, made with its full size when it is missing, so that notes never need new space. */
export function openWitness(path: string): {
  readonly disk: WitnessDisk
  readonly found: WitnessFound
} {
  let file = -1
  try {
    const isNew = !existsSync(path)
    file = openSync(path, isNew ? 'wx+' : 'r+', 0o600)
    const bytes = new Uint8Array(2 * witnessSlotBytes)
    if (!isNew) {
      const count = readSync(file, bytes, 0, bytes.length, 0)
      return { disk: fileDisk(file), found: decodeWitness(bytes.subarray(0, count)) }
    }
    writeSync(file, bytes, 0, bytes.length, 0)
    fsyncSync(file)
    return { disk: fileDisk(file), found: decodeWitness(bytes) }
  } catch (cause) {
    if (file >= 0) closeSync(file)
    if (cause instanceof QuorateError) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new QuorateError('STORE_OPEN', `the witness file ${path} cannot be opened: ${why}`, {
      cause,
    })
  }
}

function fileDisk(file: number): WitnessDisk {
  return {
    write: (bytes, at) => {
      if (bytes.length > witnessSlotBytes) throw new Error('too many groups for the witness file')
      writeSync(file, bytes, 0, bytes.length, at)
    },
    sync: (done) => fdatasync(file, done),
    close: () => closeSync(file),
  }
}
