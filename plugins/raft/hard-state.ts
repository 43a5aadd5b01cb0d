// What a member must never forget: term, vote, era and whether it holds all that it ever acknowledged.
// Synced before any answer that depends on it, in every durability.

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
  readonly term: number
  /** The candidate that got this member's vote in `term`. */
  readonly vote: MemberId | null
  readonly era: number
  /** Null for an intact member. */
  readonly recovering: RecoveryCause | null
  /** Votes given before the loss are forgotten: no vote until every other voter's term was heard. */
  readonly votesForgotten: boolean
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
  term: 0,
  vote: null,
  era: 1,
  recovering: null,
  votesForgotten: false,
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
    .varint(state.term)
    .varint(state.vote ?? 0)
    .varint(state.era)
    .byte(causes.indexOf(state.recovering))
    .boolean(state.votesForgotten)
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
  const term = reader.varint()
  const vote = reader.varint()
  const state = {
    term,
    vote: vote === 0 ? null : (vote as MemberId),
    era: reader.varint(),
    recovering: causes[reader.byte()] ?? null,
    votesForgotten: reader.boolean(),
    entering: reader.boolean(),
    loss: reader.text(),
    members: version === formatVersionMembers ? readMembers(reader) : null,
    membersAt: reader.left > 0 ? reader.varint() : 0,
    membersTerm: reader.left > 0 ? reader.varint() : 0,
  }
  assert(reader.ok, 'the hard state is whole')
  return state
}
