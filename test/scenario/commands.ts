// The commands of a scenario over a strategy of one total order, each a line of words. A member is a
// number, a name that was given, `leader`, or `follower`: the first member that does not lead.

import type { MemberId, ReadLevel, RecoveryCause } from 'quorate/plugin'
import { texts } from '../conformance/total/texts.js'
import type { World } from '../conformance/total/world.js'
import type { Command } from './stage.js'

/** The members, and how a scenario calls them. */
export class Cast {
  readonly world: World
  readonly #names = new Map<string, number>()

  constructor(world: World) {
    this.world = world
  }

  member(word: string | undefined): number {
    const { world } = this
    const leader = world.leader()
    if (word === 'leader' && leader !== null) return leader
    if (word === 'follower') return world.ids.find((id) => id !== leader) as number
    const found = this.#names.get(word ?? '') ?? Number(word)
    if (!world.ids.includes(found)) throw new Error(`no member '${word}'`)
    return found
  }

  name(word: string | undefined, member: number): void {
    if (word === undefined || !/^[a-z]+$/.test(word)) throw new Error(`no name: '${word}'`)
    this.#names.set(word, member)
  }
}

function milliseconds(word: string | undefined, otherwise?: number): number {
  const value = word === undefined ? otherwise : Number(word)
  if (value === undefined || !Number.isSafeInteger(value))
    throw new Error(`no milliseconds: ${word}`)
  return value
}

const conditions: Readonly<Record<string, (cast: Cast, member: string | undefined) => boolean>> = {
  settled: ({ world }) => world.leader() !== null && world.isSettled(),
  'led-by-another': (cast, member) =>
    cast.world.leader() !== cast.member(member) && cast.world.isSettled(),
  intact: (cast, member) => cast.world.strategy(cast.member(member)).status().recovering === null,
}

export const commands: Readonly<Record<string, Command<Cast>>> = {
  /** elect: until somebody leads and committed an entry of its term */
  elect: ({ world }) => {
    world.elect()
  },
  /** name NAME MEMBER: calls it so from now on, whatever becomes of it */
  name: (cast, [name, member]) => cast.name(name, cast.member(member)),
  /** advance MS */
  advance: ({ world }, [ms]) => world.advance(milliseconds(ms)),
  /** until settled | led-by-another MEMBER | intact MEMBER [MS] */
  until: (cast, [condition = '', ...rest]) => {
    const holds = conditions[condition]
    if (holds === undefined) throw new Error(`no condition '${condition}'`)
    const [member, ms] = condition === 'settled' ? [undefined, rest[0]] : rest
    const isSo = cast.world.until(() => holds(cast, member), milliseconds(ms, 10_000))
    return isSo ? [] : [`not ${condition}`]
  },
  /** propose MEMBER TEXT */
  propose: (cast, [member, text = '']) => {
    return cast.world.propose(cast.member(member), text) === null ? ['refused'] : []
  },
  /** read MEMBER [LEVEL] */
  read: (cast, [member, level = 'linearizable']) => {
    const token = cast.world.read(cast.member(member), level as ReadLevel)
    return token === null ? ['refused'] : []
  },
  /** transfer MEMBER */
  transfer: (cast, [member]) => {
    const refusal = cast.world.strategy(cast.member(member)).transfer(null)
    return refusal === null ? [] : [`refused: ${refusal.reason}`]
  },
  /** crash MEMBER [power] */
  crash: (cast, [member, power]) => cast.world.crash(cast.member(member), power === 'power'),
  /** wipe MEMBER: its disk is lost */
  wipe: (cast, [member]) => cast.world.wipe(cast.member(member)),
  /** start MEMBER [CAUSE] */
  start: (cast, [member, cause]) =>
    cast.world.start(cast.member(member), (cause ?? null) as RecoveryCause | null),
  /** cut FROM TO: one way */
  cut: (cast, [from, to]) => cast.world.cut(cast.member(from), cast.member(to)),
  /** isolate MEMBER: both ways, from all */
  isolate: (cast, [member]) => cast.world.isolate(cast.member(member)),
  /** heal: all links */
  heal: ({ world }) => world.heal(),
  /** checkpoint MEMBER */
  checkpoint: (cast, [member]) => cast.world.takeCheckpoint(cast.member(member)),
  /** accept-loss MEMBER */
  'accept-loss': (cast, [member]) => cast.world.strategy(cast.member(member)).acceptLoss(),
  /** show: what every member says of itself, and what it executed */
  show: ({ world }) =>
    world.nodes.map((node) => {
      const status = node.strategy?.status()
      if (status === undefined) return `${node.id} down`
      const { role, leader, term, commit, last } = status
      const who = leader === null ? 'nobody' : String(leader as MemberId)
      const log = `commit=${commit.term}/${commit.index} last=${last.term}/${last.index}`
      return `${node.id} ${role} leader=${who} term=${term} ${log} ${texts(world, node.id).join(' ')}`
    }),
}
