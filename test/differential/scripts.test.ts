// EVAL, FUNCTION and their kin against redis-server: the same bytes, in RESP2 and RESP3, asked of a member
// that is not the leader; the three replicas have equal digests afterwards, and nobody but the leader ran Lua.

import type { ExecutionContext } from 'ava'
import { besideRedis } from '../beside-redis.js'
import { startRedis } from '../redis-server.js'
import { CoreSide } from './core-side.js'
import { RawRedis } from './raw-redis.js'
import { functionLines } from './function-lines.js'
import { scriptTexts } from './script-texts.js'

type Line = readonly string[]

/** Sends the first lines without a look at the replies. */
async function compare(
  t: ExecutionContext,
  { first, lines }: { readonly first: readonly Line[]; readonly lines: readonly Line[] },
): Promise<void> {
  const redis = await startRedis()
  const theirs = await RawRedis.open(redis.port)
  const ours = new CoreSide(3, true)
  try {
    await ours.send(first)
    await theirs.send(first)
    const differences: unknown[] = []
    for (const line of lines) {
      const [mine] = await ours.send([line])
      const [other] = await theirs.send([line])
      if (mine !== other) differences.push({ line, mine, other })
    }
    t.deepEqual(differences, [])
    t.is(ours.replicas(), null)
  } finally {
    theirs.close()
    ours.close()
    await redis.stop()
  }
}

const texts = scriptTexts.map((text): Line => ['EVAL', text, '0'])
const readOnly = ['pfcount k', 'publish k v', 'spublish k v', 'get k', 'set k v'].map(
  (line): Line => ['EVAL_RO', 'return redis.pcall(unpack(ARGV))', '0', ...line.split(' ')],
)

for (const protocol of ['2', '3']) {
  besideRedis(`scripts: RESP${protocol}: values, errors, sandbox: as redis-server`, async (t) => {
    await compare(t, { first: [['HELLO', protocol]], lines: [...texts, ...readOnly] })
  })
}

besideRedis('scripts: keys, cache, functions, transactions: as redis-server', async (t) => {
  await compare(t, { first: [], lines: functionLines })
})
