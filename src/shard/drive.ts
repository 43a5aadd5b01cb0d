// Drives the strategy of a group once per turn: hands it what waits, carries out what it asks for,
// executes what it delivers, until nothing moves any more. Decides nothing itself.

import type { Now, Token } from '../api/ids.js'
import type { Delivery, Ready, Strategy, StrategyStatus } from '../api/strategy.js'
import { Deferral } from './deferral.js'
import type { Executor } from './executor.js'
import type { GroupReads } from './group-reads.js'
import type { Lead } from './lead.js'
import type { Membership } from './membership.js'
import type { RemoteReads } from './remote-reads.js'
import { channels, type ShardSink } from './sink.js'
import type { Storage } from './storage.js'
import type { Writes } from './writes.js'

export interface DriveInit {
  readonly strategy: Strategy
  readonly sink: ShardSink
  readonly reads: GroupReads
  readonly remoteReads: RemoteReads
  /** This member takes no entries, so it cannot serve reads at the index that they need. */
  readonly isBehind: () => boolean
  readonly writes: Writes
  readonly executor: Executor
  readonly storage: Storage
  readonly membership: Membership
  readonly token: () => Token
  /** Own entries may be answered (where order is not total). */
  readonly settled: (tokens: readonly Token[]) => void
  readonly lead: Lead
  /** The leader that there was does not lead any more. */
  readonly lostLeader: () => void
  /** Leader or term changed. */
  readonly ledAnew: () => void
}

/** Rounds of strategy and engine within one turn. */
const roundsPerTurnMax = 16

export class Drive {
  readonly #init: DriveInit
  readonly #deferral = new Deferral()
  /** As of the last look at who leads. */
  status: StrategyStatus

  constructor(init: DriveInit) {
    this.#init = init
    this.status = init.strategy.status()
  }

  /** Everything gathered goes to the strategy, what it delivers is executed and answered. */
  run(now: Now): void {
    this.#run(now)
    if (this.#deferral.endTurn()) this.#init.sink.wake()
  }

  #run(now: Now): void {
    const { strategy, executor, sink } = this.#init
    this.#watchLeader(now)
    executor.begin()
    for (let round = 0; round < roundsPerTurnMax; round++) {
      this.#ask(now)
      const before = executor.applied.index
      const progressed = this.#drain(now)
      if (!this.#defers(now)) executor.run(now)
      const after = executor.applied
      if (after.index !== before) strategy.applied(after)
      if (!progressed && after.index === before) return
      this.#watchLeader(now)
    }
    sink.wake()
  }

  /** Nobody at this member waits for what would be executed. */
  #defers(now: Now): boolean {
    if (!this.#deferral.isOn(now)) return false
    const { writes, reads, executor } = this.#init
    return (
      !writes.isLeader && writes.origin.isEmpty && reads.pending === 0 && !executor.events.isWanted
    )
  }

  /** Hands what waits to the strategy. */
  #ask(now: Now): void {
    const { strategy, reads, remoteReads, writes, token } = this.#init
    const { leader } = this.status
    if (leader !== null) {
      const isFar = this.#init.isBehind() && !writes.isLeader
      const { linearizable } = reads
      if (isFar) remoteReads.add(linearizable?.takeAll() ?? [])
      else if (remoteReads.pending > 0) linearizable?.restore(remoteReads.takeBack())
    }
    remoteReads.flush(now, leader)
    reads.flush(now, (level) => {
      const made = token()
      return strategy.readIndex(made, level) === null ? made : null
    })
    writes.flush(strategy, now)
  }

  /** Takes everything out of the strategy's outbox. */
  #drain(now: Now): boolean {
    const { strategy } = this.#init
    let any = false
    for (let ready = strategy.ready(); ready !== null; ready = strategy.ready()) {
      any = true
      this.#handle(ready, now)
    }
    return any
  }

  #handle(ready: Ready, now: Now): void {
    const { strategy, sink, reads, writes, executor, storage, membership } = this.#init
    for (const each of ready.sendNow) sink.send(each.to, channels.strategy, each.message)
    const after = (): void => {
      for (const each of ready.sendAfterWrite) sink.send(each.to, channels.strategy, each.message)
    }
    if (ready.write === null) after()
    else {
      // What was not executed yet would only become more.
      if (executor.backlog === 0 && ready.sendAfterWrite.length > 0) {
        this.#deferral.writes(bytesOf(ready.delivered), now)
      }
      storage.write(ready.write, ready.mustSync, () => {
        this.#deferral.wrote()
        strategy.persisted(ready.batch)
        after()
      })
    }
    if (ready.delivered.length > 0) executor.deliver(ready.delivered)
    if (ready.settled !== undefined && ready.settled.length > 0) this.#init.settled(ready.settled)
    if (ready.stable != null) executor.stable(ready.stable)
    for (const grant of ready.grants) reads.granted(grant.token, grant.at.index)
    for (const each of ready.dropped) {
      if (!reads.dropped(each.token) && !membership.dropped(each.token)) writes.lost()
    }
    if (ready.fetch !== null) storage.fetch(ready.fetch)
    for (const peer of ready.snapshotTo) storage.snapshotTo(peer)
    for (const event of ready.trace) sink.trace(event)
  }

  #watchLeader(now: Now): void {
    const { strategy, reads, remoteReads, writes } = this.#init
    const hadLeader = this.status.leader !== null || this.status.role === 'leader'
    this.status = strategy.status()
    this.#init.lead.see(this.status.leader, now.mono)
    if (!writes.watch(this.status)) return
    this.#init.ledAnew()
    if (hadLeader) this.#init.lostLeader()
    reads.retryAll()
    remoteReads.retryAll()
  }
}

function bytesOf(deliveries: readonly Delivery[]): number {
  let bytes = 0
  for (const { payload } of deliveries) bytes += payload.size
  return bytes
}
