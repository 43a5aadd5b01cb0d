// A plugin whose strategies note all that they hand out, as text that two runs can be compared by.

import { bytesToText, type Outgoing, type Ready, type StrategyPlugin } from 'quorate/plugin'
import { changed } from './delegate.js'

export function recorded(plugin: StrategyPlugin, lines: string[]): StrategyPlugin {
  return changed(plugin, (strategy, { self }) => ({
    ready() {
      const ready = strategy.ready()
      if (ready !== null) lines.push(`${self} ${line(ready)}, next at ${strategy.wakeAt()}`)
      return ready
    },
  }))
}

function line(ready: Ready): string {
  const { write, delivered, grants, dropped, snapshotTo, fetch } = ready
  const { state = null, entries = [], ...rest } = write ?? {}
  return JSON.stringify([
    ready.batch,
    ready.mustSync,
    sent(ready.sendNow),
    sent(ready.sendAfterWrite),
    state === null ? null : bytesToText(state),
    entries.map(({ term, index, payload }) => [term, index, bytesToText(payload.bytes())]),
    rest,
    delivered.map(({ at, token }) => [at, token]),
    [ready.settled, ready.stable, grants, dropped, snapshotTo, fetch],
  ])
}

function sent(messages: readonly Outgoing[]): unknown {
  return messages.map(({ to, message }) => [to, bytesToText(message)])
}

/** Breaks where two runs differ, with the first lines that do. */
export function compareRuns(first: readonly string[], second: readonly string[]): void {
  first.forEach((own, at) => {
    const other = second[at] ?? 'nothing'
    if (own === other) return
    throw new Error(
      `equal inputs, and output ${at} differs:\n${own.slice(0, 300)}\n${other.slice(0, 300)}`,
    )
  })
  if (first.length !== second.length)
    throw new Error(`equal inputs, and ${first.length} outputs, then ${second.length}`)
}
