// `make chaos KILLS=100 ALL=20 PARTITIONS=50 STOPS=50 LEVEL=sequential SHARDS=4`: the long form. Exit code 1
// where anything was lost or doubled.

import { runCampaign } from './campaign.js'
import { describeTallies, type Plan } from './tally.js'

function count(name: string, fallback: number): number {
  const value = Number(process.env[name] ?? fallback)
  if (Number.isInteger(value) && value >= 0) return value
  console.error(`${name}: given ${process.env[name]}, allowed: an integer from 0`)
  return process.exit(1)
}

const plan: Plan = {
  kill: count('KILLS', 100),
  all: count('ALL', 20),
  stop: count('STOPS', 50),
  partition: count('PARTITIONS', 50),
}
const level = process.env['LEVEL'] ?? 'strong'
if (level !== 'strong' && level !== 'sequential') {
  console.error(`LEVEL: given ${level}, allowed: strong, sequential`)
  process.exit(1)
}
const target = { level, shards: count('SHARDS', 1) }
const tallies = await runCampaign(plan, console.log, target)
console.log(describeTallies(tallies))
console.log('ms: from the last acknowledged write to the next, at each surviving member')
const examples = tallies.flatMap((each) => each.examples)
for (const example of examples.slice(0, 20)) console.log(example)
const lost = tallies.reduce((sum, each) => sum + each.lost, 0)
const doubled = tallies.reduce((sum, each) => sum + each.doubled, 0)
console.log(`${lost} lost, ${doubled} doubled`)
process.exitCode = lost + doubled > 0 ? 1 : 0
