// What the strategy delivered and the executor has not executed yet, in order.

import type { Delivery } from '../api/strategy.js'

/** Executed ones that may stand in front before they are dropped. */
const executedMax = 1024

export class Deliveries {
  #queue: Delivery[] = []
  #at = 0

  get count(): number {
    return this.#queue.length - this.#at
  }

  get first(): Delivery | undefined {
    return this.#queue[this.#at]
  }

  add(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) this.#queue.push(delivery)
  }

  /** The first one is executed. */
  shift(): Delivery {
    const first = this.#queue[this.#at] as Delivery
    this.#at++
    if (this.#at === this.#queue.length) {
      this.#queue.length = 0
      this.#at = 0
    } else if (this.#at > executedMax) {
      this.#queue.splice(0, this.#at)
      this.#at = 0
    }
    return first
  }

  clear(): void {
    this.#queue = []
    this.#at = 0
  }
}
