// One MIGRATE: the keys that are there, group by group and in portions of a bounded size, one after the
// other. What it answers is Redis': the first key's error, in the order of the keys.

import type { Sending, Sent } from '../../api/io.js'
import { limits } from '../../api/limits.js'
import { error } from '../../api/replies.js'
import { type ErrorReply, isError, ok, type Reply, status } from '../../api/reply.js'
import type { RouterState } from '../state.js'
import { Asking } from './asking.js'
import type { Holds } from './holds.js'
import { type Item, Portion } from './portion.js'
import type { MigrateRequest } from './request.js'

const noKey = status('NOKEY')
const notRead = error('ERR keys could not be read')

export interface MigrationInit {
  readonly state: RouterState
  readonly db: number
  readonly request: MigrateRequest
  readonly holds: Holds
  readonly send: (sending: Sending, take: (sent: Sent) => void) => void
  readonly done: (reply: Reply) => void
}

export class Migration {
  readonly #init: MigrationInit
  readonly #asking: Asking
  /** By group index, those that are not done. */
  readonly #groups: [group: number, items: Item[]][]
  #isAnySent = false
  #failure: { readonly at: number; readonly error: ErrorReply } | null = null

  constructor(init: MigrationInit) {
    this.#init = init
    this.#asking = new Asking(init.state)
    this.#groups = [...itemsByGroup(init)]
  }

  begin(): void {
    const next = this.#groups.shift()
    if (next === undefined) this.#end()
    else this.#survey(next[0], { items: next[1], from: 0 })
  }

  /** Asks which keys are there, and how large they are. */
  #survey(
    group: number,
    { items, from }: { readonly items: readonly Item[]; readonly from: number },
  ): void {
    const some = items.slice(from, from + limits.migrateKeysMax)
    if (some.length === 0) return this.begin()
    const place = { db: this.#init.db, group }
    const calls = some.map(({ key }) => ['memory', 'usage', key])
    return this.#asking.read(place, calls, (reply) => {
      if (!Array.isArray(reply)) {
        this.#failed(some[0]?.at ?? 0, isError(reply) ? reply : notRead)
        this.#end()
        return
      }
      const found = some.filter((_, i) => typeof reply[i] === 'number')
      const sizes = reply.filter((size) => typeof size === 'number')
      const after = (): void => this.#survey(group, { items, from: from + some.length })
      this.#move(group, { portions: portionsOf(found, sizes), after })
    })
  }

  #move(
    group: number,
    {
      portions,
      after,
    }: { readonly portions: readonly (readonly Item[])[]; readonly after: () => void },
  ): void {
    const [items, ...more] = portions
    if (items === undefined) return after()
    const { state, db, request, holds } = this.#init
    const portion = new Portion({
      state,
      asking: this.#asking,
      holds,
      place: { db, group },
      request,
      items,
      send: (body, take) => this.#send(body, take),
      failed: (at, reply) => this.#failed(at, reply),
      done: (goesOn) => {
        if (goesOn) this.#move(group, { portions: more, after })
        else this.#end()
      },
    })
    return portion.begin()
  }

  #send(body: readonly (readonly string[])[], take: (sent: Sent) => void): void {
    this.#isAnySent = true
    const { host, port, login, db, timeoutMs } = this.#init.request
    const select = ['SELECT', db]
    const head = login.length === 0 ? [select] : [['AUTH', ...login], select]
    const idleMs = Math.min(timeoutMs, limits.migrateMsMax)
    this.#init.send({ host, port, login, head, body, idleMs }, take)
  }

  /** An unknown outcome stands above all, then the first key in order. */
  #failed(at: number, reply: ErrorReply): void {
    const known = this.#failure
    const isFirst = known === null || (known.error.definite && (at < known.at || !reply.definite))
    if (isFirst) this.#failure = { at, error: reply }
  }

  #end(): void {
    this.#asking.end()
    this.#init.done(this.#failure?.error ?? (this.#isAnySent ? ok : noKey))
  }
}

function itemsByGroup({ state, db, request }: MigrationInit): Map<number, Item[]> {
  const times = new Map<string, number>()
  for (const key of request.keys) times.set(key, (times.get(key) ?? 0) + 1)
  const groups = new Map<number, Item[]>()
  request.keys.forEach((key, at) => {
    const count = times.get(key)
    if (count === undefined) return
    times.delete(key)
    const group = state.route.groupOf(db, key)
    const items = groups.get(group) ?? []
    groups.set(group, items)
    items.push({ key, at, times: count, version: 0, sentVersion: null, endsAt: 0 })
  })
  return groups
}

/** As many items as fit the bound of bytes; a larger one stands alone. */
function portionsOf(
  items: readonly Item[],
  sizes: readonly number[],
): readonly (readonly Item[])[] {
  const portions: Item[][] = []
  let bytes = 0
  items.forEach((item, i) => {
    const size = sizes[i] ?? 0
    const last = portions.at(-1)
    if (last === undefined || bytes + size > limits.migrateBytesMax) {
      portions.push([item])
      bytes = size
    } else {
      last.push(item)
      bytes += size
    }
  })
  return portions
}
