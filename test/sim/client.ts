// One simulated client: sends batches of pipelined requests over a connection to one member, checks
// that each gets one reply in order, thinks, and goes on. It reconnects after a close, to the same
// member or to another one. What was not answered stays unknown for ever.

import type { Random } from '../../src/base/random.js'
import { type ConnectionUser, type Server, SimConnection } from './connection.js'
import type { History } from './history.js'
import { outcomeOf } from './history.js'
import type { Judge } from './judge.js'
import { encodeCommand, ReplyReader } from './resp-client.js'
import type { Schedule } from './schedule.js'
import type { Request } from './request.js'
import type { Workload } from './workload.js'

export interface ClientProfile {
  readonly thinkMeanUs: number
  readonly lullUs: number
  readonly pipelineMax: number
  /** Index of the member it stays with, or null for roaming. */
  readonly pinned: number | null
  readonly splits: number
}

export interface ClientOptions {
  readonly schedule: Schedule
  readonly random: Random
  readonly servers: readonly Server[]
  /** Where it asks for nothing, the client goes to another member. */
  readonly workload: Pick<Workload, 'next'>
  readonly history: History
  readonly judge: Judge
  readonly profile: ClientProfile
  readonly nextConnection: () => number
}

/** Microseconds until a client gives a batch up and closes; above the cluster's own request timeout. */
const giveUpUs = 9_000_000

const betweenLullsUs = 2_000_000

interface Pending {
  readonly request: Request
  readonly sentAt: number
}

export class SimClient implements ConnectionUser {
  readonly #options: ClientOptions
  #connection: SimConnection | null = null
  /** Index of the member that it is connected to. */
  #at = 0
  #reader = new ReplyReader()
  #pending: Pending[] = []
  #last = new Map<string, number>()
  #stopped = false
  #batch = 0
  /** Requests to send before anything of the workload. */
  #queue: Request[] = []
  completed = 0
  /** It waits for answers without an end. */
  isPatient = false

  constructor(options: ClientOptions) {
    this.#options = options
    this.#think()
  }

  get pendingCount(): number {
    return this.#pending.length + this.#queue.length
  }

  /** World time at which the oldest request without a reply was sent, or null. */
  get oldest(): number | null {
    return this.#pending[0]?.sentAt ?? null
  }

  get connection(): SimConnection | null {
    return this.#connection
  }

  /** Sends no more of the workload. */
  stop(): void {
    this.#stopped = true
  }

  /** Sends these next, one batch after the other. */
  enqueue(requests: readonly Request[]): void {
    this.#queue.push(...requests)
    if (this.#pending.length === 0) this.#next()
  }

  /** The connection breaks; answers on their way are lost. */
  breakConnection(): void {
    this.#connection?.closeByClient()
    this.ended()
  }

  received(text: string): void {
    const { judge } = this.#options
    for (const reply of this.#reader.push(text)) {
      const pending = this.#pending.shift()
      if (pending === undefined)
        return judge.fail('reply-order', `a reply without a request: ${reply}`)
      this.#settle(pending.request, reply)
    }
    if (this.#pending.length === 0) this.#think()
  }

  ended(): void {
    if (this.#connection === null) return
    this.#connection = null
    const { outcomes } = this.#options.history
    for (const { request } of this.#pending) if (request.data) outcomes.unknown++
    this.#pending = []
    this.#reader = new ReplyReader()
    this.#last = new Map()
    this.#think()
  }

  #settle(request: Request, reply: string): void {
    const { history, judge } = this.#options
    const outcome = outcomeOf(reply)
    if (request.data) history.outcomes[outcome]++
    if (outcome === 'executed') this.completed++
    if (outcome === 'unknown') judge.mark('unknown-results')
    if (outcome === 'refused') judge.mark('refused-requests')
    request.told(reply)
  }

  #think(): void {
    const { schedule, random, profile } = this.#options
    const batch = ++this.#batch
    const mean = profile.thinkMeanUs
    const wait = this.#queue.length > 0 ? 5_000 : random.below(mean) + random.below(mean)
    schedule.after(wait + this.#lullLeft(), () => {
      if (batch === this.#batch) this.#next()
    })
  }

  /** All clients are silent at the same time. */
  #lullLeft(): number {
    const { schedule, profile } = this.#options
    if (profile.lullUs === 0 || this.#queue.length > 0) return 0
    return Math.max(0, profile.lullUs - (schedule.now % (profile.lullUs + betweenLullsUs)))
  }

  #next(): void {
    if (this.#pending.length > 0) return
    if (this.#stopped && this.#queue.length === 0) return
    if (this.#connection === null) this.#connect()
    const connection = this.#connection
    if (connection === null) return this.#think()
    const requests = this.#requests(this.#at)
    if (requests.length === 0) this.breakConnection()
    else this.#send(connection, requests)
  }

  #requests(member: number): readonly Request[] {
    if (this.#queue.length > 0) return this.#queue.splice(0, 16)
    const { random, profile, workload } = this.#options
    // Mostly short pipelines, at times a long one.
    const most = random.chance(1, 8) ? profile.pipelineMax : Math.min(3, profile.pipelineMax)
    const count = 1 + random.below(most)
    const requests: Request[] = []
    for (let i = 0; i < count; i++) {
      requests.push(...workload.next({ member, last: this.#last }))
    }
    return requests
  }

  #send(connection: SimConnection, requests: readonly Request[]): void {
    const { schedule } = this.#options
    let text = ''
    for (const request of requests) {
      text += encodeCommand(request.args)
      this.#pending.push({ request, sentAt: schedule.now })
    }
    connection.send(text)
    const batch = ++this.#batch
    schedule.after(giveUpUs, () => {
      const isOver = batch === this.#batch && this.#pending.length > 0
      if (isOver && !this.isPatient) this.breakConnection()
    })
  }

  #connect(): void {
    const { servers, profile, random, schedule } = this.#options
    const at = profile.pinned ?? random.below(servers.length)
    const server = servers[at] as Server
    if (server.life === 0) return
    this.#at = at
    this.#connection = new SimConnection(this.#options.nextConnection(), {
      schedule,
      random,
      server,
      user: this,
      splits: profile.splits,
    })
  }
}
