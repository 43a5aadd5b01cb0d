// SHA-256 against Node's.

import { createHash } from 'node:crypto'
import test from 'ava'
import { sha256 } from '../../src/base/sha256.js'

test('sha256: texts of all lengths around a block: as the platform computes it', (t) => {
  for (let length = 0; length < 200; length++) {
    let text = ''
    for (let i = 0; i < length; i++) text += String.fromCharCode((i * 37 + length) & 255)

    t.is(sha256(text), createHash('sha256').update(text, 'latin1').digest('hex'))
  }
})
