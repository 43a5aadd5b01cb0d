// The thread of one script: a Lua state without a meter, whose calls are answered by the member's loop.

import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { error } from '../../api/replies.js'
import type { Reply } from '../../api/reply.js'
import { places, type ThreadMessage, type ThreadStart } from './beside.js'
import { Lua, LuaSpent } from './lua.js'
import { ScriptState } from './state.js'

const { job, secret, port, shared } = workerData as ThreadStart

function tell(message: ThreadMessage): void {
  port.postMessage(message)
  Atomics.add(shared, places.messages, 1)
  Atomics.notify(shared, places.messages)
  if (Atomics.load(shared, places.waits) === 0) parentPort?.postMessage(null)
}

function call(args: string[]): Reply {
  const before = Atomics.load(shared, places.answers)
  tell({ call: args })
  Atomics.wait(shared, places.answers, before)
  return (receiveMessageOnPort(port)?.message ?? null) as Reply
}

function run(): Reply {
  try {
    return new ScriptState(new Lua({ call, log: () => {}, secret, isMetered: false })).run(job)
  } catch (fault) {
    if (!(fault instanceof LuaSpent)) throw fault
    return error('ERR Error running script: the script broke its Lua state')
  }
}

tell({ reply: run() })
