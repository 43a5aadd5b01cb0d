// The checker of causal histories: writes of values that are never written twice, and reads, in sessions.
// One write happened before another when a session made both in that order, or had read the first when it
// made the second, and so on. A read must not return what it knows to be overwritten, and one order of all
// writes must explain which of two concurrent ones a read returns. After Bouajjani, Enea, Guerraoui and Hamza,
// On Verifying Causal Consistency, 2017 (the bad patterns WriteCORead, WriteCOInitRead, ThinAirRead, CyclicCF).

import { cycleOf } from './cycle.js'

export type Outcome =
  | 'acked'
  /** It may have happened, or happen later, once; its session knows nothing of it until it reads it. */
  | 'unknown'
  /** It never happened and never will. */
  | 'refused'

export interface CausalVerdict {
  readonly writes: number
  readonly reads: number
  /** A sentence each, the first `breachesMax` of them. */
  readonly breaches: readonly string[]
  /** How many there are. */
  readonly breachCount: number
}

/** Breaches that are told in words. */
export const breachesMax = 20

interface Write {
  readonly id: number
  readonly session: number
  /** 1, 2, 3 ... in its session. */
  readonly number: number
  readonly key: string
  readonly value: string
  /** What had happened before it. */
  readonly past: Past
  outcome: Outcome | 'open'
  isSeen: boolean
}

/** A set of writes: of each session all answered ones up to a number, and single ones that were not answered. */
class Past {
  readonly upTo: number[]
  readonly loose: Set<Write>

  constructor(of?: Past) {
    this.upTo = of === undefined ? [] : of.upTo.slice()
    this.loose = new Set(of?.loose)
  }

  has(write: Write): boolean {
    const isBelow = (this.upTo[write.session] ?? 0) >= write.number
    return (write.outcome === 'acked' && isBelow) || this.loose.has(write)
  }

  /** Adds a write and all that had happened before it. */
  join(write: Write): void {
    const { past } = write
    for (let session = 0; session < past.upTo.length; session++) {
      this.#raise(session, past.upTo[session] ?? 0)
    }
    for (const each of past.loose) this.#loosen(each)
    this.#raise(write.session, write.number)
    this.#loosen(write)
  }

  #raise(session: number, number: number): void {
    while (this.upTo.length <= session) this.upTo.push(0)
    if (number > (this.upTo[session] as number)) this.upTo[session] = number
  }

  #loosen(write: Write): void {
    if (write.outcome !== 'acked') this.loose.add(write)
  }
}

interface Session {
  readonly past: Past
  count: number
  /** Ids of the writes that are next before its next one. */
  sources: number[]
  readonly lastRead: Map<string, Write>
  /** What it was shown itself. */
  readonly shown: Set<Write>
}

/**
 * Takes the operations as they happen, in one order of real time: a write at its call and again when its
 * outcome is known, a read at its return. A session has one operation under way at a time.
 */
export class CausalJudge {
  readonly #sessions: Session[] = []
  readonly #writes: Write[] = []
  /** By key, then by session, in the order of their numbers. */
  readonly #ofKey = new Map<string, Write[][]>()
  readonly #byValue = new Map<string, Write>()
  /** Ids of writes: the first of a pair comes before the second in every order that explains the history. */
  readonly #before: number[] = []
  readonly #breaches: string[] = []
  #breachCount = 0
  #reads = 0
  readonly #isLost: (key: string, value: string) => boolean

  /**
   * `isLost`: nobody has that write any more. Who saw it is never shown less; but what happened behind it, and is not
   * lost, may be shown without it.
   */
  constructor(isLost: (key: string, value: string) => boolean = () => false) {
    this.#isLost = isLost
  }

  /** A write is called. Answers its id. */
  write(session: number, key: string, value: string): number {
    const own = this.#session(session)
    const id = this.#writes.length
    const write: Write = {
      id,
      session,
      number: ++own.count,
      key,
      value,
      past: new Past(own.past),
      outcome: 'open',
      isSeen: false,
    }
    this.#writes.push(write)
    this.#byValue.set(nameOf(key, value), write)
    const rows = this.#ofKey.get(key) ?? []
    this.#ofKey.set(key, rows)
    while (rows.length <= session) rows.push([])
    rows[session]?.push(write)
    for (const source of own.sources) this.#before.push(source, id)
    return id
  }

  /** The outcome of a write. */
  settle(id: number, outcome: Outcome): void {
    const write = this.#writes[id]
    if (write === undefined) throw new Error(`there is no write ${id}`)
    write.outcome = outcome
    if (outcome !== 'acked') return
    const own = this.#session(write.session)
    own.past.join(write)
    own.sources = [id]
  }

  /** A read returned `value`, null for a key that nobody had written. */
  read(session: number, key: string, value: string | null): void {
    this.#reads++
    const own = this.#session(session)
    const got = value === null ? null : this.#byValue.get(nameOf(key, value))
    if (got === undefined) {
      this.#tell(`session ${session} read ${key} = ${value}, which nobody wrote`)
      return
    }
    for (const known of this.#latest(own, { session, key })) {
      if (known === got) continue
      if (got === null || known.past.has(got)) {
        this.#tell(this.#stale(session, { key, got, known }))
      } else {
        this.#before.push(known.id, got.id)
      }
    }
    if (got === null) return
    got.isSeen = true
    own.past.join(got)
    own.sources.push(got.id)
    own.lastRead.set(key, got)
    own.shown.add(got)
  }

  verdict(): CausalVerdict {
    for (const write of this.#writes) {
      if (write.isSeen && write.outcome === 'refused') {
        this.#tell(`${wordsOf(write)} was refused, and read`)
      }
    }
    const cycle = cycleOf(this.#writes.length, this.#before)
    if (cycle !== null) {
      const names = cycle.map((id) => wordsOf(this.#writes[id] as Write))
      this.#tell(`no order of the writes explains the reads: ${names.join(' < ')}`)
    }
    return {
      writes: this.#writes.length,
      reads: this.#reads,
      breaches: this.#breaches.slice(),
      breachCount: this.#breachCount,
    }
  }

  #session(session: number): Session {
    while (this.#sessions.length <= session) {
      this.#sessions.push({
        past: new Past(),
        count: 0,
        sources: [],
        lastRead: new Map(),
        shown: new Set(),
      })
    }
    return this.#sessions[session] as Session
  }

  /** Of the writes to a key that are known: the last of each session, and those whose outcome is not known. */
  #latest(own: Session, at: { readonly session: number; readonly key: string }): Write[] {
    const { past, shown } = own
    const { session, key } = at
    const counts = (write: Write): boolean =>
      write.session === session || shown.has(write) || !this.#isLost(key, write.value)
    const found: Write[] = []
    const rows = this.#ofKey.get(key) ?? []
    for (let each = 0; each < rows.length; each++) {
      const write = lastKnown(rows[each] as Write[], past.upTo[each] ?? 0, counts)
      if (write !== null) found.push(write)
    }
    for (const write of past.loose) if (write.key === key && counts(write)) found.push(write)
    return found
  }

  #stale(session: number, read: { key: string; got: Write | null; known: Write }): string {
    const { key, got, known } = read
    const value = got === null ? 'nothing' : got.value
    const last = this.#session(session).lastRead.get(key)
    const hadRead = last !== undefined && (last === known || last.past.has(known))
    let guarantee = 'what happened before comes first'
    if (known.session === session) guarantee = 'read your writes'
    else if (hadRead) guarantee = 'monotonic reads'
    return `${guarantee}: session ${session} read ${key} = ${value}, and knew of ${wordsOf(known)}`
  }

  #tell(breach: string): void {
    this.#breachCount++
    if (this.#breaches.length < breachesMax) this.#breaches.push(breach)
  }
}

/** The last answered one of a session's writes to a key that is not above a number. */
function lastKnown(
  writes: readonly Write[],
  upTo: number,
  counts: (write: Write) => boolean,
): Write | null {
  let low = 0
  let high = writes.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((writes[middle] as Write).number <= upTo) low = middle + 1
    else high = middle
  }
  for (let at = low - 1; at >= 0; at--) {
    const write = writes[at] as Write
    if (write.outcome === 'acked' && counts(write)) return write
  }
  return null
}

function nameOf(key: string, value: string): string {
  return `${key.length} ${key}${value}`
}

function wordsOf(write: Write): string {
  return `${write.key} = ${write.value} of session ${write.session}`
}
