// CLUSTER KEYSLOT, COUNTKEYSINSLOT and GETKEYSINSLOT: what a slot is and holds, as far as this member has it.

import { error, notInteger } from '../../../api/replies.js'
import { keySlot, slotCount } from '../../../base/keyslot.js'
import { parseInteger } from '../../numbers.js'
import type { Run } from '../../state.js'

const badSlot = error('ERR Invalid slot')
const badCount = error('ERR Invalid slot or number of keys')

export const keySlotOf: Run = (_session, args) => keySlot(args[2] as string)

export const countKeysInSlot: Run = (session, args, state) => {
  const slot = parseInteger(args[2] as string)
  if (slot === null) return notInteger
  if (!isSlot(slot)) return badSlot
  let count = 0
  for (const { engine } of state.shards.groupsOf(slot)) {
    count += engine?.slotKeyCount(session.db, slot) ?? 0
  }
  return count
}

export const getKeysInSlot: Run = (session, args, state) => {
  const slot = parseInteger(args[2] as string)
  const count = slot === null ? null : parseInteger(args[3] as string)
  if (slot === null || count === null) return notInteger
  if (!isSlot(slot) || count < 0) return badCount
  const keys: string[] = []
  for (const { engine } of state.shards.groupsOf(slot)) {
    for (const key of engine?.slotKeys(session.db, slot, count - keys.length) ?? []) keys.push(key)
  }
  return keys
}

function isSlot(slot: number): boolean {
  return slot >= 0 && slot < slotCount
}
