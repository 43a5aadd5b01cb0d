// The sections of INFO and which of them a request means.

import type { Routing } from '../../api/config.js'
import type { RouterState } from '../state.js'
import { clientsSection, cpuSection, memorySection, serverSection } from './process.js'
import {
  clusterSection,
  keyspaceSection,
  persistenceSection,
  quorateSection,
  replicationSection,
} from './data.js'
import { commandSection, errorSection, latencySection, statsSection } from './counters.js'

interface Section {
  readonly title: string
  /** Shown by INFO without arguments. */
  readonly isDefault: boolean
  readonly make: (state: RouterState, routing: Routing) => string
}

const sections: ReadonlyMap<string, Section> = new Map(
  [
    { title: 'Server', isDefault: true, make: serverSection },
    { title: 'Clients', isDefault: true, make: clientsSection },
    { title: 'Memory', isDefault: true, make: memorySection },
    { title: 'Persistence', isDefault: true, make: persistenceSection },
    { title: 'Stats', isDefault: true, make: statsSection },
    { title: 'Replication', isDefault: true, make: replicationSection },
    { title: 'CPU', isDefault: true, make: cpuSection },
    { title: 'Modules', isDefault: true, make: () => '' },
    { title: 'Commandstats', isDefault: false, make: commandSection },
    { title: 'Errorstats', isDefault: true, make: errorSection },
    { title: 'Latencystats', isDefault: false, make: latencySection },
    { title: 'Cluster', isDefault: true, make: clusterSection },
    { title: 'Keyspace', isDefault: true, make: keyspaceSection },
    { title: 'Quorate', isDefault: true, make: quorateSection },
  ].map((section) => [section.title.toLowerCase(), section]),
)

/** Text of INFO for the section names asked for, none means the default ones; by connections of `routing`. */
export function infoText(
  names: readonly string[],
  state: RouterState,
  routing: Routing = 'proxy',
): string {
  const wanted = new Set(names.map((name) => name.toLowerCase()))
  const all = wanted.has('all') || wanted.has('everything')
  const defaults = wanted.size === 0 || wanted.has('default')
  if (wanted.has('keyspaces')) wanted.add('quorate')
  const parts: string[] = []
  for (const [name, section] of sections) {
    if (!all && !wanted.has(name) && !(defaults && section.isDefault)) continue
    parts.push(`# ${section.title}\r\n${section.make(state, routing)}`)
  }
  return parts.join('\r\n')
}
