// What a member must never forget: the epochs it accepted and works in, whom it promised the accepted
// one, its era and whether it holds all that it ever acknowledged. Synced before any answer that
// depends on it, in every durability.

import {
  assert,
  ByteReader,
  ByteWriter,
  causes,
  type MemberId,
  type Members,
  readMembers,
  type RecoveryCause,
  writeMembers,
} from 'quorate/plugin'

export interface HardState {
  /** The greatest epoch whose NEWEPOCH it accepted: it follows no leader of a lower one. */
  readonly acceptedEpoch: number
  /** The one leader whose NEWEPOCH of that epoch it acknowledged; itself where nobody may have it. */
  readonly promisedTo: MemberId | null
  /** The epoch of the last NEWLEADER that it took: its history holds that leader's initial history. */
  readonly currentEpoch: number
  readonly era: number
  /** Null for an intact member. */
  readonly recovering: RecoveryCause | null
  /** Promises given before the loss are forgotten: none until every other voter's epoch was heard. */
  readonly promisesForgotten: boolean
  /** Joined a newer era and did not yet find where the log agrees with it: commit means nothing so long. */
  readonly entering: boolean
  /** One sentence on what a forced recovery may have lost. */
  readonly loss: string
  /** The newest members, where no log on disk names them and they changed; else null. */
  readonly members: Members | null
  /** The index and term at which they stood in the log; the term is 0 where an older version wrote it. */
  readonly membersAt: number
  readonly membersTerm: number
}

const formatVersion = 1
/** The same, with members behind it. */
const formatVersionMembers = 2

export const hardStateZero: HardState = {
  acceptedEpoch: 0,
  promisedTo: null,
  currentEpoch: 0,
  era: 1,
  recovering: null,
  promisesForgotten: false,
  entering: false,
  loss: '',
  members: null,
  membersAt: 0,
  membersTerm: 0,
}

const writer = new ByteWriter(64)

export function encodeHardState(state: HardState): Uint8Array {
  writer
    .byte(state.members === null ? formatVersion : formatVersionMembers)
    .varint(state.acceptedEpoch)
    .varint(state.promisedTo ?? 0)
    .varint(state.currentEpoch)
    .varint(state.era)
    .byte(causes.indexOf(state.recovering))
    .boolean(state.promisesForgotten)
    .boolean(state.entering)
    .text(state.loss)
  if (state.members !== null)
    writeMembers(writer, state.members).varint(state.membersAt).varint(state.membersTerm)
  return writer.finish()
}

/** The bytes come from the checked store: anything unreadable is our own mistake. */
export function decodeHardState(bytes: Uint8Array | null): HardState {
  if (bytes === null) return hardStateZero
  const reader = new ByteReader(bytes)
  const version = reader.byte()
  assert(
    version === formatVersion || version === formatVersionMembers,
    'the hard state has a known version',
  )
  const acceptedEpoch = reader.varint()
  const promisedTo = reader.varint()
  const state = {
    acceptedEpoch,
    promisedTo: promisedTo === 0 ? null : (promisedTo as MemberId),
    currentEpoch: reader.varint(),
    era: reader.varint(),
    recovering: causes[reader.byte()] ?? null,
    promisesForgotten: reader.boolean(),
    entering: reader.boolean(),
    loss: reader.text(),
    members: version === formatVersionMembers ? readMembers(reader) : null,
    membersAt: reader.left > 0 ? reader.varint() : 0,
    membersTerm: reader.left > 0 ? reader.varint() : 0,
  }
  assert(reader.ok, 'the hard state is whole')
  return state
}
