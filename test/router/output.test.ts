import test from 'ava'
import { Random } from '../../src/base/random.js'
import { Output } from '../../src/router/output.js'

test('output: any replies in any order: their texts, one behind the other', (t) => {
  const random = new Random(5)
  const texts = ['+OK\r\n', '+OK\r\n', '+OK\r\n', ':1\r\n', '', '$2\r\nOK\r\n']
  for (let round = 0; round < 200; round++) {
    const output = new Output()
    const kinds = 1 + random.below(texts.length)
    let wanted = ''
    for (let i = random.below(400); i > 0; i--) {
      const text = texts[random.below(kinds)] as string
      output.add(text)
      wanted += text
      t.is(output.length, wanted.length)
      if (random.below(200) > 0) continue
      t.is(output.take(), wanted)
      wanted = ''
    }
    t.is(output.take(), wanted)
    t.is(output.take(), '')
  }
})
