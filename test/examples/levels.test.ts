// The examples of the levels do what the README says of them.

import test from 'ava'
import { describeStory, tellLevels } from './levels.js'

test('examples: each level forbids what the one below it allows', async (t) => {
  const told = await tellLevels('')

  const refused = /^(CLUSTERDOWN|UNKNOWNRESULT)$/
  const expected: readonly (readonly [level: string, weaker: RegExp, stronger: RegExp])[] = [
    ['strong', /^old$/, /^CLUSTERDOWN$/],
    ['sequential', /^OK$/, refused],
    ['causal', /^\(nil\)$/, /^TRYAGAIN$/],
    ['eventual', refused, /^11$/],
  ]
  t.is(told.length, expected.length)
  expected.forEach(([level, weaker, stronger], i) => {
    const story = told[i]
    t.is(story?.level, level)
    t.regex(story?.weaker ?? '', weaker, level)
    t.regex(story?.stronger ?? '', stronger, level)
  })
  for (const story of told) t.log(describeStory(story))
})

test('examples: a level that there is none of tells nothing', async (t) => {
  t.deepEqual(await tellLevels('weak'), [])
})
