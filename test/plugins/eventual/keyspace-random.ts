// One random world of a causal keyspace from a seed: faults of every kind, then calm, then judgement.

import type { Durability } from '../../../src/api/config.js'
import { isOpen, type Member, type Shown } from './keyspace-member.js'
import { KeyspaceWorld } from './keyspace-world.js'

export function randomKeyspace(
  seed: number,
  durability: Durability,
  groups = 2 + (seed % 3),
): KeyspaceWorld {
  const world = new KeyspaceWorld({
    seed,
    members: 2 + (seed % 3),
    groups,
    durability,
    lossPercent: seed % 2 === 0 ? 0 : 10,
    options: seed % 5 === 0 ? { keepBytes: 1024, tailBytes: 1024 } : { tailBytes: 1024 },
  })
  const { random: chance, members } = world
  for (const member of members) member.skew = chance.below(1_200_000) - 600_000
  const next = (member: Member): Member => members[member.id % members.length] as Member
  const cause = durability === 'always' ? null : 'unclean-stop'
  // What nobody writes down is gone with its member, at another moment in each group.
  const crash = (member: Member): void => {
    if (durability !== 'none') world.crash(member)
  }
  let writes = 0
  let token: Shown | null = null
  for (let step = 0; step < 1500; step++) {
    const member = chance.pick(members)
    const roll = chance.below(1000)
    if (roll < 130 && writes < 150) {
      writes++
      world.write(member)
      if (chance.chance(1, 2)) world.turn(member)
    } else if (roll < 200) world.read(member, chance.chance(1, 2) ? token : null)
    else if (roll < 230) token = member.isUp ? (world.token(member) ?? token) : token
    else if (roll < 520) world.deliverOne()
    else if (roll < 700) world.persistOne(member)
    else if (roll < 920) world.tick(chance.below(60))
    else if (roll < 950) world.checkpoint(member)
    else if (roll < 965) world.partition(member, next(member))
    else if (roll < 985) world.heal(member, next(member))
    else if (roll < 992 && member.isUp) crash(member)
    else if (!member.isUp) world.start(member, cause)
  }
  for (const member of members) if (!member.isUp) world.start(member, cause)
  world.calm()
  judge(world)
  return world
}

/** Once all is calm. */
function judge(world: KeyspaceWorld): void {
  const [first, ...others] = world.members.filter(({ isUp }) => isUp) as [Member, ...Member[]]
  for (const member of [first, ...others]) {
    if (!isOpen(member)) world.faults.push(`member ${member.id} is not open`)
    member.groups.forEach(({ merged }, i) => {
      const expected = first.groups[i]?.merged as ReadonlySet<number>
      if (merged.size !== expected.size) {
        const sizes = `${expected.size} and ${merged.size}`
        world.faults.push(`members ${first.id} and ${member.id} hold ${sizes} in group ${i}`)
      }
    })
  }
}
