// Whether a member knows what it has executed of the topology's group.

import test from 'ava'
import type { GroupCall, Lane } from '../../src/api/group.js'
import { isRefilled } from '../../src/core/make-groups.js'
import { TopologyGroup } from '../../src/core/topology-group.js'
import { configOf } from '../router/world.js'

test('topology: entries were executed: it is abreast once it has read what they say, not before', (t) => {
  const asked: (() => void)[] = []
  const applied = { term: 1, index: 0 }
  const shard = {
    applied,
    status: () => null,
    engine: { commands: new Map([['get', {}]]) },
    submit: ({ caller }: Lane, { ticket }: GroupCall) =>
      asked.push(() => caller.answer(ticket, null)),
  }
  const config = configOf({})
  const group = new TopologyGroup({
    ...{ config, files: config, logRows: [], stores: {}, shard },
    ...{ common: () => undefined, adopted: () => undefined, refused: () => undefined },
  } as never)
  const now = { wall: 1, mono: 1 }
  t.true(group.isAbreast)

  applied.index = 5
  t.false(group.isAbreast, 'nothing was looked at')
  group.turn(now)
  t.false(group.isAbreast, 'it is being read')
  t.false(isRefilled([], group), 'who had lost its disk may not know whose slots are whose')
  applied.index = 6
  asked.shift()?.()
  t.false(group.isAbreast, 'more was executed meanwhile')
  group.turn(now)
  asked.shift()?.()
  t.true(group.isAbreast)
  t.true(isRefilled([], group))
})
