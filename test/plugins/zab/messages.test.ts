// Zab's messages.

import test from 'ava'
import type { MemberId, Members } from 'quorate/plugin'
import { decodeMessage, encodeMessage } from '../../../plugins/zab/codec.js'
import type { ZabMessage } from '../../../plugins/zab/messages.js'
import { codecCases } from '../total-order/codec-cases.js'

const epoch = 2 ** 45 + 1
const era = 3
const of = { era, epoch, fence: 9 } as const
const health = { recovering: true, life: 4_294_967_296 } as const
const at = { term: 7, index: 2 ** 40 }
const seen = { era, round: 12, epoch: 0, handover: 0, founding: epoch, counts: true } as const
const vote = { id: 3 as MemberId, era, epoch: 6, last: at }

const members = { voters: [1, 300], learners: [7], outgoing: [1] } as unknown as Members

const samples: readonly ZabMessage[] = [
  { kind: 'notification', ...seen, state: 'leading', vote, knows: { members, at } },
  { kind: 'notification', ...seen, state: 'looking', vote: null, knows: null },
  { kind: 'follower-info', era, acceptedEpoch: epoch, ...health },
  { kind: 'leader-info', era, epoch, founds: true, last: at, knows: { members, at } },
  { kind: 'leader-info', era, epoch, founds: true, last: at, knows: null },
  { kind: 'ack-epoch', era, epoch, currentEpoch: 6, last: at, promise: 'taken', ...health },
  { kind: 'ack', ...of, ok: false, index: 4, hint: at, needsSnapshot: true, ...health },
  { kind: 'new-leader', ...of, at, intact: 5 },
  { kind: 'ack-leader', ...of, ...health },
  { kind: 'up-to-date', era, epoch, commit: 77 },
  { kind: 'commit', era, epoch, commit: 78 },
  { kind: 'ping', ...of, round: 12, commit: 77 },
  { kind: 'pong', ...of, round: 12, isUpToDate: true, ...health },
  { kind: 'sync', era, epoch, id: 2 ** 42, ...health },
  { kind: 'synced', era, epoch, id: 2 ** 42, at },
  { kind: 'take-over', era, epoch },
  { kind: 'survey', era, nonce: 8 },
  {
    kind: 'report',
    era,
    acceptedEpoch: epoch,
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
    era,
    acceptedEpoch: epoch,
    nonce: 8,
    life: 2,
    cause: 'log-damaged',
    last: at,
    lossAccepted: false,
    stands: true,
    knows: { members, at },
  },
  { kind: 'accept-loss', era },
  { kind: 'forgotten', era, epoch: 5, life: 7, index: 300 },
]

codecCases<ZabMessage>(test, {
  codec: { encodeMessage, decodeMessage },
  samples,
  withEntries: (entries) => ({
    kind: 'trunc',
    ...of,
    previous: { term: 6, index: 10 },
    chain: { high: 0xffffffff, low: 1 },
    commit: 9,
    entries,
  }),
  termMax: epoch,
})
