import test from 'ava'
import type { CommandSpec } from '../../src/api/command.js'
import { type GroupCall, makeLane } from '../../src/api/group.js'
import type { Token } from '../../src/api/ids.js'
import { noLeader } from '../../src/api/replies.js'
import { Reads } from '../../src/shard/reads.js'

const spec = { name: 'get' } as CommandSpec
const lane = makeLane({ answer: () => {} })

function world() {
  const reads = new Reads(1_000)
  const refused: number[] = []
  let token = 0
  let ticket = 0
  const at = (mono: number) => ({ wall: 0, mono })
  return {
    reads,
    refused,
    at,
    add(mono: number) {
      const call: GroupCall = { spec, write: false, db: 0, args: ['get', 'a'], ticket: ticket++ }
      reads.add(lane, call, at(mono))
    },
    /** The tokens that were asked for. */
    flush(mono: number, isTaken = true): Token[] {
      const asked: Token[] = []
      reads.flush(at(mono), () => {
        if (!isTaken) return null
        asked.push(++token as Token)
        return token as Token
      })
      return asked
    },
    expire: (mono: number) =>
      reads.expire(
        at(mono),
        (_lane, call) => refused.push(call.ticket),
        () => noLeader,
      ),
  }
}

test('reads: those of one turn: share one request', (t) => {
  const w = world()
  w.add(1)
  w.add(1)

  t.is(w.flush(1).length, 1)
  t.is(w.flush(1).length, 0)
  t.is(w.reads.pending, 2)
})

test('reads: a grant of a later round: holds for the earlier ones, which are served first', (t) => {
  const w = world()
  w.add(1)
  w.flush(1)
  w.add(3)
  const [token] = w.flush(3)

  w.reads.granted(token as Token, 7)

  t.is(w.reads.due(6), null)
  t.is(w.reads.due(7)?.calls[0]?.ticket, 0)
  w.reads.finish()
  t.is(w.reads.due(7)?.calls[0]?.ticket, 1)
})

test('reads: the request is lost: only the newest round asks again', (t) => {
  const w = world()
  w.add(1)
  const [first] = w.flush(1)
  w.add(3)
  const [second] = w.flush(3)

  t.true(w.reads.dropped(first as Token))
  t.deepEqual(w.flush(4), [])
  t.true(w.reads.dropped(second as Token))

  t.is(w.flush(5).length, 1)
  t.false(w.reads.dropped(999 as Token))
})

test('reads: a grant that comes after the leader changed: serves nothing', (t) => {
  const w = world()
  w.add(1)
  const [old] = w.flush(1)
  w.reads.retryAll()

  w.reads.granted(old as Token, 3)

  t.is(w.reads.due(10), null)
})

test('reads: nobody takes the request: asks again, and refuses at the deadline', (t) => {
  const w = world()
  w.add(1)
  w.flush(1, false)
  t.true(w.reads.wakeAt() <= 30)
  t.is(w.flush(10).length, 0)
  t.is(w.flush(40, false).length, 0)

  w.expire(1_001)

  t.deepEqual(w.refused, [0])
  t.is(w.reads.pending, 0)
})

test('reads: never asked for, because the strategy stands: are refused at the deadline all the same', (t) => {
  const w = world()
  w.add(1)

  t.is(w.reads.wakeAt(), 1_001)
  w.expire(1_000)
  t.deepEqual(w.refused, [])
  w.expire(1_001)

  t.deepEqual(w.refused, [0])
  t.false(w.reads.mayAsk(w.at(1_001)))
})

test('reads: a round is under way: what comes waits for its grant, but not for long', (t) => {
  const w = world()
  w.add(1)
  const [first] = w.flush(1)
  w.add(1)

  t.is(w.flush(1).length, 0)
  t.true(w.reads.wakeAt() <= 3)
  w.reads.granted(first as Token, 5)
  t.is(w.flush(2).length, 1)
  w.add(2)
  t.is(w.flush(3).length, 0)
  t.is(w.flush(4).length, 1)
})
