// Whole clusters with Lua.

import type { ScriptRunner } from '../../src/api/scripts.js'
import { LuaRunner } from '../../src/host/scripts/runner.js'
import { type Client, CoreWorld, type CoreWorldOptions } from './core-world.js'

const looksMax = 20_000

export class ScriptWorld {
  readonly runners: LuaRunner[] = []
  readonly world: CoreWorld

  constructor(options: CoreWorldOptions = {}) {
    const scripts = (): ScriptRunner => {
      const runner = new LuaRunner({ wake: () => {}, secret: 'test' })
      this.runners.push(runner)
      return runner
    }
    this.world = new CoreWorld({ ...options, scripts })
    this.world.settled()
  }

  close(): void {
    for (const runner of this.runners) runner.close()
  }

  /** Threads need the loop of the process: steps until `holds`. */
  async until(holds: () => boolean): Promise<boolean> {
    for (let looks = 0; looks < looksMax && !holds(); looks++) {
      this.world.step()
      await new Promise((resolve) => setImmediate(resolve))
    }
    return holds()
  }

  async ask(client: Client, ...args: readonly string[]): Promise<string> {
    client.isRaw = true
    client.text = ''
    sendTo(client, args)
    await this.until(() => client.text.endsWith('\r\n'))
    return client.text
  }
}

export function sendTo(client: Client, args: readonly string[]): void {
  const text = args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')
  const bytes = Buffer.from(`*${args.length}\r\n${text}`, 'latin1')
  client.member.inbox.push({ kind: 'bytes', connection: client.connection, bytes })
}
