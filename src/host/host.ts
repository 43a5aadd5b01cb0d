// The loop: gathers the inputs of one event-loop pass, takes a turn of the core, and carries its
// outputs out: frames to peers first, then clients, then the stores. It decides nothing; a turn runs
// in the pass in which its input came, never on a timer; in the next one where young objects are collected first.

import type { Input, Output } from '../api/io.js'
import type { StoreName, StoreWrite } from '../api/store.js'
import { never } from '../base/assert.js'
import { decodeIdentity, identityKey } from '../core/identity.js'
import type { Clients } from './clients.js'
import { readClock } from './clock.js'
import type { Files } from './files.js'
import type { HostLog } from './logger.js'
import type { Peers } from './peers.js'
import type { Reactor } from './reactor.js'
import type { Store } from './store.js'
import type { Targets } from './migrate-targets.js'
import type { WitnessFile } from './witness.js'
import type { YoungGeneration } from './young.js'

/** Exit codes beside 0 and the core's own: a broken assertion, and a store that failed. */
export const exitAssertion = 70
export const exitStore = 74

/** Milliseconds that a timer may lie ahead; a turn without inputs is a tick. */
const sleepMsMax = 1_000
/** Timers up to this far ahead are not rounded up. */
const exactMsMax = 20

export interface Ending {
  /** Exit code. */
  readonly code: number
  readonly why: string
  /** Every group's state reached the store, so the witness may say so. */
  readonly clean: boolean
}

interface PendingIdentity {
  /** Of the store write. */
  readonly id: number
  readonly clusterId: string
  readonly member: number
  readonly incarnation: number
}

export interface HostParts {
  readonly clients: Clients
  readonly peers: Peers
  readonly stores: Readonly<Record<StoreName, Store>>
  readonly witness: WitnessFile
  readonly files: Files
  readonly targets: Targets
  readonly log: HostLog
  /** By how many milliseconds the loop was late for a timer. */
  readonly late: (ms: number) => void
  readonly young: YoungGeneration | null
  /** Called once: the member must end so. No turn follows. */
  readonly ended: (ending: Ending) => void
}

export class Host {
  readonly #parts: HostParts
  #reactor: Reactor | null = null
  #inputs: Input[] = []
  /** The other of two arrays that take turns. */
  #spare: Input[] = []
  #isScheduled = false
  #isEnded = false
  #timer: NodeJS.Timeout | null = null
  /** Monotonic milliseconds at which the timer fires. */
  #timerAt = Number.POSITIVE_INFINITY
  #turns = 0
  /** The last identity row that is on its way to the log store. */
  #identity: PendingIdentity | null = null

  constructor(parts: HostParts) {
    this.#parts = parts
  }

  /** Turns taken. */
  get turns(): number {
    return this.#turns
  }

  /** Takes turns from now on. */
  start(reactor: Reactor): void {
    this.#reactor = reactor
    this.#schedule()
  }

  /** Records an input for the turn of this event-loop pass. */
  readonly push = (input: Input): void => {
    if (input.kind === 'stored' && input.store === 'log') this.#identify(input.id, input.error)
    this.#inputs.push(input)
    this.#schedule()
  }

  /** Something beside the inputs has to be looked at. */
  wake(): void {
    this.#schedule()
  }

  /** Takes no turn any more. */
  end(ending: Ending): void {
    if (this.#isEnded) return
    this.#isEnded = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#parts.ended(ending)
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isEnded || this.#reactor === null) return
    this.#isScheduled = true
    setImmediate(this.#turn)
  }

  readonly #turn = (): void => {
    if (this.#parts.young?.tend() === true) {
      setImmediate(this.#turn)
      return
    }
    this.#isScheduled = false
    const reactor = this.#reactor
    if (this.#isEnded || reactor === null) return
    const inputs = this.#inputs
    this.#inputs = this.#spare
    this.#turns++
    const now = readClock()
    let outputs: readonly Output[]
    try {
      outputs = reactor.turn(now, inputs)
    } catch (error) {
      this.#fail(error)
      return
    }
    inputs.length = 0
    this.#spare = inputs
    this.#parts.clients.taken()
    this.#carryOut(outputs)
    if (this.#isEnded) return
    if (reactor.wantsTurn || this.#inputs.length > 0) this.#schedule()
    else this.#sleep(reactor.wakeAt(), now.mono)
  }

  /** Our own mistake: nothing is written any more, and the member recovers from its disk. */
  #fail(error: unknown): void {
    const { log } = this.#parts
    const why = error instanceof Error ? error.message : String(error)
    const stack = error instanceof Error ? (error.stack ?? '') : ''
    log.log('fatal', 'host.assertion', { why, stack })
    this.end({ code: exitAssertion, why, clean: false })
  }

  #carryOut(outputs: readonly Output[]): void {
    const { peers, stores } = this.#parts
    for (const output of outputs) {
      if (output.kind === 'frame') peers.send(output.link, output.bytes)
    }
    peers.flush()
    let stopped: Ending | null = null
    for (const output of outputs) {
      if (output.kind === 'stopped') stopped = output
      else if (output.kind !== 'frame' && output.kind !== 'store') this.#act(output)
    }
    for (const output of outputs) {
      if (output.kind !== 'store') continue
      this.#watchIdentity(output.write)
      stores[output.write.store].write(output.write)
    }
    if (stopped !== null) this.end(stopped)
  }

  #act(output: Exclude<Output, { readonly kind: 'frame' | 'store' | 'stopped' }>): void {
    const { clients, peers, log } = this.#parts
    switch (output.kind) {
      case 'write':
        clients.write(output.connection, output.text)
        return
      case 'close':
        clients.close(output.connection, output.abort)
        return
      case 'pause':
        clients.pause(output.connection, output.paused)
        return
      case 'members':
        return this.#parts.peers.follow(output.members)
      case 'link-close':
        peers.close(output.link)
        return
      case 'trace':
        log.trace(output.event)
        return
      case 'scan':
        this.#scan(output)
        return
      case 'file':
        void this.#parts.files.run(output.id, output.task).then(this.push)
        return
      case 'migrate':
        void this.#parts.targets.run(output.id, output.sending).then(this.push)
        return
      default:
        never(output, 'an output of an unknown kind')
    }
  }

  #scan(output: Extract<Output, { readonly kind: 'scan' }>): void {
    const { id, store, from, to, bytesMax } = output
    this.#parts.stores[store].scan({ from, to }, bytesMax).then(
      ({ rows, done }) => this.push({ kind: 'scanned', id, rows, done }),
      (error: Error) => {
        this.#parts.log.log('fatal', 'host.scan-failed', { store, why: error.message })
        const why = `the ${store} store cannot be read: ${error.message}`
        this.end({ code: exitStore, why, clean: false })
      },
    )
  }

  /** The witness repeats whose store it is, once the row that says so is durable. */
  #identify(id: number, error: string | null): void {
    if (this.#identity === null || this.#identity.id !== id) return
    const { clusterId, member, incarnation } = this.#identity
    this.#identity = null
    if (error === null) this.#parts.witness.identify(clusterId, member, incarnation)
  }

  #watchIdentity(write: StoreWrite): void {
    if (write.store !== 'log') return
    for (const { key, value } of write.puts) {
      if (key !== identityKey) continue
      const identity = decodeIdentity(value)
      if (typeof identity === 'string') continue
      // A birth under way may still be given up for another cluster id.
      if (identity.phase === 'forming') continue
      const { clusterId, member, incarnation } = identity
      this.#identity = { id: write.id, clusterId, member, incarnation }
    }
  }

  /** The timer is set anew only where the next turn is due before it fires. */
  #sleep(wakeAt: number, mono: number): void {
    const at = Math.min(Math.max(wakeAt, mono + 1), mono + sleepMsMax)
    if (this.#timer !== null && this.#timerAt <= at) return
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timerAt = at
    // Node's timers may fire up to a millisecond before their time: a long sleep is not ended twice.
    const delay = at - mono
    this.#timer = setTimeout(this.#wake, delay < exactMsMax ? delay : delay + 1)
  }

  readonly #wake = (): void => {
    const due = this.#timerAt
    this.#timer = null
    this.#timerAt = Number.POSITIVE_INFINITY
    const { mono } = readClock()
    this.#parts.late(mono - due)
    const reactor = this.#reactor
    if (this.#isScheduled || this.#isEnded || reactor === null) return
    const wakeAt = reactor.wakeAt()
    if (mono >= wakeAt) this.#schedule()
    else this.#sleep(wakeAt, mono)
  }
}
