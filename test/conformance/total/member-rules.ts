// Rules of membership in a test world: how one list of members may follow another, that what is committed is
// on the disks of a majority of those that decide (RF6), and that a change is told of once (RF12).

import {
  decides,
  type Delivery,
  type LogEntry,
  type MemberChange,
  type MemberId,
  type Members,
  membersOf,
  type Refusal,
  sameIds,
  type Token,
} from 'quorate/plugin'
import type { Node } from './node.js'
import type { World } from './world.js'

interface MembersAt {
  readonly index: number
  readonly members: Members
}

/** Tokens of changes begin behind those of proposals. */
const firstToken = 1_000_000_000

export class MemberRules {
  /** Tokens of changes that were taken, until they are told of. */
  readonly open = new Set<Token>()
  readonly done = new Set<Token>()
  readonly #world: World
  /** Lists by index and term of their entries. */
  readonly #lists = new Map<string, Members>()
  /** The newest list that anybody executed, and its index. */
  #current: MembersAt
  #committed = 0
  #asked = 0
  /** Of the last change that was asked for. */
  refusal: Refusal | null = null

  constructor(world: World) {
    this.#world = world
    this.#current = { index: 0, members: world.initial }
  }

  /** The newest list that anybody executed. */
  get current(): Members {
    return this.#current.members
  }

  /** Asks a member for a change; null where it is refused. */
  ask(id: number, change: Partial<Record<keyof MemberChange, readonly number[]>>): Token | null {
    const token = (firstToken + ++this.#asked) as Token
    const asked = { add: [], remove: [], promote: [], ...change } as MemberChange
    this.refusal = this.#world.strategy(id).reconfigure(token, asked)
    if (this.refusal !== null) return null
    this.open.add(token)
    return token
  }

  /** Entries leave for the disk of a member. */
  written(node: Node, entries: readonly LogEntry[]): void {
    for (const { index, term, payload } of entries) {
      const members = membersOf(payload)
      if (members === null || this.#lists.has(`${term}:${index}`)) continue
      this.#lists.set(`${term}:${index}`, members)
      const status = node.strategy?.status()
      if (status?.role !== 'leader' || status.term !== term) continue
      // The first entry of an era may name those that its founder knew without a log.
      const isFirst = node.entryAt(index - 1)?.term !== term && entries[0]?.index === index
      if (status.era === term && isFirst) continue
      const before = this.#before(node, entries, index)
      if (!mayFollow(before.members, members))
        throw new Error(`RF12: ${show(members)} follows ${show(before.members)} at ${index}`)
      if (before.index > status.commit.index || status.commit.term !== term)
        throw new Error(
          `RF12: members change at ${index}, committed are ${status.commit.term}/${status.commit.index}, others of ${before.index}`,
        )
    }
  }

  executed(node: Node, { at, token, payload }: Delivery): boolean {
    const members = membersOf(payload)
    if (members !== null) {
      node.members = members
      if (at.index > this.#current.index) this.#current = { index: at.index, members }
      if (token !== null) {
        if (!this.open.delete(token)) throw new Error(`a change is told of twice at ${at.index}`)
        this.done.add(token)
      }
    }
    if (at.index > this.#committed) {
      this.#committed = at.index
      this.#checkHolders(node, at)
    }
    return members !== null
  }

  dropped(token: Token): boolean {
    return this.open.delete(token)
  }

  /** RF6: by the list of who executes it first, or of who leads. */
  #checkHolders(node: Node, at: Delivery['at']): void {
    const { options, nodes } = this.#world
    if (options.durability !== 'always' || options.wipes) return
    const holds = (id: MemberId): boolean => {
      const other = this.#world.node(id)
      if (other.checkpoint.at.index >= at.index || other.disk.at.index >= at.index) return true
      return other.disk.entries.some(({ index, term }) => index === at.index && term === at.term)
    }
    const lists = [node, ...nodes.filter((each) => each.strategy?.status().role === 'leader')]
      .map((each) => each.strategy?.status().members)
      .filter((members) => members !== undefined)
    if (lists.some((members) => decides(members, holds))) return
    throw new Error(
      `RF6: ${at.index} is committed without a quorum of ${lists.map(show).join(' ')}`,
    )
  }

  /** The list in force before `index`, which is among `entries` that follow the log of the member. */
  #before(node: Node, entries: readonly LogEntry[], index: number): MembersAt {
    const first = node.checkpoint.at.index
    for (let at = index - 1; at > first; at--) {
      const entry = entries.find((one) => one.index === at) ?? node.entryAt(at)
      const members = entry === null ? null : membersOf(entry.payload)
      if (members !== null) return { index: at, members }
    }
    return { index: 0, members: node.checkpoint.members ?? this.#world.initial }
  }
}

/** Equal voters, or into a list of both sets, or out of it. */
export function mayFollow(before: Members, after: Members): boolean {
  if (before.outgoing !== undefined)
    return after.outgoing === undefined && sameIds(before.voters, after.voters)
  return sameIds(before.voters, after.outgoing ?? after.voters)
}

export function show({ voters, learners, outgoing }: Members): string {
  return `${voters}${outgoing === undefined ? '' : ` and ${outgoing}`} (${learners})`
}
