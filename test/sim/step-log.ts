// The last steps of a run in readable form. Off in normal runs: a failure is run again with it on,
// because the same seed takes the same steps.

import type { Input, Output } from '../../src/api/io.js'
import type { SimMember } from './member.js'
import { describeInput, describeOutput } from './trace.js'
import type { World } from './world.js'

/** Steps that are kept. */
const stepsMax = Number(process.env['STEPS'] ?? 60)

export class StepLog {
  readonly #from: number
  readonly #lines: string[] = []

  constructor(from: number) {
    this.#from = from
  }

  get lines(): readonly string[] {
    return this.#lines
  }

  step(
    world: World,
    member: SimMember,
    crossed: { readonly inputs: readonly Input[]; readonly outputs: readonly Output[] },
  ): void {
    const { judge, schedule } = world
    if (judge.step < this.#from) return
    const parts = [
      ...crossed.inputs.map(describeInput),
      '->',
      ...crossed.outputs.map(describeOutput),
    ]
    const role =
      member.reactor
        ?.views()
        .map((view) => describeRole(view.status))
        .join(' ') ?? ''
    const ms = (schedule.now / 1000).toFixed(3)
    this.#lines.push(
      `step ${judge.step} at ${ms} ms, member ${member.id} ${role}: ${parts.join(' | ')}`,
    )
    if (this.#lines.length > stepsMax) this.#lines.splice(0, this.#lines.length - stepsMax)
  }

  /** Faults stand between the steps. */
  faultsOf(world: World): void {
    world.judge.onFault = (kind) => {
      if (world.judge.step >= this.#from) this.#lines.push(`        fault: ${kind}`)
    }
  }
}

function describeRole(
  status: {
    readonly role: string
    readonly term: number
    readonly commit: { index: number }
    readonly last: { index: number }
  } | null,
): string {
  if (status === null) return '(loading)'
  return `(${status.role} t${status.term} c${status.commit.index} l${status.last.index})`
}
