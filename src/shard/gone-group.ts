// In the place of a group whose shard group is gone: it has no keys and no members, and does nothing.

import type { KeyspaceConfig } from '../api/config.js'
import { type Group, type GroupCall, type GroupReport, type Lane, makeLane } from '../api/group.js'
import type { GroupId } from '../api/ids.js'
import { noLeader } from '../api/replies.js'
import type { Reply } from '../api/reply.js'

export interface GoneGroupInit {
  readonly id: GroupId
  readonly shard: number
  readonly keyspace: KeyspaceConfig
}

export class GoneGroup implements Group {
  readonly id: GroupId
  readonly shard: number
  readonly keyspace: string
  readonly isRemote = true
  readonly isGone = true
  readonly isLoaded = true
  readonly isRestless = false
  readonly hasUnasked = false
  readonly keyTotal = 0
  readonly inFlight = 0
  readonly lane = makeLane
  readonly #init: GoneGroupInit

  constructor(init: GoneGroupInit) {
    this.id = init.id
    this.shard = init.shard
    this.keyspace = init.keyspace.name
    this.#init = init
  }

  submit({ caller }: Lane, { ticket }: GroupCall): void {
    caller.answer(ticket, noLeader)
  }

  unblock(_lane: Lane, _how: 'timeout' | 'error', done: (reply: Reply) => void): void {
    done(0)
  }

  readonly keyCount = (): number => 0
  readonly expiresCount = (): number => 0
  readonly averageTtl = (): number => 0
  readonly rest = (): null => null
  readonly wakeAt = (): number => Number.MAX_SAFE_INTEGER
  readonly isHandingOver = (): boolean => false
  readonly stopped = (): 'clean' => 'clean'
  leave(): void {}
  load(): void {}
  start(): void {}
  begin(): void {}
  flush(): void {}
  stop(): void {}
  message(): void {}
  peerUp(): void {}
  peerDown(): void {}
  diskShort(): void {}
  acceptLoss(): void {}
  handOver(): void {}
  requestCheckpoint(): void {}
  listed(): void {}

  report(): GroupReport {
    const { id, shard } = this
    const { name: keyspace, level, strategy, durability } = this.#init.keyspace
    return {
      ...{ id, keyspace, shard, level, strategy, durability },
      ...{ leader: null, role: 'remote', term: 0, era: 0, index: 0, applied: 0, lag: 0 },
      ...{ health: 'ok', why: '', loss: '', keys: 0, memoryBytes: 0, onlyHere: 0 },
      ...{ voters: [], learners: [], outgoing: [], moving: '', counters: {} },
    }
  }
}
