// The words of the command line for members and shard groups that come and go, and for slots that move.

import type { Command } from 'commander'
import type { ClientOptions } from './arguments.js'
import type { ChangeOptions, NewMember } from './members.js'
import type { MoveOptions } from './moves.js'
import type { NewShard } from './shards.js'

type Finish = (code: number) => void

const silentForce =
  'do not wait for it where it is silent: what only it has of merging keyspaces is lost'

/** What it begins goes on by itself; it shows that. */
function watched(command: Command, about: string): Command {
  return command
    .description(about)
    .option('--dry-run', 'only show what would be done')
    .option('--json', 'as JSON, a line for each step')
    .option('--wait <seconds>', 'how long to watch; what was begun goes on', '600')
}

export function addMembers(
  program: Command,
  finish: Finish,
  withClient: (command: Command) => Command,
): void {
  const change = (words: string, about: string): Command =>
    watched(withClient(program.command(words)), about)
  const newcomer = (command: Command): Command =>
    command
      .requiredOption('--id <id>', 'its number: one that no member ever had')
      .requiredOption('--client <address>', 'where clients reach it')
      .option('--name <name>', 'its name, else `m` and the id')
      .option('--peer <address>', 'where members reach it, else the client port + 10000')
      .option('--cluster <address>', 'where cluster-aware clients reach it, if elsewhere')

  newcomer(change('join', 'admit a new member, which is started with a file that names it'))
    .option(
      '--empty',
      'with no replica of the shard groups that there are, but for keyspaces that merge and everybody holds',
    )
    .option('--shards <ids>', 'placed shard groups that it holds a replica of, as 0,2')
    .action(async (options: NewMember) =>
      finish(await (await import('./members.js')).join(options)),
    )
  change('remove <member>', 'take a member out of all groups, then out of the cluster')
    .option(
      '--force',
      `also where a group would be left without a majority that can be reached, and ${silentForce}`,
    )
    .action(async (member: string, options: ChangeOptions) =>
      finish(await (await import('./members.js')).remove(member, options)),
    )
  newcomer(
    change('replace <member>', 'admit a new member for one that goes, in one step for each group'),
  )
    .option('--force', silentForce)
    .action(async (member: string, options: NewMember) =>
      finish(await (await import('./members.js')).replace(member, options)),
    )
  change('transfer <member>', 'let another member lead what this one leads')
    .option('--to <member>', 'whom; else whoever is fit')
    .action(async (member: string, options: ChangeOptions) =>
      finish(await (await import('./members.js')).transfer(member, options)),
    )
  withClient(program.command('plan'))
    .description('show what is still to be done until the members are as the topology wants them')
    .option('--json', 'as JSON')
    .action(async (options: ClientOptions & { readonly json?: boolean }) =>
      finish(await (await import('./members.js')).showPlan(options)),
    )
}

export function addMoves(
  program: Command,
  finish: Finish,
  withClient: (command: Command) => Command,
): void {
  const words = (name: string, about: string): Command =>
    watched(withClient(program.command(name)), about)
  words('move', 'move slots to another shard group while clients go on')
    .option('--slots <slots>', 'as 0-99,200')
    .option('--to <shard>', 'the shard group that is to own them')
    .option('--cancel', 'end the move; slots that are about to change hands go first')
    .action(async (options: MoveOptions) =>
      finish(await (await import('./moves.js')).move(options)),
    )
  words('rebalance', 'move slots until each shard group has its share of them').action(
    async (options: MoveOptions) => finish(await (await import('./moves.js')).rebalance(options)),
  )

  const shard = program.command('shard').description('add or remove a shard group')
  const change = (name: string, about: string): Command =>
    watched(withClient(shard.command(name)), about)
  change('add', 'add a shard group; it begins without slots')
    .option('--weight <weight>', 'its share of the slots against the others', '1')
    .option('--members <ids>', 'who holds it, as 4,5,6; else all members')
    .option('--rebalance', 'and give it its share of the slots')
    .action(async (options: NewShard) =>
      finish(await (await import('./shards.js')).addShard(options)),
    )
  change('remove <id>', 'move the slots of a shard group to the others, then remove it').action(
    async (id: string, options: MoveOptions) =>
      finish(await (await import('./shards.js')).removeShard(id, options)),
  )
}
