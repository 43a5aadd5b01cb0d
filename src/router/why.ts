// Why a group is not as it should be, as people read it: what the group itself says, and who is silent.

import type { GroupReport } from '../api/group.js'
import type { MemberView } from './cluster-view.js'
import type { RouterState } from './state.js'

/** Empty where it is well. */
export function whyOf(
  state: RouterState,
  { health, why }: GroupReport,
  holders: readonly MemberView[] = state.cluster.members,
): string {
  if (health === 'ok' || health === 'halted') return why
  const silent = silentOf(state, holders)
  return silent === '' ? why : `${why}${why === '' ? '' : '; '}${silent}`
}

/** Members that hold it and that there is no link to, and for how long. */
function silentOf({ cluster, now }: RouterState, holders: readonly MemberView[]): string {
  const silent = holders.filter(({ id, connected }) => id !== cluster.self && !connected)
  if (silent.length === 0) return ''
  const names = silent.map(({ id, since }) => {
    const seconds = Math.max(0, Math.round((now.wall - since) / 1000))
    return `${id} (${since === 0 ? 'since this one started' : `for ${seconds} s`})`
  })
  return `no link to member ${names.join(', ')}`
}
