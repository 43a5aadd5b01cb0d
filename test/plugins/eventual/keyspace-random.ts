// One random world of a causal keyspace from a seed: faults of every kind, then calm, then judgement.

import type { Durability } from '../../../src/api/config.js'
import type { MemberId } from '../../../src/api/ids.js'
import type { ListChange } from '../../conformance/causal/lists.js'
import { isOpen, type Member, type Shown } from './keyspace-member.js'
import { KeyspaceWorld } from './keyspace-world.js'

export function randomKeyspace(
  seed: number,
  durability: Durability,
  groups = 2 + (seed % 3),
  first?: number,
): KeyspaceWorld {
  const world = new KeyspaceWorld({
    seed,
    members: 2 + (seed % 3) + (first === undefined ? 0 : comersMax),
    first,
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
    if (first !== undefined && chance.below(60) === 0) changeMembers(world)
    else if (roll < 130 && writes < 150) {
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
    else if (!member.isUp && world.lists.wasOn(member.id)) world.start(member, cause)
  }
  const isOn = ({ id }: Member): boolean => world.lists.isOn(id)
  for (const member of members) if (!member.isUp && isOn(member)) world.start(member, cause)
  for (const member of members) if (isOn(member)) tell(world, member)
  world.calm()
  judge(world)
  return world
}

/** Members that come later, at most. */
const comersMax = 3

/** A new list of members; who is added starts. */
function change(world: KeyspaceWorld, next: ListChange): void {
  if (!world.lists.change(next)) return
  for (const id of next.add ?? []) world.start(world.members[id - 1] as Member, null)
}

/** A member hears of a later list. */
function tell(world: KeyspaceWorld, member: Member, skip?: number): void {
  const list = world.lists.hears(member.id, skip)
  for (const { strategy } of member.groups) strategy?.follow?.(list)
  world.turn(member)
}

/** Somebody comes, goes, or hears of it. */
function changeMembers(world: KeyspaceWorld): void {
  const { random: chance, members, lists } = world
  const member = chance.pick(members)
  const { id } = member
  const { voters, learners } = lists.current
  const isFilled = (each: MemberId): boolean => {
    const { isUp, groups } = members[each - 1] as Member
    return isUp && groups.every(({ strategy }) => strategy?.status().recovering === null)
  }
  const roll = chance.below(10)
  if (roll < 5) tell(world, member, chance.chance(1, 2) ? undefined : 1)
  else if (!lists.wasOn(id)) change(world, { add: [id], isLearner: chance.chance(1, 2) })
  else if (learners.includes(id) && roll < 8 && isFilled(id)) change(world, { promote: [id] })
  else if (voters.includes(id) && roll === 9) change(world, { demote: [id] })
  else if (lists.isOn(id) && voters.some((each) => each !== id && isFilled(each)))
    change(world, { remove: [id] })
}

/** Once all is calm. */
function judge(world: KeyspaceWorld): void {
  const here = world.members.filter(({ isUp, id }) => isUp && world.lists.isOn(id))
  const [first, ...others] = here as [Member, ...Member[]]
  for (const member of [first, ...others]) {
    const isVoter = world.lists.current.voters.includes(member.id)
    if (!isOpen(member) && isVoter) world.faults.push(`member ${member.id} is not open`)
    member.groups.forEach(({ merged }, i) => {
      const expected = first.groups[i]?.merged as ReadonlySet<number>
      if (merged.size !== expected.size) {
        const sizes = `${expected.size} and ${merged.size}`
        world.faults.push(`members ${first.id} and ${member.id} hold ${sizes} in group ${i}`)
      }
    })
  }
}
