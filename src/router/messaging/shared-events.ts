// The setting `notify-keyspace-events` holds for the whole cluster: clients set it through one member and
// listen at another. The latest change wins; a member that starts takes what the others have.

import type { MemberId } from '../../api/ids.js'
import type { Settings } from '../settings.js'
import type { SharedSetting } from './packets.js'

const name = 'notify-keyspace-events'

export class SharedEvents {
  readonly #self: MemberId
  readonly #touch: () => void
  #shared: SharedSetting = { value: '', at: 0, member: 0 }
  #settings: Settings | null = null
  #isTold = false

  /** `touch`: it changed here, the others must hear. */
  constructor(self: MemberId, touch: () => void) {
    this.#self = self
    this.#touch = touch
  }

  get shared(): SharedSetting {
    return this.#shared
  }

  /** `act` gets the value now and whenever it is another one. */
  attach(
    settings: Settings,
    { wall, act }: { readonly wall: () => number; readonly act: (text: string) => void },
  ): void {
    settings.watch(name, (value) => {
      act(value)
      // What the configuration says, or another member said, is no change of ours.
      if (this.#settings === null || this.#isTold) return
      this.#shared = { value, at: Math.max(wall(), this.#shared.at + 1), member: this.#self }
      this.#touch()
    })
    this.#settings = settings
  }

  /** Another member tells. */
  told(setting: SharedSetting): void {
    const { at, member } = this.#shared
    if (setting.at < at || (setting.at === at && setting.member <= member)) return
    this.#shared = setting
    this.#isTold = true
    this.#settings?.set(new Map([[name, setting.value]]))
    this.#isTold = false
  }
}
