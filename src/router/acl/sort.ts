// SORT with BY or GET reads keys that its arguments do not name: only a user that may read every key may.

import { error } from '../../api/replies.js'
import type { ErrorReply } from '../../api/reply.js'
import type { CommandEntry } from '../command-entry.js'
import { permitsAnyKey } from './check.js'
import type { User } from './user.js'

const byDenied = error('ERR BY option of SORT denied due to insufficient ACL permissions.')
const getDenied = error('ERR GET option of SORT denied due to insufficient ACL permissions.')

/** Null for any other command, and where the options do not ask for it. */
export function sortDenial(
  user: User,
  entry: CommandEntry,
  args: readonly string[],
): ErrorReply | null {
  if (entry.name !== 'sort' && entry.name !== 'sort_ro') return null
  if (user.isOpen || permitsAnyKey(user, entry, args)) return null
  for (let at = 2; at < args.length; at++) {
    switch ((args[at] as string).toLowerCase()) {
      case 'asc':
      case 'desc':
      case 'alpha':
        break
      case 'limit':
        at += 2
        break
      case 'store':
        at++
        break
      case 'by':
        if (args[++at]?.includes('*')) return byDenied
        break
      case 'get':
        return at + 1 < args.length ? getDenied : null
      default:
        return null
    }
  }
  return null
}
