// The commands of a scenario, each a line of words. A member is a number, a name that was given, `leader`,
// or `follower`: the first member that does not lead.

import type { MemberId, ReadLevel, RecoveryCause } from 'quorate/plugin'
import { texts } from '../conformance/total/texts.js'
import type { World } from '../conformance/total/world.js'

export class Stage {
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

/** Answers the lines that it says beside what the members do; anything else is nothing. */
export type Command = (stage: Stage, words: readonly string[]) => unknown

function milliseconds(word: string | undefined, otherwise?: number): number {
  const value = word === undefined ? otherwise : Number(word)
  if (value === undefined || !Number.isSafeInteger(value))
    throw new Error(`no milliseconds: ${word}`)
  return value
}

const conditions: Readonly<Record<string, (stage: Stage, member: string | undefined) => boolean>> =
  {
    settled: ({ world }) => world.leader() !== null && world.isSettled(),
    'led-by-another': (stage, member) =>
      stage.world.leader() !== stage.member(member) && stage.world.isSettled(),
    intact: (stage, member) =>
      stage.world.strategy(stage.member(member)).status().recovering === null,
  }

export const commands: Readonly<Record<string, Command>> = {
  /** elect: until somebody leads and committed an entry of its term */
  elect: ({ world }) => {
    world.elect()
  },
  /** name NAME MEMBER: calls it so from now on, whatever becomes of it */
  name: (stage, [name, member]) => stage.name(name, stage.member(member)),
  /** advance MS */
  advance: ({ world }, [ms]) => world.advance(milliseconds(ms)),
  /** until settled | led-by-another MEMBER | intact MEMBER [MS] */
  until: (stage, [condition = '', ...rest]) => {
    const holds = conditions[condition]
    if (holds === undefined) throw new Error(`no condition '${condition}'`)
    const [member, ms] = condition === 'settled' ? [undefined, rest[0]] : rest
    const isSo = stage.world.until(() => holds(stage, member), milliseconds(ms, 10_000))
    return isSo ? [] : [`not ${condition}`]
  },
  /** propose MEMBER TEXT */
  propose: (stage, [member, text = '']) => {
    return stage.world.propose(stage.member(member), text) === null ? ['refused'] : []
  },
  /** read MEMBER [LEVEL] */
  read: (stage, [member, level = 'linearizable']) => {
    const token = stage.world.read(stage.member(member), level as ReadLevel)
    return token === null ? ['refused'] : []
  },
  /** transfer MEMBER */
  transfer: (stage, [member]) => {
    const refusal = stage.world.strategy(stage.member(member)).transfer(null)
    return refusal === null ? [] : [`refused: ${refusal.reason}`]
  },
  /** crash MEMBER [power] */
  crash: (stage, [member, power]) => stage.world.crash(stage.member(member), power === 'power'),
  /** wipe MEMBER: its disk is lost */
  wipe: (stage, [member]) => stage.world.wipe(stage.member(member)),
  /** start MEMBER [CAUSE] */
  start: (stage, [member, cause]) =>
    stage.world.start(stage.member(member), (cause ?? null) as RecoveryCause | null),
  /** cut FROM TO: one way */
  cut: (stage, [from, to]) => stage.world.cut(stage.member(from), stage.member(to)),
  /** isolate MEMBER: both ways, from all */
  isolate: (stage, [member]) => stage.world.isolate(stage.member(member)),
  /** heal: all links */
  heal: ({ world }) => world.heal(),
  /** checkpoint MEMBER */
  checkpoint: (stage, [member]) => stage.world.takeCheckpoint(stage.member(member)),
  /** accept-loss MEMBER */
  'accept-loss': (stage, [member]) => stage.world.strategy(stage.member(member)).acceptLoss(),
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
