// Loads of our own over any wire, the same for all. Closed: each client has so many requests under way and sends one
// for each reply. Open: requests come at a fixed rate, whatever was answered, and the time of each counts from when it
// was due: what waits behind a stall has waited, too (coordinated omission).

import { createHistogram } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Connection, keyCount, type Operation, type Wire } from './wire.js'

export interface Latencies {
  /** Requests. */
  readonly count: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
}

export interface Load {
  readonly wire: Wire
  readonly port: number
  readonly operation: Operation
  readonly clients: number
  /** Milliseconds. */
  readonly ms: number
}

/** `depth` requests under way for each client. Replies of a connection count as those of its oldest requests. */
export async function driveClosed(load: Load, depth: number): Promise<Latencies> {
  const figures = new Figures()
  const connections = await openAll(load)
  const begin = performance.now()
  const until = begin + load.ms
  const ends = connections.map((each) => {
    const sent: number[] = []
    return answered(
      each,
      (done, now) => {
        for (const at of sent.splice(0, done)) figures.took(now - at)
        if (now >= until) return sent.length === 0
        for (let i = 0; i < done; i++) sent.push(now)
        write(each, done)
        return false
      },
      () => {
        for (let i = 0; i < depth; i++) sent.push(begin)
        write(each, depth)
      },
    )
  })
  await Promise.all(ends)
  for (const { socket } of connections) socket.destroy()
  return figures.over(performance.now() - begin)
}

/** Milliseconds that a bench waits for what is under way at its end. */
const graceMs = 5_000
/** Requests that are due together leave together. */
const tickMs = 1

/** `rate` requests a second in all. What was not answered within seconds of the end counts as having taken so long. */
export async function driveOpen(load: Load, rate: number): Promise<Latencies> {
  const figures = new Figures()
  const connections = await openAll(load)
  const due = connections.map((): number[] => [])
  const begin = performance.now()
  const until = begin + load.ms
  let waiting = 0
  const failures = connections.map((each, i) =>
    answered(each, (done, now) => {
      waiting -= done
      for (const at of (due[i] as number[]).splice(0, done)) figures.took(now - at)
      return false
    }),
  )
  let sent = 0
  const send = (now: number): void => {
    const counts = connections.map(() => 0)
    for (; sent < ((now - begin) / 1000) * rate; sent++) {
      const at = sent % connections.length
      ;(due[at] as number[]).push(begin + (sent / rate) * 1000)
      counts[at] = (counts[at] as number) + 1
      waiting++
    }
    for (const [i, count] of counts.entries()) {
      if (count > 0) write(connections[i] as Connection, count)
    }
  }
  const work = async (): Promise<void> => {
    for (let now = begin; now < until; now = performance.now()) {
      send(now)
      await sleep(tickMs)
    }
    send(until)
    while (waiting > 0 && performance.now() < until + graceMs) await sleep(tickMs)
  }
  await Promise.race([work(), ...failures])
  const end = performance.now()
  for (const times of due) for (const at of times) figures.took(end - at)
  for (const { socket } of connections) socket.destroy()
  return figures.over(load.ms)
}

async function openAll({ wire, port, operation, clients }: Load): Promise<Connection[]> {
  const opened: Connection[] = []
  for (let i = 0; i < clients; i++) opened.push(await wire.open(port, operation))
  return opened
}

function write({ socket, request }: Connection, times: number): void {
  const next = (): Buffer => request(Math.floor(Math.random() * keyCount))
  socket.write(times === 1 ? next() : Buffer.concat(Array.from({ length: times }, next)))
}

/** Until `hear`, told how many replies came, says that it is over. */
function answered(
  { socket, replies }: Connection,
  hear: (done: number, now: number) => boolean,
  begin: () => void = () => {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.on('close', () => reject(new Error('the connection was closed')))
    socket.on('data', (data) => {
      try {
        if (hear(replies(data), performance.now())) resolve()
      } catch (error) {
        reject(error)
      }
    })
    begin()
  })
}

class Figures {
  /** Microseconds. */
  readonly #times = createHistogram({ lowest: 1, highest: 3_600_000_000, figures: 3 })

  took(ms: number): void {
    this.#times.record(Math.max(1, Math.round(ms * 1000)))
  }

  over(ms: number): Latencies {
    const at = (percent: number): number => this.#times.percentile(percent) / 1000
    return {
      count: this.#times.count,
      perSecond: this.#times.count / (ms / 1000),
      p50Ms: at(50),
      p99Ms: at(99),
      p999Ms: at(99.9),
    }
  }
}
