// The eyes of the simulator on one strategy: what a member does (`Watch`), what it says (`Speech`), and how
// its hard state reads. One of each per strategy; a strategy without them is judged by the oracle alone.

import type { MemberId, Now } from '../../src/api/ids.js'
import type { Ready, StrategyInit, StrategyStatus } from '../../src/api/strategy.js'
import type { Judge } from './judge.js'
import type { GroupOracle } from './oracle.js'
import { factsOf, RaftSpeech, RaftWatch } from './raft-watch.js'
import type { HardFacts, Mark } from './seat.js'
import { Epochs, zabFacts, ZabSpeech, ZabWatch } from './zab-watch.js'

/** Of one life of one member. */
export interface Watch {
  /** Whether `stepped` wants to know of a message. */
  concerns(message: Uint8Array): boolean
  stepped(
    from: MemberId,
    bytes: Uint8Array,
    at: { readonly now: Now; readonly before: number; readonly after: number },
  ): void
  peerDown(peer: MemberId): void
  /** Entries go to the disk. */
  written(from: number, marks: readonly Mark[]): void
  /** A proposal was taken. */
  proposed(status: () => StrategyStatus): void
  /** A hard state goes to the disk. */
  kept(state: HardFacts): void
  drained(ready: Ready): void
  /** The strategy's own words after it was drained. */
  told(status: StrategyStatus): void
}

/** Of one group. */
export interface Speech {
  /** A message leaves `from`, at the end of its turn. */
  spoken(from: MemberId, to: MemberId, bytes: Uint8Array): void
}

/** Of one group and strategy. */
export interface Eyes {
  readonly speech: Speech
  watch(init: StrategyInit): Watch
  facts(state: Uint8Array | null): HardFacts
}

interface Of {
  readonly judge: Judge
  readonly oracle: GroupOracle
}

/** Null for a strategy that has none. */
export function eyesFor(strategy: string, of: Of): Eyes | null {
  if (strategy === 'raft') {
    const speech = new RaftSpeech(of)
    return { speech, watch: (init) => new RaftWatch(init, of), facts: factsOf }
  }
  if (strategy !== 'zab') return null
  const known = { ...of, epochs: new Epochs() }
  const speech = new ZabSpeech(known)
  return { speech, watch: (init) => new ZabWatch(init.self, known), facts: zabFacts }
}
