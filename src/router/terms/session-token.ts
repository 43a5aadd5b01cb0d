// The token of a connection: made of what this member shows of the groups that it used, and of what earlier
// tokens stood for; set, it only ever asks for more.

import type { KeyspaceConfig } from '../../api/config.js'
import type { Group } from '../../api/group.js'
import { loading } from '../../api/replies.js'
import type { ErrorReply } from '../../api/reply.js'
import type { SeenMark, SeenPosition, StampRange } from '../../api/seen.js'
import { textToBytes } from '../../base/bytes.js'
import { hashBytes } from '../../base/hash.js'
import type { Session } from '../session.js'
import type { RouterState } from '../state.js'
import { isMet } from './admission.js'
import { joinRanges } from './ranges.js'
import { keyspaceOf, readTerms } from './read-levels.js'
import { Terms } from './terms.js'
import { decodeToken, encodeToken, joinPlaces, type SessionToken, stampsOf } from './token.js'

export function takeToken(state: RouterState, session: Session): string | ErrorReply {
  const stamps = new Map<number, readonly StampRange[]>()
  const places = new Map<number, SeenPosition>()
  /** Keyspaces of which everything up to a stamp is owed: in a token that is said of those that it does not list. */
  const owed = new Set<number>()
  let restUpTo = 0
  let hasRest = false
  for (let index = 0; index < state.groups.length; index++) {
    const { terms } = session
    if (!session.lanes.has(index) && terms?.carried.has(index) !== true) continue
    const group = state.groups[index] as Group
    const keyspace = keyspaceOf(state, index)
    if (group.sight === undefined || keyspace.level === 'eventual') continue
    const seen = group.sight.seen()
    if (seen === null) return loading
    const need = terms?.needs.get(index)
    const open = need === undefined || isMet(group, need) ? null : need
    if (open?.barrier === 'wanted') {
      hasRest = true
      // A strong read brings all that it listed, but for what is lost.
      if (!group.sight.isLost(open.mark)) continue
    }
    // It was shown nothing since that token came: it gets the same one again, for what it names may be lost, and
    // beside what a member shows that knows of the loss nobody could tell.
    const isShown = open?.mark?.kind !== 'stamps' || usesKeyspace(state, session, keyspace)
    for (const mark of [isShown ? seen : null, open?.mark ?? null]) {
      if (mark?.kind === 'stamps') {
        const at = state.config.keyspaces.indexOf(keyspace)
        if (mark.upTo > 0) owed.add(at)
        restUpTo = Math.max(restUpTo, mark.upTo)
        stamps.set(at, joinRanges(stamps.get(at) ?? [], mark.ranges))
      } else if (state.cluster.diskShort) {
        // What it showed of late it may have read at the leader.
        hasRest = true
      } else if (mark !== null) {
        // In another era than the one that it waits for, nothing was shown to it here.
        const known = places.get(index)
        const isOf = known !== undefined && known.era === mark.era
        places.set(index, isOf ? joinPlaces(known, mark) : mark)
      }
    }
  }
  for (const at of owed) {
    for (const { upTo } of stamps.get(at) ?? []) restUpTo = Math.max(restUpTo, upTo)
    stamps.delete(at)
  }
  return encodeToken({ stamps, restUpTo, places, hasRest }, clusterOf(state))
}

function usesKeyspace(state: RouterState, { lanes }: Session, keyspace: KeyspaceConfig): boolean {
  return state.groups.some((_, index) => {
    return lanes.has(index) && keyspaceOf(state, index) === keyspace
  })
}

/** Null where it was taken, else why not. */
export function setToken(state: RouterState, session: Session, text: string): ErrorReply | null {
  const token = decodeToken(text, clusterOf(state))
  if ('type' in token) return token
  const terms = termsOf(state, session)
  for (let index = 0; index < state.groups.length; index++) {
    need(state, terms, { token, index, isUsed: session.lanes.has(index) })
  }
  return null
}

export function termsOf(state: RouterState, session: Session): Terms {
  session.terms ??= new Terms()
  if (session.terms.reads.length === 0) session.terms.reads = readTerms(state, null)
  return session.terms
}

function need(
  state: RouterState,
  terms: Terms,
  {
    token,
    index,
    isUsed,
  }: { readonly token: SessionToken; readonly index: number; readonly isUsed: boolean },
): void {
  const group = state.groups[index] as Group
  const keyspace = keyspaceOf(state, index)
  const { sight } = group
  if (sight === undefined || keyspace.level === 'eventual') return
  const isTotal = sight.supports.order === 'total'
  const mark = isTotal
    ? token.places.get(index)
    : stampsMark(token, state.config.keyspaces.indexOf(keyspace))
  const wantsBarrier = isTotal && mark === undefined && token.hasRest
  if (mark === undefined && !wantsBarrier) return
  terms.carried.add(index)
  const made = wantsBarrier ? terms.needAnew(index) : terms.need(index)
  if (mark !== undefined) made.mark = made.mark === null ? mark : joinMarks(made.mark, mark)
  const seen = isUsed ? sight.seen() : null
  if (seen?.kind === 'position' && made.mark?.kind === 'position' && seen.era !== made.mark.era) {
    made.mark = joinPlaces(made.mark, seen)
  }
  if (isMet(group, made)) terms.needs.delete(index)
}

function stampsMark(token: SessionToken, keyspace: number): SeenMark | undefined {
  const ranges = token.stamps.get(keyspace)
  if (ranges !== undefined) return stampsOf(ranges)
  return token.restUpTo > 0 ? stampsOf([], token.restUpTo) : undefined
}

function joinMarks(a: SeenMark, b: SeenMark): SeenMark {
  if (a.kind === 'position') return b.kind === 'position' ? joinPlaces(a, b) : a
  if (b.kind === 'position') return a
  return stampsOf(joinRanges(a.ranges, b.ranges), Math.max(a.upTo, b.upTo))
}

/** Groups and seats are numbered by the table of keyspaces and the list of members, groups of added shards behind. */
function clusterOf({ cluster, config }: RouterState): number {
  const table = config.keyspaces.map(({ name, level, strategy }) => `${name} ${level} ${strategy}`)
  const members = cluster.topology.roster?.born ?? config.members.map(({ id }) => id)
  const { length } = cluster.topology.shards.filter(({ born }) => born === undefined)
  const words = [cluster.clusterId, length * table.length, ...members, ...table]
  return hashBytes(textToBytes(words.join('\n'))).low
}
