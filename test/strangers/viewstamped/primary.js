// The primary of a view: gives every proposal its place, sends entries to the backups, and counts who has
// them on disk. Reads wait for a round in which a majority says that it is still in this view.

import { noopPayload, quorumIndex } from 'quorate/plugin'

export function lead(replica) {
  const { log, others, mono } = replica
  const next = log.tail.last + 1
  replica.spentView = replica.view
  const peer = () => ({
    next,
    match: 0,
    flight: 0,
    round: 0,
    heardAt: mono,
    sentAt: mono,
    told: -1,
    recovering: false,
    isGettingSnapshot: false,
    snapshotAt: 0,
  })
  replica.phase = 'normal'
  replica.wanted = 0
  replica.nextBeat = mono
  replica.leading = {
    peers: new Map(others.map((id) => [id, peer()])),
    /** The first entry of this view: what is before it commits with it. */
    first: next,
    round: 0,
    /** Reads that wait for the next round, and rounds under way. */
    reads: [],
    rounds: [],
    openBytes: 0,
  }
  log.append({ term: replica.view, index: next, payload: noopPayload })
  replica.out.note('info', 'viewstamped.primary', {
    member: replica.self,
    term: replica.view,
    index: next,
  })
}

/** It is none any more: its reads were not answered. */
export function resign(replica) {
  replica.phase = 'changing'
  const { leading, out } = replica
  replica.leading = null
  const reads = [
    ...(leading?.reads ?? []),
    ...(leading?.rounds ?? []).flatMap((round) => round.reads),
  ]
  for (const { token } of reads) if (token !== null) out.drop(token, 'not-leader', true)
}

export function primaryTick(replica) {
  if (replica.mono < replica.nextBeat) return
  replica.nextBeat = replica.mono + replica.options.beatMs
  if (!hearsMajority(replica)) {
    resign(replica)
    replica.heard()
    return
  }
  for (const peer of replica.leading.peers.values()) {
    // What is not acknowledged by now may be lost.
    if (replica.mono - peer.sentAt >= replica.options.silenceMs) rewind(peer)
    peer.told = -1
  }
}

/** Backups that hear a primary which does not hear them would wait for ever. */
function hearsMajority({ leading, mono, options, quorum }) {
  const since = mono - 2 * options.silenceMs
  let count = 1
  for (const peer of leading.peers.values()) if (peer.heardAt >= since && !peer.recovering) count++
  return count >= quorum
}

export function propose(replica, token, payload) {
  const { leading, log, short, options } = replica
  if (leading === null) return { reason: 'not-leader', leader: replica.leader }
  if (short || leading.openBytes > options.openBytes) return { reason: 'busy' }
  const index = log.tail.last + 1
  log.append({ term: replica.view, index, payload })
  log.tokens.set(index, token)
  leading.openBytes += payload.size
  return null
}

/** What a majority has on disk is committed, once an entry of this view is among it. */
export function commit(replica) {
  const { leading, log, others } = replica
  const matches = others.map((id) =>
    leading.peers.get(id).recovering ? 0 : leading.peers.get(id).match,
  )
  const index = quorumIndex([log.stable, ...matches])
  if (index <= log.commit || log.tail.termAt(index) !== replica.view) return
  for (let at = log.commit + 1; at <= index; at++) leading.openBytes -= log.tail.sizeAt(at)
  leading.openBytes = Math.max(0, leading.openBytes)
  log.commitTo(index)
}

/** To every backup what it lacks, what is committed, and the round of the reads. */
export function prepare(replica) {
  const { leading, log, options } = replica
  beginRound(replica)
  for (const [id, peer] of leading.peers) {
    if (peer.isGettingSnapshot) continue
    if (peer.next <= log.tail.base.index) {
      if (replica.mono < peer.snapshotAt) continue
      peer.isGettingSnapshot = true
      replica.out.askSnapshot(id)
      continue
    }
    while (peer.next <= log.tail.last && peer.flight < options.windowBytes) {
      const entries = log.tail.run(peer.next, options.batchBytes)
      tell(replica, id, entries)
      peer.next += entries.length
      for (const { payload } of entries) peer.flight += payload.size + 1
      // Until it said where its log fits, one message at a time.
      if (peer.match === 0) peer.flight = Math.max(peer.flight, options.windowBytes)
    }
    if (peer.told !== leading.round * 2 ** 26 + log.commit) tell(replica, id, [])
  }
}

function tell(replica, id, entries) {
  const { leading, log } = replica
  const peer = leading.peers.get(id)
  peer.told = leading.round * 2 ** 26 + log.commit
  const previous = log.positionAt(peer.next - 1)
  replica.send(id, { kind: 'prepare', round: leading.round, commit: log.commit, previous, entries })
}

export function onPrepareOk(replica, from, { round, index, fits, recovering }) {
  const { leading, log } = replica
  if (leading === null || index > log.tail.last) return
  const peer = leading.peers.get(from)
  peer.heardAt = replica.mono
  peer.recovering = recovering
  if (fits && index > peer.match) {
    peer.match = index
    peer.sentAt = replica.mono
    peer.next = Math.max(peer.next, index + 1)
    peer.flight = 0
    for (let at = index + 1; at < peer.next; at++) peer.flight += log.tail.sizeAt(at) + 1
  }
  // What is committed there fits for certain.
  if (!fits) {
    peer.match = 0
    peer.next = index + 1
    peer.flight = 0
  }
  if (recovering) return
  peer.round = Math.max(peer.round, round)
  endRounds(replica)
}

function rewind(peer) {
  peer.next = Math.min(peer.next, peer.match === 0 ? peer.next : peer.match + 1)
  peer.flight = 0
}

export function snapshotEnded(replica, id, index) {
  const peer = replica.leading?.peers.get(id)
  if (peer === undefined) return
  peer.isGettingSnapshot = false
  if (index !== null) peer.next = index + 1
  else peer.snapshotAt = replica.mono + replica.options.silenceMs
  peer.sentAt = replica.mono
}

export function readHere(replica, token) {
  replica.leading.reads.push({ token, from: null, id: 0 })
  return null
}

export function onRead(replica, from, { id }) {
  replica.leading?.reads.push({ token: null, from, id })
}

/** Reads wait for a round of their own, and no round begins before an entry of this view is committed. */
function beginRound(replica) {
  const { leading, log, quorum } = replica
  if (leading.reads.length === 0 || log.commit < leading.first) return
  const round = { number: ++leading.round, at: log.commitPosition, reads: leading.reads }
  leading.reads = []
  leading.rounds.push(round)
  if (quorum === 1) endRounds(replica)
}

function endRounds(replica) {
  const { leading, out } = replica
  const confirmed = quorumIndex([
    leading.round,
    ...[...leading.peers.values()].map((peer) => peer.round),
  ])
  while (leading.rounds.length > 0 && leading.rounds[0].number <= confirmed) {
    const { at, reads } = leading.rounds.shift()
    for (const { token, from, id } of reads) {
      if (token !== null) out.grant(token, at)
      else replica.send(from, { kind: 'readable', id, at })
    }
  }
}
