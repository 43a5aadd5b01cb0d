// The commands of a scenario over a strategy of causal order, each a line of words. A member is a number.

import type { RecoveryCause } from 'quorate/plugin'
import type { Node } from '../conformance/causal/node.js'
import type { CausalWorld } from '../conformance/causal/world.js'
import type { Command } from './stage.js'

function nodeOf(world: CausalWorld, word: string | undefined): Node {
  const node = world.nodes[Number(word) - 1]
  if (node === undefined) throw new Error(`no member '${word}'`)
  return node
}

/** Time passes in ticks of 25 ms, and everything that is on its way arrives. */
const tickMs = 25

export const causalCommands: Readonly<Record<string, Command<CausalWorld>>> = {
  /** run MS */
  run: (world, [ms]) => {
    const rounds = Math.ceil(Number(ms) / tickMs)
    if (!Number.isSafeInteger(rounds)) throw new Error(`no milliseconds: ${ms}`)
    world.run(rounds)
  },
  /** write MEMBER */
  write: (world, [member]) => (world.write(nodeOf(world, member)) === null ? ['refused'] : []),
  /** checkpoint MEMBER */
  checkpoint: (world, [member]) => world.checkpoint(nodeOf(world, member)),
  /** crash MEMBER [power] */
  crash: (world, [member, power]) => world.crash(nodeOf(world, member), power === 'power'),
  /** wipe MEMBER: its disk is lost */
  wipe: (world, [member]) => world.wipe(nodeOf(world, member)),
  /** start MEMBER [CAUSE] */
  start: (world, [member, cause]) =>
    world.start(nodeOf(world, member), (cause ?? null) as RecoveryCause | null),
  /** cut MEMBER MEMBER: both ways */
  cut: (world, [a, b]) => world.partition(nodeOf(world, a), nodeOf(world, b)),
  /** heal MEMBER MEMBER */
  heal: (world, [a, b]) => world.heal(nodeOf(world, a), nodeOf(world, b)),
  /** skew MEMBER MS: how far its wall clock is off */
  skew: (world, [member, ms]) => {
    nodeOf(world, member).skew = Number(ms)
  },
  /** show: what every member says of itself, and how much it holds */
  show: (world) =>
    world.nodes.map(({ id, merged, strategy }) => {
      const status = strategy?.status()
      return status === undefined ? `${id} down` : `${id} ${status.role} merged=${merged.size}`
    }),
}
