// Hours of mixed load on three members with one keyspace of each kind, at the memory's bound, with expiry, eviction and
// faults. Once a minute the load stops, all members have to come to equal digests, and what they use is noted.

import { readFileSync } from 'node:fs'
import { Random } from '../../src/base/random.js'
import { TestCluster } from '../e2e/cluster.js'
import type { MemberProcess } from '../e2e/member-process.js'
import { whenServed } from '../e2e/workload.js'
import { Mixer, prefixes } from './mixer.js'

export interface SoakOptions {
  readonly minutes: number
  /** Milliseconds from one look to the next, and between faults. */
  readonly lookMs: number
  readonly faultMs: number
  /** Of the keyspace that evicts, as `64mb`. */
  readonly memory: string
  readonly rate: number
  readonly keys: number
  readonly seed: number
}

export interface Look {
  readonly atMinutes: number
  /** By member, bytes. */
  readonly rss: readonly number[]
  /** The same, once everything is collected that nobody has any more. */
  readonly kept: readonly Kept[]
  readonly areEqual: boolean
  /** Milliseconds until digests were equal. */
  readonly settledMs: number
  readonly wrong: readonly string[]
}

export interface Kept {
  readonly rss: number
  /** Bytes of objects and buffers. */
  readonly alive: number
}

export interface SoakResult {
  readonly looks: readonly Look[]
  readonly commands: number
  readonly evicted: number
  readonly expired: number
  readonly errors: Mixer['errors']
  readonly faults: ReadonlyMap<Fault, number>
  /** By member, milliseconds. */
  readonly loopDelayP99: readonly number[]
}

const faults = ['cut', 'kill', 'pause', 'restart'] as const
export type Fault = (typeof faults)[number]
/** Members whose process ends or stands still now and then; of the others what they use is judged. */
const victim = 2
const faultLastsMs = 2_000
const collecting = new URL('./collecting.js', import.meta.url).href

export async function runSoak(
  options: SoakOptions,
  say: (line: string) => void,
): Promise<SoakResult> {
  const nodeFlags = ['--expose-gc', `--import=${collecting}`]
  const cluster = await TestCluster.start({ config: configOf(options), nodeFlags })
  const { seed, rate, keys } = options
  const mixer = new Mixer({ ports: cluster.ports, clients: 8, rate, keys, seed })
  const random = new Random(seed, 1)
  const looks: Look[] = []
  const done = new Map<Fault, number>()
  const begin = performance.now()
  const minutes = (): number => (performance.now() - begin) / 60_000
  try {
    while (minutes() < options.minutes) {
      const until = performance.now() + options.lookMs
      mixer.start()
      while (performance.now() + options.faultMs < until) {
        await sleep(options.faultMs)
        const fault = faults[random.below(faults.length)] ?? 'cut'
        done.set(fault, (done.get(fault) ?? 0) + 1)
        await inject(cluster, fault, random.below(cluster.count))
      }
      await sleep(Math.max(0, until - performance.now()))
      await mixer.stop()
      const look = await lookAt(cluster, mixer, minutes())
      looks.push(look)
      say(describeLook(look))
    }
    const infos = await Promise.all(cluster.ports.map(infoOf))
    return {
      looks,
      commands: mixer.commands,
      evicted: Math.max(...infos.map((info) => figure(info, 'evicted_keys'))),
      expired: Math.max(...infos.map((info) => figure(info, 'expired_keys'))),
      errors: mixer.errors,
      faults: done,
      loopDelayP99: infos.map((info) => figure(info, 'loop_delay_p99_ms')),
    }
  } catch (error) {
    say(cluster.tails())
    throw error
  } finally {
    await mixer.stop()
    await cluster.dispose()
  }
}

function configOf({ memory }: SoakOptions): Readonly<Record<string, unknown>> {
  const bound = { 'max-memory': memory, 'max-memory-policy': 'allkeys-lru' }
  return {
    // For DEBUG DIGEST.
    security: { 'debug-command': 'local' },
    keyspaces: [
      { name: 'strong', prefixes: [prefixes.strong], level: 'strong' },
      {
        name: 'sequential',
        prefixes: [prefixes.sequential],
        level: 'sequential',
        durability: 'everysec',
      },
      { name: 'kept', prefixes: [prefixes.kept], level: 'eventual' },
      { name: 'default', level: 'eventual', durability: 'none', ...bound },
    ],
  }
}

/** Begins a fault, and ends it a while later. */
async function inject(cluster: TestCluster, fault: Fault, member: number): Promise<void> {
  switch (fault) {
    case 'cut':
      cluster.isolate(member)
      await sleep(faultLastsMs)
      return cluster.heal()
    case 'pause':
      cluster.process(victim).signal('SIGSTOP')
      await sleep(faultLastsMs)
      return cluster.process(victim).signal('SIGCONT')
    case 'kill':
      await cluster.process(victim).kill()
      break
    case 'restart':
      await cluster.process(victim).stop()
      break
  }
  cluster.startMember(victim)
  await cluster.waitReady()
}

/** Milliseconds in which members that nobody writes to have to be equal. */
const settleMs = 60_000

async function lookAt(cluster: TestCluster, mixer: Mixer, atMinutes: number): Promise<Look> {
  await cluster.waitReady()
  const begun = performance.now()
  let areEqual = false
  while (!areEqual && performance.now() - begun < settleMs) {
    const digests = await Promise.all(cluster.ports.map(digestOf))
    areEqual = new Set(digests).size === 1
    if (!areEqual) await sleep(100)
  }
  const settledMs = performance.now() - begun
  const wrong: string[] = areEqual ? [] : await differingGroups(cluster)
  for (const port of cluster.ports) {
    wrong.push(...(await whenServed(port, (client) => mixer.judge(client))))
  }
  const rss = cluster.all.map((member) => rssOf(cluster.process(member).pid))
  const kept: Kept[] = []
  for (const member of cluster.all) kept.push(await keptBy(cluster.process(member)))
  return { atMinutes, rss, kept, areEqual, settledMs, wrong }
}

/** Milliseconds that a member may take to collect everything. */
const collectMs = 10_000

async function keptBy(member: MemberProcess): Promise<Kept> {
  const said = (): string[] => member.tail(1_000).match(/(?<=^collected ).*$/gm) ?? []
  const before = said().at(-1)
  member.signal('SIGUSR2')
  const begun = performance.now()
  while (performance.now() - begun < collectMs) {
    await sleep(50)
    const last = said().at(-1)
    if (last !== undefined && last !== before) return JSON.parse(last) as Kept
  }
  throw new Error('a member does not say what it keeps')
}

function digestOf(port: number): Promise<string> {
  return whenServed(port, async (client) => String(await client.call('DEBUG', 'DIGEST')))
}

/** What each member says of the groups that differ. */
async function differingGroups(cluster: TestCluster): Promise<string[]> {
  const ask = (port: number): Promise<unknown> =>
    whenServed(port, (client) => client.call('DEBUG', 'DIGEST', 'groups'))
  const said = (await Promise.all(cluster.ports.map(ask))) as string[][]
  const first = said[0] ?? []
  return first.flatMap((_, at) => {
    const texts = said.map((lines) => lines[at])
    return new Set(texts).size === 1 ? [] : [`differs: ${texts.join(' ')}`]
  })
}

function infoOf(port: number): Promise<string> {
  return whenServed(port, (client) => client.info())
}

function figure(info: string, name: string): number {
  return Number(new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1] ?? Number.NaN)
}

function rssOf(pid: number): number {
  const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))
  return Number(found?.[1] ?? Number.NaN) * 1024
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Members whose processes last from beginning to end. */
export function steadyMembers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i).filter((i) => i !== victim)
}

function describeLook({ atMinutes, rss, kept, areEqual, settledMs, wrong }: Look): string {
  const mb = (bytes: number): string => (bytes / 2 ** 20).toFixed(0)
  const sizes = rss.map(mb).join(' ')
  const left = kept.map((each) => `${mb(each.rss)} (${mb(each.alive)} alive)`).join(' ')
  const digests = areEqual ? `equal after ${settledMs.toFixed(0)} ms` : 'NOT EQUAL'
  const faulty = wrong.length === 0 ? '' : `; ${wrong.slice(0, 5).join('; ')}`
  return `${atMinutes.toFixed(1)} min: RSS ${sizes} MB, collected ${left}, digests ${digests}${faulty}`
}
