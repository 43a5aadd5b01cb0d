// Bytes of all clients land in one buffer, and what came is copied from there. Node gives each read of a
// stream 64 KB of its own and then cuts them down: a sixth of what a small request costs. Its option for
// that, `onread`, is for sockets that one makes oneself, and a server makes its own: so the two places where
// node keeps the option are filled in. Where a version of node has other insides, a socket reads as ever.

import type { Socket } from 'node:net'

/** What comes from one client. */
export interface Reads {
  /** Nothing more is taken; that the client is gone is still noticed. */
  pause(): void
  resume(): void
}

/** As node's own: what one read may bring. */
const sharedBytes = 64 * 1024

let shared: Buffer | null = null

/** Inside node's sockets. */
interface Insides {
  readonly _handle?: { useUserBuffer?(buffer: Buffer): void } | null
  [key: symbol]: unknown
}

/** Calls `take` with what comes; the bytes are its to keep. */
export function readFrom(socket: Socket, take: (bytes: Buffer) => void): Reads {
  const reads = SharedReads.of(socket, take)
  if (reads !== null) return reads
  socket.on('data', take)
  return socket
}

export class SharedReads implements Reads {
  readonly #socket: Socket
  readonly #take: (bytes: Buffer) => void
  #isPaused = false
  /** Came while nothing was taken: the socket reads no more until it is. */
  #held: Buffer | null = null

  /** Null where this version of node cannot; the socket is as it was then. */
  static of(socket: Socket, take: (bytes: Buffer) => void): SharedReads | null {
    const insides = socket as unknown as Insides
    const places = Object.getOwnPropertySymbols(socket)
    const buffer = places.find(({ description }) => description === 'kBuffer')
    const callback = places.find(({ description }) => description === 'kBufferCb')
    const handle = insides._handle
    if (buffer === undefined || callback === undefined) return null
    if (insides[buffer] !== null || insides[callback] !== null) return null
    if (typeof handle?.useUserBuffer !== 'function') return null
    const reads = new SharedReads(socket, take)
    shared ??= Buffer.allocUnsafeSlow(sharedBytes)
    insides[buffer] = shared
    insides[callback] = (length: number, bytes: Buffer): boolean => reads.#came(length, bytes)
    handle.useUserBuffer(shared)
    // Nothing comes as 'data', but the end comes to a stream that flows.
    socket.resume()
    return reads
  }

  private constructor(socket: Socket, take: (bytes: Buffer) => void) {
    this.#socket = socket
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
    const copy = Buffer.from(bytes.subarray(0, length))
    if (!this.#isPaused) this.#take(copy)
    else this.#held = this.#held === null ? copy : Buffer.concat([this.#held, copy])
    return !this.#isPaused
  }
}
