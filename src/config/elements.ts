// The elements of the lists in the configuration file: members, listeners, users and keyspaces.

import { z } from 'zod'
import { durabilities, levels, routings } from '../api/config.js'
import { evictionPolicies } from '../api/eviction.js'
import { limits } from '../api/limits.js'
import {
  address,
  integer,
  listOf,
  nullable,
  oneOf,
  option,
  path,
  size,
  text,
  words,
} from './leaf.js'

const memberId = integer(1, 65535)

/** One element of `members`. */
export const memberSchema = z.strictObject(
  {
    id: memberId.schema.meta({
      description: 'Number of the member, stable over restarts and addresses.',
      allowed: memberId.allowed,
      written: 'required',
      form: 'yaml',
    }),
    name: option(nullable(text(64)), null, 'Name in logs and reports; null for `m` and the id.'),
    client: option(
      address(),
      '127.0.0.1:6379',
      'Where clients reach it; other members tell it to their clients.',
    ),
    cluster: option(
      nullable(address()),
      null,
      'Where cluster-aware clients reach it, if at another address: a listener with routing `cluster` (of its own where `listeners` is empty).',
    ),
    peer: option(
      nullable(address()),
      null,
      'Where members reach it; null for the client port + 10000.',
    ),
  },
  'a member: id, name, client, cluster, peer',
)

/** One element of `listeners`. */
export const listenerSchema = z.strictObject(
  {
    name: option(text(64), 'clients', 'Name in logs and metrics.'),
    door: option(oneOf(['resp']), 'resp', 'The protocol that it speaks.'),
    host: option(
      { schema: z.string('a host').min(1, words('a host')), allowed: 'a host', form: 'text' },
      '127.0.0.1',
      'The address to listen on.',
    ),
    port: option(integer(0, 65535), 6379, 'The port; 0 for any free one.'),
    path: option(nullable(path), null, 'A unix socket instead of host and port.'),
    routing: option(
      oneOf(routings),
      'proxy',
      'proxy: any client, any key; commands go where they belong by themselves. cluster: as a node of Redis Cluster, for cluster-aware clients.',
    ),
  },
  'a listener: name, door, host, port, path, routing',
)

const aclRules = 'rules as ACL SETUSER takes them'

/** One element of `users`. */
export const userSchema = z.strictObject(
  {
    name: option(
      { schema: z.string('a name').min(1, words('a name')), allowed: 'a name', form: 'text' },
      'default',
      'Name of the user; `default` is whoever has not authenticated.',
    ),
    rules: option(
      { schema: z.string(aclRules), allowed: aclRules, form: 'text' },
      'off',
      'What it may do, as `on >secret ~app:* +@all -@dangerous`.',
    ),
  },
  'a user: name, rules',
)

const memberNames = 'a list of names or ids of members'

/** One element of `shards`, where it is a list. */
export const shardSchema = z.strictObject(
  {
    members: listOf(z.union([z.string(), z.int()], memberNames), 64, memberNames)
      .schema.min(1, words(memberNames))
      .meta({
        description: 'Who holds a replica of it, by name or id.',
        allowed: memberNames,
        written: 'required',
        form: 'yaml',
      }),
    weight: option(
      integer(1, limits.shardWeightMax),
      1,
      "Its share of the slots, compared with the others'.",
    ),
  },
  'a shard group: members, weight',
)

const prefixText = 'text of 1 to 512 bytes'
const prefix = z.string(prefixText).min(1, words(prefixText)).max(512, words(prefixText))

/** One element of `keyspaces`. */
export const keyspaceSchema = z.strictObject(
  {
    name: option(
      text(64),
      'default',
      'Name in reports and metrics; `default` catches what no other keyspace takes.',
    ),
    prefixes: option(
      listOf(prefix, 1024, 'a list of key prefixes'),
      [],
      'Keys that begin so belong to it; the longest prefix of all keyspaces wins.',
    ),
    databases: option(
      nullable(listOf(z.int().min(0).max(1023), 1024, 'a list of database numbers')),
      null,
      'Databases it is limited to; null for all.',
    ),
    level: option(
      oneOf(levels),
      'strong',
      'What a client is promised; the strategy must support it.',
    ),
    strategy: option(
      nullable({
        schema: z.string('the name of a strategy plugin').min(1),
        allowed: 'the name of a strategy plugin',
        form: 'text',
      }),
      null,
      'How it replicates: a shipped plugin, or the name of a package. null for raft where the level is strong, zab where it is sequential, eventual where it is weaker.',
    ),
    durability: option(
      oneOf(durabilities),
      'always',
      'always: synced before the answer. everysec: synced once a second. none: not synced. Term and vote are synced in every mode.',
    ),
    'max-memory': option(
      size(0, 2 ** 50, 'or 0 for no bound'),
      0,
      'Bytes of its data on one member, in equal parts for the shard groups that the cluster began with.',
    ),
    'max-memory-policy': option(
      nullable(oneOf(evictionPolicies)),
      null,
      'What goes when the bound is met, as Redis has it: chosen by the leader, the same on every member; null for what CONFIG SET says, noeviction until then.',
    ),
    options: option(
      {
        schema: z.record(z.string(), z.unknown(), 'names and values'),
        allowed: 'options of the strategy',
        form: 'yaml',
      },
      {},
      'Options of the strategy plugin; README.md lists those of raft, zab and eventual.',
    ),
  },
  'a keyspace: name, prefixes, databases, level, strategy, durability, max-memory, max-memory-policy, options',
)
