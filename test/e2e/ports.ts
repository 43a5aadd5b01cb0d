// Free ports for processes that need to know them before they start.

import { createServer, type Server } from 'node:net'

/** `count` ports of 127.0.0.1 that nobody listens on; taken at once, so they differ. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers: Server[] = []
  for (let i = 0; i < count; i++) {
    const server = createServer()
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(0, '127.0.0.1', resolve)
    })
    servers.push(server)
  }
  const ports = servers.map(portOf)
  await Promise.all(servers.map((each) => new Promise((resolve) => each.close(resolve))))
  return ports
}

export function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}
