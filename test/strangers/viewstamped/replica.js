// One member: its state, and the strategy that a shard drives. Each message goes to the file of its phase;
// what a turn brought leaves as one Ready.

import { Outbox, ReplicaLog, quorumSize, takeReady } from 'quorate/plugin'
import { onPrepare, onReadable, readThroughPrimary, readsTick, retryReads } from './backup.js'
import { decodeMessage, decodeState, encodeMessage, encodeState } from './messages.js'
import {
  commit,
  onPrepareOk,
  onRead,
  prepare,
  primaryTick,
  propose,
  readHere,
  snapshotEnded,
} from './primary.js'
import { onRecovery, onRecoveryResponse, recoveryTick } from './recovery.js'
import {
  enter,
  onDoViewChange,
  onGetState,
  onNewState,
  onStartViewChange,
  viewTick,
} from './view-change.js'

/** A view further ahead than this is no view. */
const viewJumpMax = 2 ** 20

export class Replica {
  /** The view that was promised: nothing of an earlier one is taken any more. */
  view
  /** Of the last hard state on disk. */
  viewOnDisk
  /** A view that this member led, or may have led before it was started again: it never does twice. */
  spentView
  /** `normal` under a primary, `changing` until there is one. */
  phase = 'changing'
  /** The next view, once the primary is silent; 0 while it is not. */
  wanted = 0
  /** What the others want, by member. */
  wants = new Map()
  /** Last positions of those who promised this view, at its primary-elect. */
  offers = new Map()
  /** State of a primary, else null. */
  leading = null
  /** Reads through the primary, by try. */
  tries = new Map()
  /** Answers to the last question of a recovering member. */
  responses = new Map()
  /** From where on a recovering member is refilled, once it is known. */
  target = null
  /** Up to where the log is known to be the primary's. */
  matched = 0
  tryId = 0
  nonce = 0
  mono
  deadline = 0
  nextBeat = 0
  short = false
  isDirty = false
  counters = { views: 0, snapshotsInstalled: 0, malformed: 0 }

  constructor(init) {
    const { view, recovering } = decodeState(init.state)
    this.init = init
    this.self = init.self
    this.options = init.options
    this.random = init.random
    this.voters = init.members.voters
    this.others = this.voters.filter((id) => id !== this.self)
    this.quorum = quorumSize(this.voters.length)
    this.view = this.viewOnDisk = this.spentView = view
    // Who accepts the loss takes what is there for the truth.
    this.recovering = init.recovering === 'accept-loss' ? null : (init.recovering ?? recovering)
    this.isDirty = this.recovering !== recovering
    this.mono = init.now.mono
    this.tryId = this.nonce = this.random.uint32() * 1024
    this.out = new Outbox(encodeMessage)
    this.log = new ReplicaLog({
      ...init,
      isAlone: this.others.length === 0,
      tailBytes: Number.MAX_SAFE_INTEGER,
      drop: (token, reason, definite) => this.out.drop(token, reason, definite),
    })
    this.heard()
  }

  get primary() {
    return this.voters[this.view % this.voters.length]
  }

  /** Whom this member takes for the leader. */
  get leader() {
    const isSeen = this.phase === 'normal' && this.wanted === 0
    return isSeen || this.leading !== null ? this.primary : null
  }

  get last() {
    return this.log.tail.position
  }

  send(to, message) {
    this.out.send(to, { view: this.view, ...message })
  }

  /** Votes and acknowledgements: behind the write that they rest on. */
  sendAfterWrite(to, message) {
    this.out.sendAfterWrite(to, { view: this.view, ...message })
  }

  broadcast(message) {
    for (const id of this.others) this.send(id, message)
  }

  /** The primary is there. */
  heard() {
    const { silenceMs } = this.options
    this.deadline = this.mono + silenceMs + this.random.below(silenceMs)
    this.wanted = 0
    this.wants.clear()
  }

  note({ mono }) {
    this.mono = Math.max(this.mono, mono)
  }

  tick(now) {
    this.note(now)
    if (this.recovering !== null) recoveryTick(this)
    else if (this.leading !== null) primaryTick(this)
    else viewTick(this)
    readsTick(this)
  }

  step(from, bytes, now) {
    this.note(now)
    if (!this.others.includes(from)) return
    const message = decodeMessage(bytes)
    if (message === null || message.view > this.view + viewJumpMax) {
      this.counters.malformed++
      return
    }
    const { kind, view } = message
    // These change no view, and are answered in any.
    if (kind === 'start-view-change') return onStartViewChange(this, from, message)
    if (kind === 'recovery') return onRecovery(this, from, message)
    if (kind === 'recovery-response') return onRecoveryResponse(this, from, message)
    if (view < this.view) {
      // An old primary learns that it is one.
      if (kind === 'prepare')
        this.sendAfterWrite(from, {
          kind: 'prepare-ok',
          round: 0,
          index: 0,
          fits: false,
          recovering: true,
        })
      return
    }
    if (view > this.view) enter(this, view)
    switch (kind) {
      case 'do-view-change':
        return onDoViewChange(this, from, message)
      case 'get-state':
        return onGetState(this, from, message)
      case 'new-state':
        return onNewState(this, from, message)
      case 'prepare':
        if (from === this.primary) onPrepare(this, message)
        return
      case 'prepare-ok':
        return onPrepareOk(this, from, message)
      case 'read':
        return onRead(this, from, message)
      case 'readable':
        return onReadable(this, message)
    }
  }

  propose(token, payload, now) {
    this.note(now)
    return propose(this, token, payload)
  }

  readIndex(token, level) {
    if (level === 'local') {
      this.out.grant(token, this.log.positionAt(this.log.applied))
      return null
    }
    if (level !== 'linearizable') return { reason: 'unsupported' }
    return this.leading === null ? readThroughPrimary(this, token) : readHere(this, token)
  }

  transfer() {
    return { reason: 'unsupported' }
  }

  reconfigure() {
    return { reason: 'unsupported' }
  }

  checkpointed(position) {
    this.log.cut(position, this.options.keepBytes)
  }

  persisted(batch) {
    this.log.persisted(batch, ({ term }) => {
      if (term <= this.viewOnDisk) return
      this.viewOnDisk = term
      // The time that a slow disk took is no silence.
      if (this.phase === 'changing') this.heard()
    })
  }

  applied(position) {
    this.log.applyTo(position.index)
  }

  /** Everything behind the checkpoint is in memory. */
  fetched() {}

  peerUp() {}

  peerDown(peer) {
    if (this.leading !== null)
      this.leading.peers.get(peer).next = this.leading.peers.get(peer).match + 1
    else if (peer === this.primary)
      this.deadline = Math.min(this.deadline, this.mono + this.random.below(30))
  }

  acceptsSnapshot(from, term, at) {
    if (this.short || term > this.view + viewJumpMax || at.index <= this.log.commit) return false
    if (term > this.view) enter(this, term)
    if (term < this.view || from !== this.primary || this.leading !== null) return false
    this.heard()
    return true
  }

  snapshotInstalled(at, chain) {
    this.counters.snapshotsInstalled++
    this.log.install(at, chain, false)
    this.matched = at.index
  }

  snapshotSent(peer, ok, at) {
    snapshotEnded(this, peer, ok ? at.index : null)
  }

  diskShort(short) {
    this.short = short
  }

  /** It begins no era: what a majority lost stays lost. */
  acceptLoss() {}

  chainAt(index) {
    return this.log.tail.chainAt(index)
  }

  ready() {
    if (this.leading !== null) {
      commit(this)
      prepare(this)
    } else retryReads(this)
    const { log, isDirty, view } = this
    const ready = takeReady(log, this.out, {
      hard: {
        isDirty,
        mustSync: true,
        term: view,
        encode: () => encodeState(view, this.recovering),
      },
      deliverTo: Math.min(log.commit, log.stable),
      applyBytes: 16 * 1024 * 1024,
      syncs: true,
      mono: this.mono,
    })
    this.isDirty = false
    return ready
  }

  wakeAt() {
    const reads = [...this.tries.values()].map((each) => each.until)
    const silent =
      this.leading === null && this.recovering === null ? this.deadline : Number.MAX_SAFE_INTEGER
    const isIdle =
      this.phase === 'normal' &&
      this.leading === null &&
      this.wanted === 0 &&
      this.recovering === null
    return Math.min(silent, isIdle ? Number.MAX_SAFE_INTEGER : this.nextBeat, ...reads)
  }

  status() {
    const { log, leading, leader, recovering, view } = this
    const isFollowing = leader !== null
    const role = leading !== null ? 'leader' : isFollowing ? 'follower' : 'candidate'
    const peers = [...(leading?.peers ?? [])].map(([member, peer]) => ({
      member,
      match: peer.match,
      state: peer.isGettingSnapshot ? 'snapshot' : peer.match === 0 ? 'probe' : 'replicate',
      active: this.mono - peer.heardAt <= this.options.silenceMs,
      recovering: peer.recovering,
    }))
    return {
      role: recovering === null ? role : 'recovering',
      leader,
      term: view,
      era: 1,
      commit: log.commitPosition,
      last: this.last,
      first: log.tail.first,
      chain: log.tail.chainAt(log.tail.last),
      members: this.init.members,
      peers,
      recovering,
      why: recovering === null ? '' : 'waits for a majority that has all its entries to refill it',
      loss: '',
      counters: { ...this.counters },
    }
  }
}
