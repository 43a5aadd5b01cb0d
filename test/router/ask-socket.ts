// A conversation with a real server over one socket, as text.

import { connect } from 'node:net'
import { encodeCommand } from './world.js'

/** Everything that the server answers until a marker that is asked for last, or until it closes. */
export function askSocket(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let got = ''
    const marker = '$6\r\nmarker\r\n'
    const refused = '-NOAUTH Authentication required.\r\n'
    const done = (): void => {
      socket.destroy()
      resolve(got)
    }
    socket.setTimeout(60_000, () => {
      socket.destroy()
      reject(new Error(`no end in: ${got.slice(-200)}`))
    })
    socket.on('data', (bytes) => {
      got += bytes.toString('latin1')
      if (!got.endsWith(marker) && !got.endsWith(`${refused}${refused}`)) return
      got = got.endsWith(marker) ? got.slice(0, -marker.length) : got.slice(0, -refused.length)
      done()
    })
    socket.on('close', done)
    socket.on('error', reject)
    socket.write(text + encodeCommand(['ECHO', 'marker']), 'latin1')
  })
}

/** Where two conversations part, with some of what stands around; null where they do not. */
export function partingOf(ours: string, theirs: string): object | null {
  if (ours === theirs) return null
  let at = 0
  while (ours[at] === theirs[at]) at++
  const from = Math.max(0, at - 120)
  return {
    before: ours.slice(from, at),
    ours: ours.slice(at, at + 200),
    theirs: theirs.slice(at, at + 200),
  }
}
