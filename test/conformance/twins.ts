// Broken twins of raft and eventual, for the promises that the stranger's plugin does not make. Each must be
// refused by the case that is meant for it, for the reason that it says; `also` are further cases that
// cannot but fail with it, `shakesAll` says that most others do.

import type { Strategy, StrategyInit, StrategyPlugin, Token } from 'quorate/plugin'
import eventualPlugin from '../../plugins/eventual/index.js'
import raftPlugin from '../../plugins/raft/index.js'
import { changed } from './delegate.js'

export interface Twin {
  readonly name: string
  readonly plugin: StrategyPlugin
  readonly refusedBy: string
  readonly because: RegExp
  readonly also?: readonly string[]
  readonly shakesAll?: boolean
}

const raft = raftPlugin as StrategyPlugin
const eventual = eventualPlugin as StrategyPlugin

/** The same plugin, whose strategies start from something else. */
function given(
  plugin: StrategyPlugin,
  change: (init: StrategyInit) => StrategyInit,
): StrategyPlugin {
  return { ...plugin, create: (init) => plugin.create(change(init)) }
}

/** Takes no writes while no other member was heard for half a second. */
function needsOthers(strategy: Strategy, { now: { mono } }: StrategyInit): Partial<Strategy> {
  let heardAt = mono
  return {
    step(from, message, now) {
      heardAt = now.mono
      strategy.step(from, message, now)
    },
    propose: (token, payload, now) =>
      now.mono - heardAt > 500 ? { reason: 'busy' } : strategy.propose(token, payload, now),
  }
}

/** Settles what it executes, wherever that is kept. */
function settlesAtOnce(strategy: Strategy): Partial<Strategy> {
  return {
    ready() {
      const ready = strategy.ready()
      if (ready === null) return null
      const own = ready.delivered.flatMap(({ token }) => (token === null ? [] : [token]))
      return { ...ready, settled: own }
    },
  }
}

/** Hands every entry of another member over again with the next one. */
function deliversAgain(strategy: Strategy): Partial<Strategy> {
  return {
    ready() {
      const ready = strategy.ready()
      if (ready === null) return null
      const delivered = ready.delivered.flatMap((each) =>
        each.merge === undefined || each.merge.ops === null ? [each] : [each, each],
      )
      return { ...ready, delivered }
    },
  }
}

/** Says that each entry has seen nothing. */
function forgetsCauses(strategy: Strategy): Partial<Strategy> {
  return {
    ready() {
      const ready = strategy.ready()
      if (ready === null) return null
      const delivered = ready.delivered.map((each) => {
        if (each.merge === undefined || each.merge.ops === null) return each
        return { ...each, merge: { ...each.merge, seen: { covers: () => false } } }
      })
      return { ...ready, delivered }
    },
  }
}

export const twins: readonly Twin[] = [
  {
    name: 'raft: answers sequential reads from the beginning of the log',
    plugin: changed(raft, (strategy) => {
      const early: Token[] = []
      return {
        readIndex(token, level) {
          if (level === 'sequential') early.push(token)
          return strategy.readIndex(token, level)
        },
        ready() {
          const ready = strategy.ready()
          if (ready === null) return null
          const at = { term: 0, index: 0 }
          const grants = ready.grants.map((each) =>
            early.includes(each.token) ? { ...each, at } : each,
          )
          return { ...ready, grants }
        },
      }
    }),
    refusedBy: 'reads: sequential: see the own writes of their member, and never go back',
    because: /RF15: a sequential read at 0 misses a write/,
    also: ['reads: sequential: granted at every member of a healthy group'],
  },
  {
    name: 'raft: takes a transfer and keeps the leadership',
    plugin: changed(raft, () => ({ transfer: () => null })),
    refusedBy: 'leadership: transfer: the target leads soon, and nothing is lost',
    because: /no other member leads/,
  },
  {
    name: 'raft: counts its learners as voters',
    plugin: given(raft, (init) => {
      const { voters, learners } = init.members
      return { ...init, members: { voters: [...voters, ...learners], learners: [] } }
    }),
    refusedBy: 'learners: have everything, are never asked and never lead',
    because: /one voter of two and a learner lead|the learner says that it is none/,
    also: ['members: senseless changes are refused, and change nothing'],
  },
  {
    name: 'raft: stands still for ever where a majority lost its disks',
    plugin: changed(raft, () => ({ acceptLoss() {} })),
    refusedBy:
      'eras: two of three lost their disks under always: halted, naming them, until the loss is accepted',
    because: /nobody leads after the loss was accepted/,
  },
  {
    name: 'raft: takes what is left after an unclean stop for all that there was',
    plugin: given(raft, (init) =>
      init.recovering === 'unclean-stop' ? { ...init, recovering: null } : init,
    ),
    refusedBy:
      'eras: a majority under none and the third stays away: they wait, then go on without it',
    because: /they do not wait for the third|RF5: leader \d lacks entry \d+/,
    also: [
      'eras: all three stopped without grace under everysec (unclean-stop at one): the longest log begins one',
      'eras: who missed one of which the others lost all: may begin the next one',
    ],
  },
  {
    name: 'eventual: takes writes only while it hears others',
    plugin: changed(eventual, needsOthers),
    refusedBy: 'writable: a member alone in a partition: takes writes and answers them',
    because: /a write is refused/,
    also: [
      'members: added: takes no writes while a member may not know of it; then it has everything, and does',
      'members: removed: it does not hear of it, and writes on: nothing of that is taken',
    ],
  },
  {
    name: 'eventual: follows no list',
    plugin: changed(eventual, () => ({ follow: () => null })),
    refusedBy: 'members: removed: it does not hear of it, and writes on: nothing of that is taken',
    because: /entries of it are taken/,
    shakesAll: true,
  },
  {
    name: 'eventual: answers before its disk has it',
    plugin: changed(eventual, settlesAtOnce),
    refusedBy: 'durable: always: nothing is answered while the disk stands still',
    because: /answered that is on no disk/,
    shakesAll: true,
  },
  {
    name: 'eventual: does not have its entries synced',
    plugin: changed(eventual, (strategy) => ({
      ready() {
        const ready = strategy.ready()
        return ready === null ? null : { ...ready, mustSync: false }
      },
    })),
    refusedBy: 'durable: always: a write is answered only once it is on the own disk, and synced',
    because: /is made twice|is lost|is not above|hold \d+ and \d+|refused/,
  },
  {
    name: 'eventual: merges what comes twice a second time',
    plugin: changed(eventual, deliversAgain),
    refusedBy: 'once: messages are lost and doubled: every entry is merged once',
    because: /merges \d+ again/,
    shakesAll: true,
  },
  {
    name: 'eventual: does not tell what an entry had seen',
    plugin: changed(eventual, forgetsCauses),
    refusedBy: 'causes: an entry that comes before what its origin had seen: waits for it',
    because: /says that it has not seen/,
    shakesAll: true,
  },
  {
    name: 'eventual: takes writes before it is refilled',
    plugin: given(eventual, (init) => ({ ...init, recovering: null })),
    refusedBy:
      'recovering: a member that lost its disk: takes no writes before it is refilled, then it does',
    because: /takes writes without what it had/,
    also: [
      'stamps: a member starts again with its clock ten minutes back: above all that it made and saw',
    ],
  },
  {
    name: 'eventual: says that it covers whatever it is asked for',
    plugin: changed(eventual, () => ({ covers: () => true })),
    refusedBy:
      'sessions: what a member has shown: another one covers it once it holds it, and not before',
    because: /a member covers what it cannot have/,
  },
  {
    name: 'eventual: never asks to be woken',
    plugin: changed(eventual, () => ({ wakeAt: () => Number.MAX_SAFE_INTEGER })),
    refusedBy: 'wakeAt: members that are only ticked when it says so: come to the same',
    because: /hold \d+ and \d+|stable/,
  },
  {
    name: 'eventual: asks other members before it reads',
    plugin: changed(eventual, (strategy) => ({
      readIndex: (token, level) =>
        level === 'local'
          ? { reason: 'not-leader', leader: null }
          : strategy.readIndex(token, level),
    })),
    refusedBy: 'reads: local: granted by a member that is cut off',
    because: /waits for other members/,
  },
]
