// A snapshot from one member of a test world to another: all that the sender executed, at once.

import type { Hash64, MemberId, Strategy } from 'quorate/plugin'
import type { Node } from './node.js'
import type { World } from './world.js'

/** True where the other member took it. */
export function sendSnapshot(world: World, from: Node, to: Node): boolean {
  const install = beginSnapshot(world, from, to)
  install?.()
  return install !== null
}

/** What is left to do once the other member, which accepted it, has it on its disk; null where it did not. */
export function beginSnapshot(world: World, from: Node, to: Node): (() => void) | null {
  const strategy = from.strategy as Strategy
  const { appliedAt: at, members } = from
  const chain = strategy.chainAt(at.index) as Hash64
  const target = to.strategy
  const isPossible =
    target !== null && !to.isPaused && !to.isInstalling && !world.isCut(from.id, to.id)
  if (!isPossible) return null
  if (!target.acceptsSnapshot(from.id as MemberId, strategy.status().term, at)) return null
  target.snapshotInstalling?.()
  const applied = [...from.applied]
  to.isInstalling = true
  return () => {
    to.isInstalling = false
    to.applied = applied
    to.appliedAt = at
    to.members = members
    to.checkpoint = { at, chain, applied: [...applied], members }
    to.readies.allow(at.index)
    to.snapshots++
    target.snapshotInstalled(at, chain, members ?? world.initial)
  }
}
