// Test worlds of raft.

import type { StrategyPlugin } from 'quorate/plugin'
import raft from '../../../plugins/raft/index.js'
import { loaded } from '../../conformance/total/loaded.js'
import { World } from '../../conformance/total/world.js'
import type { WorldOptions } from '../../conformance/total/world-options.js'

const plugin = raft as StrategyPlugin

export function raftWorld(options: Partial<WorldOptions> = {}): World {
  return new World({ plugin, ...options })
}

export function loadedRaft(options: Partial<WorldOptions> = {}): World {
  return loaded({ plugin, ...options })
}
