// The words of the command line. Each command's code is loaded when it runs; every failure that an
// operator can cause ends in one sentence on standard error and exit code 1.

import { readFileSync } from 'node:fs'
import { Command, CommanderError, Option } from 'commander'
import { QuorateError } from '../base/errors.js'
import type { ClientOptions, DevOptions } from './arguments.js'
import type { BackupOptions } from './backup.js'
import type { RestoreOptions } from './restore.js'
import { addMembers, addMoves } from './member-commands.js'
import type { TopologyOptions } from './topology.js'
import type { VerifyOptions } from './verify.js'

/** Runs one command line (without node and script); answers the exit code. */
export async function runCommand(args: readonly string[]): Promise<number> {
  let code = 0
  const program = await buildProgram(args[0], (value) => {
    code = value
  })
  try {
    await program.parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1
    if (!(error instanceof QuorateError)) throw error
    process.stderr.write(`quorate: ${error.message}\n`)
    return 1
  }
}

/** All commands with their options, also for the documentation. `wanted` is the one that will run. */
export async function buildProgram(
  wanted: string | undefined,
  finish: (code: number) => void,
): Promise<Command> {
  const program = new Command('quorate')
    .description('Redis-compatible cache tier with a pluggable consensus layer')
    .version(packageVersion(), '--version', 'print the version')
    .exitOverride()
    .helpCommand(false)
  addDev(program, finish)
  await addStart(program, wanted === 'start' || wanted === undefined, finish)
  addStatus(program, finish)
  addTopology(program, finish)
  addMembers(program, finish, addClientOptions)
  addMoves(program, finish, addClientOptions)
  addRecover(program, finish)
  addBackup(program, finish)
  return program
}

type Finish = (code: number) => void

function addDev(program: Command, finish: Finish): void {
  program
    .command('dev')
    .description('run a whole cluster on this machine, each member a process of its own')
    .option('--members <count>', 'number of members', '3')
    .option('--port <port>', 'client port of the first member', '7001')
    .option('--dir <directory>', 'where the members keep their data and logs', '.data/dev')
    .option('--conf <file>', 'configuration to start from; members and directories are filled in')
    .option('--routing <routing>', 'proxy, or cluster for cluster-aware clients')
    .option('--level <level>', 'consistency level of the default keyspace')
    .option('--durability <durability>', 'durability of the default keyspace')
    .action(async (options: DevOptions) => {
      const { runDev } = await import('./dev.js')
      finish(await runDev(options))
    })
}

async function addStart(program: Command, withOptions: boolean, finish: Finish): Promise<void> {
  const command = program
    .command('start')
    .description('run one member (client port 6379 unless told otherwise)')
    .option('--conf <file>', 'the configuration file; conf/quorate.yaml documents every option')
    .addOption(new Option('--stop-with-stdin', 'stop when standard input ends').hideHelp())
  if (withOptions) {
    const { addOverrides } = await import('./overrides.js')
    addOverrides(command)
  }
  command.action(async (options: Readonly<Record<string, unknown>>) => {
    const { startMember } = await import('./start.js')
    finish(await startMember(options))
  })
}

/** Which member a command speaks to. `-h` is the host, as in redis-cli. */
function addClientOptions(command: Command, needsPort = true): Command {
  const port = new Option('-p, --port <port>', 'client port of any member')
  return command
    .addOption(port.makeOptionMandatory(needsPort))
    .option('-h, --host <host>', 'its host', '127.0.0.1')
    .option('-a, --password <password>', 'its password; QUORATE_PASSWORD is safer')
    .helpOption('--help', 'display help for command')
}

function addStatus(program: Command, finish: Finish): void {
  addClientOptions(program.command('status'))
    .description('show members and replication groups as one member sees them')
    .option('--json', 'as JSON (conf/status.schema.json)')
    .action(async (options: ClientOptions & { readonly json?: boolean }) => {
      const { showStatus } = await import('./status.js')
      finish(await showStatus(options))
    })
}

function addTopology(program: Command, finish: Finish): void {
  addClientOptions(program.command('topology'))
    .description('show what must be the same at every member, with its epoch and latest changes')
    .option('--json', 'as JSON')
    .option('--watch', 'go on, and print each later change')
    .action(async (options: TopologyOptions) => {
      const { showTopology } = await import('./topology.js')
      finish(await showTopology(options))
    })
}

function addRecover(program: Command, finish: Finish): void {
  addClientOptions(program.command('recover'))
    .description('let a group that lost its majority of intact members go on with what is left')
    .requiredOption('--accept-loss', 'yes, acknowledged writes may be lost')
    .action(async (options: ClientOptions) => {
      const { acceptLoss } = await import('./recover.js')
      finish(await acceptLoss(options))
    })
}

function addBackup(program: Command, finish: Finish): void {
  addClientOptions(program.command('backup <directory>'))
    .description('write the data of all groups to RDB files while clients go on')
    .option('--json', 'the manifest as JSON')
    .action(async (directory: string, options: BackupOptions) => {
      const { backUp } = await import('./backup.js')
      finish(await backUp(directory, options))
    })
  addClientOptions(program.command('restore <source>'))
    .description('write a backup, or an RDB file of Redis, into a cluster of any shape')
    .option('--replace', 'replace keys that are there')
    .option('--json', 'as JSON')
    .action(async (source: string, options: RestoreOptions) => {
      const { restoreFrom } = await import('./restore.js')
      finish(await restoreFrom(source, options))
    })
  addClientOptions(program.command('verify <source>'), false)
    .description('check that a backup is whole; with a port, that a cluster has its keys')
    .option('--json', 'as JSON')
    .action(async (source: string, options: VerifyOptions) => {
      const { verify } = await import('./verify.js')
      finish(await verify(source, options))
    })
}

/** From the package.json above the build. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
  return /"version":\s*"([^"]+)"/.exec(text)?.[1] ?? '0.0.0'
}
