// Ties the shipped parts to a core: the engine and the RESP door. The host and the simulator both make
// their members here.

import type { EngineFactory } from '../api/engine.js'
import { createEngine } from '../engine/engine.js'
import { respDoor } from '../resp/door.js'
import { Core, type CoreInit } from './core.js'

/** What the host knows of a member; engine and door are filled in here unless a test gives its own. */
export type CreateInit = Omit<CoreInit, 'engine' | 'door'> & { readonly engine?: EngineFactory }

export function createCore(init: CreateInit): Core {
  return new Core({ ...init, engine: init.engine ?? createEngine, door: respDoor })
}
