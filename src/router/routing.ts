// How a connection is routed: as its listener says, or as it asked itself (CLIENT ROUTING).

import type { Routing } from '../api/config.js'
import type { Session } from './session.js'
import type { RouterState } from './state.js'

/** Of the listener with a name. */
export function routingOf({ config }: RouterState, listener: string): Routing {
  return config.listeners.find(({ name }) => name === listener)?.routing ?? 'proxy'
}

export function setRouting(session: Session, routing: Routing): void {
  session.cluster = routing === 'cluster' ? { isReadOnly: false } : null
}
