// Where each input of a turn belongs.

import type { Now } from '../api/ids.js'
import type { Input } from '../api/io.js'
import { never } from '../base/assert.js'
import type { Router } from '../router/router.js'
import type { Peers } from './peers.js'
import type { Stores } from './stores.js'

export interface Taker {
  router(): Router
  peers(): Peers
  stores(): Stores
  disk(short: boolean): void
  stop(now: Now): void
}

export function takeInput(input: Input, now: Now, to: Taker): void {
  switch (input.kind) {
    case 'connected':
      to.router().connected(input, now)
      return
    case 'bytes':
      to.router().bytes(input.connection, input.bytes, now)
      return
    case 'ended':
      to.router().ended(input.connection)
      return
    case 'closed':
      to.router().closed(input.connection, now)
      return
    case 'unsent':
      to.router().unsent(input.connection, input.bytes)
      return
    case 'link-opened':
      to.peers().opened(input.link, input.to)
      return
    case 'frame':
      to.peers().frame(input.link, input.bytes)
      return
    case 'link-closed':
      to.peers().closed(input.link)
      return
    case 'stored':
      to.stores().stored(input)
      return
    case 'scanned':
      to.stores().scanned(input)
      return
    case 'filed':
      to.router().filed(input.id, input)
      return
    case 'migrated':
      to.router().migrated(input.id, input.sent, now)
      return
    case 'disk':
      to.disk(input.short)
      return
    case 'stop':
      to.stop(now)
      return
    default:
      never(input, 'an input has a known kind')
  }
}
