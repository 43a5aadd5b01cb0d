// `make soak MINUTES=60 MEMORY=16mb`: the long form. Exit code 1 where digests differ, or a counter is wrong.

import { slopeOf, type Slope } from './slope.js'
import { runSoak, steadyMembers } from './soak.js'

const { env } = process
const options = {
  minutes: Number(env['MINUTES'] ?? 60),
  lookMs: 60_000,
  faultMs: Number(env['FAULT_MS'] ?? 10_000),
  memory: env['MEMORY'] ?? '16mb',
  rate: Number(env['RATE'] ?? 3_000),
  keys: Number(env['KEYS'] ?? 200_000),
  seed: Number(env['SEED'] ?? 1),
}
const { looks, commands, evicted, expired, errors, faults, loopDelayP99 } = await runSoak(
  options,
  console.log,
)

const shown = (counts: ReadonlyMap<string, number>): string =>
  [...counts].map(([name, count]) => `${name} ${count}`).join(', ') || 'none'
console.log(`${commands} commands, ${evicted} keys evicted, ${expired} expired`)
console.log(`faults: ${shown(faults)}`)
for (const [word, { count, last }] of errors) console.log(`${count} times ${word}, as: ${last}`)
const percent = ({ share, error }: Slope): string =>
  `${(share * 100).toFixed(2)} % an hour, give or take ${(error * 100).toFixed(2)}`
for (const member of steadyMembers(3)) {
  const rss = percent(slopeOf(looks, (look) => look.rss[member]))
  const kept = percent(slopeOf(looks, (look) => look.kept[member]?.rss))
  const alive = percent(slopeOf(looks, (look) => look.kept[member]?.alive))
  const delay = loopDelayP99[member]?.toFixed(1)
  console.log(`member ${member + 1}: RSS ${rss}; collected (bar 1) ${kept}; alive ${alive}`)
  console.log(`  loop p99 ${delay} ms (bar 20)`)
}
const unequal = looks.filter(({ areEqual }) => !areEqual).length
const wrong = looks.flatMap((look) => look.wrong)
console.log(
  `${looks.length} looks: ${unequal} with digests that differ, ${wrong.length} wrong counters`,
)
process.exitCode = unequal + wrong.length > 0 ? 1 : 0
