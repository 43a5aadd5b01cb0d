// What connections are told without asking, against a real redis-server, byte for byte: first with all of
// them on one member, then each on another one.

import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { besideRedis } from '../beside-redis.js'
import { type RedisServer, startRedis } from '../redis-server.js'
import { encodeCommand } from '../sim/resp-client.js'
import { pass } from './core-reader.js'
import { type Client, CoreWorld } from './core-world.js'
import { messagingScripts } from './messaging-scripts.js'

interface Step {
  readonly name: string
  readonly commands: readonly (readonly string[])[]
}

/** What each connection got in each step. */
type Told = readonly Readonly<Record<string, string>>[]

for (const [title, lines] of Object.entries(messagingScripts)) {
  besideRedis(`messaging: ${title}: beside redis-server: the same bytes`, async (t) => {
    const steps = lines.map(parse)
    const redis = await startRedis()
    try {
      const theirs = await askRedis(redis, steps)

      t.deepEqual(different(lines, askMembers(steps, 1), theirs), [])
      // Who looks at a member sees the commands of its own clients.
      if (title !== 'monitor') t.deepEqual(different(lines, askMembers(steps, 3), theirs), [])
    } finally {
      await redis.stop()
    }
  })
}

/** The steps that differ, with the bytes of both. */
function different(lines: readonly string[], ours: Told, theirs: Told): readonly unknown[] {
  return lines.flatMap((line, i) =>
    [...Object.keys(theirs[i] ?? {})]
      .filter((name) => ours[i]?.[name] !== theirs[i]?.[name])
      .map((name) => ({ line, name, ours: ours[i]?.[name], theirs: theirs[i]?.[name] })),
  )
}

function parse(line: string): Step {
  const at = line.indexOf(':')
  const commands = line
    .slice(at + 2)
    .split(' ; ')
    .map((command) => command.split(' ').map((word) => (word === '""' ? '' : word)))
  return { name: line.slice(0, at), commands }
}

function textOf(commands: readonly (readonly string[])[]): string {
  return commands.map(encodeCommand).join('')
}

/** Versions, times and addresses differ. */
function comparable(text: string): string {
  return text
    .replaceAll(/%7\r\n\$6\r\nserver.*?modules\r\n\*0\r\n/gs, 'HELLO')
    .replaceAll(/\+\d+\.\d{6} \[(\d+) 127[^\]]*\]/g, '+time [$1 address]')
}

function askMembers(steps: readonly Step[], members: number): Told {
  const world = new CoreWorld({ members })
  world.settled()
  const clients = new Map<string, Client>()
  return steps.map(({ name, commands }) => {
    let client = clients.get(name)
    if (client === undefined) {
      client = world.client((clients.size % members) + 1)
      client.isRaw = true
      clients.set(name, client)
    }
    client.member.inbox.push({
      kind: 'bytes',
      connection: client.connection,
      bytes: Buffer.from(textOf(commands), 'latin1'),
    })
    pass(world, 60)
    const told: Record<string, string> = {}
    for (const [each, { text }] of clients) told[each] = comparable(text)
    for (const each of clients.values()) each.text = ''
    return told
  })
}

/** A fence behind each step: once its reply is there, so is everything that the step brought. */
async function askRedis(redis: RedisServer, steps: readonly Step[]): Promise<Told> {
  const sockets = new Map<string, { readonly socket: Socket; text: string }>()
  const all: Record<string, string>[] = []
  let fence = 0
  for (const { name, commands } of steps) {
    if (!sockets.has(name)) {
      const socket = connect(redis.port, '127.0.0.1')
      const held = { socket, text: '' }
      socket.on('data', (bytes: Buffer) => {
        held.text += bytes.toString('latin1')
      })
      sockets.set(name, held)
      await once(socket, 'connect')
    }
    sockets.get(name)?.socket.write(textOf(commands), 'latin1')
    const order = [name, ...[...sockets.keys()].filter((each) => each !== name)]
    const told: Record<string, string> = {}
    const word = `fence${++fence}`
    for (const each of order) await pastFence(sockets.get(each), word)
    for (const [each, held] of sockets) {
      told[each] = comparable(withoutFences(held.text, word))
      held.text = ''
    }
    all.push(told)
  }
  for (const { socket } of sockets.values()) socket.destroy()
  return all
}

async function pastFence(
  held: { readonly socket: Socket; readonly text: string } | undefined,
  word: string,
): Promise<void> {
  held?.socket.write(encodeCommand(['PING', word]), 'latin1')
  const replies = [`$${word.length}\r\n${word}\r\n`]
  while (held !== undefined && !replies.some((reply) => held.text.includes(reply))) {
    await once(held.socket, 'data')
  }
}

/** Without the fence's reply, and what a monitor shows of fences. */
function withoutFences(text: string, word: string): string {
  const reply = `$${word.length}\r\n${word}\r\n`
  return text
    .replaceAll(new RegExp(`\\+[^\\r]*"PING" "${word}"\\r\\n`, 'g'), '')
    .replaceAll(`*2\r\n$4\r\npong\r\n${reply}`, '')
    .replaceAll(reply, '')
}
