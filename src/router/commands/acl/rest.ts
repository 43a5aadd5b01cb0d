// ACL CAT, GENPASS, LOG and DRYRUN.

import { error, notInteger, wrongArity } from '../../../api/replies.js'
import { ok, type Reply } from '../../../api/reply.js'
import { categories, isCategory, isIn } from '../../acl/categories.js'
import { permits } from '../../acl/check.js'
import { parseInteger } from '../../numbers.js'
import type { Run } from '../../state.js'

const badBits = error(
  'ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to 4096',
)
const bitsMax = 4_096
const shownFirst = 10

function tooMany(word: string): Reply {
  return error(
    `ERR unknown subcommand or wrong number of arguments for '${word.slice(0, 128)}'. Try ACL HELP.`,
  )
}

export const cat: Run = (_session, args, state) => {
  if (args.length > 3) return tooMany(args[1] as string)
  if (args.length === 2) return [...categories]
  const category = (args[2] as string).toLowerCase()
  if (!isCategory(category))
    return error(`ERR Unknown category '${(args[2] as string).slice(0, 128)}'`)
  const names: string[] = []
  for (const command of state.table.all()) if (isIn(command, category)) names.push(command.name)
  return names
}

export const genPass: Run = (_session, args, state) => {
  if (args.length > 3) return tooMany(args[1] as string)
  const bits = args[2] === undefined ? 256 : parseInteger(args[2])
  if (bits === null) return notInteger
  if (bits < 1 || bits > bitsMax) return badBits
  return state.facts.secret(Math.ceil(bits / 4))
}

export const log: Run = (_session, args, state) => {
  if (args.length > 3) return tooMany(args[1] as string)
  const word = args[2]
  if (word?.toLowerCase() === 'reset') {
    state.aclLog.reset()
    return ok
  }
  const count = word === undefined ? shownFirst : parseInteger(word)
  if (count === null) return notInteger
  return state.aclLog.list(Math.max(0, count), state.now.wall)
}

export const dryRun: Run = (_session, args, state) => {
  const user = state.users.get(args[2] as string)
  if (user === undefined) return error(`ERR User '${(args[2] as string).slice(0, 128)}' not found`)
  const call = args.slice(3)
  const name = call[0] as string
  let entry = state.table.find(name)
  if (entry?.subcommands && call[1] !== undefined) {
    entry = entry.subcommands.get(call[1].toLowerCase())
  }
  if (entry === undefined) return error(`ERR Command '${name.slice(0, 128)}' not found`)
  if (!entry.fits(call.length)) return wrongArity(entry.name)
  const denial = permits(user, entry, call)
  if (denial === null) return ok
  if (denial.kind === 'command') {
    return `This user has no permissions to run the '${entry.name}' command`
  }
  return `This user has no permissions to access the '${call[denial.at] ?? ''}' ${denial.kind}`
}
