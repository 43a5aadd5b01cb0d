// What a member shows of a group of which it holds no replica: what it was told, and that it holds none.

import type { KeyspaceConfig } from '../api/config.js'
import type {
  GroupReport,
  GroupScripts,
  GroupSight,
  RunningScript,
  ScriptCounts,
} from '../api/group.js'
import type { GroupId } from '../api/ids.js'
import type { ErrorReply, Reply } from '../api/reply.js'
import type { SeenMark } from '../api/seen.js'
import type { Supports } from '../api/strategy.js'
import type { BusyNews } from './busy-news.js'
import type { Replicas } from './replicas.js'

const noScripts: ScriptCounts = { scripts: 0, libraries: 0, functions: 0 }

/** Scripts run at the leader, as they do for members with a replica. */
export class RemoteScripts implements GroupScripts {
  readonly counts = noScripts
  readonly #news: BusyNews

  constructor(news: BusyNews) {
    this.#news = news
  }

  kill(kind: 'script' | 'function'): Reply {
    return this.#news.kill(kind)
  }

  /** Nobody here knows what it says of itself. */
  isReadOnly(): boolean {
    return false
  }

  get running(): RunningScript | null {
    return this.#news.running
  }

  busy(): ErrorReply | null {
    return this.#news.busy()
  }
}

/** Reads are answered by replicas that have applied all that was shown here before. */
export class RemoteSight implements GroupSight {
  readonly supports: Supports
  readonly #replicas: Replicas

  constructor(supports: Supports, replicas: Replicas) {
    this.supports = supports
    this.#replicas = replicas
  }

  seen(): SeenMark | null {
    // Each replica counts for itself.
    if (this.supports.order !== 'total') return null
    const { era, term, index } = this.#replicas.newest
    return era === 0 ? null : { kind: 'position', era, at: { term, index } }
  }

  covers(mark: SeenMark): boolean {
    const { era, index } = this.#replicas.newest
    return mark.kind === 'position' && era === mark.era && index >= mark.at.index
  }

  isLost(mark: SeenMark | null): boolean {
    return mark?.kind === 'position' && this.#replicas.newest.era > mark.era
  }

  /** A read that the router asks of the leader brings it. */
  hurry(): void {}
  spread(): void {}
}

export function remoteReport(
  { leader, news, newest, linked }: Replicas,
  of: {
    readonly id: GroupId
    readonly shard: number
    readonly keyspace: KeyspaceConfig
    readonly merges: boolean
    readonly counters: Readonly<Record<string, number>>
  },
): GroupReport {
  const { id, shard, keyspace, merges, counters } = of
  const why =
    linked.length === 0
      ? 'no member that holds it is connected'
      : merges
        ? 'no member that holds it takes writes'
        : 'the group has no leader'
  return {
    id,
    keyspace: keyspace.name,
    shard,
    level: keyspace.level,
    strategy: keyspace.strategy,
    durability: keyspace.durability,
    leader,
    role: 'remote',
    term: news?.term ?? 0,
    era: newest.era,
    index: newest.index,
    applied: newest.index,
    lag: 0,
    health: leader === null ? 'down' : 'ok',
    why: leader === null ? why : '',
    loss: '',
    keys: news?.counts.reduce((sum, { keys }) => sum + keys, 0) ?? 0,
    memoryBytes: 0,
    onlyHere: 0,
    moving: '',
    voters: [],
    learners: [],
    outgoing: [],
    counters,
  }
}
