// Broken twins of the plugin, one for each promise. Each must be refused by the case that is meant for it,
// for the reason that it says; `also` are further cases that cannot but fail with it, `shakesAll` says
// that most others do.

import { delegate } from 'quorate/testkit'
import plugin from './index.js'
import { decodeMessage, encodeMessage } from './messages.js'

/** The plugin with strategies that do some things otherwise. */
function twin(change, given = (init) => init) {
  const create = (init) => {
    const strategy = plugin.create(given(init))
    return delegate(strategy, change(strategy, init))
  }
  return { ...plugin, create }
}

/** Changes what its strategies hand out. */
function handingOut(change) {
  return twin((strategy, init) => ({
    ready() {
      const ready = strategy.ready()
      return ready === null ? null : change(ready, init, strategy)
    },
  }))
}

/** State that outlives a strategy. */
let calls = 0

export const twins = [
  {
    name: 'counts a member as soon as entries were sent to it',
    plugin: handingOut((ready, init, strategy) => {
      for (const { to, message } of ready.sendNow) {
        const { kind, view, previous, entries } = decodeMessage(message)
        if (kind !== 'prepare' || entries.length === 0) continue
        const index = previous.index + entries.length
        const answer = { kind: 'prepare-ok', view, round: 0, index, fits: true, recovering: false }
        strategy.step(to, encodeMessage(answer), init.now)
      }
      return ready
    }),
    refusedBy: 'quorum: a leader that is cut off: answers nothing',
    because: /answered a write that no other member has|RF6/,
    shakesAll: true,
  },
  {
    name: 'acknowledges before its disk has it',
    plugin: handingOut((ready) => {
      const { sendNow, sendAfterWrite } = ready
      return { ...ready, sendNow: [...sendNow, ...sendAfterWrite], sendAfterWrite: [] }
    }),
    refusedBy: 'durable: the disks of all followers stand still: nothing is answered',
    because: /acknowledgements leave before persisted|RF6/,
    // What is committed is looked for on the disks, in every case.
    shakesAll: true,
  },
  {
    name: 'does not have its entries synced',
    plugin: handingOut((ready) => ({ ...ready, mustSync: false })),
    refusedBy:
      'durable: the power fails everywhere at the moment of the answer: the write is there',
    because: /lost a write that was answered|RF/,
  },
  {
    name: 'forgets its log at a restart',
    plugin: twin(
      () => ({}),
      (init) => ({ ...init, entries: [] }),
    ),
    refusedBy:
      'durable: the power fails everywhere at the moment of the answer: the write is there',
    because: /lost a write that was answered|RF|LV/,
    also: [
      'log: nothing is cut without leave; what is in a checkpoint may go, and a member that lacks it catches up',
      'recovering: a member without its disk and one intact: no leader and no answers',
    ],
  },
  {
    name: 'has a leader answer reads without asking anybody',
    plugin: twin((strategy) => {
      const early = []
      return {
        readIndex(token, level) {
          const { role, commit } = strategy.status()
          if (level !== 'linearizable' || role !== 'leader') return strategy.readIndex(token, level)
          early.push({ token, at: commit })
          return null
        },
        ready() {
          if (early.length === 0) return strategy.ready()
          strategy.readIndex(-1, 'local')
          const ready = strategy.ready()
          const grants = ready.grants.filter(({ token }) => token !== -1)
          return { ...ready, grants: [...grants, ...early.splice(0)] }
        },
      }
    }),
    refusedBy:
      'reads: linearizable: an old leader that is cut off: grants none once another may have written',
    because: /RF15: a linearizable read at \d+ misses a write/,
  },
  {
    name: 'has followers answer reads from what they have',
    plugin: twin((strategy) => ({
      readIndex: (token, level) =>
        strategy.readIndex(token, strategy.status().role === 'leader' ? level : 'local'),
    })),
    refusedBy: 'reads: linearizable: a follower that lags: grants none below what was answered',
    because: /RF15: a linearizable read at \d+ misses a write/,
    also: [
      'reads: linearizable: an old leader that is cut off: grants none once another may have written',
    ],
  },
  {
    name: 'executes in another order at one member',
    plugin: handingOut((ready, { self }) => {
      const { delivered } = ready
      const [a, b] = delivered
      if (self !== 2 || b === undefined) return ready
      const [first, second] = [
        { ...b, at: a.at },
        { ...a, at: b.at },
      ]
      return { ...ready, delivered: [first, second, ...delivered.slice(2)] }
    }),
    refusedBy: 'agreement: what is proposed at the leader: every member executes it once, in order',
    because: /RF4: member \d executes another entry|delivers '.*' with the token of/,
    shakesAll: true,
  },
  {
    name: 'proposes everything twice, to be safe',
    plugin: twin((strategy) => ({
      propose(token, payload, now) {
        const refusal = strategy.propose(token, payload, now)
        if (refusal === null) strategy.propose(token, payload, now)
        return refusal
      },
    })),
    refusedBy: 'agreement: what is proposed at the leader: every member executes it once, in order',
    because: /tells of token \d+ twice|executed something else/,
    shakesAll: true,
  },
  {
    name: 'calls what a deposed leader had open gone for certain',
    plugin: twin((strategy) => {
      const open = new Set()
      return {
        propose(token, payload, now) {
          const refusal = strategy.propose(token, payload, now)
          if (refusal === null) open.add(token)
          return refusal
        },
        ready() {
          const ready = strategy.ready()
          if (ready === null) return null
          const delivered = ready.delivered.map((each) => ({
            ...each,
            token: open.delete(each.token) ? each.token : null,
          }))
          const isLeading = strategy.status().role === 'leader'
          const gone = isLeading ? [] : [...open]
          if (!isLeading) open.clear()
          const dropped = ready.dropped.filter(({ reason }) => reason !== 'truncated')
          const definite = gone.map((token) => ({ token, reason: 'not-leader', definite: true }))
          return { ...ready, delivered, dropped: [...dropped, ...definite] }
        },
      }
    }),
    refusedBy:
      'fates: a deposed leader whose entries the others have: is not told for certain that they are gone',
    because: /'!open\d' was dropped as definite, and is executed/,
  },
  {
    name: 'forgets to tell what became of a proposal that another one replaced',
    plugin: handingOut((ready) => ({
      ...ready,
      dropped: ready.dropped.filter(({ reason }) => reason !== 'truncated'),
    })),
    refusedBy: 'fates: a deposed leader whose entries nobody has: tells what became of each, once',
    because: /never tells what became of '!lost\d'/,
  },
  {
    name: 'cuts its log ahead of the checkpoint',
    plugin: twin((strategy) => {
      let isAllowed = false
      return {
        checkpointed(position) {
          isAllowed = true
          strategy.checkpointed(position)
        },
        ready() {
          const ready = strategy.ready()
          const [entry] = ready?.write?.entries ?? []
          if (!isAllowed || entry === undefined) return ready
          return { ...ready, write: { ...ready.write, cutTo: entry.index - 1 } }
        },
      }
    }),
    refusedBy:
      'log: nothing is cut without leave; what is in a checkpoint may go, and a member that lacks it catches up',
    because: /cuts its log up to \d+; its checkpoint ends at \d+/,
  },
  {
    name: 'looks at the clock of the machine',
    plugin: twin((strategy) => ({
      tick: (now) => strategy.tick({ ...now, wall: Math.max(now.wall, Date.now()) }),
    })),
    refusedBy: 'purity: no clock and no chance but what is handed in',
    because: /it asks Date\.now/,
  },
  {
    name: 'keeps something outside of its strategies',
    plugin: twin((strategy) => ({
      wakeAt: () => strategy.wakeAt() + ((calls++ >> 6) % 2),
    })),
    refusedBy: 'purity: the same inputs twice: the same outputs, byte for byte',
    because: /equal inputs, and output \d+ differs/,
  },
  {
    name: 'trusts every message to be one',
    plugin: twin((strategy) => ({
      step(from, message, now) {
        if (decodeMessage(message).kind !== '') strategy.step(from, message, now)
      },
    })),
    refusedBy:
      'messages: cut short, too long, empty, of other versions, at random, from nobody: ignored',
    because: /null/,
  },
  {
    name: 'gathers proposals without a bound',
    plugin: twin(
      () => ({}),
      (init) => ({ ...init, options: { ...init.options, openBytes: Number.MAX_SAFE_INTEGER } }),
    ),
    refusedBy:
      'bounds: proposals without end while no other member answers: refused as busy, not gathered',
    because: /took 256 MB of proposals/,
  },
  {
    name: 'never asks to be woken',
    plugin: twin(() => ({ wakeAt: () => Number.MAX_SAFE_INTEGER })),
    refusedBy:
      'leadership: members that are only ticked when wakeAt says so: elect, answer and elect again',
    because: /wakeAt lets an election pass/,
  },
  {
    name: 'counts a member that lost its disk',
    plugin: twin(
      () => ({}),
      (init) => ({ ...init, recovering: null }),
    ),
    refusedBy: 'recovering: a member without its disk and one intact: no leader and no answers',
    because: /a member that lost its disk was counted/,
    also: [
      'recovering: a member without its disk that reaches only a deposed leader: is not refilled by it',
      'recovering: one of three lost its disk: it is refilled, then intact, and counts again',
      'recovering: still so at a restart: remembered; refilled: forgotten',
      'recovering: two of three lost their disks under always: they answer nothing before the loss is accepted',
    ],
  },
  {
    name: 'takes the word of one member for that of a majority when it recovers',
    plugin: twin((strategy, { self, members }) => ({
      step(from, message, now) {
        strategy.step(from, message, now)
        if (decodeMessage(message)?.kind !== 'recovery-response') return
        const third = members.voters.find((id) => id !== self && id !== from)
        if (third !== undefined) strategy.step(third, message, now)
      },
    })),
    refusedBy:
      'recovering: a member without its disk that reaches only a deposed leader: is not refilled by it',
    because: /RF5: leader \d lacks entry|counts without what it had acknowledged/,
  },
  {
    name: 'does not hear from who was silent for long',
    plugin: twin((strategy, { now }) => {
      let heardAt = now.mono
      let isDeaf = false
      return {
        step(from, message, at) {
          isDeaf ||= at.mono - heardAt > 2_500
          heardAt = at.mono
          if (!isDeaf) strategy.step(from, message, at)
        },
      }
    }),
    refusedBy: 'liveness: all faults end: a leader, new writes, and every member equal',
    because: /nobody leads once everything is whole|no writes once all is whole|LV/,
    also: [
      'recovering: a member without its disk that reaches only a deposed leader: is not refilled by it',
      'quorum: one member of three: takes no writes, and goes on with a second one',
      'reads: linearizable: an old leader that is cut off: grants none once another may have written',
    ],
  },
  {
    name: 'takes proposals with a full disk',
    plugin: twin(() => ({ diskShort() {} })),
    refusedBy: 'disk short: the leader takes no writes; with space again it does',
    because: /a leader without disk space takes a proposal/,
    also: ['disk short: a follower acknowledges nothing that it has no space for'],
  },
  {
    name: 'takes a change of members that it cannot make',
    plugin: twin(() => ({ reconfigure: () => null })),
    refusedBy: 'membership: static: a change is refused as unsupported',
    because: /reconfigure is not refused/,
  },
  {
    name: 'says that it hands leadership over, and does not',
    plugin: twin(() => ({ transfer: () => null })),
    refusedBy: 'leadership: a transfer where none is promised: refused as unsupported',
    because: /transfer is not refused/,
  },
  {
    name: 'promises a level that its reads cannot keep',
    plugin: { ...plugin, supports: { ...plugin.supports, levels: ['strong', 'sequential'] } },
    refusedBy: 'manifest: api 1, a name, and levels that its order and its reads can keep',
    because: /sequential needs sequential reads/,
  },
  {
    name: 'takes options that it does not know',
    plugin: {
      ...plugin,
      parseOptions(raw) {
        const known = Object.entries(raw).filter(([name]) => Object.hasOwn(plugin.defaults, name))
        return plugin.parseOptions(Object.fromEntries(known))
      },
    },
    refusedBy:
      'manifest: options: unknown and senseless ones: refused with a ConfigError that names them',
    because: /an unknown option is taken/,
  },
]
