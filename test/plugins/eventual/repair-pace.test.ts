// Who gives slots to a member that lost them does so in pieces: it serves others meanwhile.

import test from 'ava'
import { Vector } from 'quorate/plugin'
import type { Slots } from '../../../plugins/eventual/messages.js'
import { parseOptions } from '../../../plugins/eventual/options.js'
import type { Peer } from '../../../plugins/eventual/peer.js'
import { sendSlots } from '../../../plugins/eventual/repair.js'
import type { EventualState } from '../../../plugins/eventual/state.js'

test('repair: 1,000 slots of a kilobyte: some 64 KB at a time, all in the end', (t) => {
  const sent: Slots[] = []
  const state = {
    view: {
      nextSlot: (from: number) => (from < 1_000 ? from : null),
      exportSlot: (slot: number) => new Uint8Array(1_000).fill(slot & 255),
    },
    ...{ applied: 1, delivered: 1, appliedVector: new Vector(), lost: new Vector() },
    ...{ sure: new Vector(), floor: { known: null }, gate: null, options: parseOptions({}) },
    overlays: { reach: () => ({ vector: new Vector(), to: 16_384 }) },
    out: { sendBehind: (_index: number, _to: number, message: Slots) => sent.push(message) },
  } as unknown as EventualState
  for (let slot = 0; slot < 1_000; slot = (sent.at(-1)?.slot ?? 0) + exportedOf(sent.at(-1))) {
    sendSlots(state, { wantsSlot: slot, member: 2 } as Peer)
  }

  t.is(sent.length, Math.ceil(1_000 / 66))
  t.true(sent.every((message) => exportedOf(message) <= 66))
  t.is(
    sent.reduce((sum, message) => sum + exportedOf(message), 0),
    1_000,
  )
})

function exportedOf(message: Slots | undefined): number {
  return message?.exported.length ?? 0
}
