// A snapshot from one member of a test world to another: all that the sender executed, at once.

import type { Hash64, MemberId, Strategy } from 'quorate/plugin'
import type { Node } from './node.js'
import type { World } from './world.js'

/** True where the other member took it. */
export function sendSnapshot(world: World, from: Node, to: Node): boolean {
  const strategy = from.strategy as Strategy
  const { appliedAt: at, members } = from
  const chain = strategy.chainAt(at.index) as Hash64
  const target = to.strategy
  const isPossible = target !== null && !to.isPaused && !world.isCut(from.id, to.id)
  if (!isPossible) return false
  if (!target.acceptsSnapshot(from.id as MemberId, strategy.status().term, at)) return false
  to.applied = [...from.applied]
  to.appliedAt = at
  to.members = members
  to.checkpoint = { at, chain, applied: [...from.applied], members }
  to.readies.allow(at.index)
  to.snapshots++
  target.snapshotInstalled(at, chain, members ?? world.initial)
  return true
}
