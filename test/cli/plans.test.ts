// What the command line shows of a plan, and what stands alone where nothing is done: a member is played.

import { createServer } from 'node:net'
import test from 'ava'
import { QuorateError } from '../../src/base/errors.js'
import { join, transfer } from '../../src/cli/members.js'
import { rebalance } from '../../src/cli/moves.js'
import { acceptLoss } from '../../src/cli/recover.js'
import { addShard, removeShard } from '../../src/cli/shards.js'

/** A member that answers each command, by its second word; what it was asked, and what was printed. */
async function played(
  answers: Readonly<Record<string, unknown>>,
  run: (at: { host: string; port: string; wait: string }) => Promise<number>,
): Promise<{
  readonly asked: readonly string[]
  readonly shown: string
  readonly code: number | null
}> {
  const asked: string[] = []
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => {
      // The client introduces itself first.
      for (const command of String(bytes).split(/(?=\*\d+\r\n)/)) {
        const words = command.split('\r\n').filter((_, i) => i > 0 && i % 2 === 0)
        const isAsked = words[0]?.toLowerCase() === 'quorate'
        const found = isAsked ? answers[words[1] ?? ''] : 'OK'
        const answer = typeof found === 'function' ? found(words.slice(2).join(' ').trim()) : found
        if (answer === null) return void socket.destroy()
        if (isAsked) asked.push(words.slice(1).join(' ').trim())
        const text = typeof answer === 'string' ? answer : JSON.stringify(answer)
        socket.write(text.startsWith('-') ? `${text}\r\n` : `$${text.length}\r\n${text}\r\n`)
      }
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const port = typeof address === 'object' ? String(address?.port) : ''
  const { write } = process.stdout
  const writeError = process.stderr.write
  let shown = ''
  let code: number | null = null
  process.stdout.write = process.stderr.write = (text: string | Uint8Array): boolean => {
    shown += String(text)
    return true
  }
  try {
    code = await run({ host: '127.0.0.1', port, wait: '5' })
  } catch (error) {
    shown += error instanceof QuorateError ? `refused: ${error.message}` : String(error)
  } finally {
    process.stdout.write = write
    process.stderr.write = writeError
    server.close()
  }
  return { asked, shown, code }
}

const plan = {
  ...{ epoch: 4, settled: false, members: [{ id: 4, address: '127.0.0.1:7004', state: 'joins' }] },
  steps: [{ id: 0, keyspace: 'default', shard: 0, add: [4], promote: [], remove: [], lags: [] }],
}

test.serial('join --dry-run: says that it is a plan', async (t) => {
  const { asked, shown } = await played({ JOIN: plan }, (at) =>
    join({ ...at, id: '4', client: '127.0.0.1:7004', dryRun: true }),
  )
  t.deepEqual(asked, ['JOIN 4 127.0.0.1:7004 DRYRUN'])
  t.regex(shown, /^a plan: nothing was changed\n\nid +address/)
  t.notRegex(shown, /under way/)
})

test.serial('shard add --rebalance --dry-run: shows the moves that would follow', async (t) => {
  const added = {
    ...{ epoch: 4, shards: [{ id: 1, weight: 1 }], moves: [] },
    rebalance: [{ from: 0, to: 1, slots: '0-8191', count: 8192 }],
  }
  const { asked, shown } = await played({ SHARD: added }, (at) =>
    addShard({ ...at, rebalance: true, dryRun: true }),
  )
  t.deepEqual(asked, ['SHARD ADD DRYRUN'])
  t.regex(shown, /^a plan: nothing was changed\n/)
  t.regex(shown, /0 +1 +0-8191 +8192/)

  const alone = await played({ SHARD: added }, (at) => addShard({ ...at, dryRun: true }))
  t.notRegex(alone.shown, /8191/)
})

const groups = (health: string): readonly Readonly<Record<string, unknown>>[] => [
  { id: 0, keyspace: 'default', shard: 0, strategy: 'raft', leader: 3, health },
]

function statusOf(port: string, health = 'ok'): Readonly<Record<string, unknown>> {
  const members = [1, 3].map((id) => ({ id, name: `m${id}`, address: `127.0.0.1:${port}` }))
  const rest = { cluster: 'c', version: '1', keyspaces: [], topology: { leader: 1 } }
  return { ...rest, members, groups: groups(health) }
}

test.serial('transfer: to itself, to nobody, or refused: the sentence alone', async (t) => {
  const answers: Record<string, unknown> = { TRANSFER: '-ERR not now' }
  const asked = (to: string) =>
    played(answers, (at) => {
      answers['STATUS'] = statusOf(at.port)
      return transfer('m3', { ...at, to })
    })
  t.is((await asked('m3')).shown, 'refused: --to: given m3, allowed: another member')
  t.is((await asked('3')).shown, 'refused: --to: given 3, allowed: another member')
  t.is((await asked('m9')).shown, 'refused: --to: given m9, allowed: another member')
  t.regex((await asked('m1')).shown, /^refused: .*not now$/)
})

test.serial('recover --accept-loss: where all is served, nothing is accepted', async (t) => {
  const run = (health: string) =>
    played({ STATUS: statusOf('1', health), RECOVER: '+OK' }, (at) => acceptLoss(at))

  const fine = await run('ok')
  t.is(fine.shown, 'there is nothing to recover: all groups are served here\n')
  t.deepEqual(fine.asked, ['STATUS'])
  t.deepEqual((await run('degraded')).asked, ['STATUS'])
  for (const health of ['down', 'recovering', 'halted']) {
    const { asked, shown } = await run(health)
    t.deepEqual(asked, ['STATUS', 'RECOVER ACCEPT-LOSS'])
    t.regex(shown, /^accepted/)
  }
})

const moved = [{ from: 0, to: 1, slots: '0-8191', count: 8192 }]

/** A topology in which slots are on their way, as one of `members`, by their addresses, shows it. */
function topologyOf(moves: readonly unknown[], members: readonly string[] = []): unknown {
  const rows = members.map((address, at) => ({ id: at + 1, address }))
  return {
    epoch: 1,
    members: rows,
    shards: [{ id: 1 }],
    moves,
    settings: [],
    users: [],
    changes: [],
  }
}

test.serial('rebalance --dry-run: says that it is a plan', async (t) => {
  const run = (dryRun: boolean) =>
    played({ REBALANCE: moved, TOPOLOGY: topologyOf([]) }, (at) => rebalance({ ...at, dryRun }))
  t.regex((await run(true)).shown, /^a plan: nothing was changed\nfrom +to/)
  t.regex((await run(false)).shown, /^from +to/)
})

test.serial('rebalance: one that somebody cancelled is not done', async (t) => {
  const run = (left: unknown) =>
    played(
      {
        REBALANCE: (words: string) => JSON.stringify(words === 'DRYRUN' ? left : moved),
        TOPOLOGY: topologyOf([]),
      },
      rebalance,
    )
  const ended = await run([{ from: 0, to: 1, slots: '64-8191', count: 8128 }])
  t.is(ended.code, 1)
  t.regex(ended.shown, /ended before it was done: slots left: 8128\n$/)
  t.is((await run([])).code, 0)
})

test.serial('rebalance, shard remove: go on where the member that was asked is gone', async (t) => {
  const run = async (
    watched: (at: { host: string; port: string; wait: string }) => Promise<number>,
  ) => {
    let left: string[] = []
    let told = 0
    const other = played(
      { TOPOLOGY: () => JSON.stringify(topologyOf([])), REBALANCE: [] },
      (of) => {
        const first = played(
          {
            REBALANCE: moved,
            SHARD: { shards: [{ id: 1 }], moves: moved },
            // Shows the move once, then dies.
            TOPOLOGY: () => {
              told++
              return told === 1 ? JSON.stringify(topologyOf(moved, left)) : null
            },
          },
          (at) => {
            left = [`127.0.0.1:${at.port}`, `127.0.0.1:${of.port}`]
            return watched(at)
          },
        )
        return first.then(({ code, shown }) => {
          t.is(code, 0, shown)
          return code ?? 1
        })
      },
    )
    t.true((await other).asked.includes('TOPOLOGY'))
  }
  await run(rebalance)
  await run((at) => removeShard('0', at))
})

test.serial('shard remove: one that somebody cancelled is not done', async (t) => {
  const run = (shard: object) => {
    const shards = [{ id: 1, ...shard }]
    const topology = { ...Object(topologyOf([])), shards }
    const answers = { SHARD: { shards, moves: moved }, TOPOLOGY: topology }
    return played(answers, (at) => removeShard('1', { ...at, wait: '0.2' }))
  }
  const ended = await run({ slots: 8064 })
  t.is(ended.code, 1)
  t.regex(ended.shown, /somebody ended that: shard group 1 stays, with 8064 slots\n$/)
  const late = await run({ slots: 0, out: 'leaving' })
  t.is(late.code, 1)
  t.regex(late.shown, /shard group 1 is not gone yet; what was begun goes on\n$/)
  t.is((await run({ slots: 0, out: 'gone' })).code, 0)
})
