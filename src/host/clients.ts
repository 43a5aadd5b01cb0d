// Client sockets: listeners, bytes in, text out. It reports and obeys, and decides nothing about a
// client but this: when its bytes cannot leave, and when descriptors run short.

import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { isMainThread } from 'node:worker_threads'
import type { ListenerConfig } from '../api/config.js'
import type { ConnectionId } from '../api/ids.js'
import { QuorateError } from '../base/errors.js'
import type { HostLog } from './logger.js'
import type { InputSink } from './reactor.js'
import { type Reads, readFrom } from './shared-reads.js'
import { TurnRoom } from './turn-room.js'

/** Milliseconds without traffic before the kernel probes a client. */
const keepAliveMs = 300_000
/** Milliseconds that a closing connection may take for its last bytes. */
const closingMs = 10_000
/** Descriptors kept for peers, stores and the log. */
const descriptorsReserved = 128

interface Connection {
  readonly id: ConnectionId
  readonly socket: Socket
  readonly reads: Reads
  /** An `unsent` above 0 was reported and none of 0 since. */
  isHeld: boolean
  timer: NodeJS.Timeout | null
}

/** Where a listener really listens: the port that was chosen for port 0; 0 for a unix socket. */
export interface BoundListener {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly path: string | null
}

export class Clients {
  readonly #sink: InputSink
  readonly #log: HostLog
  readonly #servers: Server[] = []
  readonly #connections = new Map<ConnectionId, Connection>()
  /** Where bytes lie until a turn has taken them. */
  readonly #room = new TurnRoom()
  #nextId = 1

  constructor(sink: InputSink, log: HostLog) {
    this.#sink = sink
    this.#log = log
  }

  /** Opens all listeners; LISTEN_FAILED when one cannot be opened. */
  async listen(listeners: readonly ListenerConfig[]): Promise<readonly BoundListener[]> {
    const bound: BoundListener[] = []
    for (const listener of listeners) bound.push(await this.#open(listener))
    return bound
  }

  write(id: ConnectionId, text: string): void {
    const connection = this.#connections.get(id)
    if (connection === undefined) return
    const { socket } = connection
    if (socket.destroyed || socket.writableEnded) return
    if (!socket.write(text, 'latin1') && socket.writableLength > 0) {
      connection.isHeld = true
      this.#sink({ kind: 'unsent', connection: id, bytes: socket.writableLength })
    }
  }

  /** A turn took all bytes that were reported, and copied what it keeps. */
  taken(): void {
    this.#room.clear()
  }

  close(id: ConnectionId, abort: boolean): void {
    const connection = this.#connections.get(id)
    if (connection === undefined) return
    if (abort) connection.socket.destroy()
    else this.#finish(connection)
  }

  pause(id: ConnectionId, paused: boolean): void {
    const connection = this.#connections.get(id)
    if (connection === undefined || connection.socket.destroyed) return
    if (paused) connection.reads.pause()
    else connection.reads.resume()
  }

  /** No more clients; those that are here get `graceMs` for their last bytes. */
  async closeAll(graceMs: number): Promise<void> {
    const servers = this.#servers.splice(0)
    const closed = servers.map((server) => new Promise<void>((done) => server.close(() => done())))
    for (const connection of this.#connections.values()) {
      this.#finish(connection)
      this.#arm(connection, graceMs, () => connection.socket.destroy())
    }
    await Promise.all(closed)
  }

  async #open(listener: ListenerConfig): Promise<BoundListener> {
    const server = createServer({
      // A client that half closes, as `printf ... | nc`, still gets its answers.
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveMs,
    })
    server.maxConnections = connectionsMax()
    server.on('connection', (socket) => this.#accept(listener, socket))
    server.on('drop', () => this.#log.log('warn', 'clients.dropped', { listener: listener.name }))
    const bound = await listen(server, listener)
    server.on('error', (error) => {
      this.#log.log('warn', 'clients.accept-failed', {
        listener: listener.name,
        why: error.message,
      })
    })
    this.#servers.push(server)
    return bound
  }

  #accept(listener: ListenerConfig, socket: Socket): void {
    const id = this.#nextId++ as ConnectionId
    const connection: Connection = {
      id,
      socket,
      reads: readFrom(socket, this.#room, (bytes) => {
        if (socket.writableEnded) return
        this.#sink({ kind: 'bytes', connection: id, bytes })
      }),
      isHeld: false,
      timer: null,
    }
    this.#connections.set(id, connection)
    const remote = socket.remoteAddress
    this.#sink({
      kind: 'connected',
      connection: id,
      listener: listener.name,
      remote: listener.path ?? `${remote}:${socket.remotePort}`,
      local: listener.path ?? `${socket.localAddress}:${socket.localPort}`,
      loopback: listener.path !== null || isLoopback(remote ?? ''),
      identity: null,
    })
    socket.on('drain', () => {
      if (!connection.isHeld) return
      connection.isHeld = false
      this.#sink({ kind: 'unsent', connection: id, bytes: 0 })
    })
    socket.on('end', () => this.#sink({ kind: 'ended', connection: id }))
    socket.on('error', noThrow)
    socket.on('close', () => {
      if (connection.timer !== null) clearTimeout(connection.timer)
      this.#connections.delete(id)
      this.#sink({ kind: 'closed', connection: id })
    })
  }

  /** Ends our side behind what was written; destroys what does not leave in time. */
  #finish(connection: Connection): void {
    const { socket, reads } = connection
    if (socket.destroyed) return
    this.#arm(connection, closingMs, () => socket.destroy())
    socket.destroySoon()
    // What still comes in is not for anybody, but must not fill the kernel's buffer: it would take what was written with it.
    reads.resume()
  }

  #arm(connection: Connection, delayMs: number, act: () => void): void {
    if (connection.timer !== null) clearTimeout(connection.timer)
    connection.timer = setTimeout(act, delayMs)
    connection.timer.unref()
  }
}

/** Whether an address of a socket is this machine. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address === 'localhost' || /^(::ffff:)?127\./.test(address)
}

/** A socket error is followed by 'close', which is what counts. */
function noThrow(): void {}

function listen(server: Server, listener: ListenerConfig): Promise<BoundListener> {
  const { name, host, port, path } = listener
  return new Promise((done, fail) => {
    const where = path ?? `${host}:${port}`
    server.once('error', (cause) => {
      const sentence = `listener '${name}' cannot listen on ${where}: ${cause.message}`
      fail(new QuorateError('LISTEN_FAILED', sentence, { cause }))
    })
    server.once('listening', () => {
      server.removeAllListeners('error')
      const address = server.address()
      const real = typeof address === 'object' && address !== null ? address.port : 0
      done({ name, host, port: real, path })
    })
    if (path === null) server.listen({ host, port, backlog: 511 })
    else listenOnPath(server, path)
  })
}

/** Only our own user may connect; a socket left by an earlier run is replaced. */
function listenOnPath(server: Server, path: string): void {
  rmSync(path, { force: true })
  // Worker threads cannot set the mask; there the mode follows before anything can connect.
  const mask = isMainThread ? process.umask(0o177) : null
  try {
    server.listen({ path, backlog: 511 })
    if (mask === null && existsSync(path)) chmodSync(path, 0o600)
  } finally {
    if (mask !== null) process.umask(mask)
  }
}

/** Connections that leave enough descriptors for peers and stores. */
function connectionsMax(): number {
  try {
    const text = readFileSync('/proc/self/limits', 'latin1')
    const soft = Number(/^Max open files\s+(\d+)/m.exec(text)?.[1] ?? Number.NaN)
    if (Number.isFinite(soft)) return Math.max(16, soft - descriptorsReserved)
  } catch {
    // Not on this system: the core's bound of clients holds alone.
  }
  return 1_000_000
}
