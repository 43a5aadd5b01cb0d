// The end of the faults of a world.

import { calmNetwork } from './profile.js'
import type { World } from './world.js'

/** All faults stop, and all members run. */
export function healWorld(world: World): void {
  world.aimed.stop()
  world.topology.stop()
  world.fleet?.stop()
  world.injector.stop()
  world.network().rates = calmNetwork()
  for (const member of world.members) {
    member.resume()
    if (!member.isUp) world.schedule.after(10_000, () => member.start())
  }
}
