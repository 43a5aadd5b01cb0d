// What members of the cluster say of this one: that it is no member yet, or not any more.

import { decodeNotice } from './hello.js'
import type { Link } from './links.js'

export const applicant =
  'this member waits to be admitted: run `quorate join` at a member of the cluster'

export class Admission {
  #isStranger = false
  #isRemoved = false

  /** Nobody has admitted it. */
  get isStranger(): boolean {
    return this.#isStranger
  }

  get isRemoved(): boolean {
    return this.#isRemoved
  }

  /** False where the bytes are no notice of whom we dialled; `waits` is called once. */
  take(
    link: Pick<Link, 'dialled'>,
    bytes: Uint8Array,
    own: { readonly clusterId: string; readonly isOpen: boolean; readonly waits: () => void },
  ): boolean {
    const notice = decodeNotice(bytes)
    if (notice === null || notice.sender !== link.dialled) return false
    if (own.clusterId !== '' && own.clusterId !== notice.clusterId) return true
    if (notice.kind === 'removed') this.#isRemoved = true
    else if (!this.#isStranger && !own.isOpen) {
      this.#isStranger = true
      own.waits()
    }
    return true
  }
}
