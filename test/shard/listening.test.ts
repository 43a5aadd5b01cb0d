// How a member without a replica hears of keys: what it may have missed ends with everything forgotten.

import test from 'ava'
import type { KeyEvents } from '../../src/api/events.js'
import type { MemberId } from '../../src/api/ids.js'
import type { Events, News } from '../../src/shard/guest-messages.js'
import { Listening } from '../../src/shard/listening.js'

const [leader, other] = [1 as MemberId, 2 as MemberId]

function listener() {
  const told: string[] = []
  const events: KeyEvents = {
    isWanted: true,
    isAwaited: false,
    changed: (event, _, key) => void told.push(`${event} ${key}`),
    missed: () => undefined,
    cleared: () => void told.push('cleared'),
    forgotten: () => void told.push('forgotten'),
  }
  const listening = new Listening(events)
  listening.turn(leader)
  const { subscription } = listening
  const news = (count: number, index = 5): News => ({
    leads: true,
    term: 1,
    at: { era: 1, term: 1, index },
    counts: [],
    heard: { subscription, count },
  })
  listening.heard(leader, news(0))
  told.length = 0
  const change = (count: number, key: string): Events => {
    return { subscription, count, list: [{ at: 0, event: 'set', db: 0, key }], isForgotten: false }
  }
  return { told, listening, news, change }
}

test('listening: one message after the other: told as they come', (t) => {
  const { told, listening, news, change } = listener()

  listening.came(leader, change(1, 'a'))
  listening.heard(leader, news(1))
  listening.came(leader, change(2, 'b'))

  t.deepEqual(told, ['set a', 'set b'])
})

test('listening: a message lost before another one: all is forgotten, and the other told', (t) => {
  const { told, listening, change } = listener()

  listening.came(leader, change(2, 'b'))

  t.deepEqual(told, ['forgotten', 'set b'])
})

test('listening: the last message lost: forgotten once the leader says how many there were', (t) => {
  const { told, listening, news } = listener()

  listening.heard(leader, news(1))
  listening.heard(leader, news(1))

  t.deepEqual(told, ['forgotten'])
})

test('listening: another member tells from now on: all is forgotten, what the first one tells passed over', (t) => {
  const { told, listening, change } = listener()

  listening.turn(other)
  listening.came(leader, change(1, 'a'))

  t.deepEqual(told, ['forgotten'])
  t.true(listening.isDeaf)
})

test('listening: an answer of before it listened, or of another member: all is forgotten', (t) => {
  const { told, listening } = listener()

  listening.answered(leader, { era: 1, term: 1, index: 5 })
  t.deepEqual(told, [])
  listening.answered(leader, { era: 1, term: 1, index: 4 })
  listening.answered(other, { era: 1, term: 1, index: 9 })

  t.deepEqual(told, ['forgotten', 'forgotten'])
})
