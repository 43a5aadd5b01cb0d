import test from 'ava'
import { futureToken } from '../../../src/api/replies.js'
import { type ErrorReply, isError, type Reply } from '../../../src/api/reply.js'
import type { SeenPosition, StampRange } from '../../../src/api/seen.js'
import { crc32c } from '../../../src/base/crc32c.js'
import { Random } from '../../../src/base/random.js'
import { Vector } from '../../../src/log/vector.js'
import { joinRanges } from '../../../src/router/terms/ranges.js'
import {
  decodeToken,
  encodeToken,
  joinPlaces,
  type SessionToken,
  tokenCharsMax,
} from '../../../src/router/terms/token.js'

const cluster = 0x1234abcd

function place(era: number, term: number, index: number): SeenPosition {
  return { kind: 'position', era, at: { term, index } }
}

function token(rest: Partial<SessionToken> = {}): SessionToken {
  return { stamps: new Map(), restUpTo: 0, places: new Map(), hasRest: false, ...rest }
}

/** A stamp of a seat, so many milliseconds after the first. */
function stamp(seat: number, ms: number): number {
  return (90_000_000_000 + ms) * 4096 + seat
}

/** The text of these bytes, with the checksum that they ought to have. */
function signed(bytes: Buffer): string {
  const end = bytes.length - 4
  bytes.writeUInt32BE(crc32c(bytes, 0, end) >>> 0, end)
  return bytes.toString('base64url')
}

function again(given: SessionToken): SessionToken {
  const decoded = decodeToken(encodeToken(given, cluster), cluster)
  if ('type' in decoded) throw new Error(decoded.text)
  return decoded
}

test('session token: what goes in comes out', (t) => {
  const random = new Random(3)
  for (let run = 0; run < 300; run++) {
    const stamps = new Map<number, readonly StampRange[]>()
    for (let keyspace = 0; keyspace < random.below(3); keyspace++) {
      const vector = new Vector()
      for (let seat = 0; seat < random.below(7); seat++) {
        const end = stamp(seat, random.below(60_000))
        if (random.chance(1, 4)) vector.add({ seat, after: end + 64, upTo: end + 6400 })
        vector.add({ seat, after: 0, upTo: end })
      }
      stamps.set(keyspace, vector.ranges())
    }
    const places = new Map<number, SeenPosition>()
    for (let i = 0; i < random.below(5); i++) {
      places.set(random.below(320), place(random.below(3), 9, random.below(1_000_000_000)))
    }
    const given = token({ stamps, places, hasRest: random.chance(1, 2) })

    t.deepEqual(again(given), given)
  }
})

test('session token: seven members, five keyspaces, 64 groups, old and damaged incarnations: never above 256 characters, and never less than was shown', (t) => {
  const random = new Random(5)
  for (let run = 0; run < 300; run++) {
    const stamps = new Map<number, readonly StampRange[]>()
    let greatest = 0
    for (let keyspace = 0; keyspace < 5; keyspace++) {
      const ranges: StampRange[] = []
      for (let seat = 0; seat < 7; seat++) {
        let at = 0
        for (let i = random.below(3); i >= 0; i--) {
          const after = at === 0 ? 0 : at + 4096 * (1 + random.below(1_000_000_000))
          at = Math.max(after, stamp(seat, 0)) + 4096 * (1 + random.below(2_000_000_000))
          ranges.push({ seat, after, upTo: at })
        }
        greatest = Math.max(greatest, at)
      }
      stamps.set(keyspace, ranges)
    }
    const places = new Map<number, SeenPosition>()
    for (let group = 0; group < 64; group++) {
      places.set(group, place(65_536 * random.below(9), 700_000, random.below(1e12)))
    }
    const given = token({ stamps, places })

    const text = encodeToken(given, cluster)
    const found = decodeToken(text, cluster) as SessionToken

    t.true(text.length <= tokenCharsMax)
    t.regex(text, /^[\w-]+$/)
    for (const [keyspace, ranges] of stamps) {
      const kept = found.stamps.get(keyspace)
      if (kept === undefined) t.true(ranges.every(({ upTo }) => upTo <= found.restUpTo))
      else t.deepEqual(kept, ranges)
    }
    for (const [group, at] of places) {
      const kept = found.places.get(group)
      if (kept === undefined) t.true(found.hasRest)
      else t.deepEqual(kept, at)
    }
    t.true(found.restUpTo <= greatest)
  }
})

test('session token: two keyspaces of seven members that write fit as they are', (t) => {
  const stamps = new Map<number, readonly StampRange[]>()
  for (let keyspace = 0; keyspace < 2; keyspace++) {
    const ranges = Array.from({ length: 7 }, (_, seat) => {
      return { seat, after: 0, upTo: stamp(seat, 86_400_000 * seat) }
    })
    stamps.set(keyspace, ranges)
  }

  t.is(again(token({ stamps })).stamps.size, 2)
})

test('session token: malformed, damaged, of another cluster or a later version: refused in words of its own', (t) => {
  const text = encodeToken(token({ places: new Map([[0, place(0, 1, 7)]]) }), cluster)
  const why = (given: string, of = cluster): string => {
    const reply = decodeToken(given, of) as Reply
    return isError(reply) ? reply.text : ''
  }

  for (const bad of ['', '?', 'a', `${text}=`, text.slice(0, -1), 'x'.repeat(257), `${text} `]) {
    t.regex(why(bad), /^ERR Invalid session token: it is (none|damaged)/, bad)
  }
  for (let at = 0; at < text.length; at++) {
    const other = text[at] === 'A' ? 'B' : 'A'
    t.regex(why(text.slice(0, at) + other + text.slice(at + 1)), /^ERR Invalid session token/)
  }
  t.regex(why(text, 5), /of another cluster/)
  t.is(why(text), '')
})

test('session token: any bytes behind a right checksum: decoded or refused, never thrown', (t) => {
  const random = new Random(9)
  const text = encodeToken(token({ places: new Map([[0, place(0, 1, 7)]]) }), cluster)
  for (let run = 0; run < 2_000; run++) {
    const bytes = Buffer.from(text, 'base64url')
    for (let i = 0; i < 3; i++) bytes[5 + random.below(bytes.length - 9)] = random.below(256)
    t.notThrows(() => decodeToken(signed(bytes), cluster))
  }
})

test('session token: of a later version: says so', (t) => {
  const bytes = Buffer.from(encodeToken(token(), cluster), 'base64url')
  bytes[0] = 2

  t.is((decodeToken(signed(bytes), cluster) as ErrorReply).text, futureToken.text)
})

test('ranges: joined: as a vector joins them', (t) => {
  const random = new Random(4)
  for (let run = 0; run < 500; run++) {
    const lists = [0, 1].map(() =>
      Array.from({ length: random.below(6) }, () => {
        const after = random.below(20)
        return { seat: random.below(3), after, upTo: after + 1 + random.below(5) }
      }),
    )
    const vector = new Vector()
    for (const range of lists.flat()) vector.add(range)

    t.deepEqual(joinRanges(...lists), vector.ranges())
  }
})

test('places: joined: the later one; of two eras one that is never reached', (t) => {
  t.deepEqual(joinPlaces(place(1, 2, 9), place(1, 3, 4)), place(1, 3, 4))
  t.deepEqual(joinPlaces(place(1, 3, 9), place(1, 3, 4)), place(1, 3, 9))
  const never = joinPlaces(place(1, 1, 9), place(2, 2, 4))
  t.is(never.at.index, Number.MAX_SAFE_INTEGER)
  t.deepEqual(again(token({ places: new Map([[3, never]]) })).places.get(3), never)
})
