// A member that lost its disk: it promises, counts and acknowledges nothing before a majority of others, the
// primary of the newest view that they know of among them, has answered a question that was asked
// after the loss, and the log holds what that primary had then.

import { quorumSize } from 'quorate/plugin'

export function recoveryTick(replica) {
  if (replica.others.length === 0) return
  if (isRefilled(replica)) {
    replica.recovering = null
    replica.isDirty = true
    replica.heard()
    replica.out.note('info', 'viewstamped.recovered', { member: replica.self, term: replica.view })
    return
  }
  if (replica.mono < replica.nextBeat) return
  replica.nextBeat = replica.mono + replica.options.beatMs
  if (replica.target !== null) return
  replica.broadcast({ kind: 'recovery', nonce: replica.nonce })
}

function isRefilled({ target, phase, view, matched, log }) {
  return (
    target !== null &&
    phase === 'normal' &&
    view >= target.view &&
    matched >= target.last &&
    log.stable >= matched
  )
}

export function onRecovery(replica, from, { nonce }) {
  if (replica.recovering !== null || replica.phase !== 'normal') return
  const leads = replica.leading !== null
  replica.send(from, { kind: 'recovery-response', nonce, leads, last: replica.log.tail.last })
}

export function onRecoveryResponse(replica, from, message) {
  if (replica.recovering === null || replica.target !== null || message.nonce !== replica.nonce)
    return
  const { responses } = replica
  responses.set(from, message)
  if (responses.size < quorumSize(replica.voters.length)) return
  const view = Math.max(...[...responses.values()].map((each) => each.view))
  const primary = [...responses.values()].find((each) => each.view === view && each.leads)
  if (primary !== undefined) replica.target = { view, last: primary.last }
}
