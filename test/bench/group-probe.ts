// Writes to every group of a cluster again and again, each over a connection of its own, one at a time, and
// notes for each group the longest time between two acknowledged ones.

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { keySlot } from '../../src/base/keyslot.js'
import { SlotMap } from '../../src/slots/map.js'
import { encodeCommand } from './load.js'

/** Milliseconds between an answer and the next write to that group. */
const pauseMs = 20

interface Probed {
  readonly socket: Socket
  readonly command: string
  answeredAt: number
  gapMs: number
}

export class GroupProbe {
  readonly #groups: Probed[] = []
  #isOver = false

  /** `keyspaces` are prefixes; groups are numbered as a member numbers them. */
  static async open(
    port: number,
    { keyspaces, shards }: { readonly keyspaces: readonly string[]; readonly shards: number },
  ): Promise<GroupProbe> {
    const probe = new GroupProbe()
    const map = SlotMap.even(shards)
    for (let shard = 0; shard < shards; shard++) {
      for (const prefix of keyspaces) {
        const socket = connect({ host: '127.0.0.1', port, noDelay: true })
        await once(socket, 'connect')
        const command = encodeCommand('SET', keyIn(map, shard, prefix), 'v')
        probe.#groups.push({ socket, command, answeredAt: 0, gapMs: 0 })
      }
    }
    for (const group of probe.#groups) probe.#begin(group)
    return probe
  }

  /** Gaps so far are forgotten. */
  reset(): void {
    const now = performance.now()
    for (const group of this.#groups) {
      group.answeredAt = now
      group.gapMs = 0
    }
  }

  /** The longest gap of each group, milliseconds, with the one that is still open. */
  read(): readonly number[] {
    const now = performance.now()
    return this.#groups.map(({ answeredAt, gapMs }) => Math.max(gapMs, now - answeredAt))
  }

  close(): void {
    this.#isOver = true
    for (const { socket } of this.#groups) socket.destroy()
  }

  #begin(group: Probed): void {
    const { socket, command } = group
    const send = (): void => {
      if (!this.#isOver) socket.write(command, 'latin1')
    }
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      if (bytes[0] === 43) {
        const now = performance.now()
        group.gapMs = Math.max(group.gapMs, now - group.answeredAt)
        group.answeredAt = now
      }
      setTimeout(send, pauseMs)
    })
    group.answeredAt = performance.now()
    send()
  }
}

function keyIn(map: SlotMap, shard: number, prefix: string): string {
  for (let i = 0; ; i++) {
    const key = `${prefix}${i}`
    if (map.shardOf(keySlot(key)) === shard) return key
  }
}
