// Whether somebody listens on a port already: asked before members start, because another cluster that
// answers there would look like ours.

import { connect } from 'node:net'

/** The first of these ports of 127.0.0.1 that somebody listens on, or null. */
export async function takenPort(ports: readonly number[]): Promise<number | null> {
  const taken = await Promise.all(ports.map(isTaken))
  const first = taken.indexOf(true)
  return first < 0 ? null : (ports[first] ?? null)
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    const answer = (isOpen: boolean): void => {
      socket.destroy()
      resolve(isOpen)
    }
    socket.once('connect', () => answer(true))
    socket.once('error', () => answer(false))
  })
}
