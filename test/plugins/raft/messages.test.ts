// Raft's messages.

import test from 'ava'
import { decodeMessage, encodeMessage, type RaftMessage } from '../../../plugins/raft/messages.js'
import type { Members } from 'quorate/plugin'
import { codecCases } from '../total-order/codec-cases.js'

const head = { era: 3, term: 2 ** 45 + 1 }
const at = { term: 7, index: 2 ** 40 }
const members = { voters: [1, 300], learners: [7], outgoing: [1] } as unknown as Members

const samples: readonly RaftMessage[] = [
  { kind: 'vote', ...head, pre: true, transfer: false, force: false, last: at, knows: null },
  {
    kind: 'vote',
    ...head,
    pre: false,
    transfer: true,
    force: true,
    last: at,
    knows: { members, at },
  },
  { kind: 'voted', ...head, pre: false, granted: true },
  {
    kind: 'appended',
    ...head,
    fence: 9,
    ok: false,
    index: 4,
    hint: at,
    recovering: true,
    needsSnapshot: false,
    life: 5,
  },
  { kind: 'heartbeat', ...head, fence: 1, round: 12, commit: 77, wantsAnswer: true },
  { kind: 'beaten', ...head, fence: 1, round: 12, recovering: false, life: 4_294_967_295 },
  { kind: 'read', ...head, id: 2 ** 42, recovering: false, life: 1 },
  { kind: 'readable', ...head, id: 2 ** 42, at },
  { kind: 'timeout-now', ...head },
  { kind: 'survey', ...head, nonce: 8 },
  {
    kind: 'report',
    ...head,
    nonce: 8,
    life: 2,
    cause: 'log-damaged',
    last: at,
    lossAccepted: true,
    stands: false,
    knows: null,
  },
  {
    kind: 'report',
    ...head,
    nonce: 8,
    life: 2,
    cause: 'log-damaged',
    last: at,
    lossAccepted: false,
    stands: true,
    knows: { members, at },
  },
  { kind: 'accept-loss', ...head },
  { kind: 'forgotten', ...head, life: 7, index: 300 },
]

codecCases<RaftMessage>(test, {
  codec: { encodeMessage, decodeMessage },
  samples,
  withEntries: (entries) => ({
    kind: 'append',
    ...head,
    fence: 4,
    previous: { term: 6, index: 10 },
    chain: { high: 0xffffffff, low: 1 },
    commit: 9,
    entries,
  }),
  termMax: head.term,
})
