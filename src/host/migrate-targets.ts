// The servers that MIGRATE sends to: connects, logs in, sends, and keeps a connection for a while, for the
// same address and login only. Who chose the address is the router's business.

import type { Input, Sending, Sent } from '../api/io.js'
import { limits } from '../api/limits.js'
import { dial, type Fault, Line } from './migrate-line.js'
import type { HostLog } from './logger.js'

interface Kept {
  readonly name: string
  readonly line: Line
  readonly timer: NodeJS.Timeout
}

type Migrated = Extract<Input, { readonly kind: 'migrated' }>

export class Targets {
  readonly #log: HostLog
  /** Not in use, oldest first. */
  readonly #kept: Kept[] = []
  readonly #open = new Set<Line>()
  #isClosed = false

  constructor(log: HostLog) {
    this.#log = log
  }

  /** Connections that are kept. */
  get count(): number {
    return this.#kept.length
  }

  /** Never rejects. */
  async run(id: number, sending: Sending): Promise<Migrated> {
    const sent = await this.#send(sending)
    if (sent.fault !== null) {
      const { host, port } = sending
      this.#log.log('warn', 'migrate.failed', { host, port, stage: sent.fault })
    }
    return { kind: 'migrated', id, sent }
  }

  closeAll(): void {
    this.#isClosed = true
    for (const line of [...this.#open]) line.close()
  }

  async #send(sending: Sending): Promise<Sent> {
    const { head, body, idleMs } = sending
    const kept = this.#takeKept(nameOf(sending))
    let line = kept ?? (await this.#dial(sending))
    if (!(line instanceof Line)) return { fault: line, head: [], body: [] }
    let said = await line.ask(head, idleMs)
    if (kept !== null && said.fault !== null && said.replies.length === 0) {
      // It had closed the connection meanwhile. Nothing of value was sent yet.
      line = await this.#dial(sending)
      if (!(line instanceof Line)) return { fault: line, head: [], body: [] }
      said = await line.ask(head, idleMs)
    }
    if (said.fault !== null || said.replies.some((reply) => reply !== null)) {
      line.close()
      return { fault: said.fault, head: said.replies, body: [] }
    }
    const heard = await line.ask(body, idleMs)
    if (heard.fault === null) this.#keep(nameOf(sending), line)
    return { fault: heard.fault, head: said.replies, body: heard.replies }
  }

  async #dial({ host, port, idleMs }: Sending): Promise<Line | Fault> {
    const line = await dial(host, port, idleMs)
    if (!(line instanceof Line)) return line
    this.#open.add(line)
    line.gone = () => this.#forget(line)
    if (this.#isClosed) line.close()
    return line
  }

  #takeKept(name: string): Line | null {
    const at = this.#kept.findLastIndex((kept) => kept.name === name)
    if (at < 0) return null
    const [kept] = this.#kept.splice(at, 1)
    clearTimeout(kept?.timer)
    return kept?.line ?? null
  }

  #keep(name: string, line: Line): void {
    if (line.isGone) return
    const timer = setTimeout(() => line.close(), limits.migrateSocketMs)
    this.#kept.push({ name, line, timer })
    if (this.#kept.length > limits.migrateSocketsMax) this.#kept[0]?.line.close()
  }

  #forget(line: Line): void {
    this.#open.delete(line)
    const at = this.#kept.findIndex((kept) => kept.line === line)
    if (at < 0) return
    clearTimeout(this.#kept[at]?.timer)
    this.#kept.splice(at, 1)
  }
}

/** Connections are shared by those with the same name. */
function nameOf({ host, port, login }: Sending): string {
  return JSON.stringify([host, port, login])
}
