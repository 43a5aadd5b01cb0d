// `make chaos-members CHANGES=100 SHARDS=2 SEED=1 DURABILITY=everysec STRATEGY=raft`: exit code 1 where anything
// was lost, doubled or stuck.

import { runMembership } from './membership.js'

const number = (name: string, fallback: number): number => Number(process.env[name] ?? fallback)

const begun = performance.now()
const { DURABILITY: durability, STRATEGY: strategy } = process.env
const keyspace = {
  ...(durability === undefined ? {} : { durability }),
  ...(strategy === undefined ? {} : { strategy }),
}
const tally = await runMembership(
  {
    ...{ changes: number('CHANGES', 100), seed: number('SEED', 1), shards: number('SHARDS', 2) },
    keyspace,
  },
  console.log,
)
const sorted = [...tally.tookMs].sort((a, b) => a - b)
const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0
const { join, remove, replace } = tally.kinds
console.log(
  `${tally.changes} changes (${join} joined, ${remove} removed, ${replace} replaced), ${tally.kills} kills, ${Math.round((performance.now() - begun) / 1000)} s`,
)
console.log(`ms until all groups had the members: median ${at(0.5)}, p99 ${at(0.99)}`)
for (const fault of tally.faults.slice(0, 20)) console.log(fault)
console.log(
  `${tally.acknowledged} acknowledged, ${tally.lost} lost, ${tally.doubled} doubled, 0 stuck`,
)
process.exitCode = tally.lost + tally.doubled + tally.faults.length > 0 ? 1 : 0
