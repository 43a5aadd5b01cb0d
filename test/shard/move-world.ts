// Both sides of a move of slots, as engines that execute its steps one by one.

import { type Engine, later } from '../../src/api/engine.js'
import type { EntryHead } from '../../src/api/entry.js'
import type { Reply } from '../../src/api/reply.js'
import { slotsName } from '../../src/api/slot-moves.js'
import { keySlot } from '../../src/base/keyslot.js'
import { createEngine } from '../../src/engine/engine.js'
import { Ownership } from '../../src/shard/ownership.js'
import { SlotCall } from '../../src/shard/slot-calls.js'
import { copyOf } from '../../src/shard/slot-copy.js'

export const slotOfA = keySlot('a')

export interface Side {
  readonly engine: Engine
  readonly ownership: Ownership
  ended: number
  call(...args: readonly (string | number)[]): Reply
  run(...args: readonly string[]): Reply
}

export function side(clock = 1_000): Side {
  const engine = createEngine({ databases: 16, bulkBytesMax: 1_000_000, maxMemory: 0 })
  const ownership = new Ownership()
  ownership.attach(engine)
  const made: Side = {
    engine,
    ownership,
    ended: 0,
    call(...args) {
      engine.beginEntry(clock, 0, 1)
      const seat = {
        engine,
        ownership,
        endWaits: () => {
          made.ended++
        },
        left: () => undefined,
        seal: () => undefined,
        came: () => undefined,
      }
      const call = new SlotCall(seat, {
        db: 0,
        args: [slotsName, ...args.map(String)],
        wall: undefined,
      })
      for (;;) {
        const reply = call.step(10)
        if (reply !== later) return reply as Reply
      }
    },
    run(...args) {
      engine.beginEntry(clock, 0, 1)
      const refusal = ownership.refuses(engine, args, null)
      if (refusal !== null) return refusal
      let reply = engine.execute(0, args)
      while (reply === later) reply = engine.step(1_000)
      return reply
    },
  }
  return made
}

export function head(sequence: number, acknowledged: number): EntryHead {
  const rest = { stamp: 1, seedHigh: 0, seedLow: 0, trace: '', kind: 1, version: 1 }
  return { origin: 7, incarnation: 1, sequence, acknowledged, ...rest }
}

/** Copies a key into the staging of the other side, as the driver does. */
export function copy(from: Side, to: Side, attempt: number, key: string): Reply {
  const args: string[] = []
  for (const command of copyOf(from.engine, 0, key))
    args.push('0', String(command.length), ...command)
  return to.call('copy', 0, attempt, ...args)
}

/** Both sides in the middle of a move of the slot of `a`, as attempt 1. */
export function moving(): { s: Side; d: Side } {
  const [s, d] = [side(), side()]
  s.run('set', 'a', '1')
  s.call('begin', 1, slotOfA, 5)
  d.call('import', 0, 1, 1, slotOfA)
  return { s, d }
}
