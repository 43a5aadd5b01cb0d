// Makes a member's side of every group of the cluster: a shard where it holds a replica, else what serves its
// clients through the members that do.

import { type Config, shardsHeldMax } from '../api/config.js'
import type { Engine, EngineFactory } from '../api/engine.js'
import type { KeyEvents } from '../api/events.js'
import type { GroupId } from '../api/ids.js'
import type { ScriptRunner } from '../api/scripts.js'
import type { StrategyPlugin } from '../api/strategy.js'
import type { Times } from '../api/times.js'
import type { Random } from '../base/random.js'
import { hasBug } from '../base/seeded-bug.js'
import type { RouterState } from '../router/state.js'
import { Gathering } from '../shard/gathering.js'
import { GoneGroup } from '../shard/gone-group.js'
import type { MemberMemory } from '../shard/member-memory.js'
import { RemoteGroup } from '../shard/remote-group.js'
import { Shard } from '../shard/shard.js'
import type { ShardSink } from '../shard/sink.js'
import type { Clocks } from './clocks.js'
import { commonKeyspaces, type GroupPlace, groupPlaces } from './groups.js'
import type { MemberRests } from './rests.js'
import type { Roster } from './roster.js'
import type { Rota } from './rota.js'
import { CoreScriptWorld, heardOfScript } from './script-world.js'

export type MemberGroup = Shard | RemoteGroup | GoneGroup

export interface GroupsInit {
  readonly config: Config
  readonly strategies: ReadonlyMap<string, StrategyPlugin>
  readonly engine: EngineFactory
  readonly random: Random
  readonly scripts?: ScriptRunner | undefined
  readonly rota: Pick<Rota<MemberGroup>, 'relate'>
  readonly sinkOf: (group: GroupId) => ShardSink
  /** Not before the groups are made. */
  readonly state: () => RouterState
  readonly events: KeyEvents
  readonly times: Times
  readonly memory: MemberMemory
  readonly clocks: Clocks
  readonly rests: MemberRests
  readonly roster: Pick<
    Roster,
    'files' | 'membersOf' | 'listOf' | 'holdersOf' | 'isGone' | 'groupCountOf'
  >
}

/** Makes this member's side of a group, as it is by what the roster says now. */
export type GroupMaker = (place: GroupPlace) => MemberGroup

/** Which side of a group this member has. */
export function kindOf(
  { roster, config }: Pick<GroupsInit, 'config' | 'roster'>,
  place: GroupPlace,
): typeof Shard | typeof RemoteGroup | typeof GoneGroup {
  if (roster.isGone(place)) return GoneGroup
  return roster.holdersOf(place).includes(config.self) ? Shard : RemoteGroup
}

export function groupMaker(init: GroupsInit): GroupMaker {
  const { config, strategies, engine, random, state, roster } = init
  const countOf = (space: number): number => roster.groupCountOf(space)
  const common = commonKeyspaces(config, countOf, (name) => {
    const space = config.keyspaces.findIndex((keyspace) => keyspace.name === name)
    const groups = groupPlaces(config).filter(({ keyspace }) => keyspace.name === name)
    init.rota.relate(groups.slice(0, countOf(space)).map(({ id }) => id))
  })
  const gatherings = new Map(config.keyspaces.map(({ name }) => [name, new Gathering()]))
  const world = new CoreScriptWorld(state)
  const busyMs = (): number => Number(state().settings.get('busy-reply-threshold') ?? 0)
  return (place) => {
    const kind = kindOf(init, place)
    if (kind === GoneGroup) return new GoneGroup(place)
    const { name, strategy } = place.keyspace
    const plugin = strategies.get(strategy) as StrategyPlugin
    const shared = {
      ...place,
      config,
      holders: () => roster.holdersOf(place),
      memoryParts: hasBug('core-bound-by-groups') ? undefined : shardsHeldMax(roster.files),
      sink: init.sinkOf(place.id),
      random: random.fork(),
      gathering: gatherings.get(name),
      events: init.events,
      scripted: (db: number, args: readonly string[]) => heardOfScript(state(), db, args),
    }
    if (kind === RemoteGroup) {
      const { supports } = plugin
      const specOf = (command: string) => state().table.find(command)?.spec
      return new RemoteGroup({ ...shared, supports, specOf, busyMs })
    }
    return new Shard({
      ...shared,
      common: common.get(name),
      get members() {
        return roster.membersOf({ id: place.shard })
      },
      list: () => roster.listOf(place),
      plugin,
      engine,
      times: init.times,
      memory: init.memory,
      came: (slots) => state().detours.came(state(), place, slots),
      scripts: init.scripts && { runner: init.scripts, world, busyMs },
      rests: init.rests.sightOf(place.id),
      clockOffset: () => init.clocks.offsetBeyond(config.clockSkewMs),
    })
  }
}

/** Of all engines alike, also where the member holds no replica. */
export function commandsOf(
  { engine, config }: Pick<GroupsInit, 'engine' | 'config'>,
  groups: readonly MemberGroup[],
): Engine['commands'] {
  const { databases, bulkBytesMax } = config
  const first = groups.find((group) => group instanceof Shard)
  return (first?.engine ?? engine({ databases, bulkBytesMax, maxMemory: 0 })).commands
}

/** A member that had lost its disk has all of its data again, and has read which groups there are and whose slots are whose. */
export function isRefilled(
  groups: readonly MemberGroup[],
  { isAbreast }: { readonly isAbreast: boolean },
): boolean {
  return isAbreast && groups.every(isWhole)
}

/** Where there is no replica, nothing lacks. */
function isWhole(group: MemberGroup): boolean {
  return !(group instanceof Shard) || group.status()?.recovering === null
}
