// Asking a member of a simulated core, as a test does.

import type { Client, CoreWorld } from './core-world.js'

/** The replies to these commands, once they are there. */
export function ask(w: CoreWorld, client: Client, ...lines: readonly string[]): readonly string[] {
  const from = client.replies.length
  client.send(...lines)
  w.until(() => client.replies.length >= client.sent, 4_000)
  return client.replies.slice(from)
}

/** The session token that a connection is given. */
export function tokenOf(w: CoreWorld, client: Client): string {
  return (ask(w, client, 'QUORATE SESSION GET')[0] as string).slice(1)
}
