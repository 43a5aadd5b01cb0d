// What an entry did to keys is told behind the replies of its calls, to whoever caused it first.

import test from 'ava'
import type { KeyEvents } from '../../src/api/events.js'
import type { Caller } from '../../src/api/group.js'
import { limits } from '../../src/api/limits.js'
import { EventLog } from '../../src/shard/event-log.js'

function world() {
  const told: string[] = []
  const by = (causer: Caller | null): string => (causer === null ? '' : ' own')
  const events: KeyEvents & { isWanted: boolean } = {
    isWanted: true,
    isAwaited: false,
    changed: (event: string, db: number, key: string, causer: Caller | null) =>
      void told.push(`${event} ${db} ${key}${by(causer)}`),
    missed: (db: number, key: string, isApplied: boolean) =>
      void told.push(`missed ${db} ${key} ${isApplied}`),
    cleared: (db: number, causer: Caller | null) => void told.push(`cleared ${db}${by(causer)}`),
    forgotten: () => void told.push('forgotten'),
  }
  return { told, events, log: new EventLog(events, 16) }
}

const caller: Caller = { answer: () => undefined }

test('event log: calls of an entry: told one after the other as their replies are given', (t) => {
  const { told, log } = world()
  log.open()
  log.created(0, 'a')
  log.changed('set', 0, 'a')
  log.at = 1
  log.missed(0, 'b')
  log.at = 2
  log.changed('del', 3, 'c')
  t.deepEqual(told, [])

  log.answered(0, caller)
  t.deepEqual(told.splice(0), ['new 0 a own', 'set 0 a own'])
  log.answered(1, caller)
  t.deepEqual(told.splice(0), ['missed 0 b true'])
  log.close()
  t.deepEqual(told.splice(0), ['del 3 c'])
  t.true(log.isEmpty)
})

test('event log: outside of an entry: changes are nobody’s, a key that is missed is told', (t) => {
  const { told, log } = world()

  log.changed('set', 0, 'a')
  log.cleared(0)
  log.missed(0, 'b')

  t.deepEqual(told, ['missed 0 b false'])
})

test('event log: hidden databases, nobody who listens: nothing', (t) => {
  const { told, events, log } = world()
  log.open()
  log.changed('set', 16, 'a')
  events.isWanted = false
  log.changed('set', 0, 'a')
  log.close()

  t.deepEqual(told, [])
})

test('event log: all databases cleared by one call: told once', (t) => {
  const { told, log } = world()
  log.open()
  for (let db = 0; db < 16; db++) log.cleared(db)
  log.answered(0, caller)
  log.close()

  t.deepEqual(told, ['cleared 0 own'])
})

test('event log: more than it keeps: all of it is told, then that nothing may be kept', (t) => {
  const { told, log } = world()
  log.open()
  for (let i = 0; i < limits.keyEventsMax + 10; i++) log.changed('del', 0, String(i))
  t.is(told.length, limits.keyEventsMax)
  log.close()

  t.is(told.length, limits.keyEventsMax + 11)
  t.is(told.at(-1), 'forgotten')
  t.is(told.at(-2), `del 0 ${limits.keyEventsMax + 9}`)
})
