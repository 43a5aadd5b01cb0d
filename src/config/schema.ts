// Every option of the configuration file: name, shape, default and meaning, in one zod schema. The
// documentation, the flags and the environment variables are generated from it; nothing else lists options.

import { z } from 'zod'
import { limits } from '../api/limits.js'
import {
  duration,
  flag,
  integer,
  listOf,
  nullable,
  numberOrList,
  oneOf,
  option,
  path,
  size,
  text,
} from './leaf.js'
import {
  keyspaceSchema,
  listenerSchema,
  memberSchema,
  shardSchema,
  userSchema,
} from './elements.js'

const selfLeaf = {
  schema: z.union([z.int(), z.string(), z.null()], 'the id or the name of a member, or null'),
  allowed: 'the id or the name of a member, or null',
  form: 'yaml' as const,
}

const passwordLeaf = {
  schema: z.string('text of 1 to 512 characters').min(1).max(512),
  allowed: 'text of 1 to 512 characters',
  form: 'text' as const,
}

const settingPairs = 'names and values, as CONFIG SET takes them'

/** The whole file. */
export const configSchema = z.strictObject(
  {
    cluster: option(
      text(64),
      'quorate',
      'Name of the cluster. Members of another name are refused.',
    ),
    self: option(
      selfLeaf,
      null,
      'Which of the members this process is; null where there is only one, or where --port tells.',
    ),
    directory: option(
      path,
      '.data/quorate',
      'Where this member keeps its log and checkpoints. Never shared by two members.',
    ),
    bootstrap: option(
      flag(),
      false,
      'Force the birth of a new cluster with the members that answer. For disasters only.',
    ),
    members: option(
      listOf(memberSchema, 64, 'a list of at most 64 members'),
      [],
      'All members with which the cluster begins, equal on every member; later `quorate join` and `remove` change them. Empty for one member alone on 127.0.0.1:6379.',
    ),
    listeners: option(
      listOf(listenerSchema, 16, 'a list of at most 16 listeners'),
      [],
      "Where clients come in. Empty for one RESP listener on the member's client address.",
    ),
    keyspaces: option(
      listOf(keyspaceSchema, 64, 'a list of at most 64 keyspaces'),
      [],
      'Policies by key prefix and database, equal on every member. A keyspace `default` (strong, raft, always) is added where none is given.',
    ),
    shards: option(
      numberOrList(
        integer(1, limits.shardsMax),
        listOf(shardSchema, limits.shardsMax, `a list of at most ${limits.shardsMax} shard groups`),
      ),
      1,
      'Shard groups of each keyspace: its slots are dealt to them in runs, even ones or by weight. A number puts every member into each, a list says who is in which; members serve clients for groups that they are not in as well. Equal on every member, and what the cluster began with: `quorate shard` changes it.',
    ),
    'cross-group-writes': option(
      oneOf(['gather', 'refuse']),
      'gather',
      'MSET, DEL, UNLINK, FLUSHDB and FLUSHALL over several groups: written group by group, not atomic, or refused with CROSSSLOT.',
    ),
    security: z
      .strictObject(
        {
          password: option(
            nullable(passwordLeaf),
            null,
            'What clients must give with AUTH; null for none.',
          ),
          'protected-mode': option(
            flag(),
            true,
            'Without a password, refuse clients that do not come over loopback.',
          ),
          'acl-file': option(
            nullable(path),
            null,
            'File of users, a line each, that ACL SAVE and ACL LOAD use; instead of `users`.',
          ),
          'debug-command': option(
            oneOf(['no', 'local', 'yes']),
            'no',
            'Who may use DEBUG: nobody, clients of this machine, or everybody.',
          ),
        },
        'password, protected-mode, acl-file, debug-command',
      )
      .prefault({})
      .meta({ description: 'Who may come in.' }),
    users: option(
      listOf(userSchema, 10_000, 'a list of users'),
      [],
      'Users with their rules, equal on every member. Empty for `default` alone, with the password.',
    ),
    settings: option(
      {
        schema: z.record(
          z.string(),
          z.union([z.string(), z.number(), z.boolean()], 'a text, a number, true or false'),
          settingPairs,
        ),
        allowed: settingPairs,
        form: 'yaml',
      },
      {},
      'Settings by the names of Redis, as CONFIG SET takes them; CONFIG REWRITE keeps them here.',
    ),
    peers: z
      .strictObject(
        {
          insecure: option(
            flag(),
            false,
            'Let the peer port leave loopback although peers are not authenticated.',
          ),
        },
        'insecure',
      )
      .prefault({})
      .meta({ description: 'Links between members.' }),
    clients: z
      .strictObject(
        {
          max: option(
            integer(1, 1_000_000),
            limits.clientsMax,
            'Connections of this member; one more is answered `ERR max number of clients reached`.',
          ),
          'bulk-max': option(
            size(16 * 1024, limits.valueBytesCeiling, 'from 16kb to 32mb'),
            '8mb',
            'Longest argument and value (proto-max-bulk-len); equal on every member.',
          ),
          databases: option(
            integer(1, 1024),
            limits.databases,
            'Databases of each keyspace, for SELECT; equal on every member.',
          ),
          'request-timeout': option(
            duration(100, 600_000, 'from 100ms to 10m'),
            '5s',
            'After this a request without an answer is answered CLUSTERDOWN, or UNKNOWNRESULT where it may have taken effect.',
          ),
          'session-wait': option(
            duration(1, 60_000, 'from 1ms to 1m'),
            '1s',
            'For how long a command waits until this member has got what a session token stands for; then it is answered TRYAGAIN.',
          ),
        },
        'max, bulk-max, databases, request-timeout, session-wait',
      )
      .prefault({})
      .meta({ description: 'Bounds for clients.' }),
    clock: z
      .strictObject(
        {
          'skew-max': option(
            duration(10, 60_000, 'from 10ms to 1m'),
            '500ms',
            "A leader whose clock is further from the members' median hands over.",
          ),
        },
        'skew-max',
      )
      .prefault({})
      .meta({ description: 'Clocks of the members.' }),
    recovery: z
      .strictObject(
        {
          wait: option(
            duration(100, 86_400_000, 'from 100ms to 24h'),
            '30s',
            'After a loss: how long a majority waits for the missing voters before the longest log that it has wins (durability everysec or none), and how long a member at level causal or eventual waits for those that hold what it lost (without its disk it writes only once it heard from all others).',
          ),
        },
        'wait',
      )
      .prefault({})
      .meta({ description: 'After a loss.' }),
    checkpoint: z
      .strictObject(
        {
          'log-size': option(
            size(64 * 1024, 2 ** 40, 'from 64kb'),
            '64mb',
            'Log bytes that start a checkpoint of a group: the groups of a member share them, 4 MB each at least.',
          ),
          'keys-per-second': option(
            integer(100, 10_000_000),
            limits.checkpointKeysPerSecond,
            'Pace of a checkpoint in the background.',
          ),
          interval: option(
            duration(100, 86_400_000, 'from 100ms to 24h'),
            '5m',
            'Longest time between two checkpoints of a group that changes.',
          ),
        },
        'log-size, keys-per-second, interval',
      )
      .prefault({})
      .meta({ description: 'Checkpoints, behind which the log is cut.' }),
    memory: z
      .strictObject(
        {
          max: option(
            size(0, 2 ** 50, 'or 0 for no bound but what the process can hold'),
            0,
            'Bytes of all data on this member, until CONFIG SET maxmemory says otherwise; the heap limit of `quorate start` and `dev` follows it.',
          ),
        },
        'max',
      )
      .prefault({})
      .meta({ description: 'Memory of this member.' }),
    disk: z
      .strictObject(
        {
          reserve: option(
            size(0, 2 ** 50, 'or 0 for none'),
            '128mb',
            'Free space below which writes are refused (MISCONF) and leadership is handed over, until space returns.',
          ),
        },
        'reserve',
      )
      .prefault({})
      .meta({ description: 'The data directory.' }),
    log: z
      .strictObject(
        {
          level: option(
            oneOf(['error', 'warn', 'info', 'debug', 'trace', 'silent']),
            'info',
            'error: a human must act. warn: a limit or fault was met. info: roles, members, life cycle.',
          ),
        },
        'level',
      )
      .prefault({})
      .meta({ description: 'Lines on standard error, as JSON.' }),
  },
  'the options in conf/quorate.yaml',
)

/** The file's content after defaults, sizes and durations; not yet checked as a whole. */
export type RawConfig = z.output<typeof configSchema>
