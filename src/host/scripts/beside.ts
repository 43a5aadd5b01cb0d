// One script on a thread of its own. Its calls come as messages and wait for the answer; the loop takes
// them in its turns. Ending it ends the thread, wherever it is.

import { type MessagePort, MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { error } from '../../api/replies.js'
import type { Reply } from '../../api/reply.js'
import type { RunningScript, ScriptJob } from '../../api/scripts.js'

export interface BesideInit {
  readonly wake: () => void
  readonly secret: string
  readonly ended: () => void
}

/** What the thread says. */
export type ThreadMessage = { readonly call: string[] } | { readonly reply: Reply }

/** What the thread is told when it starts. */
export interface ThreadStart {
  readonly job: ScriptJob
  readonly secret: string
  readonly port: MessagePort
  readonly shared: Int32Array
}

/** Places in what both threads see: answers given, messages sent, and whether the loop waits for one. */
export const places = { answers: 0, messages: 1, waits: 2 } as const

/** Milliseconds that the loop waits for the next call, which mostly comes at once. */
const patienceMs = 0.2

const broke = error('ERR Error running script: the script used more memory than it may')
const heapMb = 96

export class Beside implements RunningScript {
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #shared = new Int32Array(new SharedArrayBuffer(12))
  readonly #ended: () => void
  /** It was answered since the last wait. */
  #isFresh = false
  #isEnded = false
  #isBroken = false

  constructor(job: ScriptJob, { wake, secret, ended }: BesideInit) {
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    this.#ended = ended
    const workerData: ThreadStart = { job, secret, port: port2, shared: this.#shared }
    this.#worker = new Worker(new URL('./thread.js', import.meta.url), {
      workerData,
      transferList: [port2],
      resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 16 },
    })
    // A message to the worker's own port only says that there is one on the other.
    this.#worker.on('message', wake)
    this.#worker.on('error', () => this.#break(wake))
    this.#worker.on('exit', () => this.#break(wake))
    this.#worker.unref()
    this.#port.unref()
  }

  next(): ThreadMessage | null {
    if (this.#isEnded) return null
    const received = receiveMessageOnPort(this.#port) ?? this.#await()
    if (received !== undefined) {
      const message = received.message as ThreadMessage
      if ('reply' in message) this.end()
      return message
    }
    if (!this.#isBroken) return null
    this.end()
    return { reply: broke }
  }

  answer(reply: Reply): void {
    if (this.#isEnded) return
    this.#port.postMessage(reply)
    Atomics.add(this.#shared, places.answers, 1)
    Atomics.notify(this.#shared, places.answers)
    this.#isFresh = true
  }

  /** The thread has an answer to go on with: its next call is worth a moment. */
  #await(): { message: unknown } | undefined {
    if (!this.#isFresh) return undefined
    this.#isFresh = false
    const seen = Atomics.load(this.#shared, places.messages)
    Atomics.store(this.#shared, places.waits, 1)
    const received = receiveMessageOnPort(this.#port)
    if (received === undefined) Atomics.wait(this.#shared, places.messages, seen, patienceMs)
    Atomics.store(this.#shared, places.waits, 0)
    return received ?? receiveMessageOnPort(this.#port)
  }

  end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#port.close()
    void this.#worker.terminate()
    this.#ended()
  }

  #break(wake: () => void): void {
    if (this.#isEnded) return
    this.#isBroken = true
    wake()
  }
}
