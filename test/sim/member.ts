// One simulated member: the process around a core. Gathers inputs, turns the core when the shipped host
// would, carries its outputs to the network, the disk and the clients, dies and comes back.

import type { ConnectionId, LinkId, MemberId } from '../../src/api/ids.js'
import type { Input, Output } from '../../src/api/io.js'
import type { TraceEvent } from '../../src/api/trace.js'
import type { SimClock } from './clock.js'
import type { Server, SimConnection } from './connection.js'
import type { SimDisk } from './disk.js'
import type { NetworkEnd, SimNetwork } from './network.js'
import type { Reactor } from './reactor.js'
import type { Schedule } from './schedule.js'

/** What a member tells the world. */
export interface MemberWorld {
  readonly schedule: Schedule
  network(): SimNetwork
  /** Builds the core from the member's disk. */
  build(member: SimMember): Reactor
  turned(member: SimMember, inputs: readonly Input[], outputs: readonly Output[]): void
  traced(member: SimMember, event: TraceEvent): void
  stopped(member: SimMember, output: Extract<Output, { readonly kind: 'stopped' }>): void
  threw(member: SimMember, error: unknown): void
}

/** Microseconds that one turn takes, and that inputs gather before it. */
const turnUs = 30
const gatherUs = 120

export class SimMember implements NetworkEnd, Server {
  readonly index: number
  readonly id: MemberId
  readonly clock: SimClock
  readonly disk: SimDisk
  readonly #world: MemberWorld
  #reactor: Reactor | null = null
  #lives = 0
  #isStopping = false
  #inbox: Input[] = []
  #connections = new Map<ConnectionId, SimConnection>()
  #due = Infinity
  #busyUntil = 0
  /** Somebody runs there: a process that is down comes back. */
  isSeated = true
  /** Multiplies the time of a turn. */
  slowness = 1

  constructor(index: number, options: { world: MemberWorld; clock: SimClock; disk: SimDisk }) {
    this.index = index
    this.id = (index + 1) as MemberId
    this.clock = options.clock
    this.disk = options.disk
    this.#world = options.world
  }

  /** 0 while the process is down, else the number of its start. */
  get life(): number {
    return this.#reactor === null ? 0 : this.#lives
  }

  get reactor(): Reactor | null {
    return this.#reactor
  }

  get isUp(): boolean {
    return this.#reactor !== null
  }

  /** A clean stop is under way. */
  get isStopping(): boolean {
    return this.#isStopping
  }

  /** As SIGTERM does. */
  stop(): void {
    this.#isStopping = true
    this.push({ kind: 'stop' })
  }

  get isPaused(): boolean {
    return this.#busyUntil > this.#world.schedule.now + 5_000
  }

  get inboxCount(): number {
    return this.#inbox.length
  }

  start(): void {
    if (this.#reactor !== null || !this.isSeated) return
    this.#lives++
    this.#inbox = []
    this.#due = Infinity
    this.#busyUntil = this.#world.schedule.now
    try {
      this.#reactor = this.#world.build(this)
    } catch (error) {
      this.#world.threw(this, error)
      return
    }
    this.#plan(this.#world.schedule.now)
  }

  /** The process ends at once. The disk and the network are told by the caller, who knows how. */
  end(): void {
    this.#reactor = null
    this.#isStopping = false
    this.#inbox = []
    const connections = this.#connections
    this.#connections = new Map()
    for (const connection of connections.values()) connection.serverGone()
  }

  /** SIGSTOP for a time, or a stalled event loop: inputs wait. */
  pause(us: number): void {
    this.#busyUntil = Math.max(this.#busyUntil, this.#world.schedule.now + us)
  }

  /** The end of a pause. */
  resume(): void {
    this.#busyUntil = Math.min(this.#busyUntil, this.#world.schedule.now)
    this.#due = Infinity
    this.#plan(this.#world.schedule.now)
  }

  push(input: Input): void {
    if (this.#reactor === null) return
    this.#inbox.push(input)
    this.#plan(this.#world.schedule.now + gatherUs)
  }

  linkOpened(link: LinkId, to: number | null): void {
    this.push({ kind: 'link-opened', link, to: to === null ? null : ((to + 1) as MemberId) })
  }

  linkFrame(link: LinkId, bytes: Uint8Array): void {
    this.push({ kind: 'frame', link, bytes })
  }

  linkClosed(link: LinkId): void {
    this.push({ kind: 'link-closed', link })
  }

  attach(connection: SimConnection): void {
    this.#connections.set(connection.id, connection)
  }

  detach(connection: SimConnection): void {
    this.#connections.delete(connection.id)
  }

  #plan(at: number): void {
    const { schedule } = this.#world
    const due = Math.max(at, this.#busyUntil)
    if (due >= this.#due) return
    this.#due = due
    const life = this.#lives
    schedule.at(due, () => {
      if (life !== this.#lives || this.#due !== due) return
      this.#due = Infinity
      // A pause that began since moves the turn.
      if (this.#busyUntil > schedule.now) this.#plan(this.#busyUntil)
      else this.#turn()
    })
  }

  #turn(): void {
    const reactor = this.#reactor
    if (reactor === null) return
    const { schedule } = this.#world
    const inputs = this.#inbox
    this.#inbox = []
    let outputs: readonly Output[]
    try {
      outputs = reactor.turn(this.clock.now(schedule.now), inputs)
    } catch (error) {
      this.#world.threw(this, error)
      return
    }
    this.#world.turned(this, inputs, outputs)
    for (const input of inputs) overwrite(input)
    this.#busyUntil = schedule.now + turnUs * this.slowness
    for (const output of outputs) this.#carry(output)
    if (this.#reactor !== reactor) return
    if (reactor.wantsTurn) this.#plan(this.#busyUntil)
    else if (this.#inbox.length > 0) this.#plan(this.#busyUntil + gatherUs)
    this.#plan(Math.max(this.clock.whenMono(reactor.wakeAt()), this.#busyUntil + 100))
  }

  #carry(output: Output): void {
    switch (output.kind) {
      case 'write':
        return this.#connections.get(output.connection)?.write(output.text)
      case 'close':
        return this.#connections.get(output.connection)?.closeByServer()
      case 'pause':
        return this.#connections.get(output.connection)?.pause(output.paused)
      case 'frame':
        return this.#world.network().send(this.index, output.link, output.bytes)
      case 'members':
        return
      case 'link-close':
        return this.#world.network().close(this.index, output.link)
      case 'store':
        return this.disk.write(output.write)
      case 'scan':
        return this.disk.scan(output)
      case 'trace':
        return this.#world.traced(this, output.event)
      case 'stopped':
        return this.#world.stopped(this, output)
      default:
        throw new Error('an output of an unknown kind')
    }
  }
}

/** As the host, which uses the room of what clients sent again behind each turn. */
function overwrite(input: Input): void {
  if (input.kind === 'bytes') input.bytes.fill(0xff)
}
