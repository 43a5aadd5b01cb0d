// The primary is silent. Who misses it says which view it wants; what a majority wants is entered: from then
// on nothing of an earlier view is taken. The next member in turn leads it once a majority is in it and
// its own log is as long as the longest of theirs.

import { comparePositions } from 'quorate/plugin'
import { lead, resign } from './primary.js'

export function viewTick(replica) {
  const isPromised = replica.viewOnDisk === replica.view
  if (replica.mono >= replica.deadline && isPromised && !replica.short) silence(replica)
  if (replica.mono < replica.nextBeat) return
  replica.nextBeat = replica.mono + replica.options.beatMs
  const view = Math.max(replica.wanted, replica.view)
  if (replica.wanted > 0 || replica.phase === 'changing')
    replica.broadcast({ kind: 'start-view-change', view })
  if (replica.phase === 'changing') promise(replica)
}

/** Nothing was heard of a primary for long. */
function silence(replica) {
  replica.heard()
  want(replica, replica.view + 1)
}

function want(replica, view) {
  replica.wanted = Math.max(replica.wanted, view)
  replica.nextBeat = replica.mono
  let count = 1
  for (const each of replica.wants.values()) if (each >= replica.wanted) count++
  if (count >= replica.quorum) enter(replica, replica.wanted)
}

export function onStartViewChange(replica, from, { view }) {
  if (view <= replica.view || replica.recovering !== null || replica.short) return
  // A vote is worth nothing to who hears the primary.
  if (replica.leading !== null || (replica.phase === 'normal' && replica.wanted === 0)) return
  replica.wants.set(from, view)
  want(replica, view)
}

/** Promises to take nothing of an earlier view. */
export function enter(replica, view) {
  resign(replica)
  replica.view = view
  replica.isDirty = true
  replica.offers.clear()
  replica.matched = 0
  replica.counters.views++
  replica.heard()
  promise(replica)
}

/** Tells the primary-elect how long the own log is, on disk as it is. */
function promise(replica) {
  const { primary, self, last } = replica
  if (replica.recovering !== null || replica.view === 0) return
  if (primary !== self) replica.sendAfterWrite(primary, { kind: 'do-view-change', last })
  else tryToLead(replica)
}

export function onDoViewChange(replica, from, { last }) {
  if (replica.primary !== replica.self || replica.phase !== 'changing') return
  if (replica.recovering !== null) return
  replica.offers.set(from, last)
  tryToLead(replica)
}

function tryToLead(replica) {
  const { offers, quorum, view, spentView, viewOnDisk } = replica
  // The own promise counts once it is on disk.
  const own = viewOnDisk === view ? 1 : 0
  if (view === spentView || offers.size + own < quorum) return
  const longer = (a, b) => (comparePositions(b[1], a[1]) > 0 ? b : a)
  const [best] = [...offers].reduce(longer, [replica.self, replica.last])
  if (best === replica.self) lead(replica)
  else replica.send(best, { kind: 'get-state', at: replica.last })
}

/** The primary-elect lacks entries: it gets what is behind the last one that may be in both logs. */
export function onGetState(replica, from, { at }) {
  const { log, options, primary, last } = replica
  if (from !== primary) return
  const previous = log.agrees(at)
  const entries = log.tail.run(previous.index + 1, options.batchBytes)
  replica.send(from, { kind: 'new-state', last, previous, entries })
}

export function onNewState(replica, from, { last, previous, entries }) {
  const { log } = replica
  if (replica.primary !== replica.self || replica.phase !== 'changing') return
  if (previous.index > log.tail.last) return
  if (log.tail.termAt(previous.index) !== previous.term && previous.index > log.commit) {
    replica.send(from, { kind: 'get-state', at: log.agrees(previous) })
    return
  }
  const open = entries.filter(({ index }) => index > log.commit)
  log.adopt(open, (after) => {
    log.truncate(after)
    return true
  })
  replica.heard()
  const end = entries.at(-1) ?? previous
  if (end.index < last.index)
    replica.send(from, { kind: 'get-state', at: { term: end.term, index: end.index } })
  else tryToLead(replica)
}
