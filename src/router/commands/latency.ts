// LATENCY: what took longer than latency-monitor-threshold, and histograms of all commands.

import { error } from '../../api/replies.js'
import { emptyArray, type Reply } from '../../api/reply.js'
import type { CommandEntry } from '../command-entry.js'
import { family } from '../family.js'
import { diagnose, doctorOff } from '../latency/doctor.js'
import { drawGraph } from '../latency/graph.js'
import type { Run, RouterState } from '../state.js'
import { container, specs } from '../specs/latency.js'

function verbatim(text: string): Reply {
  return { type: 'verbatim', format: 'txt', text }
}

function secondsOf({ now }: RouterState): number {
  return Math.floor(now.wall / 1000)
}

const doctor: Run = (_session, _args, state) => {
  const thresholdMs = state.settings.integer('latency-monitor-threshold')
  const { events } = state.times
  if (thresholdMs === 0 && [...events.names()].length === 0) return verbatim(doctorOff)
  const slowLogFrom = state.settings.integer('slowlog-log-slower-than')
  return verbatim(diagnose(events, { slowLogFrom, thresholdMs, now: secondsOf(state) }))
}

const graph: Run = (_session, args, state) => {
  const event = args[2] as string
  const { events } = state.times
  const samples = events.samples(event)
  if (samples.length === 0) {
    return error(`ERR No samples available for event '${event.slice(0, 128)}'`)
  }
  const options = { maxMs: events.maxMs(event), now: secondsOf(state) }
  return verbatim(drawGraph(event, samples, options))
}

const histogram: Run = (_session, args, state) => {
  const pairs: Reply[] = []
  const add = (name: string): void => {
    const found = state.times.histogram(name)
    if (found === undefined) return
    const buckets = { type: 'map', pairs: found.cumulative().flat() } as const
    const fields = ['calls', found.calls, 'histogram_usec', buckets]
    pairs.push(name, { type: 'map', pairs: fields })
  }
  if (args.length === 2) for (const name of state.times.histograms().keys()) add(name)
  for (const given of args.slice(2)) {
    const entry: CommandEntry | undefined = state.table.findFull(given)
    if (entry === undefined) continue
    if (entry.subcommands === null) add(entry.name)
    else for (const subcommand of entry.subcommands.values()) add(subcommand.name)
  }
  return pairs.length === 0 ? { type: 'map', pairs: emptyArray } : { type: 'map', pairs }
}

export default family(container, specs, {
  lines: [
    'DOCTOR',
    '    Return a human readable latency analysis report.',
    'GRAPH <event>',
    '    Return an ASCII latency graph for the <event> class.',
    'HISTORY <event>',
    '    Return time-latency samples for the <event> class.',
    'LATEST',
    '    Return the latest latency samples for all events.',
    'RESET [<event> ...]',
    '    Reset latency data of one or more <event> classes.',
    '    (default: reset all data for all event classes)',
    'HISTOGRAM [COMMAND ...]',
    '    Return a cumulative distribution of latencies in the format of a histogram for the specified command names.',
    '    If no commands are specified then all histograms are replied.',
  ],
  runs: {
    doctor,
    graph,
    histogram,
    history: (_session, args, state) =>
      state.times.events.samples(args[2] as string).map(({ at, ms }) => [at, ms]),
    latest: (_session, _args, state) => state.times.events.latest(),
    reset: (_session, args, state) => state.times.events.reset(args.slice(2)),
  },
})
