// QUORATE and its subcommands: what there is beyond Redis. The CLI uses it.

import { admin, container, helpOf, type RouterCommand } from '../command.js'
import { clusterStatus } from '../status.js'
import backup from './quorate-backup.js'
import consistency from './quorate-consistency.js'
import explain from './quorate-explain.js'
import { join, plan, remove, replace, transfer } from './quorate-members.js'
import moves from './quorate-move.js'
import recover from './quorate-recover.js'
import session from './quorate-session.js'
import shard from './quorate-shard.js'
import topology from './quorate-topology.js'

const status = {
  ...admin,
  flags: ['loading', 'stale', 'allow_busy'],
  categories: ['@slow'],
  name: 'quorate|status',
  arity: 2,
  since: '0.1.0',
  summary: 'Answers the status of cluster, members and groups as JSON.',
  tips: ['nondeterministic_output'],
  run: (_session, _args, state) => JSON.stringify(clusterStatus(state)),
} satisfies RouterCommand

export default {
  ...container,
  group: 'server',
  name: 'quorate',
  since: '0.1.0',
  summary: 'Commands about the cluster.',
  complexity: 'Depends on subcommand.',
  subcommands: [
    helpOf('quorate', {
      since: '0.1.0',
      group: 'server',
      lines: [
        'BACKUP BEGIN <group> | NEXT <group> <backup> | END <group> <backup>',
        '    Reads the state of a group at one position, page by page: what quorate backup does.',
        'CONSISTENCY [STRONG|SEQUENTIAL|CAUSAL|EVENTUAL|DEFAULT]',
        '    Says what the reads of the connection show, or sets it. Writes keep the level of their keyspace.',
        'EXPLAIN <key>',
        '    Says where a key lives, how it is replicated, and what an answer about it means.',
        'JOIN <id> <client address> [NAME <name>] [PEER <address>] [CLUSTER <address>] [EMPTY] [DRYRUN]',
        '    Adds a member, which has to be started with that id. EMPTY: it gets no replica of what there is.',
        'PLAN',
        '    Answers as JSON what is still to be done for the members that the topology wants.',
        'REMOVE <member> [FORCE] [DRYRUN]',
        '    Takes a member out of all groups, and then out of the cluster. Its id is never used again.',
        'REPLACE <member> <id> <client address> [NAME <name>] [PEER <address>] [CLUSTER <address>] [DRYRUN]',
        '    Adds a member, and takes another one out in the same step.',
        'MOVE SLOTS <slots> TO <shard> [DRYRUN]',
        '    Moves slots, as 0-99,200, to another shard group while clients go on. Answers what moves as JSON.',
        'MOVE CANCEL',
        '    Ends the move after what is on its way.',
        'REBALANCE [DRYRUN]',
        '    Moves slots until each shard group has its share of them.',
        'SESSION GET',
        '    Answers a token of what the connection was shown.',
        'SESSION SET <token>',
        '    Lets the connection see no less: its commands wait until this member has got that much.',
        'SHARD ADD [WEIGHT <weight>] [MEMBERS <id> ...] [DRYRUN]',
        '    Adds a shard group without slots, on all members or on these. Answers what there is as JSON.',
        'SHARD REMOVE <shard> [DRYRUN]',
        '    Moves the slots of a shard group to the others, and then removes it.',
        'STATUS',
        '    Answers members and replication groups as JSON.',
        'TOPOLOGY',
        '    Answers what must be the same at every member, with its epoch, as JSON.',
        'TRANSFER [<member>]',
        '    Gives the leadership of all that this member leads to another one.',
        'RECOVER ACCEPT-LOSS [<group>]',
        '    Lets halted groups go on with the longest log that is left. Writes may be lost.',
      ],
    }),
    backup,
    consistency,
    explain,
    join,
    plan,
    ...moves,
    recover,
    remove,
    replace,
    session,
    shard,
    status,
    topology,
    transfer,
  ],
} satisfies RouterCommand
