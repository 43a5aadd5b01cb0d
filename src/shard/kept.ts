// What scripts did at the leader, left in place until the entries that say so are applied: they come next
// in the log, so the state is the one that executing them would make. Whatever else comes first, a read
// too, finds it undone. Filled by `scripts`, emptied by the executor, which alone decides what is next.

import type { Engine, EngineScripting } from '../api/engine.js'
import type { Payload } from '../api/entry.js'
import type { Reply } from '../api/reply.js'
import { assert } from '../base/assert.js'
import { hasBug } from '../base/seeded-bug.js'
import { CommandPayload, type Commands } from './batch.js'
import type { Running } from './executor-host.js'
import { type Outcome, type Said, tellOutcome } from './script-effects.js'
import type { Waiters } from './waiters.js'
import type { Windows } from './windows.js'

/** What it takes to take an entry. */
export interface Taking {
  readonly engine: Engine
  readonly windows: Windows
  readonly said: (running: Running, db: number, args: readonly string[]) => void
}

/** An entry whose effects are in place. */
export interface KeptEntry {
  /** Those that were proposed. */
  readonly commands: Commands
  readonly replies: readonly Reply[]
  /** What each script came to; null for other commands. */
  readonly outcomes: readonly (Outcome | null)[]
  /** The journal's place behind it. */
  readonly mark: number
  /** The engine's clock behind it. */
  readonly clock: number
}

export class Kept {
  /** In the order of the log. */
  #entries: KeptEntry[] = []

  get isEmpty(): boolean {
    return this.#entries.length === 0
  }

  add(entries: readonly KeptEntry[]): void {
    assert(this.isEmpty, 'scripts run on applied state')
    this.#entries = [...entries]
  }

  /** The first entry as an executed one, where this payload is it and the windows let it in; what its scripts did is told. */
  take(payload: Payload | undefined, { engine, windows, said }: Taking): Running | null {
    const first = this.#entries[0]
    if (first === undefined || !(payload instanceof CommandPayload)) return null
    const { head, commands } = payload
    if (commands !== first.commands || windows.admit(head) !== 'execute') return null
    this.#entries.shift()
    if (head.sequence === 1) windows.waiters.dropBefore(head.origin, head.incarnation)
    const scripting = engine.scripting as EngineScripting
    const running: Running = { head, commands, replies: [] }
    const tell: Said = (db, args) => said(running, db, args)
    for (let i = 0; i < first.replies.length; i++) {
      const outcome = first.outcomes[i] ?? null
      if (outcome !== null) tellOutcome(outcome, scripting.hiddenFrom, tell)
      running.replies.push(first.replies[i] as Reply)
    }
    if (this.isEmpty) scripting.allHappened()
    else scripting.happened(first.mark, first.clock)
    return running
  }

  /** All in front that are what comes next. */
  takeAll(
    next: () => Payload | undefined,
    taking: Taking,
    close: (running: Running) => void,
  ): void {
    for (let done = this.take(next(), taking); done !== null; done = this.take(next(), taking)) {
      close(done)
    }
  }

  /** None of it has happened. */
  undo(engine: Engine, waiters: Waiters): void {
    this.#entries = []
    if (hasBug('shard-script-stays-unproposed')) engine.scripting?.allHappened()
    else engine.scripting?.undo()
    waiters.attach(engine)
  }

  /** The engine is another one. */
  drop(): void {
    this.#entries = []
  }
}
