// MONITOR: connections that see every command which this member's clients run, as Redis prints it.
// Costs a question per command while nobody looks.

import { status } from '../../api/reply.js'
import type { CommandEntry } from '../command-entry.js'
import type { Session } from '../session.js'
import type { Encode } from './subscribers.js'

export class Monitors {
  readonly #encode: Encode
  readonly #sessions = new Set<Session>()

  constructor(encode: Encode) {
    this.#encode = encode
  }

  get count(): number {
    return this.#sessions.size
  }

  add(session: Session): void {
    session.isMonitor = true
    this.#sessions.add(session)
  }

  remove(session: Session): void {
    session.isMonitor = false
    this.#sessions.delete(session)
  }

  /** A session runs a command; `lua` stands for its address where a script does. */
  show(
    { db, remote }: { readonly db: number; readonly remote: string },
    entry: CommandEntry,
    command: { readonly args: readonly string[]; readonly wall: number },
  ): void {
    const { flags } = entry.spec
    // Scripts are shown before what they call, whatever their flags say.
    const isHidden = flags.includes('skip_monitor') && !entry.isScripted
    if (flags.includes('admin') || isHidden) return
    const { args, wall } = command
    const seconds = Math.floor(wall / 1000)
    const microseconds = Math.floor((wall % 1000) * 1000)
    const time = `${seconds}.${String(microseconds).padStart(6, '0')}`
    const from = remote.startsWith('/') ? `unix:${remote}` : remote
    let text = `${time} [${db} ${from}]`
    for (const arg of redacted(entry.name, args)) text += ` ${quoted(arg)}`
    const line = this.#encode(status(text), 2)
    for (const monitor of this.#sessions) monitor.push(line)
  }
}

const hidden = '(redacted)'

/** Passwords are for nobody's eyes. */
function redacted(name: string, args: readonly string[]): readonly string[] {
  if (name === 'auth') return args.map((arg, at) => (at === 0 ? arg : hidden))
  const word = name === 'hello' || name === 'migrate' ? args.findIndex(isAuth) : -1
  if (word < 0) return args
  const count = (args[word] as string).toLowerCase() === 'auth' && name === 'migrate' ? 1 : 2
  return args.map((arg, at) => (at > word && at <= word + count ? hidden : arg))
}

function isAuth(arg: string, at: number): boolean {
  const word = arg.toLowerCase()
  return at > 0 && (word === 'auth' || word === 'auth2')
}

const escapes: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  13: '\\r',
  34: '\\"',
  92: '\\\\',
}

function quoted(text: string): string {
  let made = '"'
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const short = escapes[code]
    if (short !== undefined) made += short
    else if (code >= 32 && code < 127) made += text[i]
    else made += `\\x${code.toString(16).padStart(2, '0')}`
  }
  return `${made}"`
}
