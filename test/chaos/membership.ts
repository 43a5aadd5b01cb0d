// `make chaos-members`: members join, are removed and replaced under load, one change after the other, while
// processes are killed. Every change has to come to its end, and nothing that was acknowledged may be lost.

import { Random } from '../../src/base/random.js'
import { Fleet, type Seat } from '../e2e/fleet.js'
import { type Verdict, Workload } from '../e2e/workload.js'

export interface MembershipTally {
  changes: number
  kills: number
  readonly kinds: Record<'join' | 'remove' | 'replace', number>
  acknowledged: number
  lost: number
  doubled: number
  /** Milliseconds that each change took until all groups had its members. */
  readonly tookMs: number[]
  readonly faults: string[]
}

const seats = 6
const membersMin = 3
const membersMax = 5
/** Changes that one workload sees: reading it back takes as long as it is. */
const changesEach = 10

export async function runMembership(
  options: {
    readonly changes: number
    readonly seed: number
    readonly shards: number
    readonly keyspace: Readonly<Record<string, unknown>>
  },
  say: (line: string) => void,
): Promise<MembershipTally> {
  const random = new Random(options.seed)
  const { shards, keyspace } = options
  const isSynced = (keyspace['durability'] ?? 'always') === 'always'
  const fleet = await Fleet.start(3, seats, {
    shards,
    keyspaces: [{ name: 'default', ...keyspace }],
  })
  const tally: MembershipTally = {
    changes: 0,
    kills: 0,
    kinds: { join: 0, remove: 0, replace: 0 },
    acknowledged: 0,
    lost: 0,
    doubled: 0,
    tookMs: [],
    faults: [],
  }
  const workloads: Workload[] = []
  try {
    while (tally.changes < options.changes) {
      const workload = new Workload({
        ports: fleet.ports,
        writers: 4,
        name: `r${workloads.length}`,
      })
      workloads.push(workload)
      workload.start()
      const until = Math.min(options.changes, tally.changes + changesEach)
      while (tally.changes < until) await change(fleet, { random, isSynced }, tally)
      await workload.stop()
      add(tally, await workload.verify(random.pick(fleet.taken).client), true)
      say(`${tally.changes} changes, ${tally.kills} kills, ${tally.acknowledged} acknowledged`)
    }
    for (const seat of fleet.taken)
      for (const workload of workloads) add(tally, await workload.verify(seat.client), false)
    return tally
  } catch (error) {
    say(`change ${tally.changes + 1}: ${await fleet.tails()}`)
    throw error
  } finally {
    await Promise.all(workloads.map((each) => each.stop()))
    await fleet.dispose()
  }
}

async function change(
  fleet: Fleet,
  { random, isSynced }: { readonly random: Random; readonly isSynced: boolean },
  tally: MembershipTally,
): Promise<void> {
  const count = fleet.taken.length
  const kinds: (keyof MembershipTally['kinds'])[] = ['replace', 'replace']
  if (count < membersMax) kinds.push('join', 'join')
  if (count > membersMin) kinds.push('remove', 'remove')
  const kind = random.pick(kinds)
  const old = kind === 'join' ? null : random.pick(fleet.taken)
  const stay = fleet.taken.filter((seat) => seat !== old)
  const host = random.pick(stay)
  const begun = performance.now()
  const oldId = old?.id ?? 0
  // A machine that died, or one that is there and goes.
  const dies = kind === 'replace' && random.chance(1, 2)
  if (old !== null && dies) {
    await fleet.kill(old)
    tally.kills++
  }
  const words: string[] = []
  let seat: Seat | null = null
  if (kind !== 'remove') {
    // Often the very address of the one that died.
    seat = old !== null && dies && random.chance(1, 2) ? old : random.pick(fleet.free)
    if (old !== null && old !== seat) old.id = 0
    fleet.sit(seat, host)
    const { id, client, peer } = seat
    words.push('--id', `${id}`, '--client', `127.0.0.1:${client}`, '--peer', `127.0.0.1:${peer}`)
  }
  const gone = old === null || old === seat || dies ? null : old.process
  const named = old === null ? [] : [`${oldId}`]
  const force = dies ? ['--force'] : []
  const asked = ask(fleet, host, [kind, ...named, ...words, ...force, '--wait', '90'])
  // Who leads, or learns, or holds what nobody else does yet.
  // Where logs are not synced, who was killed lost something, and with two of four away nobody can say how much.
  if (random.chance(1, 2) && (isSynced || !dies)) {
    await pause(random.between(0, 1_500))
    const victim = random.pick(seat === null ? stay : [...stay, seat])
    // The command line speaks to its host, and would say that it is gone.
    if (victim !== host) {
      await fleet.kill(victim)
      fleet.run(victim)
      tally.kills++
    }
  }
  await asked
  if (old !== null && old !== seat) old.id = 0
  await fleet.waitFor(`end of ${kind} ${oldId}`, () => fleet.areServing(fleet.taken), 90_000)
  if (gone !== null) {
    const late = setTimeout(() => gone.signal('SIGKILL'), 20_000)
    const { code, signal } = await gone.ended
    clearTimeout(late)
    if (signal !== null || code !== 0)
      tally.faults.push(`member ${oldId} ended with ${code ?? signal}`)
  }
  tally.kinds[kind]++
  tally.changes++
  tally.tookMs.push(Math.round(performance.now() - begun))
}

/** As an operator does: again where nobody led just then; it may have been done all the same. */
async function ask(fleet: Fleet, host: Seat, words: readonly string[]): Promise<void> {
  const until = performance.now() + 60_000
  for (;;) {
    try {
      await fleet.cli(host, ...words)
      return
    } catch (error) {
      const why = String(error)
      if (/ERR there is a member|on its way out|no such member/.test(why)) return
      const isMoment = /CLUSTERDOWN|UNKNOWNRESULT|BUSY|no majority|closed|timed out/.test(why)
      if (!isMoment || performance.now() > until) throw error
      await pause(300)
    }
  }
}

function add(tally: MembershipTally, verdict: Verdict, isFirst: boolean): void {
  if (isFirst) tally.acknowledged += verdict.acknowledged
  tally.lost += verdict.lost
  tally.doubled += verdict.doubled
  tally.faults.push(...verdict.faults.slice(0, 3))
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
