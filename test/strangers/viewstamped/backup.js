// A backup: takes the primary's entries where they fit its log, and reads through the primary.

/** Reads that wait at one member. */
const readsMax = 65_536

export function onPrepare(replica, { round, commit, previous, entries }) {
  const { log, recovering } = replica
  replica.heard()
  replica.phase = 'normal'
  const isKnown = previous.index <= log.commit || log.tail.termAt(previous.index) === previous.term
  const fits = isKnown && !(replica.short && entries.length > 0)
  if (fits) {
    // What is committed is here, or in a checkpoint.
    const open = entries.filter(({ index }) => index > log.commit)
    log.adopt(open, (after) => {
      log.truncate(after)
      return true
    })
    replica.matched = Math.max(previous.index + entries.length, log.commit)
    log.commitTo(Math.min(commit, replica.matched))
  }
  const answer = {
    kind: 'prepare-ok',
    round,
    index: fits ? replica.matched : log.commit,
    fits,
    recovering: recovering !== null,
  }
  // Without entries nothing is new but the round, which waits for no disk once the view is on it.
  const isQuick = entries.length === 0 && replica.viewOnDisk === replica.view
  if (isQuick)
    replica.send(replica.primary, { ...answer, index: Math.min(answer.index, log.stable) })
  else replica.sendAfterWrite(replica.primary, answer)
}

export function readThroughPrimary(replica, token) {
  if (replica.leader === null) return { reason: 'not-leader', leader: null }
  if (replica.tries.size >= readsMax) return { reason: 'busy' }
  const id = ++replica.tryId
  replica.tries.set(id, { token, until: replica.mono + replica.options.readMs })
  replica.send(replica.primary, { kind: 'read', id })
  return null
}

export function onReadable(replica, { id, at }) {
  const { tries, out } = replica
  const read = tries.get(id)
  if (read === undefined) return
  tries.delete(id)
  out.grant(read.token, at)
}

export function readsTick(replica) {
  for (const [id, { token, until }] of replica.tries) {
    if (replica.mono < until) continue
    replica.tries.delete(id)
    replica.out.drop(token, 'timeout', true)
  }
}

/** Reads through a primary that is none any more. */
export function retryReads(replica) {
  if (replica.leader !== null) return
  for (const { token } of replica.tries.values()) replica.out.drop(token, 'not-leader', true)
  replica.tries.clear()
}
