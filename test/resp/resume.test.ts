// The parser between chunks: what it keeps and counts, stopping at the sink's word and going on, and
// that memory follows what was received, not what was announced.

import { Buffer } from 'node:buffer'
import test from 'ava'
import fc from 'fast-check'
import { RespParser } from '../../src/resp/parse.js'
import { everyByte, faultText, frame, latin1, parse, usual } from './feeding.js'
import { streams } from './streams.js'

test('parse: any stream cut anywhere: the outcome of parsing in one go', (t) => {
  fc.assert(
    fc.property(streams, fc.array(fc.nat(), { maxLength: 8 }), (text, marks) => {
      const bytes = latin1(text)
      const cuts = marks.map((mark) => mark % (bytes.length + 1)).sort((a, b) => a - b)
      const whole = parse(bytes)
      t.deepEqual(parse(bytes, cuts), whole)
      t.deepEqual(parse(bytes, everyByte(bytes)), whole)
    }),
    { numRuns: 400 },
  )
})

test('parse: large values in pieces of any size: the same values', (t) => {
  const value = Array.from({ length: 400_000 }, (_, i) => String.fromCharCode((i * 31) & 255)).join(
    '',
  )
  const pieces = fc.oneof(
    fc.integer({ min: 1, max: 300 }),
    fc.integer({ min: 8_000, max: 8_400 }),
    fc.integer({ min: 60_000, max: 140_000 }),
  )
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: value.length }),
      fc.array(pieces, { minLength: 1, maxLength: 8 }),
      (length, sizes) => {
        const args = ['SET', 'k', value.slice(0, length), 'EX', '9']
        const bytes = latin1(frame(...args))
        const cuts: number[] = []
        for (let at = 0, i = 0; at < bytes.length; i++) {
          at += sizes[i % sizes.length] ?? 1
          if (at < bytes.length) cuts.push(at)
        }
        t.deepEqual(parse(bytes, cuts), { commands: [args], fault: null, isPartial: false })
      },
    ),
    { numRuns: 60 },
  )
})

test('parse: a sink that takes any number at a time: the same commands in the same order', (t) => {
  fc.assert(
    fc.property(
      streams,
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 4 }),
      (text, chunkBytes, take) => {
        const bytes = latin1(text)
        const parser = new RespParser()
        const commands: string[][] = []
        let taken = 0
        const sink = (args: string[]): boolean => {
          commands.push(args)
          return ++taken % take !== 0
        }
        let fault = null
        for (let at = 0; at < bytes.length; at += chunkBytes) {
          const piece = Buffer.from(bytes.subarray(at, at + chunkBytes))
          fault = parser.push(piece, usual, sink)
          piece.fill(0xff)
        }
        for (let before = -1; before !== taken; ) {
          before = taken
          fault = parser.resume(usual, sink)
        }
        const { isPartial } = parser
        t.deepEqual({ commands, fault: faultText(fault), isPartial }, parse(bytes))
      },
    ),
    { numRuns: 400 },
  )
})

test('parse: the sink answers false: nothing more is handed out until resume', (t) => {
  const parser = new RespParser()
  const names: string[] = []
  const one = (args: string[]): boolean => {
    names.push(args[0] ?? '')
    return false
  }
  const chunk = latin1(frame('A') + frame('B') + frame('C'))

  parser.push(chunk, usual, one)
  chunk.fill(0)
  parser.push(latin1(frame('D')), usual, one)

  t.deepEqual(names, ['A'])
  t.is(parser.keptBytes, 3 * frame('A').length)
  for (const expected of ['AB', 'ABC', 'ABCD', 'ABCD']) {
    t.is(parser.resume(usual, one), null)
    t.is(names.join(''), expected)
  }
  t.is(parser.keptBytes, 0)
})

test('parse: unread bytes above the query bound: a fault without a word', (t) => {
  const parser = new RespParser()
  const tight = { ...usual, queryBytesMax: 1000 }
  const never = (): boolean => false

  t.is(parser.push(latin1(frame('A') + 'x'.repeat(1000)), tight, never), null)
  t.is(faultText(parser.push(latin1('x'), tight, never)), '')
})

test('parse: limits that change between calls: hold from the next length line on', (t) => {
  const parser = new RespParser()
  const commands: string[][] = []
  const sink = (args: string[]): boolean => {
    commands.push(args)
    return args[0] !== 'AUTH'
  }
  const small = { ...usual, bulkBytesMax: 5, unauthenticated: true }

  const first = parser.push(latin1(frame('AUTH', 'x') + frame('ECHO', 'longer')), small, sink)
  const second = parser.resume(usual, sink)

  t.deepEqual([first, second], [null, null])
  t.deepEqual(commands, [
    ['AUTH', 'x'],
    ['ECHO', 'longer'],
  ])
})

test('parse: counts of what is kept: follow the unfinished command byte by byte', (t) => {
  const parser = new RespParser()
  const bytes = latin1(frame('SET', 'k', 'v'.repeat(300)))
  for (let i = 0; i < bytes.length; i++) {
    // The \r of a terminator is remembered, not kept.
    t.true(i - parser.keptBytes <= 1)
    t.is(parser.isPartial, i > 0)
    parser.push(bytes.subarray(i, i + 1), usual, () => true)
  }
  t.is(parser.keptBytes, 0)
  t.false(parser.isPartial)
})

test('parse: after a fault: no byte is taken and the fault stays', (t) => {
  const parser = new RespParser()
  const fault = parser.push(latin1('*x\r\n'), usual, () => true)

  t.not(fault, null)
  t.is(
    parser.push(latin1(frame('PING')), usual, () => t.fail() as never),
    fault,
  )
  t.is(
    parser.resume(usual, () => t.fail() as never),
    fault,
  )
  t.is(parser.keptBytes, 0)
})

test('parse: arguments: stay what they were when the chunk is used again', (t) => {
  const chunk = latin1(frame('SET', 'a key of some length', 'a value of some length'))
  let kept: string[] = []
  new RespParser().push(chunk, usual, (args) => {
    kept = args
    return true
  })
  chunk.fill(0)

  t.deepEqual(kept, ['SET', 'a key of some length', 'a value of some length'])
})

test('parse: a plain byte array with an offset: parsed as a Buffer is', (t) => {
  const bytes = new Uint8Array(Buffer.from(`xx${frame('PING')}`)).subarray(2)
  const commands: string[][] = []
  new RespParser().push(bytes, usual, (args) => commands.push(args) > 0)

  t.deepEqual(commands, [['PING']])
})

test('parse: 2,000 connections that announce 512 MiB and send a byte: memory stays small', (t) => {
  const generous = { ...usual, bulkBytesMax: 1 << 29, queryBytesMax: 1 << 30 }
  const opening = latin1('*1000000\r\n$536870912\r\nx')
  const before = process.memoryUsage()
  const parsers = Array.from({ length: 2000 }, () => new RespParser())
  for (const parser of parsers)
    t.is(
      parser.push(opening, generous, () => true),
      null,
    )
  const after = process.memoryUsage()

  const grown = after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed
  t.true(grown < 16 << 20, `${grown} bytes for ${parsers.length} connections`)
  t.true(parsers.every((parser) => parser.keptBytes === opening.length))
})

test('parse: a value of 48 MiB in chunks of 64 KiB: whole, and each byte copied a few times', (t) => {
  const generous = { ...usual, bulkBytesMax: 1 << 29, queryBytesMax: 1 << 30 }
  const size = 48 << 20
  const chunk = Buffer.alloc(64 << 10, 'v')
  const parser = new RespParser()
  let got = ''
  const sink = (args: string[]): boolean => {
    got = args[2] ?? ''
    return true
  }

  parser.push(latin1(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$${size}\r\n`), generous, sink)
  for (let sent = 0; sent < size; sent += chunk.length) parser.push(chunk, generous, sink)
  t.is(got, '')
  parser.push(latin1('\r\n'), generous, sink)

  t.is(got.length, size)
  t.is(got, 'v'.repeat(size))
})
