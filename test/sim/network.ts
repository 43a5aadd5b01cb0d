// The links between members, as the shipped host would give them to the core: opened on both sides,
// whole frames in order, closed. Paths can be cut one way or both, clogged, delayed; frames can be lost,
// doubled and overtake each other.

import type { LinkId } from '../../src/api/ids.js'
import type { Random } from '../../src/base/random.js'
import type { Schedule } from './schedule.js'

/** A member as the network sees it. `life` changes with every start; 0 while it is down. */
export interface NetworkEnd {
  readonly life: number
  linkOpened(link: LinkId, to: number | null): void
  linkFrame(link: LinkId, bytes: Uint8Array): void
  linkClosed(link: LinkId): void
}

/** Faults per frame, in 10,000; times in microseconds. */
export interface NetworkRates {
  drop: number
  duplicate: number
  reorder: number
  delayMeanUs: number
  latencyMinUs: number
  latencyMaxUs: number
}

interface Side {
  readonly member: number
  readonly life: number
  readonly link: LinkId
  open: boolean
  /** When the frame before arrives at the other side: order is kept. */
  arrives: number
  /** Frames that wait for the path to open. */
  held: Uint8Array[]
}

interface Link {
  readonly id: number
  readonly sides: readonly [Side, Side]
  /** Who was called heard something. */
  isHeard: boolean
}

const redialMinUs = 20_000
const redialMaxUs = 200_000
/** As the shipped host does, a member ends a link on which nobody said who calls: its hello was lost. */
const silentUs = 1_000_000
/** Frames held per direction before the link gives up. */
const heldMax = 2_000

export class SimNetwork {
  readonly #schedule: Schedule
  readonly #random: Random
  readonly #ends: readonly NetworkEnd[]
  readonly #links = new Map<number, Link>()
  readonly #bySide = new Map<string, Link>()
  /** blocked[from * size + to]: nothing passes. */
  readonly #blocked: Uint8Array
  #id = 0
  /** Frames that a partition or clog held back or lost. */
  cutFrames = 0
  rates: NetworkRates

  constructor(
    schedule: Schedule,
    random: Random,
    options: { ends: readonly NetworkEnd[]; rates: NetworkRates },
  ) {
    this.#schedule = schedule
    this.#random = random
    this.#ends = options.ends
    this.rates = options.rates
    this.#blocked = new Uint8Array(options.ends.length * options.ends.length)
  }

  /** Starts dialling: as the shipped host, every member keeps a link of its own to every other one. */
  start(): void {
    for (let a = 0; a < this.#ends.length; a++) {
      for (let b = 0; b < this.#ends.length; b++) if (a !== b) this.#redial(a, b)
    }
  }

  send(member: number, link: LinkId, bytes: Uint8Array): void {
    const found = this.#find(member, link)
    if (found === undefined || !found.from.open) return
    const { from, to } = found
    if (this.isBlocked(from.member, to.member)) {
      this.cutFrames++
      if (from.held.length < heldMax) from.held.push(bytes)
      return
    }
    const rates = this.rates
    if (rates.drop > 0 && this.#random.chance(rates.drop, 10_000)) return
    this.#carry(from, to, bytes)
    if (rates.duplicate > 0 && this.#random.chance(rates.duplicate, 10_000))
      this.#carry(from, to, bytes)
  }

  /** A member closes one of its links. */
  close(member: number, link: LinkId): void {
    const found = this.#find(member, link)
    if (found === undefined) return
    this.#end(found.link, member, this.#latency())
    this.#ends[member]?.linkClosed(link)
  }

  /** Closes all links between two members; both sides see it, the second one after `lateUs`. */
  reset(a: number, b: number, lateUs = 0): void {
    for (const link of [...this.#links.values()]) {
      const [x, y] = link.sides
      if ((x.member === a && y.member === b) || (x.member === b && y.member === a)) {
        this.#end(link, a, lateUs)
        this.#ends[a]?.linkClosed((x.member === a ? x : y).link)
      }
    }
  }

  /** The process of a member is gone; its peers see it after `noticeUs`. */
  gone(member: number, noticeUs: number): void {
    for (const link of [...this.#links.values()]) {
      if (link.sides.some((side) => side.member === member)) this.#end(link, member, noticeUs)
    }
  }

  isBlocked(from: number, to: number): boolean {
    return this.#blocked[from * this.#ends.length + to] === 1
  }

  block(from: number, to: number): void {
    this.#blocked[from * this.#ends.length + to] = 1
  }

  unblock(from: number, to: number): void {
    this.#blocked[from * this.#ends.length + to] = 0
    for (const link of this.#links.values()) {
      const [x, y] = link.sides
      const sender =
        x.member === from && y.member === to ? x : y.member === from && x.member === to ? y : null
      if (sender === null) continue
      const held = sender.held
      sender.held = []
      const target = sender === x ? y : x
      for (const bytes of held) this.#carry(sender, target, bytes)
    }
  }

  heal(): void {
    const size = this.#ends.length
    for (let from = 0; from < size; from++) {
      for (let to = 0; to < size; to++) if (this.isBlocked(from, to)) this.unblock(from, to)
    }
  }

  #carry(from: Side, to: Side, bytes: Uint8Array): void {
    const rates = this.rates
    let at = this.#schedule.now + this.#latency()
    if (rates.reorder === 0 || !this.#random.chance(rates.reorder, 10_000)) {
      at = Math.max(at, from.arrives)
      from.arrives = at
    }
    this.#schedule.at(at, () => {
      if (!to.open || this.#ends[to.member]?.life !== to.life) return
      const link = this.#bySide.get(`${to.member}:${to.link}`)
      if (link?.sides[1] === to) link.isHeard = true
      this.#ends[to.member]?.linkFrame(to.link, bytes)
    })
  }

  #latency(): number {
    const { latencyMinUs, latencyMaxUs, delayMeanUs } = this.rates
    const base = latencyMinUs + this.#random.below(latencyMaxUs - latencyMinUs + 1)
    // A rough exponential without logarithms: halves of halves.
    if (delayMeanUs === 0) return base
    let delay = this.#random.below(delayMeanUs + 1)
    for (let i = 0; i < 4 && this.#random.chance(1, 2); i++) delay += delayMeanUs >> 1
    return base + delay
  }

  #redial(a: number, b: number): void {
    const wait = redialMinUs + this.#random.below(redialMaxUs - redialMinUs)
    this.#schedule.after(wait, () => {
      const from = this.#ends[a] as NetworkEnd
      const to = this.#ends[b] as NetworkEnd
      const cut = this.isBlocked(a, b) || this.isBlocked(b, a)
      if (from.life === 0 || to.life === 0 || cut) return this.#redial(a, b)
      this.#open(a, b)
    })
  }

  #open(a: number, b: number): void {
    const id = ++this.#id
    const side = (member: number): Side => ({
      member,
      life: (this.#ends[member] as NetworkEnd).life,
      link: (id * 2 + (member === a ? 0 : 1)) as LinkId,
      open: true,
      arrives: 0,
      held: [],
    })
    const link: Link = { id, sides: [side(a), side(b)], isHeard: false }
    this.#links.set(id, link)
    for (const each of link.sides) this.#bySide.set(`${each.member}:${each.link}`, link)
    this.#ends[a]?.linkOpened(link.sides[0].link, b)
    this.#ends[b]?.linkOpened(link.sides[1].link, null)
    this.#schedule.after(silentUs, () => {
      if (!link.isHeard) this.close(b, link.sides[1].link)
    })
  }

  /** Ends a link: the side of `first` is closed now, the other one hears of it after `lateUs`. */
  #end(link: Link, first: number, lateUs: number): void {
    if (!this.#links.delete(link.id)) return
    const [a, b] = link.sides
    for (const side of link.sides) {
      if (side.member === first) this.#forget(side)
      else {
        this.#schedule.at(
          Math.max(this.#schedule.now + lateUs, this.#partnerArrives(link, side)),
          () => {
            this.#forget(side)
            if (this.#ends[side.member]?.life === side.life)
              this.#ends[side.member]?.linkClosed(side.link)
          },
        )
      }
    }
    // The dialler finds out with the later side at the latest.
    this.#schedule.after(lateUs, () => this.#redial(a.member, b.member))
  }

  #partnerArrives(link: Link, side: Side): number {
    return (side === link.sides[0] ? link.sides[1] : link.sides[0]).arrives
  }

  #forget(side: Side): void {
    side.open = false
    side.held = []
    this.#bySide.delete(`${side.member}:${side.link}`)
  }

  #find(member: number, id: LinkId): { link: Link; from: Side; to: Side } | undefined {
    const link = this.#bySide.get(`${member}:${id}`)
    if (link === undefined) return undefined
    const [x, y] = link.sides
    return x.member === member ? { link, from: x, to: y } : { link, from: y, to: x }
  }
}
