// A leader that dies for good between appending the last list of members and committing it: whoever leads next works by
// the list before, and needs those who were to go.

import test from 'ava'
import { plantBug } from '../../src/base/seeded-bug.js'
import { CoreWorld, keyspace } from './core-world.js'
import { listed, reply, run } from './joining-world.js'

const holders = [1, 2, 3] as const
const comer = 8

/** One shard group on three of seven members; an eighth is started beside them. */
function placed(strategy: string): CoreWorld {
  const all = [1, 2, 3, 4, 5, 6, 7]
  const w = new CoreWorld({
    members: comer,
    keyspaces: [{ ...keyspace('default', []), strategy }],
    config: (id) => ({
      members: listed(...(id === comer ? [7, comer] : all)),
      ...({ shards: 1, shardGroups: [{ id: 0, weight: 1, members: [...holders] }] } as object),
    }),
  })
  if (!w.until(() => w.member(4).core?.inspect().topology.epoch === 1)) throw new Error('no birth')
  return w
}

function topologyLeader({ members }: CoreWorld): number {
  const role = ({ core }: (typeof members)[number]) => core?.inspect().topology.group.status?.role
  return members.find((member) => role(member) === 'leader')?.id ?? 0
}

/** The leader of the group; who leads the topology is reached by it, whatever happens to the other two. */
function leaderOf(w: CoreWorld): number {
  for (let tries = 0; tries < 20; tries++) {
    w.until(() => w.leader() !== 0 && topologyLeader(w) !== 0)
    const [leader, id] = [w.leader(), topologyLeader(w)]
    if (id === leader || id > holders.length) return leader
    w.kill(id)
    run(w, 5_000)
    w.start(id)
    w.settled()
  }
  throw new Error('the topology is led by a follower of the group')
}

/** Whether the group goes on behind the death of its leader. */
function goesOn(strategy: string): boolean {
  const w = placed(strategy)
  const leader = leaderOf(w)
  const [out, other] = holders.filter((id) => id !== leader) as [number, number]
  reply(w, w.client(4), `QUORATE REPLACE ${out} ${comer} 127.0.0.1:7008`)
  const lists = () => w.member(leader).core?.inspect().groups[0]?.status?.members
  if (!w.until(() => lists()?.outgoing !== undefined)) throw new Error('no change')
  // Both lists together are on their way; nobody hears of the last one.
  for (const id of [other, out, comer]) w.cut.add(`${leader}-${id}`)
  if (!w.until(() => lists()?.outgoing === undefined)) throw new Error('no last list')
  if (lists()?.voters.includes(out as never) === true) throw new Error('not the last list')
  w.until(() => w.member(out).stopped !== null, 600)
  w.kill(leader)
  run(w, 12_000)
  const client = w.client(other)
  client.send('SET a 1')
  w.until(() => client.replies.length > 0)
  return client.replies[0] === '+OK'
}

for (const strategy of ['raft', 'zab']) {
  test.serial(
    `leaving, ${strategy}: the leader dies before the list without who goes is committed: that one was not told that it is out`,
    (t) => {
      t.true(goesOn(strategy))

      plantBug('core-out-unheard')
      try {
        t.false(goesOn(strategy))
      } finally {
        plantBug('')
      }
    },
  )
}
