// What one group may ask of the core: its messages, writes and traces leave under its name, and whatever comes
// back for it gives it a part of that turn.

import type { GroupId } from '../api/ids.js'
import type { Output } from '../api/io.js'
import type { ShardSink } from '../shard/sink.js'
import type { Peers } from './peers.js'
import type { Attendant, Rota } from './rota.js'
import type { Stores } from './stores.js'

export interface GroupSinkInit {
  readonly rota: Rota<Attendant>
  /** Its place there. */
  readonly index: () => number
  readonly stores: Stores
  readonly peers: () => Peers
  readonly out: Output[]
  /** Another turn is wanted at once. */
  readonly wake: () => void
}

export function groupSink(group: GroupId, init: GroupSinkInit): ShardSink {
  const { rota, index, stores, out } = init
  const stir = (): void => {
    rota.stir(index())
  }
  return {
    stir,
    write: (write, done) =>
      stores.write(write, (error) => {
        stir()
        done(error)
      }),
    scan: (store, range, { bytesMax, done }) =>
      stores.scan(store, range, {
        bytesMax,
        done: (rows, end) => {
          stir()
          done(rows, end)
        },
      }),
    send: (to, channel, body) => init.peers().send(to, { group: group + 1, channel, body }),
    trace: ({ level, event, fields }) =>
      out.push({ kind: 'trace', event: { level, event, fields: { group, ...fields } } }),
    wake: () => {
      init.wake()
      rota.wake(index())
    },
  }
}
