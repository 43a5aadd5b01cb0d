// The door `quorate/plugin` works from inside the package: plugins import it as a stranger's would.

import test from 'ava'
import { Random } from 'quorate/plugin'

test('plugin door: imported by its package name: the same classes as inside', (t) => {
  t.is(typeof new Random(1).uint32(), 'number')
})
