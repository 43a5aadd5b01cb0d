// `quorate dev` as a user runs it: one ready line, members that can be asked, a clean end.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { readStatus } from '../../src/cli/status.js'
import { cleanEnvironment, mainScript } from '../e2e/member-process.js'
import { plainClient } from '../e2e/workload.js'
import { freeNeighbours } from '../ports.js'

interface Dev {
  readonly port: number
  readonly directory: string
  readonly child: ChildProcess
  readonly out: () => string
  readonly errors: () => string
  readonly ended: Promise<number | null>
}

async function withDev(
  t: ExecutionContext,
  args: readonly string[],
  use: (dev: Dev) => Promise<void>,
): Promise<void> {
  const port = await freeNeighbours(3)
  const directory = mkdtempSync(join(tmpdir(), 'quorate-dev-'))
  const own = ['dev', '--port', String(port), '--dir', directory, ...args]
  const child = spawn(process.execPath, [mainScript, ...own], { env: cleanEnvironment() })
  const texts = { out: '', errors: '' }
  child.stdout.on('data', (bytes) => {
    texts.out += String(bytes)
  })
  child.stderr.on('data', (bytes) => {
    texts.errors += String(bytes)
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  try {
    await use({ port, directory, child, out: () => texts.out, errors: () => texts.errors, ended })
  } catch (error) {
    t.log(texts.out, texts.errors)
    throw error
  } finally {
    if (child.exitCode === null) child.kill('SIGTERM')
    await ended
    rmSync(directory, { recursive: true, force: true })
  }
}

async function until(holds: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 120_000
  while (!holds()) {
    if (performance.now() > end) throw new Error(`no ${what} in time`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

test.serial('dev: three members: one ready line, any member serves, a signal ends it with 0', (t) =>
  withDev(t, [], async ({ port, child, out, ended, directory }) => {
    await until(() => out().includes('\n'), 'ready line')
    const line = `ready: 3 members on 127.0.0.1:${port}-${port + 2} · try: redis-cli -p ${port} set lock:a 1\n`
    t.is(out(), line)
    const client = plainClient(port)
    await client.connect()
    t.is(await client.set('lock:a', '1'), 'OK')
    client.disconnect()

    child.kill('SIGINT')

    t.is(await ended, 0)
    t.is(out(), line)
    t.true(existsSync(join(directory, 'm1')))
  }),
)

test.serial('dev: started again: the data is there', (t) =>
  withDev(t, ['--members', '1'], async ({ port, child, out, ended, directory }) => {
    await until(() => out().includes('\n'), 'ready line')
    const first = plainClient(port)
    await first.connect()
    await first.set('a', '1')
    first.disconnect()
    child.kill('SIGTERM')
    t.is(await ended, 0)

    const args = ['dev', '--members', '1', '--port', String(port), '--dir', directory]
    const again = spawn(process.execPath, [mainScript, ...args], { env: cleanEnvironment() })
    await new Promise((resolve) => again.stdout.once('data', resolve))
    const second = plainClient(port)
    await second.connect()

    t.is(await second.get('a'), '1')
    second.disconnect()
    again.kill('SIGTERM')
    t.is(await new Promise((resolve) => again.once('exit', resolve)), 0)
  }),
)

test.serial('dev: a member was removed: started again, the others come up without it', (t) =>
  withDev(t, [], async ({ port, child, out, errors, ended, directory }) => {
    await until(() => out().includes('\n'), 'ready line')
    const client = plainClient(port)
    await client.connect()
    await client.set('a', '1')
    await client.call('QUORATE', 'REMOVE', 'm2')
    client.disconnect()
    await until(() => errors().includes('m2 stopped'), 'end of the member')
    child.kill('SIGTERM')
    t.is(await ended, 0)

    const args = ['dev', '--port', String(port), '--dir', directory]
    const again = spawn(process.execPath, [mainScript, ...args], { env: cleanEnvironment() })
    let text = ''
    again.stderr.on('data', (bytes) => {
      text += String(bytes)
    })
    const line = await new Promise((resolve) => {
      again.stdout.once('data', (bytes) => resolve(String(bytes)))
      again.once('exit', () => resolve(`ended: ${text}`))
    })

    t.regex(String(line), new RegExp(`^ready: 2 members on 127.0.0.1:${port},${port + 2} `))
    t.is(text, 'quorate: m2 was removed from the cluster: left out\n')
    const second = plainClient(port + 2)
    await second.connect()
    t.is(await second.get('a'), '1')
    second.disconnect()
    again.kill('SIGTERM')
    t.is(await new Promise((resolve) => again.once('exit', resolve)), 0)
  }),
)

test.serial('dev: a member dies: it is reported and the others go on', (t) =>
  withDev(t, ['--durability', 'everysec'], async ({ port, out, errors }) => {
    await until(() => out().includes('\n'), 'ready line')
    const report = await readStatus({ host: '127.0.0.1', port: String(port) })
    t.is(report.groups[0]?.['durability'], 'everysec')
    const client = plainClient(port + 1)
    await client.connect()
    const pid = /process_id:(\d+)/.exec(await client.info('server'))?.[1]
    client.disconnect()

    process.kill(Number(pid), 'SIGKILL')

    await until(() => errors().includes('m2 stopped'), 'report of the death')
    t.regex(errors(), /quorate: m2 stopped \(SIGKILL\).*; 2 of 3 left\n/)
  }),
)

test.serial('dev: a port that is taken: one sentence that names it, exit code 1', async (t) => {
  const port = await freeNeighbours(1)
  const blocker = createServer()
  await new Promise<void>((resolve) => blocker.listen(port, '127.0.0.1', resolve))
  const directory = mkdtempSync(join(tmpdir(), 'quorate-dev-'))

  const args = ['dev', '--members', '1', '--port', String(port), '--dir', directory]
  const { code, stderr } = await runMain(args)

  blocker.close()
  rmSync(directory, { recursive: true, force: true })
  t.is(code, 1)
  t.is(
    stderr,
    `quorate: 127.0.0.1:${port} is in use by another process; choose other ports with --port\n`,
  )
})

function runMain(
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [mainScript, ...args],
      { env: cleanEnvironment(), timeout: 120_000 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : Number(error.code ?? 1)
        resolve({ code, stdout, stderr })
      },
    )
  })
}

const refusals: readonly (readonly [string, readonly string[], RegExp])[] = [
  [
    'no members',
    ['dev', '--members', '0'],
    /^quorate: --members: given 0, allowed: an integer from 1 to 16\n$/,
  ],
  [
    'an unknown level',
    ['dev', '--level', 'x', '--dir', join(tmpdir(), 'quorate-dev-refused')],
    /^quorate: --level: level: given x, allowed: one of strong, .*\n$/,
  ],
  [
    'no such file',
    ['start', '--conf', 'none.yaml'],
    /^quorate: none\.yaml: the configuration file cannot be read \(ENOENT\)\n$/,
  ],
  ['an unknown flag', ['start', '--clients-maxx', '1'], /unknown option '--clients-maxx'/],
  [
    'nobody listens',
    ['status', '-p', '1'],
    /^quorate: member 127\.0\.0\.1:1: nobody listens there\n$/,
  ],
  ['recover without its word', ['recover', '-p', '1'], /required option '--accept-loss'/],
]

for (const [situation, args, sentence] of refusals) {
  test(`command line: ${situation}: refused with one clear sentence and exit code 1`, async (t) => {
    const { code, stdout, stderr } = await runMain(args)

    t.regex(stderr, sentence)
    t.is(code, 1)
    t.is(stdout, '')
  })
}

for (const word of ['start', 'dev']) {
  test(`command line: ${word}: a strategy that nobody has: refused with the line of the file given`, async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'quorate-strategy-'))
    const file = join(directory, 'q.yaml')
    t.teardown(() => rmSync(directory, { recursive: true }))
    writeFileSync(file, 'keyspaces:\n  - name: default\n    strategy: nobodys-strategy\n')
    const at = word === 'dev' ? ['--dir', join(directory, 'data')] : []

    const { code, stderr } = await runMain([word, '--conf', file, ...at])

    t.is(code, 1)
    t.regex(
      stderr,
      /^quorate: .*q\.yaml:3: keyspaces\[0\]\.strategy: given nobodys-strategy, allowed: .*\n$/,
    )
  })
}

test.serial(
  'start: refused after its log was read, or in use: a sentence, exit code 1',
  async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'quorate-start-'))
    const port = await freeNeighbours(2)
    const own = ['start', '--directory', directory, '--port', String(port), '--log-level', 'silent']
    const first = spawn(process.execPath, [mainScript, ...own], { env: cleanEnvironment() })
    try {
      const member = { host: '127.0.0.1', port: String(port) }
      const isBorn = async (): Promise<boolean> => {
        const report = await readStatus(member).catch(() => null)
        return report?.groups[0]?.['health'] === 'ok'
      }
      const until = performance.now() + 120_000
      while (!(await isBorn()) && performance.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, 20))
      }

      const second = await runMain(
        own.map((word) => (word === String(port) ? String(port + 1) : word)),
      )
      const ended = new Promise((resolve) => first.once('exit', resolve))
      first.kill('SIGTERM')
      t.is(await ended, 0)
      const file = join(directory, 'other.yaml')
      const members = `  - {id: 1, client: 127.0.0.1:${port}}\n  - {id: 2, client: 127.0.0.1:${port + 1}}`
      writeFileSync(file, `self: 1\nmembers:\n${members}\nlog: {level: silent}\n`)
      const other = await runMain(['start', '--conf', file, '--directory', directory])

      t.regex(second.stderr, /^quorate: the log store in .* is in use by another process .*\n$/)
      t.regex(other.stderr, /^quorate: the cluster was born with the members 1, .*\n$/)
      t.deepEqual([second.code, other.code], [1, 1])
    } finally {
      first.kill('SIGKILL')
      rmSync(directory, { recursive: true, force: true })
    }
  },
)

test('command line: version: the one of package.json', async (t) => {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')

  const { code, stdout } = await runMain(['--version'])

  t.is(code, 0)
  t.true(text.includes(`"version": "${stdout.trim()}"`))
})

test('command line: a level that its strategy lacks: refused with one clear sentence and exit code 1', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'quorate-refused-'))
  const file = join(directory, 'quorate.yaml')
  writeFileSync(file, 'keyspaces:\n  - name: default\n    strategy: raft\n    level: causal\n')

  const { code, stderr } = await runMain(['start', '--conf', file])

  t.regex(
    stderr,
    /^quorate: .*level: given causal with strategy raft, allowed: levels of raft: .*\n$/,
  )
  t.is(code, 1)
  rmSync(directory, { recursive: true })
})
