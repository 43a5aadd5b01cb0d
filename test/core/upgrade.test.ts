// Builds of two versions beside each other: what the newer one brought is used once all members know it; who knows
// less than the cluster has does not come in, and a replica stops before what it does not know.

import test from 'ava'
import type { CommandSpec } from '../../src/api/command.js'
import type { Engine, EngineFactory } from '../../src/api/engine.js'
import { createEngine } from '../../src/engine/engine.js'
import { type Client, CoreWorld, keyspace } from './core-world.js'
import { ScriptWorld } from './script-world.js'

const older = { facts: { clusterVersion: 1 } }
const newer = { facts: { clusterVersion: 2 }, engine: withShout }

/** The shipped engine, and a command that version 2 of the cluster brought: SET of upper-case text. */
function withShout(...args: Parameters<EngineFactory>): Engine {
  const engine = createEngine(...args)
  const set = engine.commands.get('set') as CommandSpec
  const commands = new Map(engine.commands)
  commands.set('shout', { ...set, name: 'shout', arity: 3, clusterSince: 2 })
  const translated = (line: readonly string[]): readonly string[] =>
    line[0] === 'shout' ? ['set', line[1] ?? '', (line[2] ?? '').toUpperCase()] : line
  const own: Pick<Engine, 'execute'> = {
    execute: (db, line, mayWait) => engine.execute(db, translated(line), mayWait),
  }
  const { scripting: inner } = engine
  const scripting =
    inner &&
    new Proxy(inner, {
      get(target, key) {
        if (key === 'execute')
          return (db: number, line: readonly string[]) => target.execute(db, translated(line))
        const value: unknown = Reflect.get(target, key, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  return new Proxy(engine, {
    get(target, key) {
      if (key === 'commands') return commands
      if (key === 'execute') return own.execute
      if (key === 'scripting') return scripting
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** Members whose builds stand in `builds` when they start. */
function mixed(...builds: (typeof older | typeof newer)[]) {
  const w = new CoreWorld({ build: (id) => builds[id - 1] ?? {} })
  if (!w.settled()) throw new Error('not settled')
  return { w, builds }
}

function versions(w: CoreWorld): (number | undefined)[] {
  return w.members.map(({ core }) => {
    const topology = core?.inspect().topology
    return topology === undefined || topology.epoch === 0 ? undefined : (topology.version ?? 1)
  })
}

function reaches(w: CoreWorld, version: number): boolean {
  return w.until(() => versions(w).every((each) => each === version))
}

function ask(w: CoreWorld, client: Client, line: string): string {
  const before = client.replies.length
  client.send(line)
  if (!w.answered()) throw new Error(`no answer to ${line}`)
  return client.replies[before] ?? ''
}

test('upgrade: one build everywhere: the cluster begins with what it knows, in epoch 1', (t) => {
  const { w } = mixed(newer, newer, newer)

  t.true(reaches(w, 2))
  t.is(w.member(1).core?.inspect().topology.epoch, 1)
  t.is(ask(w, w.client(2), 'SHOUT k hello'), '+OK')
  t.is(ask(w, w.client(3), 'GET k'), '$HELLO')
})

test('upgrade: members one by one: a new command is unknown until the last one knows it, then it is there at all', (t) => {
  const { w, builds } = mixed(older, older, older)
  t.true(reaches(w, 1))

  for (const id of [1, 2, 3]) {
    w.kill(id)
    builds[id - 1] = newer
    w.start(id)
    t.true(w.settled())
    if (id === 3) continue
    for (let i = 0; i < 3_000; i++) w.step()
    t.deepEqual(versions(w), [1, 1, 1], String(id))
    t.regex(ask(w, w.client(id), 'SHOUT k hello'), /unknown command/)
    t.regex(ask(w, w.client(id), 'QUORATE REMOVE 2 DRYRUN'), /not at version 2 yet/)
  }

  t.true(reaches(w, 2))
  t.notRegex(ask(w, w.client(1), 'QUORATE REMOVE 2 DRYRUN'), /not at version/)
  for (const id of [1, 2, 3]) {
    t.is(ask(w, w.client(id), `shout k${id} hello`), '+OK')
    t.is(ask(w, w.client(id), `GET k${id}`), '$HELLO')
  }
})

test('upgrade: the last member is new, too: it serves once the cluster is at the version that all know', (t) => {
  const { w, builds } = mixed(newer, newer, older)
  t.true(reaches(w, 1))
  w.kill(3)
  builds[2] = newer
  w.start(3)

  t.true(w.until(() => / loading:0 /.test(ask(w, w.client(3), 'INFO').replace(/\s+/g, ' '))))
  t.notRegex(ask(w, w.client(3), 'QUORATE REMOVE 2 DRYRUN'), /not at version/)
})

test('upgrade: a member that is away: holds the cluster back, for it may come back as it was', (t) => {
  const { w, builds } = mixed(older, older, older)
  t.true(reaches(w, 1))
  w.kill(3)
  for (const id of [1, 2]) {
    w.kill(id)
    builds[id - 1] = newer
    w.start(id)
  }
  t.true(w.until(() => ask(w, w.client(1), 'SET a 1') === '+OK'))
  for (let i = 0; i < 3_000; i++) w.step()
  t.deepEqual(versions(w).slice(0, 2), [1, 1])

  w.start(3)
  t.true(w.settled())
  t.is(ask(w, w.client(3), 'GET a'), '$1')
})

test('upgrade: an older build behind it: does not start on a disk that says so, and is not let in with another one', (t) => {
  const { w, builds } = mixed(newer, newer, newer)
  t.true(reaches(w, 2))

  builds[2] = older
  w.kill(3)
  w.start(3)
  t.true(w.until(() => w.member(3).stopped !== null))
  t.regex(
    w.member(3).stopped?.why ?? '',
    /cluster is at version 2, this build knows versions up to 1/,
  )

  w.kill(3, true)
  w.start(3)
  for (let i = 0; i < 2_000; i++) w.step()
  t.false(w.member(3).core?.inspect().isServing() ?? false)
  t.true(
    w
      .member(1)
      .traces.some(
        ({ event, fields }) =>
          event === 'peer.refused' && /needs a newer build/.test(String(fields['why'])),
      ),
  )
  t.is(ask(w, w.client(1), 'SET a 1'), '+OK')
})

for (const how of ['alone', 'in a transaction'])
  test(`upgrade: an entry with a command that a replica does not know, ${how}: it stops before it, the others go on`, (t) => {
    // The version says that all know it: one build lies.
    const liar = { facts: { clusterVersion: 2 }, engine: createEngine }
    const { w } = mixed(newer, newer, liar)
    t.true(reaches(w, 2))
    t.is(ask(w, w.client(1), 'SET k 0'), '+OK')

    const client = w.client(1)
    if (how === 'alone') t.is(ask(w, client, 'SHOUT k hello'), '+OK')
    else for (const line of ['MULTI', 'SET a 1', 'SHOUT k hello', 'EXEC']) ask(w, client, line)

    t.true(
      w.until(() =>
        w
          .member(3)
          .traces.some(
            ({ event, fields }) =>
              event === 'shard.halted' && /command shout/.test(String(fields['why'])),
          ),
      ),
    )
    t.is(ask(w, w.client(2), 'GET k'), '$HELLO')
    const group = w.member(3).core?.inspect().groups[0]
    const ahead = w.member(1).core?.inspect().groups[0]
    t.true((group?.applied.index ?? 0) < (ahead?.applied.index ?? 0))
  })

test('upgrade: an entry with what a script came to, a command that a replica does not know: it stops before it', async (t) => {
  const builds = [newer, newer, { facts: { clusterVersion: 2 }, engine: createEngine }]
  const scripted = new ScriptWorld({ build: (id) => builds[id - 1] ?? {} })
  t.teardown(() => scripted.close())
  const { world: w } = scripted
  t.true(reaches(w, 2))
  if (w.leader() === 3) {
    w.kill(3)
    t.true(w.until(() => w.leader() !== null && w.leader() !== 3))
    w.start(3)
    t.true(w.settled())
  }

  const script = "return redis.call('SHOUT', KEYS[1], 'hello')"
  t.is(await scripted.ask(w.client(1), 'EVAL', script, '1', 'k'), '+OK\r\n')

  const halts = () => w.member(3).traces.filter(({ event }) => event === 'shard.halted')
  t.true(w.until(() => halts().length > 0))
  t.regex(String(halts()[0]?.fields['why']), /command shout/)
  t.is(await scripted.ask(w.client(2), 'GET', 'k'), '$5\r\nHELLO\r\n')
})

test('upgrade: all stopped, one of an eventual keyspace starts alone: it serves, and says so, before anybody leads', (t) => {
  const space = { ...keyspace('default', []), level: 'eventual', strategy: 'eventual' } as const
  const w = new CoreWorld({ keyspaces: [space] })
  t.true(w.settled())
  for (const { inbox } of w.members) inbox.push({ kind: 'stop' })
  t.true(w.until(() => w.members.every(({ stopped }) => stopped !== null)))
  for (const { id } of w.members) w.kill(id)

  w.start(1)
  const begun = w.mono

  const client = w.client(1)
  t.true(w.until(() => / loading:0 /.test(ask(w, client, 'INFO').replace(/\s+/g, ' '))))
  t.true(w.mono - begun < 6_000)
  t.is(ask(w, client, 'SET k 1'), '+OK')
})
