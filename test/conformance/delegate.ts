// A strategy that hands every call on to another, save those that are given anew.

import type { Strategy, StrategyInit, StrategyPlugin } from 'quorate/plugin'

const names = Object.keys({
  tick: 0,
  step: 0,
  propose: 0,
  prepared: 0,
  changed: 0,
  transfer: 0,
  checkpointed: 0,
  readIndex: 0,
  reconfigure: 0,
  follow: 0,
  persisted: 0,
  applied: 0,
  seen: 0,
  covers: 0,
  hurry: 0,
  spread: 0,
  fetched: 0,
  peerDown: 0,
  peerUp: 0,
  snapshotInstalled: 0,
  snapshotInstalling: 0,
  snapshotSent: 0,
  acceptsSnapshot: 0,
  diskShort: 0,
  acceptLoss: 0,
  ready: 0,
  status: 0,
  chainAt: 0,
  mark: 0,
  wakeAt: 0,
  rest: 0,
} satisfies Record<keyof Strategy, 0>) as readonly (keyof Strategy)[]

export function delegate(to: Strategy, own: Partial<Strategy>): Strategy {
  const made: Partial<Record<keyof Strategy, unknown>> = {}
  for (const name of names) {
    const from = own[name] === undefined ? to : own
    const method = from[name] as ((...given: unknown[]) => unknown) | undefined
    if (method !== undefined) made[name] = method.bind(from)
  }
  return made as Strategy
}

/** The same plugin with other strategies. */
export function changed(
  plugin: StrategyPlugin,
  change: (strategy: Strategy, init: StrategyInit) => Partial<Strategy>,
): StrategyPlugin {
  const create = (init: StrategyInit): Strategy => {
    const strategy = plugin.create(init)
    return delegate(strategy, change(strategy, init))
  }
  return { ...plugin, create }
}
