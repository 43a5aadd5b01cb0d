// Bare servers in Node, as systems: where Node's own limits are, on this machine, in the same run.

import { freePorts } from '../ports.js'
import { makeDirectory, type Program, startProgram } from './program.js'
import type { System } from './system.js'
import { resp } from './wire.js'

const script = new URL('./bare-server.js', import.meta.url).pathname

function bare(name: string, peers: number): System {
  return {
    name,
    missing: null,
    wire: resp,
    start: async () => {
      const { directory, remove } = makeDirectory()
      const ports = await freePorts(peers + 1)
      const programs: Program[] = []
      const stop = async (): Promise<void> => {
        await Promise.all(programs.map((each) => each.stop()))
        remove()
      }
      const [own = 0, ...others] = ports
      const start = async (port: number, args: readonly string[]): Promise<void> => {
        // As a member of Quorate that keeps nothing on disk.
        const all = ['--max-semi-space-size=64', script, ...args]
        programs.push(await startProgram(process.execPath, all, { directory, port }))
      }
      try {
        for (const port of others) await start(port, [`-${port}`, `${port}.log`])
        await start(own, [`${own}`, `${own}.log`, ...others.map(String)])
        return { port: own, pids: programs.map(({ pid }) => pid), stop }
      } catch (error) {
        await stop()
        throw error
      }
    },
  }
}

export const bareCache = bare('a bare cache in Node', 0)
export const bareLog = bare('a bare synced log in Node, 3 processes', 2)
