// CONFIG GET, SET, RESETSTAT, REWRITE.

import { globMatch } from '../../base/glob.js'
import type { FileValue } from '../../api/io.js'
import { error, notInTransaction, syntaxError } from '../../api/replies.js'
import { ok, type Reply } from '../../api/reply.js'
import { describeUser } from '../acl/describe.js'
import { family } from '../family.js'
import { groupTotals } from '../info/counters.js'
import { container, specs } from '../specs/config.js'
import { setSettings } from '../shared-settings.js'
import { deferred, type Run } from '../state.js'

/** Settings that have an option of their own in the file. */
function optionOf(name: string, value: string): readonly [readonly string[], FileValue] {
  if (name === 'requirepass') return [['security', 'password'], value === '' ? null : value]
  if (name === 'protected-mode') return [['security', 'protected-mode'], value === 'yes']
  if (name === 'maxclients') return [['clients', 'max'], Number(value)]
  return [['settings', name], value]
}

const rewrite: Run = (session, _args, state) => {
  if (state.facts.configFile === '') return noFile
  if (!state.mayDefer) return notInTransaction
  const values = state.settings.changed().map(([name, value]) => optionOf(name, value))
  const users = state.users.list()
  const isPlain = users.length === 1 && state.config.users === null
  if (state.config.aclFile === null && !isPlain) {
    const { catalog } = state.users
    const list = users.map((user) => ({ name: user.name, rules: describeUser(user, catalog) }))
    values.push([['users'], list])
  }
  state.files.ask(session, state.table.findFull('config|rewrite') ?? null, {
    task: { name: 'rewrite-config', values },
    make: ({ error: why }, answer) =>
      answer(why === null ? ok : error(`ERR Rewriting config file: ${why}`)),
  })
  return deferred
}

const noFile = error('ERR The server is running without a config file')

const get: Run = (_session, args, state) => {
  /** By setting; a name without wildcards is answered as it was asked for. */
  const found = new Map<string, string>()
  for (const pattern of args.slice(2)) {
    const plainName = pattern.toLowerCase()
    if (state.settings.get(plainName) !== undefined) {
      if (!found.has(plainName)) found.set(plainName, pattern)
      continue
    }
    for (const name of state.settings.names()) {
      if (!found.has(name) && globMatch(pattern, name, true)) found.set(name, name)
    }
  }
  const pairs: Reply[] = []
  for (const [name, shown] of found) pairs.push(shown, state.settings.get(name) ?? '')
  return { type: 'map', pairs }
}

const set: Run = (session, args, state) => {
  if (args.length % 2 !== 0) return syntaxError
  const pairs = new Map<string, string>()
  for (let at = 2; at < args.length; at += 2) {
    const name = (args[at] as string).toLowerCase()
    if (state.settings.get(name) === undefined) {
      return error(
        `ERR Unknown option or number of arguments for CONFIG SET - '${(args[at] as string).slice(0, 128)}'`,
      )
    }
    if (pairs.has(name)) return failed(args[at] as string, 'duplicate parameter')
    pairs.set(name, args[at + 1] as string)
  }
  const judged = state.settings.judge(pairs)
  if ('why' in judged) return failed(judged.name, judged.why)
  return setSettings(state, session, judged)
}

function failed(name: string, why: string): Reply {
  return error(`ERR CONFIG SET failed (possibly related to argument '${name}') - ${why}`)
}

const resetStat: Run = (_session, _args, state) => {
  state.stats.reset(state.table.all(), groupTotals(state))
  state.times.reset()
  return ok
}

export default family(container, specs, {
  lines: [
    'GET <pattern>',
    '    Return parameters matching the glob-like <pattern> and their values.',
    'SET <directive> <value>',
    '    Set the configuration <directive> to <value>.',
    'RESETSTAT',
    '    Reset statistics reported by the INFO command.',
    'REWRITE',
    '    Rewrite the configuration file.',
  ],
  runs: { get, resetstat: resetStat, rewrite, set },
})
