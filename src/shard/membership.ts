// The members of a group as the shard knows them: those of what it executed, which go into checkpoints and
// snapshots. The list that the protocol works by, which may be newer, is the strategy's.

import type { MemberId, Token } from '../api/ids.js'
import type { MemberChange, MemberList, Members, Refusal, Strategy } from '../api/strategy.js'
import { hasBug } from '../base/seeded-bug.js'
import { areSameMembers } from '../log/members.js'
import type { ShardInit } from './shard-init.js'
import type { ShardSink } from './sink.js'

/** `isDone`: the new members are committed. Else nothing is known: another leader may have brought it about. */
export type ChangeDone = (isDone: boolean) => void

export interface MembershipHost {
  /** Null before it was started, and once the replica halted. */
  strategy(): Strategy | null
  token(): Token
}

type MembershipInit = Pick<ShardInit, 'members' | 'list' | 'config' | 'sink' | 'keyspace'>

export class Membership {
  /** Of a member that joins its `members` are known when it starts. */
  readonly #init: Pick<ShardInit, 'members'>
  readonly #self: MemberId
  readonly #hasLog: boolean
  readonly #list: ShardInit['list']
  readonly #sink: ShardSink
  readonly #host: MembershipHost
  /** Of what was executed; undefined while no entry ever changed those that the group began with. */
  applied: Members | undefined = undefined
  readonly #asked = new Map<Token, ChangeDone>()

  constructor(init: MembershipInit, host: MembershipHost) {
    this.#hasLog = init.keyspace.durability !== 'none'
    this.#list = init.list
    this.#init = init
    this.#self = init.config.self
    this.#sink = init.sink
    this.#host = host
  }

  get members(): Members {
    return this.applied ?? this.#init.members
  }

  /** What a checkpoint keeps. */
  get kept(): Members | undefined {
    return hasBug('shard-members-not-in-checkpoint') ? undefined : this.applied
  }

  /** There is nobody but this member. */
  get isAlone(): boolean {
    const { voters, learners, outgoing }: Members = this.#list?.() ?? this.members
    const all = [...voters, ...learners, ...(outgoing ?? [])]
    return all.every((id) => id === this.#self)
  }

  /** At the leader; refused elsewhere. `done` is called in a later turn, once. */
  reconfigure(change: MemberChange, done: ChangeDone): Refusal | null {
    const strategy = this.#host.strategy()
    if (strategy === null) return { reason: 'not-leader', leader: null }
    const token = this.#host.token()
    const refusal = strategy.reconfigure(token, change)
    if (refusal === null) {
      this.#asked.set(token, done)
      this.#sink.wake()
    }
    return refusal
  }

  /** A list that the strategy is to work by, where it does not decide it. */
  follow(list: MemberList): Refusal | null {
    const strategy = this.#host.strategy()
    // It finds the latest when it starts.
    if (strategy === null) return null
    if (strategy.follow === undefined) return { reason: 'unsupported' }
    const refusal = strategy.follow(list)
    if (refusal === null) this.#sink.wake()
    return refusal
  }

  /** The strategy runs. Without a log it alone knows of changes behind the checkpoint: no entry will tell. */
  started(): void {
    const strategy = this.#host.strategy()
    if (this.#hasLog || strategy === null || strategy.follow !== undefined) return
    const { members } = strategy.status()
    if (!areSameMembers(members, this.members)) this.applied = members
  }

  /** An entry with members was executed. */
  executed(members: Members, token: Token | null): void {
    this.applied = members
    if (token !== null) this.#end(token, true)
  }

  /** True for the token of a change: it left the leader's hands. */
  dropped(token: Token): boolean {
    return this.#end(token, false)
  }

  #end(token: Token, isDone: boolean): boolean {
    const done = this.#asked.get(token)
    if (done === undefined) return false
    this.#asked.delete(token)
    done(isDone)
    return true
  }
}
