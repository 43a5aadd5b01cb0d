// Strategies have no clock and no chance but what they are handed: while `part` runs, what the runtime has
// of them throws. That `part` breaks for another reason is none of its business.

type Holder = Readonly<Record<string, unknown>>

const forbidden: readonly (readonly [holder: Holder, name: string, told: string])[] = [
  [Date as unknown as Holder, 'now', 'Date.now'],
  [Math as unknown as Holder, 'random', 'Math.random'],
  [performance as unknown as Holder, 'now', 'performance.now'],
  [process as unknown as Holder, 'hrtime', 'process.hrtime'],
  [crypto as unknown as Holder, 'getRandomValues', 'crypto.getRandomValues'],
  [crypto as unknown as Holder, 'randomUUID', 'crypto.randomUUID'],
  [globalThis as unknown as Holder, 'setTimeout', 'setTimeout'],
  [globalThis as unknown as Holder, 'setInterval', 'setInterval'],
  [globalThis as unknown as Holder, 'setImmediate', 'setImmediate'],
  [globalThis as unknown as Holder, 'queueMicrotask', 'queueMicrotask'],
]

export function withoutClock(part: () => void): void {
  const kept = forbidden.map(([holder, name]) => Object.getOwnPropertyDescriptor(holder, name))
  const asked: string[] = []
  for (const [holder, name, told] of forbidden) {
    const value = (): never => {
      asked.push(told)
      throw new Error(`it asks ${told}`)
    }
    Object.defineProperty(holder, name, { value, configurable: true, writable: true })
  }
  try {
    part()
  } catch {
    // Other cases tell of it.
  } finally {
    forbidden.forEach(([holder, name], at) => {
      const own = kept[at]
      if (own === undefined) Reflect.deleteProperty(holder, name)
      else Object.defineProperty(holder, name, own)
    })
  }
  if (asked.length > 0) throw new Error(`it asks ${asked[0]}`)
}
