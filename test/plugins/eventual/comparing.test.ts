// How members at rest compare their slots: how long a round takes, what one turn may cost, and what it costs once
// they are known to be equal. Three strategies around stores that say what a look at a slot costs.

import test from 'ava'
import {
  type GroupId,
  type Hash64,
  hashZero,
  type MemberId,
  type MergeView,
  positionZero,
  Random,
  slotCount,
  type Strategy,
  type StrategyPlugin,
} from 'quorate/plugin'
import plugin from '../../../plugins/eventual/index.js'
import { decodeMessage } from '../../../plugins/eventual/messages.js'

/** What a turn may look at, and the slot that ends it. */
const turnBytes = 512 * 1024

/** Of an export that is none. */
const none = 255

class Store implements MergeView {
  /** What is in a slot; the greater takes the place of the less. */
  readonly slots = new Map<number, number>()
  readonly known = new Map<number, number>()
  /** Bytes of a slot, and of one that is larger. */
  readonly bytes: number
  readonly large = new Map<number, number>()
  /** Bytes of a slot that is told. */
  told = 100
  exports = 0
  /** How much of a large slot was looked at. */
  readonly begun = new Map<number, number>()
  /** In this turn, and in the largest one. */
  looked = 0
  most = 0

  constructor(bytes: number) {
    this.bytes = bytes
  }

  holdsSlot(slot: number): boolean {
    return this.slots.has(slot)
  }

  nextSlot(from: number): number {
    let slot = from
    while (slot < slotCount && !this.slots.has(slot)) slot++
    return slot
  }

  slotDigest(slot: number): Hash64 {
    return { high: 1, low: this.slots.get(slot) ?? 0 }
  }

  digestStep(slot: number, work: { left: number }): Hash64 | null {
    if (this.known.get(slot) === this.slots.get(slot)) return this.slotDigest(slot)
    if (work.left <= 0) return null
    const all = this.large.get(slot) ?? this.bytes
    const done = this.begun.get(slot) ?? 0
    const part = this.large.has(slot) ? Math.min(all - done, work.left) : all
    work.left -= part
    this.looked += part
    this.begun.set(slot, done + part)
    if (done + part < all) return null
    this.known.set(slot, this.slots.get(slot) as number)
    return this.slotDigest(slot)
  }

  isSlot(exported: Uint8Array): boolean {
    return exported[0] !== none
  }

  exportSlot(slot: number): Uint8Array {
    this.exports++
    return Uint8Array.of(this.slots.get(slot) ?? 0, ...new Array<number>(this.told).fill(0))
  }
}

interface Member {
  readonly id: MemberId
  readonly store: Store
  strategy: Strategy
  turns: number
  /** Bytes that were sent in the turn that sent most. */
  sent: number
}

class World {
  readonly members: readonly Member[]
  /** Milliseconds at which each pair was through. */
  readonly rounds = new Map<string, number[]>()
  /** Hears nothing, and nobody hears it. */
  silent = 0
  /** Its disk keeps it waiting. */
  late = 0
  now = 1_000
  messages = 0
  /** Members that digests came from or were sent to. */
  readonly comparing = new Set<MemberId>()
  /** It lost its disk, and has to learn what it knew. */
  readonly #lost: number
  #flights: { readonly from: Member; readonly to: Member; readonly message: Uint8Array }[] = []

  readonly #durability: 'none' | 'always'

  constructor(slots: number, bytes: number, lost = 0, durability: 'none' | 'always' = 'none') {
    this.#lost = lost
    this.#durability = durability
    this.members = [1, 2, 3].map((id) => {
      const store = new Store(bytes)
      for (let i = 0; i < slots; i++) store.slots.set(Math.floor((i * slotCount) / slots), 1)
      const of = { id: id as MemberId, store }
      const member = { ...of, turns: 0, sent: 0, strategy: this.#make(of) }
      return member
    })
    for (const a of this.members) {
      for (const b of this.members) if (a !== b) a.strategy.peerUp(b.id)
    }
  }

  #make({ id, store }: Pick<Member, 'id' | 'store'>): Strategy {
    const made = plugin as StrategyPlugin
    return made.create({
      self: id,
      group: 1 as GroupId,
      options: made.parseOptions({}),
      durability: this.#durability,
      members: { voters: [1, 2, 3] as MemberId[], learners: [] },
      state: null,
      base: positionZero,
      baseChain: hashZero,
      entries: [],
      view: store,
      recovering: this.#lost === id ? 'disk-lost' : null,
      recoverWaitMs: 1_000,
      now: { mono: this.now, wall: 1_790_000_000_000 },
      random: new Random(id, 1),
    })
  }

  /** Lets so many milliseconds pass; members that have nothing to do sleep. */
  run(ms: number, isDone: () => boolean = () => false): void {
    for (const end = this.now + ms; this.now < end && !isDone(); this.now++) {
      const flights = this.#flights
      this.#flights = []
      for (const member of this.members) {
        const due = flights.filter(({ to }) => to === member)
        if (due.length === 0 && this.now < member.strategy.wakeAt()) continue
        this.#turn(member, due)
      }
    }
  }

  #turn(
    member: Member,
    due: readonly { readonly from: Member; readonly message: Uint8Array }[],
  ): void {
    const { store, strategy } = member
    const now = { mono: this.now, wall: 1_790_000_000_000 + this.now }
    member.turns++
    let sent = 0
    store.looked = 0
    strategy.tick(now)
    for (const { from, message } of due) {
      const decoded = decodeMessage(message)
      strategy.step(from.id, message, now)
      if (decoded?.kind !== 'compared' || decoded.slot !== slotCount) continue
      const pair = `${from.id}${member.id}`
      this.rounds.set(pair, [...(this.rounds.get(pair) ?? []), this.now])
    }
    for (let ready = strategy.ready(); ready !== null; ready = strategy.ready()) {
      for (const { to, message } of [...ready.sendNow, ...ready.sendAfterWrite]) {
        const receiver = this.members.find(({ id }) => id === to) as Member
        if (this.silent === to || this.silent === member.id) continue
        if (decodeMessage(message)?.kind === 'digests') this.comparing.add(member.id).add(to)
        this.#flights.push({ from: member, to: receiver, message })
        this.messages++
        sent += message.length
      }
      if (ready.write !== null && this.late !== member.id) strategy.persisted(ready.batch)
      for (const { at, slot } of ready.delivered) {
        if (slot !== undefined) {
          const mine = store.slots.get(slot.slot) ?? 0
          store.slots.set(slot.slot, Math.max(mine, slot.exported[0] as number))
          store.begun.delete(slot.slot)
        }
        strategy.applied(at)
      }
    }
    store.most = Math.max(store.most, store.looked)
    member.sent = Math.max(member.sent, sent)
  }

  /** Rounds of the pair that has come through the fewest. */
  get least(): number {
    return Math.min(...['12', '13', '23'].map((pair) => this.rounds.get(pair)?.length ?? 0))
  }

  get isEqual(): boolean {
    const [first, ...others] = this.members.map(({ store }) => store.slots)
    return others.every((slots) => [...(first ?? [])].every(([at, each]) => slots.get(at) === each))
  }
}

test('eventual: 100 MB in all slots are compared whole within 15 s, and no turn looks at much', (t) => {
  const world = new World(slotCount, 6_400)
  world.run(30_000, () => world.least >= 1)
  t.log(`after ${world.now - 1_000} ms`)
  t.true(world.now < 16_000)
  for (const { store } of world.members) t.true(store.most < turnBytes + 6_400, `${store.most}`)
})

test('eventual: members known to be equal compare now and then', (t) => {
  const world = new World(slotCount, 10)
  world.run(30_000)
  const turns = world.members.map((member) => member.turns)
  const before = { messages: world.messages, rounds: world.least }
  world.run(32_000)
  const each = world.members.map((member, i) => (member.turns - (turns[i] as number)) / 32)
  t.log(`${each.join(', ')} turns a second, ${world.messages - before.messages} messages`)
  // Notes are told once a second, too.
  for (const rate of each) t.true(rate < 9)
  t.true(world.least > before.rounds)
})

test('eventual: few slots, and none: nobody wakes up for digests but once a second', (t) => {
  for (const slots of [0, 3]) {
    const world = new World(slots, 1_000)
    world.run(5_000)
    const before = world.messages
    world.run(10_000)
    // Three pairs: digests and an answer; each tells both others a note.
    t.true(world.messages - before <= 10 * (6 + 6) + 12, `${world.messages - before}`)
  }
})

test('eventual: slots that differ are merged in the first round, however many', (t) => {
  for (const count of [1, 700]) {
    const world = new World(2_000, 4_000)
    const [first, second, third] = world.members.map(({ store }) => store) as [Store, Store, Store]
    const slots = [...first.slots.keys()]
    slots.slice(0, count).forEach((slot, i) => {
      const store = [first, second, third][i % 3] as Store
      store.slots.set(slot, 2)
    })
    world.run(60_000, () => world.isEqual)
    t.true(world.isEqual)
    t.log(`${count}: after ${world.now - 1_000} ms`)
    t.true(world.now < (count === 1 ? 6_000 : 12_000))
    for (const { store } of world.members) t.true(store.most < turnBytes + 4_000)
  }
})

test('eventual: slots that differ are small at one member and large at the others: no turn tells much of them', (t) => {
  const world = new World(300, 1_000)
  const [first, ...others] = world.members as [Member, Member, Member]
  first.store.slots.clear()
  for (const { store } of others) store.told = 100_000
  world.run(60_000, () => world.isEqual && first.store.slots.size === 300)
  t.log(`after ${world.now - 1_000} ms, ${world.members.map(({ sent }) => sent).join(', ')} bytes`)
  t.is(first.store.slots.size, 300)
  t.true(world.isEqual)
  for (const { sent } of world.members) t.true(sent < 2 * (64 * 1024 + 100_000))
})

test('eventual: many slots differ, and a disk is late: what waits for it is what one turn told', (t) => {
  const world = new World(300, 1_000, 0, 'always')
  const [first, ...others] = world.members as [Member, Member, Member]
  for (const { store } of world.members) store.told = 100_000
  for (const { store } of others) for (const slot of store.slots.keys()) store.slots.set(slot, 2)
  world.run(2_000)
  world.late = first.id
  world.run(1_000)
  const { exports } = first.store
  world.run(5_000)

  t.true(first.store.exports <= exports + 2, `${first.store.exports - exports}`)
})

test('eventual: a large slot is looked at over many turns, and the others come behind it', (t) => {
  const world = new World(100, 1_000)
  const slot = [...(world.members[0] as Member).store.slots.keys()][50] as number
  for (const { store } of world.members) store.large.set(slot, 20 * turnBytes)
  world.run(20_000, () => world.least >= 1)
  t.log(`after ${world.now - 1_000} ms`)
  t.true(world.least >= 1 && world.now < 7_000)
  for (const { store } of world.members) t.true(store.most <= turnBytes + 1_000)
})

test('eventual: who knows no digests is waited for, and asked for the rest', (t) => {
  const world = new World(slotCount, 3_200)
  world.run(60_000, () => world.least >= 2)
  const { store } = world.members[0] as Member
  store.known.clear()
  store.begun.clear()
  store.most = 0
  const begun = world.now
  const rounds = world.rounds.get('13')?.length ?? 0
  const third = (world.members[2] as Member).store
  third.slots.set(16_000, 2)
  world.run(60_000, () => (world.rounds.get('13')?.length ?? 0) >= rounds + 2)
  t.log(`after ${world.now - begun} ms`)
  t.true(world.isEqual)
  t.true(world.now - begun < 35_000)
  t.true(store.most < turnBytes + 3_200)
})

test('eventual: a member that lost its disk: nothing is compared with it while it has not heard from all others', (t) => {
  const world = new World(2_000, 100, 3)
  world.members[2]?.store.slots.clear()
  world.silent = 2
  world.run(5_000)

  t.false(world.comparing.has(3 as MemberId))
})

test('eventual: a slot that differs is told, and is none: it is not logged, and taken once it is whole', (t) => {
  const world = new World(10, 10)
  const [first, , third] = world.members
  const slots = first?.store.slots as Map<number, number>
  const slot = [...slots.keys()][5] as number
  slots.set(slot, none)
  world.run(20_000)
  t.is(third?.store.slots.get(slot), 1)
  t.true((third?.strategy.status().counters['malformed'] ?? 0) > 0)

  slots.set(slot, 9)
  world.run(20_000, () => world.isEqual)
  t.is(third?.store.slots.get(slot), 9)
})
