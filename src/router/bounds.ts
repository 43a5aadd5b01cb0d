// What a connection may send at the moment: small limits before authentication, the settings' after it.

import type { DoorLimits } from '../api/door.js'
import { limits } from '../api/limits.js'
import type { Settings } from './settings.js'

const unauthenticated: DoorLimits = {
  argumentsMax: limits.argumentsUnauthenticatedMax,
  bulkBytesMax: limits.bulkBytesUnauthenticatedMax,
  queryBytesMax: limits.queryBytesUnauthenticatedMax,
  unauthenticated: true,
}

export class Bounds {
  readonly #settings: Settings
  #version = -1
  #authenticated = unauthenticated

  constructor(settings: Settings) {
    this.#settings = settings
  }

  /** The parser asks these fields per argument: a plain object, made anew when a setting changes. */
  of(isAuthenticated: boolean): DoorLimits {
    if (!isAuthenticated) return unauthenticated
    if (this.#settings.version === this.#version) return this.#authenticated
    this.#version = this.#settings.version
    this.#authenticated = {
      argumentsMax: limits.argumentsMax,
      bulkBytesMax: this.#settings.integer('proto-max-bulk-len'),
      queryBytesMax: limits.queryBytesMax,
      unauthenticated: false,
    }
    return this.#authenticated
  }
}
