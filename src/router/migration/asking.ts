// Calls to groups in a name of their own: a MIGRATE goes on to its end though its client has left.

import type { Caller, Group, Lane } from '../../api/group.js'
import { assert } from '../../base/assert.js'
import type { Reply } from '../../api/reply.js'
import {
  encodeTransaction,
  execName,
  type TransactionCalls,
  watchName,
} from '../../api/transaction.js'
import type { CommandEntry } from '../command-entry.js'
import type { RouterState, Run } from '../state.js'

type Take = (reply: Reply) => void

/** Where the keys are. */
export interface Place {
  readonly db: number
  /** Index of the group. */
  readonly group: number
}

export class Asking implements Caller {
  readonly #state: RouterState
  readonly #lanes = new Map<number, Lane>()
  readonly #takes = new Map<number, Take>()
  #next = 1

  constructor(state: RouterState) {
    this.#state = state
  }

  /** The versions of the keys' slots. */
  versions(place: Place, keys: readonly string[], take: Take): void {
    this.#submit(place, { name: watchName, args: [watchName, ...keys], write: false }, take)
  }

  /** Several reads at one point in time. */
  read(place: Place, calls: readonly (readonly string[])[], take: Take): void {
    const made = { watched: [], calls: calls.map((args) => ({ db: place.db, args })) }
    this.#submit(place, { name: execName, args: encodeTransaction(made), write: false }, take)
  }

  /** Null where a watched key changed. */
  write(place: Place, calls: TransactionCalls, take: Take): void {
    this.#submit(place, { name: execName, args: encodeTransaction(calls), write: true }, take)
  }

  answer(ticket: number, reply: Reply): void {
    const take = this.#takes.get(ticket)
    assert(take !== undefined, 'a call is answered once')
    this.#takes.delete(ticket)
    take(reply)
  }

  /** Asks nothing more. */
  end(): void {
    for (const [index, lane] of this.#lanes) this.#state.groups[index]?.leave(lane)
    this.#lanes.clear()
  }

  #submit(
    { db, group: index }: Place,
    call: { readonly name: string; readonly args: readonly string[]; readonly write: boolean },
    take: Take,
  ): void {
    const { groups, table } = this.#state
    const group = groups[index] as Group
    const lane = this.#lanes.get(index) ?? group.lane(this)
    this.#lanes.set(index, lane)
    const ticket = this.#next++
    this.#takes.set(ticket, take)
    const { spec } = table.find(call.name) as CommandEntry<Run>
    group.submit(lane, { spec, write: call.write, db, args: call.args, ticket })
  }
}
