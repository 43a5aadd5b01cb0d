import test from 'ava'
import type { LinkId, MemberId } from '../../src/api/ids.js'
import { type Link, Links } from '../../src/core/links.js'

const peer = 2 as MemberId

function world() {
  const links = new Links()
  return {
    links,
    open(id: number, dialled: MemberId | null): Link {
      links.open(id as LinkId, dialled)
      return links.get(id as LinkId) as Link
    },
  }
}

test('links: before its hello: a link leads nowhere', (t) => {
  const w = world()
  w.open(1, peer)

  t.is(w.links.best(peer), null)
  t.deepEqual(w.links.peers(), [])
  t.is(w.links.close(1 as LinkId), null)
})

test('links: one dialled and one accepted: the dialled one is used, the other one when it is gone', (t) => {
  const w = world()
  const accepted = w.open(1, null)
  const dialled = w.open(2, peer)

  t.true(w.links.accept(accepted, { sender: peer, incarnation: 5, newest: 1 }))
  t.is(w.links.best(peer), accepted)
  t.false(w.links.accept(dialled, { sender: peer, incarnation: 5, newest: 1 }))
  t.is(w.links.best(peer), dialled)

  t.is(w.links.close(2 as LinkId), null)
  t.is(w.links.best(peer), accepted)
  t.is(w.links.close(1 as LinkId), peer)
  t.is(w.links.best(peer), null)
})

test('links: a peer in its next life: the links to its earlier one are known', (t) => {
  const w = world()
  const old = w.open(1, peer)
  w.links.accept(old, { sender: peer, incarnation: 5, newest: 1 })

  t.deepEqual(w.links.earlier(peer, 5), [])
  t.deepEqual(w.links.earlier(peer, 6), [old])
})

test('links: closed twice: the second time nothing is lost', (t) => {
  const w = world()
  w.links.accept(w.open(1, peer), { sender: peer, incarnation: 5, newest: 1 })

  t.is(w.links.close(1 as LinkId), peer)
  t.is(w.links.close(1 as LinkId), null)
})
