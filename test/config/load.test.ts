// The configuration: the documented file is true, faults are named, overrides have their order.

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { parse } from 'yaml'
import { ConfigError, QuorateError } from '../../src/base/errors.js'
import { type LoadOptions, loadConfig } from '../../src/config/load.js'
import { listOptions, listOverridable } from '../../src/config/options.js'

const documented = new URL('../../../conf/quorate.yaml', import.meta.url).pathname

function write(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'quorate-config-')), 'q.yaml')
  writeFileSync(file, text)
  return file
}

function load(text: string, options: Partial<LoadOptions> = {}) {
  return loadConfig({ file: write(text), ...options }).config
}

function refusal(text: string, options: Partial<LoadOptions> = {}): string {
  const file = write(text)
  try {
    loadConfig({ file, ...options })
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replace(file, 'q.yaml')
    throw error
  }
  return 'accepted'
}

test('documented file: read: it parses to exactly the defaults', (t) => {
  const fromFile = loadConfig({ file: documented })
  const defaults = loadConfig({ file: null })

  t.deepEqual(fromFile.config, defaults.config)
})

test('documented file: its options: exactly those of the schema, with their defaults', (t) => {
  const text = readFileSync(documented, 'utf8')
  const tree: unknown = parse(text)
  const listed = new Map<string, string>()
  const walk = (value: unknown, prefix: string): void => {
    for (const [name, inner] of Object.entries(value as Record<string, unknown>)) {
      const isList = Array.isArray(inner)
      const isMap = typeof inner === 'object' && inner !== null && !isList
      if (isMap && Object.keys(inner).length > 0) walk(inner, `${prefix}${name}.`)
      else listed.set(`${prefix}${name}`, isList ? '[]' : isMap ? '{}' : String(inner))
    }
  }
  walk(tree, '')
  let list = ''
  for (const line of text.split('\n')) {
    list = /^(\w+): (?:\[\]|1$)/.exec(line)?.[1] ?? list
    const element = /^# {2}(?:- | {2})([\w-]+): (\S+)/.exec(line)
    if (element !== null) listed.set(`${list}[].${element[1]}`, element[2] ?? '')
  }

  const expected = listOptions().map((each) => [
    each.path,
    each.path === 'members[].id' ? '1' : each.path === 'shards[].members' ? '[m1]' : each.written,
  ])
  t.deepEqual([...listed].toSorted(), expected.toSorted())
})

test('options: each one: has a description and what is allowed', (t) => {
  for (const each of listOptions()) {
    t.true(each.description.length > 5 && each.allowed.length > 3, each.path)
  }
})

test('shipped files: dev and cluster-3: load', (t) => {
  const three = loadConfig({
    file: documented.replace('quorate.yaml', 'cluster-3.yaml'),
    flags: { self: '2' },
  }).config
  const dev = loadConfig({ file: documented.replace('quorate.yaml', 'dev.yaml') }).config

  t.is(three.members.length, 3)
  t.is(three.self, 2 as never)
  t.is(three.listeners[0]?.port, 6380)
  t.is(dev.cluster, 'dev')
})

test('refusals: wrong values: name file, line, option, given and allowed', (t) => {
  const cases: readonly (readonly [string, string])[] = [
    [
      'cluster: a\nclients:\n  maxx: 5\n',
      'q.yaml:3: clients.maxx: given an unknown option, allowed: max, bulk-max, databases, request-timeout, session-wait (did you mean max?)',
    ],
    [
      'clients:\n  max: many\n',
      'q.yaml:2: clients.max: given "many", allowed: an integer from 1 to 1000000',
    ],
    [
      'clients:\n  bulk-max: 512mb\n',
      'q.yaml:2: clients.bulk-max: given "512mb", allowed: a size as 64mb, from 16kb to 32mb',
    ],
    [
      'settings: [timeout]\n',
      'q.yaml:1: settings: given ["timeout"], allowed: names and values, as CONFIG SET takes them',
    ],
    [
      'settings:\n  timeout: [5]\n',
      'q.yaml:2: settings.timeout: given [5], allowed: a text, a number, true or false',
    ],
    [
      'users:\n  - name: a\n    rules: 5\n',
      'q.yaml:3: users[0].rules: given 5, allowed: rules as ACL SETUSER takes them',
    ],
    [
      'keyspaces:\n  - name: a\n    prefixes: [5]\n    options: 7\n',
      'q.yaml:3: keyspaces[0].prefixes[0]: given 5, allowed: text of 1 to 512 bytes',
    ],
    [
      'keyspaces:\n  - options: 7\n',
      'q.yaml:2: keyspaces[0].options: given 7, allowed: names and values',
    ],
    [
      'clients:\n  max: 0\n',
      'q.yaml:2: clients.max: given 0, allowed: an integer from 1 to 1000000',
    ],
    [
      'disk: {reserve: 5parsec}\n',
      'q.yaml:1: disk.reserve: given "5parsec", allowed: a size as 64mb, or 0 for none',
    ],
    [
      '\nkeyspaces:\n  - name: a\n    prefixes: [x]\n    level: stronk\n',
      'q.yaml:5: keyspaces[0].level: given "stronk", allowed: one of strong, sequential, causal, eventual',
    ],
    [
      'members:\n  - id: 1\n  - id: 1\n    client: 127.0.0.1:6380\nself: 1\n',
      'q.yaml:3: members[1].id: given 1, allowed: one that no other has; members[0] has it',
    ],
    [
      'members:\n  - client: 127.0.0.1:6380\n',
      'q.yaml:2: members[0].id: given nothing, allowed: an integer from 1 to 65535',
    ],
    [
      'members:\n  - id: 1\n    client: nowhere\n',
      'q.yaml:3: members[0].client: given "nowhere", allowed: host:port, as 127.0.0.1:6379 or [::1]:6379',
    ],
    [
      'members:\n  - id: 1\n    client: 10.0.0.1:6379\n',
      'q.yaml:2: members[0].peer: given 10.0.0.1:16379, allowed: a loopback address, unless peers.insecure is true: peers are not authenticated',
    ],
    [
      'members:\n  - id: 1\n  - id: 2\n    client: 127.0.0.1:6380\n',
      'q.yaml:1: self: given null, allowed: one of 1 (m1), 2 (m2); or --port of one of them',
    ],
    [
      'keyspaces:\n  - {name: a, prefixes: [x]}\n  - {name: b, prefixes: [x]}\n',
      'q.yaml:3: keyspaces[1].prefixes: given x, allowed: what no other keyspace claims; a claims it',
    ],
    [
      'keyspaces:\n  - {name: a}\n',
      'q.yaml:2: keyspaces[0].prefixes: given [], allowed: prefixes or databases; only the keyspace `default` has neither',
    ],
    [
      'keyspaces:\n  - {name: a, databases: [99]}\n',
      'q.yaml:2: keyspaces[0].databases: given 99, allowed: databases from 0 to 15 (clients.databases)',
    ],
    [
      'security:\n  password: []\n',
      'q.yaml:2: security.password: given (hidden), allowed: text of 1 to 512 characters, or null',
    ],
    ['- a\n- b\n', 'q.yaml:1: the file: given ["a","b"], allowed: options as `name: value`'],
  ]
  for (const [text, message] of cases) t.is(refusal(text), message)
})

test('refusals: text that is not yaml: names its line', (t) => {
  t.regex(refusal('cluster: a\n  b: [\n'), /^q\.yaml:\d: YAML: given .+, allowed: valid YAML$/)
})

test('refusals: a file that is not there: is a QuorateError of its own code', (t) => {
  const error = t.throws(() => loadConfig({ file: '/nowhere/q.yaml' }), {
    instanceOf: QuorateError,
  })

  t.is(error?.code, 'CONFIG_MISSING')
})

test('overrides: a flag, a variable and the file: win in this order', (t) => {
  const text = 'clients:\n  max: 1\n  databases: 3\ncluster: file\n'
  const environment = { QUORATE_CLIENTS_MAX: '2', QUORATE_CLUSTER: 'variable' }

  const config = load(text, { flags: { 'clients.max': '3' }, environment })

  t.is(config.clientsMax, 3)
  t.is(config.cluster, 'variable')
  t.is(config.databases, 3)
})

test('overrides: a bad value: the flag or the variable is named', (t) => {
  t.is(
    refusal('', { flags: { 'clients.max': 'x' } }),
    '--clients-max: clients.max: given "x", allowed: an integer from 1 to 1000000',
  )
  t.is(
    refusal('', { environment: { QUORATE_DISK_RESERVE: 'x' } }),
    'QUORATE_DISK_RESERVE: disk.reserve: given "x", allowed: a size as 64mb, or 0 for none',
  )
  t.is(
    refusal('', { flags: { level: 'x' } }),
    '--level: level: given x, allowed: one of strong, sequential, causal, eventual',
  )
})

test('overrides: each option outside of lists: has a flag that takes its default back', (t) => {
  const defaults = loadConfig({ file: null }).config
  for (const each of listOverridable()) {
    const { config } = loadConfig({ file: null, flags: { [each.path]: each.written } })

    t.deepEqual(config, defaults, each.path)
  }
})

test('overrides: port, level and durability: move this member and the default keyspace', (t) => {
  const config = load('', { flags: { port: '7001', level: 'eventual', durability: 'none' } })

  t.deepEqual(config.members[0]?.client, { host: '127.0.0.1', port: 7001 })
  t.is(config.members[0]?.peer.port, 17001)
  t.is(config.listeners[0]?.port, 7001)
  t.is(config.keyspaces[0]?.level, 'eventual')
  t.is(config.keyspaces[0]?.durability, 'none')
})

test('overrides: routing: that of all listeners of this member', (t) => {
  t.is(load('').listeners[0]?.routing ?? 'proxy', 'proxy')
  t.is(load('', { flags: { routing: 'cluster' } }).listeners[0]?.routing, 'cluster')
  t.throws(() => load('', { flags: { routing: 'x' } }), { message: /--routing.*proxy, cluster/s })
})

test('listeners: an address for cluster-aware clients: one of its own, by another name', (t) => {
  const config = load('members: [{id: 1, cluster: "127.0.0.1:6390"}]\n')

  t.deepEqual(
    config.listeners.map(({ name, port, routing }) => [name, port, routing ?? 'proxy']),
    [
      ['clients', 6379, 'proxy'],
      ['cluster', 6390, 'cluster'],
    ],
  )
  t.throws(() => load('listeners: [{port: 1}, {port: 2, routing: cluster}]\n'), {
    message: /listeners\[1\]\.name.*a name that no listener of other routing has/s,
  })
  t.throws(
    () =>
      load(
        'members: [{id: 1, cluster: "h:1"}, {id: 2, client: "h:2", cluster: "h:1"}]\nself: 1\npeers: {insecure: true}\n',
      ),
    {
      message: /members\[1\]\.cluster/,
    },
  )
})

test('self: a port of one member: tells which one this is', (t) => {
  const config = load('members: [{id: 3}, {id: 7, client: "127.0.0.1:6390"}]\n', {
    flags: { port: '6390' },
  })

  t.is(config.self, 7 as never)
})

test('keyspaces: prefixes of other alphabets: become the bytes of utf-8', (t) => {
  const config = load('keyspaces: [{name: a, prefixes: ["é:"]}]\n')

  t.deepEqual(config.keyspaces[0]?.prefixes, ['\u00c3\u00a9:'])
  t.is(config.keyspaces[1]?.name, 'default')
})

test('users: in the file, in a file of their own, in both: taken, taken, refused', (t) => {
  const users = write('user app on >p ~*\n\nuser default off\n')

  t.deepEqual(load('users:\n  - {name: app, rules: on >ä ~*}\n  - name: b\n').users, [
    { name: 'app', rules: 'on >\xc3\xa4 ~*' },
    { name: 'b', rules: 'off' },
  ])
  t.deepEqual(load(`security: {acl-file: ${users}}`).users, [
    { name: 'app', rules: 'on >p ~*' },
    { name: 'default', rules: 'off' },
  ])
  t.regex(refusal(`users: [{name: a}]\nsecurity: {acl-file: ${users}}`), /null where `users`/)
  t.regex(refusal('security: {acl-file: /nowhere/users}'), /a file that can be read/)
  t.regex(refusal(`security: {acl-file: ${write('foo\n')}}`), /:1: the line: given something else/)
})

test('settings: of all kinds: as CONFIG SET takes them', (t) => {
  const { settings } = load('settings: {timeout: 300, latency-tracking: false, save: "60 1"}')

  t.deepEqual(settings, [
    ['timeout', '300'],
    ['latency-tracking', 'no'],
    ['save', '60 1'],
  ])
})

const sixMembers = `self: a
members:
${['a', 'b', 'c', 'd', 'e', 'f'].map((name, i) => `  - { id: ${i + 1}, name: ${name}, client: '127.0.0.1:${7001 + i}' }`).join('\n')}
`

test('shards: a list: who holds which, by name or id, with weights', (t) => {
  const { shards, shardGroups } = load(
    `${sixMembers}shards:\n  - { members: [c, b, 1], weight: 3 }\n  - { members: [d, e, f] }\n`,
  )

  t.is(shards, 2)
  t.deepEqual(shardGroups as unknown, [
    { id: 0, weight: 3, members: [1, 2, 3] },
    { id: 1, weight: 1, members: [4, 5, 6] },
  ])
})

test('shards: a list that says what a number says: as that number', (t) => {
  const all = '[a, b, c, d, e, f]'
  const { shards, shardGroups } = load(
    `${sixMembers}shards: [{ members: ${all} }, { members: ${all} }]\n`,
  )

  t.is(shards, 2)
  t.is(shardGroups, undefined)
})

const wrongShards: readonly (readonly [string, RegExp])[] = [
  ['shards: []', /q\.yaml.*shards.*allowed: a number, or a list of one group at least/s],
  ['shards: 65', /shards.*given 65.*an integer from 1 to 64/s],
  ['shards: [{ members: [a, x] }]', /shards\[0\]\.members\[1\].*given x.*1 \(a\), 2 \(b\)/s],
  ['shards: [{ members: [a, 1] }]', /shards\[0\]\.members\[1\].*not in the list yet/s],
  ['shards: [{ members: [] }]', /shards.*a list of names or ids of members/s],
  ['shards: [{ members: [a], weight: 0 }]', /shards\[0\]\.weight.*an integer from 1 to 1000/s],
  [
    'shards: [{ members: [a], weigth: 1 }]',
    /shards\[0\]\.weigth.*members, weight.*did you mean weight/s,
  ],
]

for (const [given, expected] of wrongShards) {
  test(`shards: ${given}: refused with what is allowed`, (t) => {
    t.regex(refusal(`${sixMembers}${given}\n`), expected)
  })
}
