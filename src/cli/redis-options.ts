// Settings and users of the file, whose words are Redis': what the router would refuse of them is told with
// its place in the file before anything starts.

import type { LoadedConfig } from '../config/load.js'
import { nearestName } from '../config/nearest.js'
import { showValue } from '../config/source.js'
import { judgeConfig } from '../core/judge-config.js'

/** Throws ConfigError for the first setting or user that the router does not take. */
export function checkRedisOptions({ config, source }: LoadedConfig): void {
  const refusal = judgeConfig(config)
  if (refusal === null) return
  const { path, why } = refusal
  if (path[0] === 'settings') {
    const name = String(path[1])
    const nearest = nearestName(name, refusal.allowed)
    const hint = nearest === null ? '' : `; did you mean ${nearest}?`
    const given = /pass|auth/.test(name) ? '(hidden)' : showValue(source.valueAt(path))
    throw source.fault(path, given, `what CONFIG SET takes (${why}${hint})`)
  }
  // Rules hold passwords.
  const inFile = path[0] === 'security'
  const given = inFile ? (config.aclFile ?? '') : '(hidden)'
  const taker = inFile ? 'a file of users that ACL LOAD takes' : 'what ACL SETUSER takes'
  throw source.fault(path, given, `${taker} (${reasonOf(why)})`)
}

/** Without what only ACL LOAD of a member that runs has to say. */
function reasonOf(why: string): string {
  return why.replaceAll(/users:\d+: | ?WARNING: ACL errors detected.*$/g, '').replace(/\. ?$/, '')
}
