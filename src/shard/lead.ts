// Who leads a group, as its strategy says, and since when. The drive tells it; the router asks it.

import type { GroupLead } from '../api/group.js'
import type { MemberId } from '../api/ids.js'

export class Lead implements GroupLead {
  leader: MemberId | null = null
  since = 0

  see(leader: MemberId | null, mono: number): void {
    if (leader === this.leader) return
    this.leader = leader
    this.since = mono
  }
}
