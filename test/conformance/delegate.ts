// A strategy that hands every call on to another, save those that are given anew.

import type { Strategy, StrategyInit, StrategyPlugin } from 'quorate/plugin'

export function delegate(to: Strategy, own: Partial<Strategy>): Strategy {
  const { prepared, mark, seen, covers, hurry } = to
  return {
    tick: (now) => to.tick(now),
    step: (from, message, now) => to.step(from, message, now),
    propose: (token, payload, now) => to.propose(token, payload, now),
    transfer: (target) => to.transfer(target),
    checkpointed: (position) => to.checkpointed(position),
    readIndex: (token, level) => to.readIndex(token, level),
    reconfigure: (token, change) => to.reconfigure(token, change),
    persisted: (batch) => to.persisted(batch),
    applied: (position) => to.applied(position),
    fetched: (entries) => to.fetched(entries),
    peerDown: (peer) => to.peerDown(peer),
    peerUp: (peer) => to.peerUp(peer),
    snapshotInstalled: (...given) => to.snapshotInstalled(...given),
    snapshotSent: (...given) => to.snapshotSent(...given),
    acceptsSnapshot: (...given) => to.acceptsSnapshot(...given),
    diskShort: (short) => to.diskShort(short),
    acceptLoss: () => to.acceptLoss(),
    ready: () => to.ready(),
    status: () => to.status(),
    chainAt: (index) => to.chainAt(index),
    wakeAt: () => to.wakeAt(),
    ...(prepared === undefined ? {} : { prepared: prepared.bind(to) }),
    ...(mark === undefined ? {} : { mark: mark.bind(to) }),
    ...(seen === undefined ? {} : { seen: seen.bind(to) }),
    ...(covers === undefined ? {} : { covers: covers.bind(to) }),
    ...(hurry === undefined ? {} : { hurry: hurry.bind(to) }),
    ...own,
  }
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
