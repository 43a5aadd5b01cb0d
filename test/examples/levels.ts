// What each level promises, shown on a cluster of three whose third member is cut off: the same commands on
// keys of two levels, and what is answered. `make example` tells all four stories, `L=causal` one of them.

import type { Redis } from 'ioredis'
import { pathToFileURL } from 'node:url'
import { TestCluster } from '../e2e/cluster.js'
import { plainClient, whenServed } from '../e2e/workload.js'

/** One command, the member that it went to (1, 2, 3), and the answer in words. */
export interface Line {
  readonly at: number
  readonly command: string
  readonly answer: string
}

export interface Story {
  readonly level: string
  readonly title: string
  readonly lines: readonly Line[]
  /** What the level below allows, and what this one answers instead. */
  readonly weaker: string
  readonly stronger: string
}

const levels = ['strong', 'sequential', 'causal'] as const
const config = {
  clients: { 'session-wait': '300ms' },
  keyspaces: [
    ...levels.map((level) => ({ name: level, prefixes: [`${level}:`], level })),
    { name: 'default', level: 'eventual', durability: 'always' },
  ],
}

/** Three members; a story cuts one of them off and lets it come back. */
class Stage {
  readonly cluster: TestCluster
  lines: Line[] = []
  readonly #clients = new Map<number, Redis>()

  constructor(cluster: TestCluster) {
    this.cluster = cluster
  }

  /** The answer of a member, errors by their first word. */
  async ask(at: number, command: string): Promise<string> {
    const [name = '', ...args] = command.split(' ')
    const client = await this.#client(at)
    const answer = await client.call(name, ...args).then(inWords, inWords)
    this.lines.push({ at, command, answer })
    return answer
  }

  /** Asks until it is answered so: for what takes its time, as an election. */
  async until(at: number, command: string, wanted: string): Promise<string> {
    let answer = ''
    await this.cluster.waitFor(`${command} = ${wanted}`, async () => {
      const client = await this.#client(at)
      const [name = '', ...args] = command.split(' ')
      answer = await client.call(name, ...args).then(inWords, inWords)
      return answer === wanted
    })
    this.lines.push({ at, command, answer })
    return answer
  }

  cutOff(at: number): void {
    this.cluster.isolate(at - 1)
    this.lines.push({ at, command: '', answer: 'is cut off' })
  }

  heal(): void {
    this.cluster.heal()
    this.lines.push({ at: 0, command: '', answer: 'all links are whole again' })
  }

  close(): void {
    for (const client of this.#clients.values()) client.disconnect()
  }

  async #client(at: number): Promise<Redis> {
    const known = this.#clients.get(at)
    if (known !== undefined) return known
    const client = plainClient(this.cluster.ports[at - 1] ?? 0)
    await client.connect()
    this.#clients.set(at, client)
    return client
  }
}

function inWords(answer: unknown): string {
  if (answer instanceof Error) return answer.message.split(' ')[0] ?? ''
  return answer === null ? '(nil)' : String(answer)
}

type Told = Pick<Story, 'weaker' | 'stronger'>

const stories: readonly {
  readonly level: string
  readonly title: string
  readonly tell: (stage: Stage) => Promise<Told>
}[] = [
  {
    level: 'strong',
    title: 'no read is old: at sequential a member that is cut off goes on answering what it had',
    tell: async (stage) => {
      for (const key of ['sequential:news', 'strong:news'])
        await stage.until(1, `SET ${key} old`, 'OK')
      await stage.until(3, 'GET sequential:news', 'old')
      stage.cutOff(3)
      for (const key of ['sequential:news', 'strong:news'])
        await stage.until(1, `SET ${key} new`, 'OK')
      const weaker = await stage.ask(3, 'GET sequential:news')
      return { weaker, stronger: await stage.ask(3, 'GET strong:news') }
    },
  },
  {
    level: 'sequential',
    title: 'one order for all writes: at causal both sides of a cut get the same lock',
    tell: async (stage) => {
      stage.cutOff(3)
      await stage.ask(1, 'SET causal:lock one NX')
      const weaker = await stage.ask(3, 'SET causal:lock three NX')
      await stage.until(1, 'SET sequential:lock one NX', 'OK')
      return { weaker, stronger: await stage.ask(3, 'SET sequential:lock three NX') }
    },
  },
  {
    level: 'causal',
    title: 'who holds a token is never shown less: at eventual another member may not have it yet',
    tell: async (stage) => {
      stage.cutOff(3)
      for (const key of ['mine', 'causal:mine']) await stage.ask(1, `SET ${key} here`)
      const token = await stage.ask(1, 'QUORATE SESSION GET')
      await stage.ask(3, `QUORATE SESSION SET ${token}`)
      const weaker = await stage.ask(3, 'GET mine')
      const stronger = await stage.ask(3, 'GET causal:mine')
      stage.heal()
      await stage.until(3, 'GET causal:mine', 'here')
      return { weaker, stronger }
    },
  },
  {
    level: 'eventual',
    title:
      'every member takes writes, always, and no increment is lost: at strong a minority takes none',
    tell: async (stage) => {
      await stage.until(1, 'INCR strong:visits', '1')
      stage.cutOff(3)
      const weaker = await stage.ask(3, 'INCR strong:visits')
      await stage.ask(1, 'INCRBY visits 10')
      await stage.ask(3, 'INCR visits')
      stage.heal()
      await stage.until(1, 'GET visits', '11')
      return { weaker, stronger: await stage.until(3, 'GET visits', '11') }
    },
  },
]

/** Plays the story of a level, or all of them, each on a new cluster. */
export async function tellLevels(level: string): Promise<readonly Story[]> {
  const told: Story[] = []
  for (const { tell, ...story } of stories) {
    if (level !== '' && story.level !== level) continue
    const cluster = await TestCluster.start({ config })
    const stage = new Stage(cluster)
    try {
      for (const name of levels) {
        await whenServed(cluster.ports[2] ?? 0, (client) => client.set(`${name}:ready`, '1'))
      }
      const answers = await tell(stage)
      told.push({ ...story, ...answers, lines: stage.lines })
    } finally {
      stage.close()
      await cluster.dispose()
    }
  }
  return told
}

export function describeStory({ level, title, lines }: Story): string {
  const width = Math.min(44, Math.max(...lines.map(({ command }) => command.length)))
  const shown = lines.map(({ at, command, answer }) => {
    if (command === '') return at === 0 ? `  ${answer}` : `  member ${at} ${answer}`
    const short = command.length > width ? `${command.slice(0, width - 3)}...` : command
    return `  member ${at}  ${short.padEnd(width)}  ${answer.slice(0, 40)}`
  })
  return [`${level}: ${title}`, ...shown].join('\n')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const told = await tellLevels(process.env['L'] ?? '')
  if (told.length === 0) {
    console.error(`L is one of ${stories.map(({ level }) => level).join(', ')}`)
    process.exitCode = 1
  }
  for (const story of told) console.log(`${describeStory(story)}\n`)
}
