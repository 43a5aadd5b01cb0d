import test from 'ava'
import { ByteWriter } from '../../src/base/bytes.js'
import { Random } from '../../src/base/random.js'
import { addMessage, beginFrame, type Message, readFrame } from '../../src/core/wire.js'

const head = {
  cluster: 0xdeadbeef,
  sender: 1,
  senderIncarnation: 93_283_948_613,
  target: 3,
  targetIncarnation: 2 ** 40,
  wall: 1_790_000_000_000,
}

function frame(messages: readonly Message[]): Uint8Array {
  const writer = new ByteWriter()
  beginFrame(writer, head)
  for (const message of messages) addMessage(writer, message)
  return writer.finish()
}

const messages: readonly Message[] = [
  { group: 0, channel: 0, body: new Uint8Array([1, 2, 3]) },
  { group: 1, channel: 5, body: new Uint8Array(0) },
  { group: 300, channel: 6, body: new Uint8Array(70_000).fill(7) },
]

test('wire: a frame of messages: reads back in order, with its head', (t) => {
  const found: Message[] = []
  const read = readFrame(
    frame(messages),
    () => true,
    (message) => found.push({ ...message, body: new Uint8Array(message.body) }),
  )

  t.deepEqual(read, head)
  t.deepEqual(found, messages)
})

test('wire: a frame that is not accepted: hands out nothing', (t) => {
  const found: Message[] = []

  t.deepEqual(
    readFrame(
      frame(messages),
      () => false,
      (message) => found.push(message),
    ),
    head,
  )
  t.is(found.length, 0)
})

test('wire: a frame cut anywhere: is malformed or hands out whole messages only', (t) => {
  const whole = frame(messages.slice(0, 2))
  for (let length = 0; length < whole.length; length++) {
    const bodies: number[] = []
    readFrame(
      whole.subarray(0, length),
      () => true,
      ({ body }) => bodies.push(body.length),
    )
    t.true(bodies.length < 2)
    for (const body of bodies) t.is(body, 3)
  }
})

test('wire: random and garbled bytes: throw nothing', (t) => {
  const random = new Random(5)
  const whole = frame(messages.slice(0, 2))
  t.notThrows(() => {
    for (let i = 0; i < 5_000; i++) {
      const bytes = Uint8Array.from(whole)
      for (let n = random.between(1, 4); n > 0; n--)
        bytes[random.below(bytes.length)] = random.below(256)
      readFrame(
        bytes,
        () => true,
        () => {},
      )
    }
  })
})
