// The player of scenarios.

import test from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import eventual from '../../plugins/eventual/index.js'
import raft from '../../plugins/raft/index.js'
import { playScenario } from './scenario.js'

const plugin = raft as StrategyPlugin

test('scenario: commands: what they bring stands behind them, in place of what stood there', (t) => {
  const text = '# two writes\n>> elect\n> propose leader a\nan old line\n>> advance 100\n> show\n'

  const lines = playScenario(text, { plugin, describe: () => 'message' }).split('\n')

  t.deepEqual(lines.slice(0, 3), ['# two writes', '>> elect', '> propose leader a'])
  t.false(lines.includes('an old line'))
  t.regex(lines.at(-2) ?? '', /^3 \w+ leader=\d term=1 commit=1\/2 last=1\/2 !a$/)
})

test('scenario: played again: the same text', (t) => {
  const text =
    '> elect\n> isolate leader\n> propose leader lost\n> advance 2000\n> heal\n> advance 500\n'
  const played = playScenario(text, { plugin })

  t.is(playScenario(played, { plugin }), played)
})

test('scenario: an unknown command, member or condition: named', (t) => {
  const play = (text: string): string => playScenario(text, { plugin })

  t.throws(() => play('> jump'), { message: /no command 'jump'/ })
  t.throws(() => play('> crash seven'), { message: /no member 'seven'/ })
  t.throws(() => play('> until midnight'), { message: /no condition 'midnight'/ })
})

test('scenario: a strategy of causal order: members go on apart, and hold the same in the end', (t) => {
  const text =
    '>> run 1000\n>> cut 1 2\n>> cut 1 3\n> write 1\n>> write 2\n>> run 500\n> show\n>> heal 1 2\n>> heal 1 3\n>> run 2000\n> show\n'

  const played = playScenario(text, { plugin: eventual as StrategyPlugin })
  const shown = played.split('\n').filter((line) => /^\d leader/.test(line))

  t.false(played.includes('refused'))
  t.deepEqual(shown, [
    '1 leader merged=1',
    '2 leader merged=1',
    '3 leader merged=1',
    '1 leader merged=2',
    '2 leader merged=2',
    '3 leader merged=2',
  ])
})
