// The units of Redis' own test suite that can run against a server by host and port, and what
// redis-server 7.0.15 itself passes of them that way (tags -needs:debug -needs:repl).

export interface Unit {
  readonly name: string
  /** Cases that redis-server passes. */
  readonly expected: number
}

const counts: Readonly<Record<string, number>> = {
  'unit/type/string': 75,
  'unit/type/incr': 23,
  'unit/type/list': 220,
  'unit/type/list-2': 2,
  'unit/type/list-3': 11,
  'unit/type/set': 95,
  'unit/type/zset': 308,
  'unit/type/hash': 72,
  'unit/type/stream': 63,
  'unit/type/stream-cgroups': 48,
  'unit/keyspace': 52,
  'unit/scan': 16,
  'unit/expire': 58,
  'unit/dump': 11,
  'unit/sort': 52,
  'unit/bitops': 45,
  'unit/bitfield': 16,
  'unit/geo': 59,
  'unit/hyperloglog': 20,
  'unit/multi': 39,
  'unit/pubsub': 30,
  'unit/scripting': 188,
  'unit/functions': 90,
  'unit/tracking': 51,
  'unit/introspection': 27,
  'unit/introspection-2': 43,
  'unit/info-command': 3,
  'unit/slowlog': 9,
  'unit/latency-monitor': 13,
  'unit/other': 17,
  'unit/protocol': 18,
  'unit/querybuf': 2,
  'unit/quit': 3,
  'unit/pause': 14,
  'unit/lazyfree': 4,
  'unit/violations': 1,
}

export const units: readonly Unit[] = Object.entries(counts).map(([name, expected]) => ({
  name,
  expected,
}))
