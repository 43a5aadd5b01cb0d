// Whole members in this process as a side: parser, router, groups, log and engine of three members, and
// a client of one of them. Their state is compared by digest.

import type { ScriptRunner } from '../../src/api/scripts.js'
import { LuaRunner } from '../../src/host/scripts/runner.js'
import { type Client, CoreWorld } from '../core/core-world.js'
import { encodeLine, replyEnd } from './reply-text.js'
import type { Side } from './side.js'

const stepsMax = 100_000

export class CoreSide implements Side {
  readonly name = 'core'
  readonly isSession = true
  readonly world: CoreWorld
  readonly #client: Client
  readonly #names: ReadonlySet<string>

  /** Keys end by the clock on the wall, as redis-server's do. */
  constructor(members = 3, runsScripts = false) {
    const scripts = (): ScriptRunner => new LuaRunner({ wake: () => {}, secret: 'test' })
    this.world = new CoreWorld({
      members,
      wall: () => Date.now(),
      ...(runsScripts ? { scripts } : {}),
    })
    if (!this.world.settled()) throw new Error('the members do not settle')
    // Not the leader, so that every command takes the longest way.
    const asked =
      this.world.members.find(({ id }) => id !== this.world.leader()) ?? this.world.members[0]
    this.#client = this.world.client(asked?.id ?? 1)
    this.#client.isRaw = true
    this.#names = new Set(
      this.#take([['command', 'list']])
        .join('')
        .split('\r\n')
        .filter((line) => /^[a-z]/.test(line)),
    )
  }

  knows(name: string): boolean {
    return this.#names.has(name) || this.#names.has(name.split('|')[0] ?? '')
  }

  send(lines: readonly (readonly string[])[]): Promise<string[]> {
    return Promise.resolve(this.#take(lines))
  }

  replicas(): string | null {
    return this.world.converged() ? null : 'the digests of the members differ'
  }

  close(): void {}

  #take(lines: readonly (readonly string[])[]): string[] {
    const client = this.#client
    const bytes = Buffer.from(lines.map(encodeLine).join(''), 'latin1')
    client.member.inbox.push({ kind: 'bytes', connection: client.connection, bytes })
    const replies: string[] = []
    for (let steps = 0; replies.length < lines.length && steps < stepsMax; steps++) {
      if (client.text === '') {
        this.world.step()
        continue
      }
      let at = 0
      for (let end = replyEnd(client.text, 0); end > 0; end = replyEnd(client.text, at)) {
        replies.push(client.text.slice(at, end))
        at = end
        if (at >= client.text.length) break
      }
      client.text = client.text.slice(at)
      if (at === 0) this.world.step()
    }
    if (replies.length < lines.length)
      throw new Error(`no reply to ${JSON.stringify(lines[replies.length])}`)
    return replies
  }
}
