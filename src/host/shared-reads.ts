// Bytes of all clients land in one buffer, and what came is copied from there, into room that is used again
// behind each turn. Node gives each read of a stream 64 KB of its own and then cuts them down: a sixth of what
// a small request costs. Its option for that, `onread`, is for sockets that one makes oneself, and a server
// makes its own: so the two places where node keeps the option are filled in. Where a version of node has
// other insides, a socket reads as ever.

import type { Socket } from 'node:net'
import type { TurnRoom } from './turn-room.js'

/** What comes from one client. */
export interface Reads {
  /** Nothing more is taken; that the client is gone is still noticed. */
  pause(): void
  resume(): void
}

/** What one read may bring: as node's own, and what stands before a value of 64 KB. */
const sharedBytes = 68 * 1024

let shared: Buffer | null = null

/** Inside node's sockets. */
interface Insides {
  readonly _handle?: { useUserBuffer?(buffer: Buffer): void } | null
  [key: symbol]: unknown
}

/** Calls `take` with what comes; the bytes are its until the room is cleared. */
export function readFrom(socket: Socket, room: TurnRoom, take: (bytes: Buffer) => void): Reads {
  const reads = SharedReads.of(socket, room, take)
  if (reads !== null) return reads
  socket.on('data', take)
  return socket
}

export class SharedReads implements Reads {
  readonly #socket: Socket
  readonly #room: TurnRoom
  readonly #take: (bytes: Buffer) => void
  #isPaused = false
  /** Came while nothing was taken: the socket reads no more until it is. */
  #held: Buffer | null = null

  /** Null where this version of node cannot; the socket is as it was then. */
  static of(socket: Socket, room: TurnRoom, take: (bytes: Buffer) => void): SharedReads | null {
    const insides = socket as unknown as Insides
    const places = Object.getOwnPropertySymbols(socket)
    const buffer = places.find(({ description }) => description === 'kBuffer')
    const callback = places.find(({ description }) => description === 'kBufferCb')
    const handle = insides._handle
    if (buffer === undefined || callback === undefined) return null
    if (insides[buffer] !== null || insides[callback] !== null) return null
    if (typeof handle?.useUserBuffer !== 'function') return null
    const reads = new SharedReads(socket, room, take)
    shared ??= Buffer.allocUnsafeSlow(sharedBytes)
    insides[buffer] = shared
    insides[callback] = (length: number, bytes: Buffer): boolean => reads.#came(length, bytes)
    handle.useUserBuffer(shared)
    // Nothing comes as 'data', but the end comes to a stream that flows.
    socket.resume()
    return reads
  }

  private constructor(socket: Socket, room: TurnRoom, take: (bytes: Buffer) => void) {
    this.#socket = socket
    this.#room = room
    this.#take = take
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    const held = this.#held
    this.#held = null
    if (held !== null) this.#take(held)
    this.#socket.resume()
  }

  /** False: read no more. */
  #came(length: number, bytes: Buffer): boolean {
    if (!this.#isPaused) {
      this.#take(this.#room.copy(bytes, length))
      return true
    }
    const came = bytes.subarray(0, length)
    this.#held = Buffer.concat(this.#held === null ? [came] : [this.#held, came])
    return false
  }
}
