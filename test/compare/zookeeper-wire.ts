// ZooKeeper's protocol, as far as writing needs it.

import { once } from 'node:events'
import { openSocket } from '../bench/load.js'
import { each, value, type Wire } from './wire.js'

const openType = { make: 1, set: 5, get: 4 }
const anyone = Buffer.concat([int32(1), int32(31), text('world'), text('anyone'), int32(0)])

/** A connection is a session of its own. The number of a request is its key's: the server only repeats it. */
export const zookeeperWire: Wire = {
  open: async (port, operation) => {
    const socket = await openSocket(port)
    const hello = Buffer.alloc(4 + 4 + 8 + 4 + 8 + 4 + 16 + 1)
    hello.writeInt32BE(30_000, 12)
    hello.writeInt32BE(16, 24)
    socket.write(framed(hello))
    await once(socket, 'data')
    const rest = {
      make: [text(value), anyone],
      set: [text(value), int32(-1)],
      get: [Buffer.alloc(1)],
    }[operation]
    const request = each((key) => {
      const body = [int32(key + 1), int32(openType[operation]), text(`/k${key}`), ...rest]
      return framed(Buffer.concat(body))
    })
    return { socket, request, replies: reader() }
  },
}

/** Counts whole replies (length, xid, zxid, error, body) over chunks. */
function reader(): (data: Buffer) => number {
  let rest: Buffer = Buffer.alloc(0)
  return (data) => {
    rest = rest.length === 0 ? data : Buffer.concat([rest, data])
    let at = 0
    let count = 0
    while (rest.length - at >= 4 && rest.length - at >= 4 + rest.readInt32BE(at)) {
      const error = rest.readInt32BE(at + 16)
      if (error !== 0) throw new Error(`ZooKeeper answered ${error}`)
      at += 4 + rest.readInt32BE(at)
      count++
    }
    rest = rest.subarray(at)
    return count
  }
}

function int32(of: number): Buffer {
  const made = Buffer.alloc(4)
  made.writeInt32BE(of)
  return made
}

function text(of: string): Buffer {
  return framed(Buffer.from(of, 'latin1'))
}

function framed(body: Buffer): Buffer {
  return Buffer.concat([int32(body.length), body])
}
