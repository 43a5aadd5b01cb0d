// Charts as SVG, in colours that show on white and on black.

const colours = ['#2f7ed8', '#e07b39', '#7fb2ea', '#efb48d'] as const
const grey = '#808080'
const font = 'font-family="system-ui, sans-serif" font-size="12"'
const width = 760

export interface BarRow {
  readonly name: string
  /** One for each series. */
  readonly values: readonly number[]
  /** Behind the first bar. */
  readonly note: string
}

/** Rows of bars that lie, one bar for each of two `series`; each row has a scale of its own. */
export function barChart(
  title: string,
  series: readonly string[],
  rows: readonly BarRow[],
): string {
  const [left, top, bar, gap] = [190, 56, 14, 14]
  const rowHeight = series.length * (bar + 2) + gap
  const span = width - left - 200
  const parts = rows.flatMap(({ name, values, note }, i) => {
    const y = top + i * rowHeight
    const most = Math.max(...values, 1e-9)
    const bars = values.map((value, at) => {
      const length = Math.max(1, (value / most) * span)
      const [x, barY] = [left + length + 6, y + at * (bar + 2)]
      const label = `${short(value)}${at === 0 && note !== '' ? `  ${note}` : ''}`
      const rect = `<rect x="${left}" y="${barY}" width="${length.toFixed(1)}" height="${bar}" fill="${colours[at]}"/>`
      return rect + text(x, barY + 11, label)
    })
    return [text(left - 8, y + bar + 4, name, 'end'), ...bars]
  })
  return svg(title, series, top + rows.length * rowHeight, parts)
}

export interface Line {
  readonly points: readonly (readonly [x: number, y: number])[]
}

/** One line for each of up to four `series`, both axes logarithmic. */
export function lineChart(
  title: string,
  series: readonly string[],
  { lines, x, y }: { readonly lines: readonly Line[]; readonly x: string; readonly y: string },
): string {
  const [left, top, bottom, height] = [70, 60, 50, 380]
  const all = lines.flatMap(({ points }) => points)
  const scale = (
    values: readonly number[],
    from: number,
    to: number,
  ): ((value: number) => number) => {
    const [low, high] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))]
    return (value) => from + ((Math.log(value) - low) / (high - low || 1)) * (to - from)
  }
  const xs = scale(
    all.map(([value]) => value),
    left,
    width - 30,
  )
  const ys = scale(
    all.map(([, value]) => value),
    height - bottom,
    top,
  )
  const parts = lines.map(({ points }, i) => {
    const path = points.map(([a, b]) => `${xs(a).toFixed(1)},${ys(b).toFixed(1)}`).join(' ')
    const dots = points.map(([a, b]) => {
      const label = text(xs(a), ys(b) - 8, short(b), 'middle')
      return `<circle cx="${xs(a).toFixed(1)}" cy="${ys(b).toFixed(1)}" r="3" fill="${colours[i]}"/>${label}`
    })
    return `<polyline points="${path}" fill="none" stroke="${colours[i]}" stroke-width="2"/>${dots.join('')}`
  })
  const ticks = [...new Set(all.map(([value]) => value))].map((value) =>
    text(xs(value), height - bottom + 22, short(value), 'middle'),
  )
  const names = [text(width / 2, height - 8, x, 'middle'), text(left - 50, top - 12, y)]
  return svg(title, series, height, [...parts, ...ticks, ...names])
}

/** Three digits that count, thousands and millions as such. */
function short(value: number): string {
  for (const [least, unit] of [
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (value >= least) return `${Number((value / least).toPrecision(3))} ${unit}`
  }
  return `${Number(value.toPrecision(3))}`
}

function text(x: number, y: number, words: string, anchor = 'start'): string {
  const escaped = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" fill="${grey}" text-anchor="${anchor}">${escaped}</text>`
}

function svg(
  title: string,
  series: readonly string[],
  height: number,
  parts: readonly string[],
): string {
  const legend = series.map((name, i) => {
    const x = 10 + i * (width / series.length)
    return `<rect x="${x}" y="28" width="10" height="10" fill="${colours[i]}"/>${text(x + 16, 37, name)}`
  })
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ${font}>`
  return [head, text(10, 16, title), ...legend, ...parts, '</svg>', ''].join('\n')
}
