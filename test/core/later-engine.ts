// The shipped engine, answering some turns later: at random a command or a read waits for a few steps
// before it happens, as it would with an upstream server behind the engine.

import { type Engine, type EngineFactory, later, needsLog } from '../../src/api/engine.js'
import type { Reply } from '../../src/api/reply.js'
import { Random } from '../../src/base/random.js'
import { createEngine } from '../../src/engine/engine.js'

export function laterEngine(seed: number): EngineFactory {
  const random = new Random(seed)
  return (options) => {
    const engine = createEngine(options)
    let waiting: (() => Reply | typeof later) | null = null
    let steps = 0
    const hold = (run: () => Reply | typeof later): typeof later => {
      waiting = run
      steps = random.between(1, 5)
      return later
    }
    const own: Pick<Engine, 'execute' | 'read' | 'step'> = {
      execute: (db, args, mayWait) =>
        random.chance(1, 10)
          ? hold(() => engine.execute(db, args, mayWait))
          : engine.execute(db, args, mayWait),
      read(db, args, wall) {
        const reply = engine.read(db, args, wall)
        if (reply === later || reply === needsLog || !random.chance(1, 10)) return reply
        return hold(() => reply)
      },
      step(elements) {
        if (steps > 0) {
          steps--
          return later
        }
        if (waiting === null) return engine.step(elements)
        const run = waiting
        waiting = null
        return run()
      },
    }
    return new Proxy(engine, {
      get(target, key) {
        if (key in own) return own[key as keyof typeof own]
        const value: unknown = Reflect.get(target, key, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }
}
