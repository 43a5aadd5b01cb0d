// Session tokens that name what a member lost for good: their holder is refused, whoever was given one since is not.

import test from 'ava'
import { ask, tokenOf } from './asking.js'
import { type Client, CoreWorld, keyspace } from './core-world.js'

const causal = { level: 'causal', strategy: 'eventual', durability: 'everysec' } as const
const behind = /^-TRYAGAIN /

test('session token: causal: what was lost long ago: refused for ever, whatever tokens its holder takes meanwhile', (t) => {
  const w = new CoreWorld({ members: 1, keyspaces: [{ ...keyspace('default', []), ...causal }] })
  const life = (): Client => {
    t.true(w.settled())
    const client = w.client(1)
    t.true(w.until(() => ask(w, client, 'SET other v')[0] === '+OK', 100))
    return client
  }
  const client = life()
  const { rows } = w.member(1)
  const log = new Map(rows.log)
  ask(w, client, 'SET k v')
  let token = tokenOf(w, client)
  w.kill(1)
  rows.log = log
  w.start(1)

  for (let lives = 0; lives < 12; lives++) {
    life()
    const holder = w.client(1)
    ask(w, holder, `QUORATE SESSION SET ${token}`)

    t.regex(ask(w, holder, 'GET k')[0] as string, behind, `${lives}`)

    token = tokenOf(w, holder)
    w.kill(1)
    w.start(1)
  }
})

test('session token: more causal keyspaces than fit: what was lost is refused, and what is written since is not', (t) => {
  const names = Array.from({ length: 24 }, (_, i) => `s${i}`)
  const keyspaces = names.map((name) => ({ ...keyspace(name, [`${name}:`]), ...causal }))
  const w = new CoreWorld({ members: 1, keyspaces: [...keyspaces, keyspace('default', [])] })
  const write = (value: string): string => {
    t.true(w.settled())
    const writer = w.client(1)
    for (const name of names) {
      t.true(w.until(() => ask(w, writer, `SET ${name}:k ${value}`)[0] === '+OK', 100))
    }
    return tokenOf(w, writer)
  }
  const read = (token: string): readonly string[] => {
    const reader = w.client(1)
    ask(w, reader, `QUORATE SESSION SET ${token}`)
    return ask(w, reader, ...names.map((name) => `GET ${name}:k`))
  }
  write('old')
  const { rows } = w.member(1)
  const log = new Map(rows.log)
  const lost = write('lost')
  w.kill(1)
  rows.log = log
  w.start(1)
  const later = write('new')

  t.true(read(lost).every((reply) => behind.test(reply)))
  t.true(read(later).every((reply) => reply === '$new'))
})
