// etcd's gRPC over HTTP/2, as far as `KV.Put` and `KV.Range` need it, with frames that are made before: a client that
// is as light as those of the other protocols. What it does not use of HTTP/2 (compressed headers with a table,
// priorities, pushes) a server need not send to it.

import type { Socket } from 'node:net'
import { openSocket } from '../bench/load.js'
import { each, keyOf, value, type Operation, type Wire } from './wire.js'

const frame = { data: 0, headers: 1, settings: 4, ping: 6, goAway: 7, windowUpdate: 8 }
const flag = { ack: 1, endStream: 1, endHeaders: 4 }
const headLength = 9
/** Bytes that a server may send before it is told that they were read. */
const window = 1 << 30

export const etcdWire: Wire = {
  open: async (port, operation) => {
    const socket = await openSocket(port)
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
    // SETTINGS_HEADER_TABLE_SIZE 0, SETTINGS_INITIAL_WINDOW_SIZE.
    const settings = Buffer.from([0, 1, 0, 0, 0, 0, 0, 4, 0x3f, 0xff, 0xff, 0xff])
    socket.write(framed(frame.settings, 0, 0, settings))
    socket.write(framed(frame.windowUpdate, 0, 0, uint32(window)))
    const headers = headersOf(port, operation)
    const bodies = each((key) => grpc(operation === 'get' ? range(key) : put(key)))
    let stream = -1
    const request = (key: number): Buffer => {
      stream += 2
      return Buffer.concat([
        framed(frame.headers, flag.endHeaders, stream, headers),
        framed(frame.data, flag.endStream, stream, bodies(key)),
      ])
    }
    return { socket, request, replies: reader(socket) }
  },
}

/** Counts streams that ended behind an answer, and answers what the server wants of its peer. */
function reader(socket: Socket): (data: Buffer) => number {
  let rest: Buffer = Buffer.alloc(0)
  let read = 0
  let answers = 0
  return (data) => {
    rest = rest.length === 0 ? data : Buffer.concat([rest, data])
    let at = 0
    let count = 0
    while (rest.length - at >= headLength) {
      const length = rest.readUIntBE(at, 3)
      if (rest.length - at < headLength + length) break
      const [type, flags] = [rest[at + 3] ?? 0, rest[at + 4] ?? 0]
      const body = rest.subarray(at + headLength, at + headLength + length)
      at += headLength + length
      if (type === frame.data) {
        read += length
        answers++
      } else if (type === frame.headers && (flags & flag.endStream) !== 0) {
        count++
      } else if (type === frame.settings && (flags & flag.ack) === 0) {
        socket.write(framed(frame.settings, flag.ack, 0, Buffer.alloc(0)))
      } else if (type === frame.ping && (flags & flag.ack) === 0) {
        socket.write(framed(frame.ping, flag.ack, 0, body))
      } else if (type === frame.goAway) {
        throw new Error(`etcd ends the connection: ${body.toString('latin1')}`)
      }
    }
    rest = rest.subarray(at)
    answers -= count
    // A call that failed ends without an answer.
    if (answers < 0) throw new Error('etcd answered an error')
    if (read > window / 2) {
      socket.write(framed(frame.windowUpdate, 0, 0, uint32(read)))
      read = 0
    }
    return count
  }
}

function headersOf(port: number, operation: Operation): Buffer {
  const method = operation === 'get' ? 'Range' : 'Put'
  const fields = [
    [':method', 'POST'],
    [':scheme', 'http'],
    [':path', `/etcdserverpb.KV/${method}`],
    [':authority', `127.0.0.1:${port}`],
    ['content-type', 'application/grpc'],
    ['te', 'trailers'],
  ]
  // Literal header fields that no table keeps (RFC 7541, 6.2.2).
  return Buffer.concat(
    fields.map(([name = '', text = '']) => {
      return Buffer.concat([Buffer.from([0]), shortText(name), shortText(text)])
    }),
  )
}

/** PutRequest: key 1, value 2. */
function put(key: number): Buffer {
  return Buffer.concat([field(1, keyOf(key)), field(2, value)])
}

/** RangeRequest: key 1; linearizable, as is the default. */
function range(key: number): Buffer {
  return field(1, keyOf(key))
}

function field(number: number, text: string): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2]), shortText(text)])
}

/** Its length in one byte: shorter than 127. */
function shortText(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'latin1')])
}

function grpc(message: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0]), uint32(message.length), message])
}

function framed(type: number, flags: number, stream: number, body: Buffer): Buffer {
  const made = Buffer.allocUnsafe(headLength + body.length)
  made.writeUIntBE(body.length, 0, 3)
  made[3] = type
  made[4] = flags
  made.writeUInt32BE(stream, 5)
  body.copy(made, headLength)
  return made
}

function uint32(of: number): Buffer {
  const made = Buffer.alloc(4)
  made.writeUInt32BE(of)
  return made
}
