// The digest that members compare before they talk: a format, so its value is pinned.

import test from 'ava'
import { keyspaceDigest, showDigest } from '../../src/api/keyspace-digest.js'
import { loadConfig } from '../../src/config/load.js'

test('keyspace digest: the default table: is the pinned value', (t) => {
  t.is(showDigest(keyspaceDigest(loadConfig({ file: null }).config)), '96fff40c7b7c953e')
})

test('keyspace digest: any agreed part changes: the digest changes', (t) => {
  const { config } = loadConfig({ file: null })
  const [fallback] = config.keyspaces
  if (fallback === undefined) return t.fail('there is a default keyspace')
  const named = { ...fallback, name: 'a', prefixes: ['x'] }
  const tables = [
    config,
    { ...config, databases: 17 },
    { ...config, bulkBytesMax: 1 << 20 },
    { ...config, keyspaces: [named, fallback] },
    { ...config, keyspaces: [{ ...named, prefixes: ['x', 'y'] }, fallback] },
    { ...config, keyspaces: [{ ...named, databases: [1] }, fallback] },
    { ...config, keyspaces: [{ ...named, level: 'causal' as const }, fallback] },
    { ...config, keyspaces: [{ ...named, durability: 'none' as const }, fallback] },
    { ...config, keyspaces: [{ ...named, strategy: 'zab' }, fallback] },
    { ...config, keyspaces: [{ ...named, maxMemory: 1 }, fallback] },
  ]

  const digests = tables.map((table) => showDigest(keyspaceDigest(table)))

  return t.is(new Set(digests).size, tables.length)
})
