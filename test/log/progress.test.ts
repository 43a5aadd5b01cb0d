// What a leader knows of a follower: the three states and their bounds (after etcd's progress tests).

import test from 'ava'
import { Progress } from 'quorate/plugin'

function make(next = 11): Progress {
  return new Progress(next, 0, { windowMax: 3, windowBytesMax: 100 })
}

test('progress: probe: one message, then nothing until an answer', (t) => {
  const peer = make()

  t.true(peer.isOpen)
  peer.sent(2, 20)
  t.false(peer.isOpen)
  t.is(peer.next, 11)
  t.true(peer.acknowledged(12))
  t.is(peer.state, 'replicate')
  t.is(peer.next, 13)
})

test('progress: replicate: the window bounds messages and bytes', (t) => {
  const peer = make()
  peer.sent(0, 0)
  peer.acknowledged(10)

  peer.sent(1, 60)
  t.true(peer.isOpen)
  peer.sent(1, 60)
  t.false(peer.isOpen)
  t.is(peer.inFlightBytes, 120)
  peer.acknowledged(11)
  t.true(peer.isOpen)
  peer.sent(1, 1)
  peer.sent(1, 1)
  t.is(peer.inFlight, 3)
  t.false(peer.isOpen)
})

test('progress: a stale refusal: changes nothing', (t) => {
  const peer = make()
  peer.sent(0, 0)
  peer.acknowledged(10)
  peer.sent(5, 5)

  t.false(peer.refused(9, 3))
  t.false(peer.refused(20, 3))
  t.is(peer.state, 'replicate')
  t.is(peer.next, 16)
})

test('progress: a refusal in replicate: probes behind what matches, not below', (t) => {
  const peer = make()
  peer.sent(0, 0)
  peer.acknowledged(10)
  peer.sent(5, 5)

  t.true(peer.refused(12, 2))
  t.is(peer.state, 'probe')
  t.is(peer.next, 11)
  t.is(peer.inFlight, 0)
})

test('progress: an answer older than what is known: match and state stay', (t) => {
  const peer = make()
  peer.sent(0, 0)
  peer.acknowledged(10)
  peer.becomeProbe()

  t.false(peer.acknowledged(4))
  t.is(peer.match, 10)
  t.is(peer.state, 'probe')
})

test('progress: snapshot: nothing is sent; its end probes behind it', (t) => {
  const peer = make()
  peer.becomeSnapshot(30)
  t.false(peer.isOpen)

  peer.becomeProbe()
  t.is(peer.next, 31)
  peer.becomeSnapshot(40)
  peer.snapshotFailed()
  t.is(peer.next, 1)
  t.true(peer.paused)
})

test('progress: a peer that lost its state: counts for nothing and old answers are void', (t) => {
  const peer = make()
  peer.sent(0, 0)
  peer.acknowledged(10)

  peer.forget(5)

  t.is(peer.match, 0)
  t.is(peer.fenceMin, 5)
  t.is(peer.state, 'probe')
})
