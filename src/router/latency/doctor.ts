// LATENCY DOCTOR: what the events say, in words. Redis' own words where there is nothing to say.

import type { LatencyEvents, Sample } from './events.js'

export const doctorOff =
  "I'm sorry, Dave, I can't do that. Latency monitoring is disabled in this Redis instance. You may use \"CONFIG SET latency-monitor-threshold <milliseconds>.\" in order to enable it. If we weren't in a deep space mission I'd suggest to take a look at https://redis.io/topics/latency-monitor.\n"

const nothing =
  'Dave, no latency spike was observed during the lifetime of this Redis instance, not in the slightest bit. I honestly think you ought to sit down calmly, take a stress pill, and think things over.\n'

const greeting =
  "Dave, I have observed latency spikes in this Redis instance. You don't mind talking about it, do you Dave?\n\n"

const advice = [
  '- Check your Slow Log to understand what are the commands you are running which are too slow to execute. Please check https://redis.io/commands/slowlog for more information.\n',
  '- Deleting, expiring or evicting (because of maxmemory policy) large objects is a blocking operation. If you have very large objects that are often deleted, expired, or evicted, try to fragment those objects into multiple smaller objects.\n',
].join('')

/** `slowLogFrom` microseconds and `thresholdMs` are the settings. */
export function diagnose(
  events: LatencyEvents,
  settings: { readonly slowLogFrom: number; readonly thresholdMs: number; readonly now: number },
): string {
  const names = [...events.names()]
  if (names.length === 0) return nothing
  let text = greeting
  names.forEach((name, i) => {
    text += `${i + 1}. ${name}: ${describe(events.samples(name), settings.now)}. `
    text += `Worst all time event ${events.maxMs(name)}ms.\n`
  })
  text += '\nI have a few advices for you:\n\n'
  const { slowLogFrom, thresholdMs } = settings
  if (slowLogFrom < 0 || slowLogFrom > thresholdMs * 1_000) {
    text +=
      "- Your current Slow Log configuration only logs events that are slower than your configured latency monitor threshold. Please use 'CONFIG SET slowlog-log-slower-than " +
      `${thresholdMs * 1_000}'.\n`
  }
  return text + advice
}

function describe(samples: readonly Sample[], now: number): string {
  const count = samples.length
  const average = Math.floor(samples.reduce((sum, { ms }) => sum + ms, 0) / count)
  const off = Math.floor(samples.reduce((sum, { ms }) => sum + Math.abs(ms - average), 0) / count)
  const first = samples[0]
  const seconds = Math.max(1, now - (first?.at ?? now))
  const period = (seconds / count).toFixed(2)
  return `${count} latency spikes (average ${average}ms, mean deviation ${off}ms, period ${period} sec)`
}
