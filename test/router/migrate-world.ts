// A router with fake groups that hold values and versions, and a fake host that answers what the test says:
// the world of MIGRATE. Commands that change keys meanwhile come between any two steps.

import type { GroupCall } from '../../src/api/group.js'
import type { Sending, Sent } from '../../src/api/io.js'
import { nullArray, type Reply } from '../../src/api/reply.js'
import { decodeTransaction, watchName } from '../../src/api/transaction.js'
import { type Client, keyspace, World } from './world.js'

const sentWhole = { fault: null, head: [null] } as const

/** A router whose groups hold values; the host is the test. */
export class MigrateWorld {
  readonly values = new Map<string, string>()
  readonly ttls = new Map<string, number>()
  readonly versions = new Map<string, number>()
  /** Called before each step of the group, with its kind. */
  before: (step: 'watch' | 'read' | 'delete') => Reply | undefined = () => undefined
  /** Called with a key that MIGRATE deletes, and its last value. */
  deleted: (key: string, value: string) => void = () => {}
  readonly world: World
  readonly client: Client
  #answered = 0

  constructor(spaces: readonly string[] = []) {
    this.world = new World({
      answer: (call) => this.#answer(call),
      config: {
        keyspaces: [
          ...spaces.map((name) => keyspace(name, { prefixes: [`${name}:`] })),
          keyspace('default'),
        ],
      },
    })
    this.client = this.world.connect()
  }

  set(key: string, value: string): void {
    this.values.set(key, value)
    this.#change(key)
  }

  remove(key: string): void {
    this.values.delete(key)
    this.#change(key)
  }

  /** Sends MIGRATE with these arguments behind the host and the port. */
  migrate(...args: readonly string[]): void {
    this.client.command('MIGRATE', 'h', '1', ...args)
    this.world.turn()
  }

  /** What the host was asked and did not answer. */
  get asked(): readonly { readonly id: number; readonly sending: Sending }[] {
    return this.world.outputs
      .filter((output) => output.kind === 'migrate')
      .filter(({ id }) => id > this.#answered)
  }

  /** Answers the oldest question; each reply is null or the text of an error. */
  answer(sent: Partial<Sent> & Pick<Sent, 'body'>): void {
    const [asked] = this.asked
    if (asked === undefined) throw new Error('the host was not asked')
    this.#answered = asked.id
    this.world.router.migrated(asked.id, { ...sentWhole, ...sent }, this.world.now)
    this.world.turn()
  }

  /** Each command of the body that waits, as one line. */
  get body(): readonly string[] {
    return this.asked[0]?.sending.body.map((args) => args.join(' ')) ?? []
  }

  #change(key: string): void {
    this.versions.set(key, (this.versions.get(key) ?? 0) + 1)
  }

  #answer({ args, write }: GroupCall): Reply {
    if (args[0] === watchName) {
      return this.before('watch') ?? args.slice(1).map((key) => this.versions.get(key) ?? 0)
    }
    const { watched, calls } = decodeTransaction(args) ?? { watched: [], calls: [] }
    const refused = this.before(write ? 'delete' : 'read')
    if (refused !== undefined) return refused
    const isChanged = watched.some(({ key, version }) => (this.versions.get(key) ?? 0) !== version)
    return isChanged ? nullArray : calls.map((call) => this.#run(call.args))
  }

  #run(args: readonly string[]): Reply {
    const key = args.at(-1) as string
    const value = this.values.get(key)
    switch (args[0]) {
      case 'memory':
        return value === undefined ? null : value.length
      case 'dump':
        return value === undefined ? null : `<${value}>`
      case 'pttl':
        return value === undefined ? -2 : (this.ttls.get(key) ?? -1)
      case 'del':
        if (value !== undefined) this.deleted(key, value)
        this.remove(key)
        return value === undefined ? 0 : 1
      default:
        throw new Error(`no such call: ${args.join(' ')}`)
    }
  }
}
