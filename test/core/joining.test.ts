// A member of the files that comes to a cluster that was born without it waits until somebody admits it.

import test from 'ava'
import type { MemberId } from '../../src/api/ids.js'
import { CoreWorld } from './core-world.js'

function listed(...ids: readonly number[]) {
  return ids.map((id) => ({
    id: id as MemberId,
    name: `m${id}`,
    client: { host: '127.0.0.1', port: 7000 + id },
    peer: { host: '127.0.0.1', port: 17_000 + id },
  }))
}

/** Three members are a cluster, a fourth one has been started beside them. */
function world(): CoreWorld {
  return new CoreWorld({
    members: 4,
    config: (id) => ({ members: id === 4 ? listed(1, 4) : listed(1, 2, 3) }),
  })
}

test('joining: a member that the cluster does not know: waits, says so once, and disturbs nobody', (t) => {
  const w = world()
  t.true(w.until(() => w.member(1).core?.inspect().topology.epoch === 1))
  for (let i = 0; i < 3_000; i++) w.step()

  const { core, traces, stopped } = w.member(4)
  t.is(core?.inspect().clusterId, '')
  t.is(stopped, null)
  t.is(traces.filter(({ event }) => event === 'member.waits').length, 1)
  t.is(traces.filter(({ event }) => event === 'peer.connected').length, 0)
})
