// The least that a server in Node can do for the same answers: what it costs is what the runtime costs, and no Quorate
// will be faster. One `Map`, SET and GET alone, no errors, no expiry, no restart, no elections. Alone it is a cache;
// with peers a turn's commands are one batch, written and synced here, at a peer and at the other one, and answered once
// one of both has it; reads ask a peer whether this one still leads. `PORT FILE [PEER-PORT...]`, or `-PORT FILE` for a peer.

import { closeSync, fdatasync, openSync, write, writeSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'

/** Bytes of the log, written before and used round about: a file that grows costs more to sync. */
const roomBytes = 32 << 20
const headBytes = 5
const gatherMs = 2

const [port = '0', file = '', ...peers] = process.argv.slice(2)
const data = new Map<string, string>()

/** Name, key, value; none of a request that is not whole. */
type Command = readonly string[]

/** Whole commands at the beginning of `bytes`, and how long they are. */
function parse(bytes: Buffer): { commands: Command[]; length: number } {
  const commands: Command[] = []
  let place = 0
  const number = (): number => {
    let value = 0
    place++
    for (let byte = bytes[place] ?? 13; byte !== 13; byte = bytes[++place] ?? 13) {
      value = value * 10 + byte - 48
    }
    place += 2
    return value
  }
  for (let length = 0; ; length = place) {
    const count = place < bytes.length ? number() : 0
    const args: string[] = []
    while (args.length < count && place < bytes.length) {
      const end = number() + place
      args.push(bytes.latin1Slice(place, end))
      place = end + 2
    }
    if (args.length < count || count === 0 || place > bytes.length) return { commands, length }
    commands.push(args)
  }
}

function execute([name, key = '', value]: Command): string {
  if (name === 'SET' && value !== undefined) {
    data.set(key, value)
    return '+OK\r\n'
  }
  if (name !== 'GET') return '-ERR not here\r\n'
  const found = data.get(key)
  return found === undefined ? '$-1\r\n' : `$${found.length}\r\n${found}\r\n`
}

class Log {
  readonly #fd: number
  #at = 0

  constructor(path: string) {
    this.#fd = openSync(path, 'w+')
    const zeros = Buffer.alloc(1 << 20)
    for (let at = 0; at < roomBytes; at += zeros.length)
      writeSync(this.#fd, zeros, 0, zeros.length, at)
    process.once('exit', () => closeSync(this.#fd))
  }

  append(bytes: Buffer, synced: () => void): void {
    if (this.#at + bytes.length > roomBytes) this.#at = 0
    const at = this.#at
    this.#at += bytes.length
    write(this.#fd, bytes, 0, bytes.length, at, () => fdatasync(this.#fd, synced))
  }
}

/** Frames: a kind, the bytes that follow, these. */
const [writes, reads, done] = [1, 2, 3]

function frame(kind: number, body: Buffer): Buffer {
  const head = Buffer.alloc(headBytes)
  head[0] = kind
  head.writeUInt32LE(body.length, 1)
  return Buffer.concat([head, body])
}

function onFrames(socket: Socket, take: (kind: number, body: Buffer) => void): void {
  let left: Buffer = Buffer.alloc(0)
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    left = left.length === 0 ? chunk : Buffer.concat([left, chunk])
    while (left.length >= headBytes) {
      const end = headBytes + left.readUInt32LE(1)
      if (left.length < end) return
      take(left[0] ?? 0, left.subarray(headBytes, end))
      left = left.subarray(end)
    }
  })
}

const nothing = Buffer.alloc(0)

function follow(): void {
  const log = new Log(file)
  createServer((socket) => {
    onFrames(socket, (kind, body) => {
      if (kind === reads) return socket.write(frame(reads, nothing))
      log.append(body, () => socket.write(frame(done, nothing)))
      for (const command of parse(body).commands) execute(command)
      return true
    })
  }).listen(-Number(port), '127.0.0.1')
}

/** What came of one client at once. */
interface Request {
  readonly socket: Socket
  readonly commands: readonly Command[]
  readonly bytes: Buffer
}

function answer({ socket, commands }: Request): void {
  let replies = ''
  for (const command of commands) replies += execute(command)
  socket.write(replies, 'latin1')
}

/** One batch and one round of reads under way at a time; what comes meanwhile is the next one. */
class Leader {
  readonly #log = new Log(file)
  readonly #links = peers.map((peer, i) => {
    const socket = connect(Number(peer), '127.0.0.1')
    onFrames(socket, (kind) => (kind === done ? this.#has(i + 1) : this.#confirmed()))
    return socket
  })
  /** Batches that this one and each peer has on disk. */
  readonly #synced = [0, ...peers.map(() => 0)]
  #count = 0
  #batch: readonly Request[] = []
  #writes: Request[] = []
  #round: readonly Request[] = []
  #reads: Request[] = []
  #isScheduled = false
  /** Requests of the last batch, of whom the next ones are likely to come: it waits for them, for a moment. */
  #last = 0
  #waitsUntil = 0

  take(request: Request): void {
    const isRead = request.commands[0]?.[0] === 'GET'
    ;(isRead ? this.#reads : this.#writes).push(request)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => this.#turn())
  }

  #turn(): void {
    this.#isScheduled = false
    if (this.#batch.length === 0 && this.#writes.length > 0 && !this.#gathers()) {
      this.#batch = this.#writes
      this.#last = this.#batch.length
      this.#writes = []
      this.#count++
      const body = Buffer.concat(this.#batch.map(({ bytes }) => bytes))
      const framed = frame(writes, body)
      for (const link of this.#links) link.write(framed)
      this.#log.append(body, () => this.#has(0))
    }
    if (this.#round.length === 0 && this.#reads.length > 0) {
      this.#round = this.#reads
      this.#reads = []
      this.#links[0]?.write(frame(reads, nothing))
    }
  }

  #gathers(): boolean {
    const now = performance.now()
    if (this.#writes.length >= this.#last || now >= this.#waitsUntil) return false
    setTimeout(() => this.#schedule(), this.#waitsUntil - now)
    return true
  }

  /** Two of three are enough. */
  #has(member: number): void {
    this.#synced[member] = (this.#synced[member] ?? 0) + 1
    if (this.#synced.filter((count) => count >= this.#count).length < 2) return
    const batch = this.#batch
    this.#batch = []
    this.#waitsUntil = performance.now() + gatherMs
    for (const request of batch) answer(request)
    if (this.#writes.length > 0) this.#schedule()
  }

  #confirmed(): void {
    const round = this.#round
    this.#round = []
    for (const request of round) answer(request)
    if (this.#reads.length > 0) this.#schedule()
  }
}

function serve(): void {
  const leader = peers.length === 0 ? null : new Leader()
  createServer((socket) => {
    let left = nothing
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk) => {
      const all = left.length === 0 ? chunk : Buffer.concat([left, chunk])
      const { commands, length } = parse(all)
      left = all.subarray(length)
      if (commands.length === 0) return
      const request = { socket, commands, bytes: all.subarray(0, length) }
      if (leader === null) answer(request)
      else leader.take(request)
    })
  }).listen(Number(port), '127.0.0.1')
}

if (port.startsWith('-')) follow()
else serve()
