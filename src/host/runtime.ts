// Refuses Node.js versions whose V8 hashes integer-like strings without a seed: keys of a cache are
// exactly such strings, and 2 MB of crafted ones stop an older runtime for half a minute.

import { QuorateError } from '../base/errors.js'

/** Lowest mended release of each line (CVE-2026-21717); later lines are all mended. */
const mended: ReadonlyMap<number, readonly [number, number]> = new Map([
  [20, [20, 2]],
  [22, [22, 2]],
  [24, [14, 1]],
  [25, [8, 2]],
])

/** Throws RUNTIME_UNSUPPORTED for a version such as `v20.11.0`. */
export function checkRuntime(version: string): void {
  const [major = 0, minor = 0, patch = 0] = version.replace(/^v/, '').split('.').map(Number)
  const floor = mended.get(major)
  const isMended =
    floor === undefined ? major > 25 : minor > floor[0] || (minor === floor[0] && patch >= floor[1])
  if (isMended) return
  throw new QuorateError(
    'RUNTIME_UNSUPPORTED',
    `Node.js ${version} is not supported: use 20.20.2, 22.22.2, 24.14.1, 25.8.2 or a later release of one of these lines`,
  )
}
