// Whole members of a causal keyspace of several shard groups under random faults. Sessions write and read keys of
// all groups, one operation at a time, and carry their tokens from member to member; a checker judges what
// they saw.

import type { Durability, KeyspaceConfig } from '../../src/api/config.js'
import { Random } from '../../src/base/random.js'
import { CausalJudge, type CausalVerdict } from '../checker/causal.js'
import { type Client, CoreWorld, keyspace } from './core-world.js'

/** What a session waits for. */
type Open =
  | { readonly kind: 'write'; readonly id: number }
  | { readonly kind: 'read'; readonly keys: readonly string[] }
  | { readonly kind: 'token' }
  | { readonly kind: 'moved'; readonly token: string }

interface Session {
  id: number
  client: Client
  open: Open | null
}

export interface CausalOptions {
  readonly shards: number
  readonly durability?: Durability
  readonly sessions?: number
  /** Crashes and closed links, beside partitions. */
  readonly kills?: boolean
}

export class CausalMembers {
  readonly world: CoreWorld
  readonly judge = new CausalJudge()
  readonly random: Random
  moves = 0
  refused = 0
  readonly #options: CausalOptions
  readonly #sessions: Session[] = []
  #ids = 0
  #values = 0

  constructor(seed: number, options: CausalOptions) {
    this.random = new Random(seed, 0x6361)
    this.#options = options
    const space: KeyspaceConfig = {
      ...keyspace('default', [], { idleMs: 200 }),
      level: 'causal',
      strategy: 'eventual',
      durability: options.durability ?? 'always',
    }
    const skews = [0, 1, 2].map(() => this.random.below(20_000) - 10_000)
    this.world = new CoreWorld({
      keyspaces: [space],
      checkpointLogBytes: this.random.pick([20_000, 1_000_000]),
      skew: (id) => skews[id - 1] as number,
      config: () => ({ shards: options.shards }),
    })
    this.world.settled()
    const count = options.sessions ?? 6
    for (let i = 0; i < count; i++) this.#sessions.push(this.#begin((i % 3) + 1))
  }

  run(steps: number): CausalVerdict {
    for (let i = 0; i < steps; i++) {
      for (const session of this.#sessions) this.#turn(session)
      if (this.random.chance(1, 120)) this.#strike()
      this.world.step()
    }
    return this.judge.verdict()
  }

  /** Faults end; whether all members become equal. */
  heal(): boolean {
    const { world } = this
    world.cut.clear()
    for (const { id, core } of world.members) if (core === null) world.start(id)
    for (const { id } of world.members) world.isolate(id)
    for (const { id } of world.members) world.rejoin(id)
    const digests = (): string[] =>
      world.members.map(({ core }) =>
        (core?.inspect().groups ?? []).map((group) => group.digest()?.low).join(),
      )
    for (let i = 0; i < 40; i++) {
      world.until(() => false, 100)
      if (i > 5 && new Set(digests()).size === 1) return true
    }
    return false
  }

  #begin(at: number): Session {
    return { id: ++this.#ids, client: this.world.client(at), open: null }
  }

  #turn(session: Session): void {
    const { client, open } = session
    if (client.member.core === null) return this.#lost(session)
    if (open !== null) {
      const reply = client.replies.length === client.sent ? client.replies.at(-1) : undefined
      if (reply === undefined) return
      session.open = null
      this.#took(session, open, reply)
      return
    }
    const { random } = this
    const roll = random.below(100)
    if (roll < 70) return
    if (roll < 83) {
      const [key, value] = [this.#key(), `v${++this.#values}`]
      session.open = { kind: 'write', id: this.judge.write(session.id, key, value) }
      client.send(`set ${key} ${value}`)
    } else if (roll < 91) this.#read(session, [this.#key()])
    else if (roll < 98) this.#read(session, [this.#key(), this.#key(), this.#key()])
    else {
      session.open = { kind: 'token' }
      client.send('quorate session get')
    }
  }

  #read({ client }: Session, keys: readonly string[]): void {
    const session = this.#sessions.find((each) => each.client === client) as Session
    session.open = { kind: 'read', keys }
    client.send(`mget ${keys.join(' ')}`)
  }

  #took(session: Session, open: Open, reply: string): void {
    const isRefused = reply.startsWith('-')
    if (isRefused) this.refused++
    if (open.kind === 'write') {
      const unknown = reply.startsWith('-UNKNOWNRESULT') ? 'unknown' : 'refused'
      this.judge.settle(open.id, isRefused ? unknown : 'acked')
    } else if (open.kind === 'read' && !isRefused) {
      const [, ...values] = reply.split(' ')
      open.keys.forEach((key, i) => {
        const value = values[i] as string
        this.judge.read(session.id, key, value.startsWith('$') ? value.slice(1) : null)
      })
    } else if (open.kind === 'token' && !isRefused) {
      const others = this.world.members.filter(({ core }) => core !== null)
      session.client = this.world.client(this.random.pick(others).id)
      this.#arrive(session, reply.slice(1))
      this.moves++
    } else if (open.kind === 'moved' && isRefused) this.#arrive(session, open.token)
  }

  #arrive(session: Session, token: string): void {
    session.open = { kind: 'moved', token }
    session.client.send(`quorate session set ${token}`)
  }

  /** The member died: what its connection knew is gone with it. */
  #lost(session: Session): void {
    const { open } = session
    if (open?.kind === 'write') this.judge.settle(open.id, 'unknown')
    const others = this.world.members.filter(({ core }) => core !== null)
    if (others.length > 0) Object.assign(session, this.#begin(this.random.pick(others).id))
  }

  #key(): string {
    return `k${this.random.below(12)}`
  }

  #strike(): void {
    const { random, world } = this
    const id = random.between(1, 3)
    const other = (id % 3) + 1
    const roll = random.below(10)
    if (roll < 2) for (const pair of [`${id}-${other}`, `${other}-${id}`]) world.cut.add(pair)
    else if (roll < 4) world.cut.add(`${id}-${other}`)
    else if (roll < 7) world.cut.clear()
    else if (this.#options.kills !== true) return
    else if (roll < 8) {
      world.isolate(id)
      if (world.member(id).core !== null) world.rejoin(id)
    } else if (world.member(id).core === null) world.start(id)
    else if (world.members.every(({ core }) => core !== null)) world.kill(id)
  }
}
