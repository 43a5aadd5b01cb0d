// A key is removed at one member while another, which has not seen that, gives it another time and writes to it: what was
// written stays, for nobody who removed anything had seen it.

import test from 'ava'
import { Cluster, show, slotsOf, start } from './merge-world.js'

const changes = [
  ['sadd k a', 'sadd k x'],
  ['hset k f 1', 'hset k g 2'],
  ['rpush k a', 'rpush k b'],
  ['set k 1', 'incrby k 5'],
] as const

for (const [first, change] of changes) {
  for (const time of ['pexpire k 60000', 'persist k']) {
    test(`merging: a key is removed, elsewhere ${time} and ${change}: what was written stays`, (t) => {
      const cluster = new Cluster(3)
      const write = (index: number, at: number, line: string): void => {
        const entry = cluster.write(index, start + at, line.split(' '))
        if (entry === null) throw new Error(`nothing was written: ${line}`)
      }
      write(0, 0, first)
      if (time.startsWith('persist')) write(0, 1, 'pexpire k 90000')
      cluster.heal(start + 2)
      write(1, 10, 'del k')
      write(0, 11, time)
      write(0, 12, change)
      for (let i = 0; i < 2; i++) for (const entry of cluster.ready(1)) cluster.merge(1, entry)
      t.not(show(cluster.replica(1), ['k']), '')
      write(1, 20, 'set other 1')

      cluster.heal(start + 30)
      const shown = cluster.replicas.map(
        (each) => `${show(each, ['k'])} ${each.digest(slotsOf(['k']))}`,
      )
      t.is(new Set(shown).size, 1, shown.join('\n'))
      t.deepEqual(
        cluster.replicas.map(({ engine }) => engine.keyCount(0)),
        [2, 2, 2],
      )
    })
  }
}
