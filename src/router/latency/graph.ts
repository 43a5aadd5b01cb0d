// LATENCY GRAPH: samples as columns of characters with their ages below, as Redis draws them.

import type { Sample } from './events.js'

const rows = 4
const columnsMax = 80
const marks = '_o#'

/** `maxMs` of all times. `now` in wall seconds. */
export function drawGraph(
  event: string,
  samples: readonly Sample[],
  { maxMs, now }: { readonly maxMs: number; readonly now: number },
): string {
  const values = samples.map(({ ms }) => ms)
  const high = Math.max(...values)
  const low = Math.min(...values)
  let text = `${event} - high ${high} ms, low ${low} ms (all time high ${maxMs} ms)\n`
  text += `${'-'.repeat(columnsMax)}\n`
  for (let from = 0; from < samples.length; from += columnsMax) {
    const part = samples.slice(from, from + columnsMax)
    if (from > 0) text += '\n'
    text += drawColumns(part.map((sample) => levelOf(sample.ms, low, high)))
    text += drawLabels(part.map((sample) => ageOf(now - sample.at)))
  }
  return text
}

function levelOf(value: number, low: number, high: number): number {
  const levels = rows * marks.length
  const range = high === low ? 1 : high - low
  return Math.min(levels - 1, Math.floor(((value - low) * levels) / range))
}

function drawColumns(levels: readonly number[]): string {
  let text = ''
  for (let row = rows - 1; row >= 0; row--) {
    for (const level of levels) {
      const mark = level - row * marks.length
      text += mark < 0 ? ' ' : (marks[mark] ?? '|')
    }
    text += '\n'
  }
  return text
}

/** A blank line, then the labels from top to bottom. */
function drawLabels(labels: readonly string[]): string {
  const height = Math.max(...labels.map((label) => label.length))
  let text = `${' '.repeat(labels.length)}\n`
  for (let row = 0; row < height; row++) {
    for (const label of labels) text += label[row] ?? ' '
    text += '\n'
  }
  return text
}

function ageOf(seconds: number): string {
  const age = Math.max(0, seconds)
  if (age < 60) return `${age}s`
  if (age < 3_600) return `${Math.floor(age / 60)}m`
  return age < 86_400 ? `${Math.floor(age / 3_600)}h` : `${Math.floor(age / 86_400)}d`
}
