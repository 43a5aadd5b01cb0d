// Reads finished checkpoints out for `quorate backup`: page by page, each as its client asks for it. A backup
// begins with a read as strong as the group has it, so that the checkpoint behind it holds all that was
// acknowledged before. Its rows are held until the client is done, or says nothing for a minute.

import type { BackupPage, GroupBackups, OpenedBackup } from '../api/backup.js'
import { type Group, makeLane } from '../api/group.js'
import type { GroupId, Now } from '../api/ids.js'
import { limits } from '../api/limits.js'
import type { Position } from '../api/position.js'
import { backupGone, busyBackup, groupDown } from '../api/replies.js'
import { type ErrorReply, isError } from '../api/reply.js'
import { type SlotRun, wholeName, wholeSpec } from '../api/slot-moves.js'
import type { Supports } from '../api/strategy.js'
import { hashZero } from '../base/hash.js'
import type { Checkpoints } from './checkpoints.js'
import type { ShardSink } from './sink.js'
import { metaKey, placeZero } from './snapshot-frames.js'
import { SnapshotStream } from './snapshot-stream.js'

export interface BackupsHost {
  readonly group: GroupId
  readonly sink: ShardSink
  readonly supports: Supports
  /** Null while the member loads. */
  checkpoints(): Checkpoints | null
  requestCheckpoint(): void
  applied(): Position
  /** Slots that are another group's. */
  hidden(): readonly SlotRun[]
  readonly submit: Group['submit']
}

interface Wanted {
  /** What the checkpoint has to hold. */
  readonly index: number
  readonly done: (opened: OpenedBackup | ErrorReply) => void
}

interface Reading {
  /** Whose rows are read: another state may take their place. */
  readonly checkpoints: Checkpoints
  readonly stream: SnapshotStream
  askedAt: number
  done: ((page: BackupPage | ErrorReply) => void) | null
}

export class Backups implements GroupBackups {
  readonly #host: BackupsHost
  /** Asked for, and not answered yet. */
  #beginning = 0
  #wanted: Wanted[] = []
  readonly #readings = new Map<number, Reading>()
  #lastId = 0
  #now: Now = { wall: 0, mono: 0 }

  constructor(host: BackupsHost) {
    this.#host = host
  }

  begin(done: Wanted['done']): void {
    const isFull = this.#readings.size + this.#beginning >= limits.backupsMax
    if (isFull) return done(busyBackup)
    this.#beginning++
    const begun: Wanted['done'] = (opened) => {
      this.#beginning--
      done(opened)
    }
    const isTotal = this.#host.supports.reads.includes('linearizable')
    const lane = makeLane({
      answer: (_, reply) => {
        if (isError(reply)) return begun(reply)
        this.#wanted.push({ index: this.#host.applied().index, done: begun })
        this.#host.sink.wake()
      },
    })
    // The group may own no slot at all.
    const args = [wholeName, 'get', '']
    const call = { spec: wholeSpec, write: false, db: 0, args, ticket: 0 }
    this.#host.submit(lane, { ...call, level: isTotal ? 'linearizable' : 'local' })
  }

  next(id: number, done: (page: BackupPage | ErrorReply) => void): void {
    const reading = this.#readings.get(id)
    if (reading === undefined) return done(backupGone)
    if (reading.done !== null) return done(busyBackup)
    reading.done = done
    reading.askedAt = this.#now.mono
    this.#host.sink.stir()
  }

  end(id: number): boolean {
    const reading = this.#readings.get(id)
    if (reading === undefined) return false
    this.#readings.delete(id)
    reading.checkpoints.release()
    reading.done?.(backupGone)
    return true
  }

  /** Behind the checkpoints' part of a turn. */
  turn(now: Now): void {
    this.#now = now
    if (this.#wanted.length > 0) this.#open()
    for (const [id, reading] of this.#readings) {
      if (reading.checkpoints !== this.#host.checkpoints()) this.end(id)
      else if (reading.done !== null) this.#read(reading)
      else if (now.mono - reading.askedAt >= limits.backupIdleMs) this.end(id)
    }
  }

  /** Monotonic milliseconds at which `turn` is next needed. */
  wakeAt(): number {
    let at = Infinity
    for (const { askedAt } of this.#readings.values()) {
      at = Math.min(at, askedAt + limits.backupIdleMs)
    }
    return at
  }

  #open(): void {
    const checkpoints = this.#host.checkpoints()
    if (checkpoints === null) return
    const { finished, failure } = checkpoints
    const waiting: Wanted[] = []
    for (const wanted of this.#wanted) {
      if (failure !== null) wanted.done(groupDown(failure))
      else if (finished === null || finished.position.index < wanted.index) waiting.push(wanted)
      else {
        const { position, era, engine } = finished
        const id = ++this.#lastId
        this.#readings.set(id, {
          checkpoints,
          stream: this.#streamOf(finished),
          askedAt: this.#now.mono,
          done: null,
        })
        checkpoints.hold()
        wanted.done({ id, era, position, manifest: engine, hidden: this.#host.hidden() })
      }
    }
    this.#wanted = waiting
    if (waiting.length === 0) return
    if (checkpoints.mayBegin) this.#host.requestCheckpoint()
    else checkpoints.hurry()
  }

  #streamOf(manifest: NonNullable<Checkpoints['finished']>): SnapshotStream {
    const { group, sink } = this.#host
    const stream = new SnapshotStream({ group, sink, manifest, identity: hashZero })
    stream.restart({ ...placeZero, key: metaKey })
    return stream
  }

  #read(reading: Reading): void {
    const { stream, done } = reading
    const chunk = stream.next()
    stream.turn()
    if (chunk === null && !stream.isOver) return
    reading.done = null
    reading.askedAt = this.#now.mono
    done?.({ fragments: chunk?.fragments ?? [], isLast: stream.isOver })
  }
}
