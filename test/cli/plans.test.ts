// What the command line shows of a plan, and what stands alone where nothing is done: a member is played.

import { createServer } from 'node:net'
import test from 'ava'
import { QuorateError } from '../../src/base/errors.js'
import { join, transfer } from '../../src/cli/members.js'
import { acceptLoss } from '../../src/cli/recover.js'
import { addShard } from '../../src/cli/shards.js'

/** A member that answers each command, by its second word; what it was asked, and what was printed. */
async function played(
  answers: Readonly<Record<string, unknown>>,
  run: (at: { host: string; port: string; wait: string }) => Promise<number>,
): Promise<{ readonly asked: readonly string[]; readonly shown: string }> {
  const asked: string[] = []
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => {
      // The client introduces itself first.
      for (const command of String(bytes).split(/(?=\*\d+\r\n)/)) {
        const words = command.split('\r\n').filter((_, i) => i > 0 && i % 2 === 0)
        const isAsked = words[0]?.toLowerCase() === 'quorate'
        const answer = isAsked ? answers[words[1] ?? ''] : 'OK'
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
  let shown = ''
  process.stdout.write = (text: string | Uint8Array): boolean => {
    shown += String(text)
    return true
  }
  try {
    await run({ host: '127.0.0.1', port, wait: '5' })
  } catch (error) {
    shown += error instanceof QuorateError ? `refused: ${error.message}` : String(error)
  } finally {
    process.stdout.write = write
    server.close()
  }
  return { asked, shown }
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
