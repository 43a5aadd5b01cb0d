// Links to the other members: dials each of them and accepts theirs; frames go both ways on every
// link. Who is at the other end, and whether it is alive, is the protocol's business. Here a link
// ends when a frame is bad, when its queue is too long, or when nothing leaves it for too long.

import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Address, Config, MemberConfig } from '../api/config.js'
import type { LinkId, MemberId } from '../api/ids.js'
import { limits } from '../api/limits.js'
import { QuorateError } from '../base/errors.js'
import { isLoopback } from './clients.js'
import { FrameReader, frameHead, frameHeadBytes } from './frames.js'
import type { HostLog } from './logger.js'
import type { InputSink } from './reactor.js'

/** Milliseconds between two tries to reach a member; the first retry is immediate. */
const redialMinMs = 20
const redialMaxMs = 1_000
/** A link that lived this long counts as a success: the next retry is immediate again. */
const settledMs = 1_000
const connectMs = 2_000
/** Milliseconds without a finished write, while something waits, that end a link; how often it is looked at. */
const shippedTiming = { sweepMs: 1_000, stuckMs: 10_000 }
/** Milliseconds that a link may take for its last frames at a stop. */
const lastFramesMs = 100
/** Links that members unknown to us may hold open at a time. */
const acceptedMax = 1_024
/** Bodies up to this are copied behind their head: one small write is cheaper than two. */
const copyBytesMax = 2_048

interface Link {
  readonly id: LinkId
  readonly socket: Socket
  readonly to: MemberId | null
  /** Writes finished since the link opened, and at the last sweep. */
  finished: number
  readonly onFinished: () => void
  /** A whole frame came in; without one a stranger's link is closed in time. */
  isHeard: boolean
  silentSweeps: number
  finishedBefore: number
  stuckSweeps: number
  isCorked: boolean
}

interface Dial {
  readonly member: Pick<MemberConfig, 'id' | 'peer'>
  /** Nobody is to be reached there any more. */
  isOver: boolean
  /** Tries without success in a row. */
  failures: number
  timer: NodeJS.Timeout | null
  socket: Socket | null
}

export interface PeersInit {
  readonly config: Config
  readonly sink: InputSink
  readonly log: HostLog
  /** Tests wait less. */
  readonly timing?: typeof shippedTiming
}

export class Peers {
  readonly #config: Config
  readonly #sink: InputSink
  readonly #log: HostLog
  readonly #timing: typeof shippedTiming
  readonly #links = new Map<LinkId, Link>()
  #dials: Dial[] = []
  #members: readonly MemberConfig[]
  #corked: Link[] = []
  #server: Server | null = null
  #sweep: NodeJS.Timeout | null = null
  #nextId = 1
  #isListening = false
  #isClosed = false

  constructor(init: PeersInit) {
    this.#config = init.config
    this.#members = init.config.members
    this.#sink = init.sink
    this.#log = init.log
    this.#timing = init.timing ?? shippedTiming
  }

  /** Opens the peer port; answers the real port. Dialling begins with `dial`. */
  async listen(): Promise<number> {
    const self = this.#config.members.find((member) => member.id === this.#config.self)
    if (self === undefined || this.#members.length === 1) return 0
    this.#isListening = true
    const { host, port } = self.peer
    if (!isLoopback(host) && !this.#config.peersInsecure) {
      const sentence = `the peer address ${host}:${port} is not loopback, and peers are not authenticated yet: use a loopback address, or set peers.insecure: true in a network where every machine is trusted`
      throw new QuorateError('PEERS_EXPOSED', sentence)
    }
    const server = createServer({ noDelay: true, keepAlive: true })
    server.maxConnections = acceptedMax
    server.on('connection', (socket) => this.#open(socket, null))
    await new Promise<void>((done, fail) => {
      server.once('error', (cause) => {
        const sentence = `the peer port cannot listen on ${host}:${port}: ${cause.message}`
        fail(new QuorateError('LISTEN_FAILED', sentence, { cause }))
      })
      server.listen({ host, port }, done)
    })
    server.removeAllListeners('error')
    server.on('error', (error) =>
      this.#log.log('warn', 'peers.accept-failed', { why: error.message }),
    )
    this.#server = server
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : port
  }

  /** Keeps a link to every other member from now on. */
  dial(): void {
    this.#sweep ??= setInterval(() => this.#closeStuck(), this.#timing.sweepMs)
    const isKept = ({ member }: Dial): boolean =>
      this.#members.some(({ id, peer }) => id === member.id && isSame(peer, member.peer))
    for (const dial of this.#dials) if (!isKept(dial)) this.#giveUp(dial)
    this.#dials = this.#dials.filter(isKept)
    for (const member of this.#members) {
      const isKnown = this.#dials.some((dial) => dial.member.id === member.id)
      if (isKnown || member.id === this.#config.self) continue
      const dial: Dial = { member, failures: 0, timer: null, socket: null, isOver: false }
      this.#dials.push(dial)
      this.#connect(dial)
    }
  }

  /** Members are these from now on. A member that was alone listens now. */
  follow(members: readonly MemberConfig[]): void {
    if (this.#isClosed) return
    this.#members = members
    this.dial()
    if (this.#isListening || members.length === 1) return
    this.listen().catch((error: Error) =>
      this.#log.log('error', 'peers.listen-failed', { why: error.message }),
    )
  }

  /** Queues one frame. Frames of one turn leave together with `flush`. */
  send(id: LinkId, body: Uint8Array): void {
    const link = this.#links.get(id)
    if (link === undefined || link.socket.destroyed) return
    const { socket } = link
    if (socket.writableLength + body.length > limits.peerQueueBytesMax) {
      this.#drop(link, 'its queue is full')
      return
    }
    if (!link.isCorked) {
      link.isCorked = true
      socket.cork()
      this.#corked.push(link)
    }
    const head = frameHead(body)
    if (body.length <= copyBytesMax) {
      socket.write(Buffer.concat([head, body], frameHeadBytes + body.length), link.onFinished)
    } else {
      socket.write(head)
      socket.write(body, link.onFinished)
    }
  }

  /** Lets the frames of this turn leave. */
  flush(): void {
    if (this.#corked.length === 0) return
    for (const link of this.#corked) {
      link.isCorked = false
      link.socket.uncork()
    }
    this.#corked = []
  }

  close(id: LinkId): void {
    const link = this.#links.get(id)
    if (link !== undefined) link.socket.destroy()
  }

  /** Ends all links behind what was sent, and dials no more. */
  async closeAll(): Promise<void> {
    this.#isClosed = true
    if (this.#sweep !== null) clearInterval(this.#sweep)
    for (const dial of this.#dials) this.#giveUp(dial)
    for (const { socket } of this.#links.values()) {
      socket.destroySoon()
      setTimeout(() => socket.destroy(), lastFramesMs).unref()
    }
    const server = this.#server
    this.#server = null
    if (server !== null) await new Promise<void>((done) => server.close(() => done()))
  }

  /** What stands stays until the core closes it. */
  #giveUp(dial: Dial): void {
    dial.isOver = true
    if (dial.timer !== null) clearTimeout(dial.timer)
    if (dial.socket?.connecting === true) dial.socket.destroy()
  }

  #connect(dial: Dial): void {
    dial.timer = null
    const { host, port } = dial.member.peer
    const socket = connect({ host, port, noDelay: true, keepAlive: true })
    dial.socket = socket
    let openedAt: number | null = null
    const giveUp = setTimeout(() => socket.destroy(), connectMs)
    socket.once('connect', () => {
      clearTimeout(giveUp)
      openedAt = performance.now()
      this.#open(socket, dial.member.id)
    })
    socket.on('error', noThrow)
    socket.once('close', () => {
      clearTimeout(giveUp)
      if (openedAt !== null && performance.now() - openedAt > settledMs) dial.failures = 0
      this.#redial(dial)
    })
  }

  #redial(dial: Dial): void {
    if (this.#isClosed || dial.isOver) return
    const bound = Math.min(redialMaxMs, redialMinMs * 2 ** Math.min(dial.failures, 10))
    const delay = dial.failures === 0 ? 0 : redialMinMs + Math.random() * (bound - redialMinMs)
    dial.failures++
    dial.timer = setTimeout(() => this.#connect(dial), delay)
  }

  #open(socket: Socket, to: MemberId | null): void {
    const id = this.#nextId++ as LinkId
    const link: Link = {
      id,
      socket,
      to,
      finished: 0,
      onFinished: () => {
        link.finished++
      },
      isHeard: false,
      silentSweeps: 0,
      finishedBefore: 0,
      stuckSweeps: 0,
      isCorked: false,
    }
    this.#links.set(id, link)
    this.#sink({ kind: 'link-opened', link: id, to })
    const reader = new FrameReader(limits.frameBytesMax, (bytes) => {
      link.isHeard = true
      this.#sink({ kind: 'frame', link: id, bytes })
    })
    socket.on('data', (chunk: Buffer) => {
      if (socket.destroyed) return
      const fault = reader.push(chunk)
      if (fault !== null) this.#drop(link, fault)
    })
    socket.on('error', noThrow)
    socket.on('close', () => {
      this.#links.delete(id)
      this.#sink({ kind: 'link-closed', link: id })
    })
  }

  #drop(link: Link, why: string): void {
    const remote = `${link.socket.remoteAddress}:${link.socket.remotePort}`
    this.#log.log('warn', 'peers.link-dropped', { link: link.id, to: link.to, remote, why })
    link.socket.destroy()
  }

  #closeStuck(): void {
    const { sweepMs, stuckMs } = this.#timing
    for (const link of this.#links.values()) {
      const isMoving = link.socket.writableLength === 0 || link.finished !== link.finishedBefore
      link.stuckSweeps = isMoving ? 0 : link.stuckSweeps + 1
      link.finishedBefore = link.finished
      if (link.stuckSweeps * sweepMs >= stuckMs) this.#drop(link, 'nothing leaves it')
      if (link.isHeard || link.to !== null) continue
      link.silentSweeps++
      if (link.silentSweeps * sweepMs >= stuckMs) this.#drop(link, 'it did not say who it is')
    }
  }
}

function isSame(one: Address, other: Address): boolean {
  return one.host === other.host && one.port === other.port
}

/** A socket error is followed by 'close', which is what counts. */
function noThrow(): void {}
