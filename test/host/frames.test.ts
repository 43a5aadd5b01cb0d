// Peer frames: any split of the bytes, damage, and lengths that nobody may believe.

import test from 'ava'
import { Random } from '../../src/base/random.js'
import { FrameReader, frameHead } from '../../src/host/frames.js'

function frame(text: string): Buffer {
  const body = Buffer.from(text)
  return Buffer.concat([frameHead(body), body])
}

function reader(): { readonly texts: string[]; readonly frames: FrameReader } {
  const texts: string[] = []
  const frames = new FrameReader(1 << 20, (body) => texts.push(Buffer.from(body).toString()))
  return { texts, frames }
}

test('frames: split at every byte and at random: the same frames', (t) => {
  const wanted = ['', 'a', 'hello', 'x'.repeat(5000), 'end']
  const bytes = Buffer.concat(wanted.map(frame))
  for (let seed = 0; seed < 200; seed++) {
    const random = new Random(seed)
    const { texts, frames } = reader()
    for (let at = 0; at < bytes.length; ) {
      const size = seed === 0 ? 1 : 1 + random.below(seed * 20)
      t.is(frames.push(bytes.subarray(at, at + size)), null)
      at += size
    }
    t.deepEqual(texts, wanted)
  }
})

test('frames: one flipped bit anywhere in the body: a fault, and no such frame', (t) => {
  for (let bit = 0; bit < 64; bit++) {
    const bytes = frame('12345678')
    bytes[8 + (bit >> 3)] = (bytes[8 + (bit >> 3)] as number) ^ (1 << (bit & 7))
    const { texts, frames } = reader()

    t.is(frames.push(bytes), 'a frame fails its check')
    t.deepEqual(texts, [])
  }
})

test('frames: a huge length: a fault at once', (t) => {
  for (const text of ['\xff\xff\xff\xff....', 'GET / HTTP/1.1\r\n', 'POST / HTTP/1.1\r\n']) {
    const { frames } = reader()

    t.regex(frames.push(Buffer.from(text, 'latin1')) ?? '', /bytes is announced/)
  }
})
