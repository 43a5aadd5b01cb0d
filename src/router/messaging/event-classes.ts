// Keyspace notifications: which class an event belongs to, and which classes the setting
// `notify-keyspace-events` asks for. The setting's text is checked elsewhere.

const names: readonly (readonly [string, readonly string[]])[] = [
  [
    '$',
    ['set', 'setrange', 'incrby', 'decrby', 'incrbyfloat', 'append', 'setbit', 'pfadd', 'getset'],
  ],
  [
    'l',
    ['lpush', 'rpush', 'lpop', 'rpop', 'linsert', 'lset', 'lrem', 'ltrim', 'sortstore', 'lmove'],
  ],
  ['s', ['sadd', 'srem', 'spop', 'sinterstore', 'sunionstore', 'sdiffstore']],
  ['h', ['hset', 'hdel', 'hincrby', 'hincrbyfloat', 'hexpire', 'hexpired', 'hpersist', 'hgetdel']],
  [
    'z',
    [
      ...['zadd', 'zincr', 'zrem', 'zremrangebyscore', 'zremrangebyrank', 'zremrangebylex'],
      ...['zpopmin', 'zpopmax', 'zinterstore', 'zunionstore', 'zdiffstore', 'zrangestore'],
      ...['georadiusstore', 'geosearchstore'],
    ],
  ],
  [
    't',
    [
      ...['xadd', 'xtrim', 'xdel', 'xsetid', 'xgroup-create', 'xgroup-createconsumer'],
      ...['xgroup-delconsumer', 'xgroup-destroy', 'xgroup-setid'],
    ],
  ],
  ['x', ['expired']],
  ['e', ['evicted']],
  ['n', ['new']],
  ['m', ['keymiss']],
]

/** What is in none of them is generic. */
const classes: ReadonlyMap<string, string> = new Map(
  names.flatMap(([letter, events]) => events.map((event) => [event, letter] as const)),
)

/** Classes that `A` stands for. */
const all = 'g$lshzxetd'

export class EventClasses {
  readonly #wanted: ReadonlySet<string>
  readonly keyspace: boolean
  readonly keyevent: boolean
  /** Whether anything is told at all. */
  readonly isOn: boolean

  constructor(setting: string) {
    const letters = setting.replace('A', all)
    this.#wanted = new Set(letters)
    this.keyspace = this.#wanted.has('K')
    this.keyevent = this.#wanted.has('E')
    const ways = (this.keyspace ? 1 : 0) + (this.keyevent ? 1 : 0)
    this.isOn = ways > 0 && this.#wanted.size > ways
  }

  wants(event: string): boolean {
    return this.#wanted.has(classes.get(event) ?? 'g')
  }
}
