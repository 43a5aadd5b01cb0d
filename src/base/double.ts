// Doubles as Redis 7.0 prints them: C's "%.17g". Seventeen significant digits, trailing zeros dropped,
// an exponent only below 1e-4 and from 1e17 on.

const digitsMax = 17

export function formatDouble(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15)
    return Object.is(value, -0) ? '-0' : `${value}`
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  const sign = value < 0 ? '-' : ''
  const scientific = roundEven(Math.abs(value))
  const mark = scientific.indexOf('e')
  const digits = trimZeros(scientific[0] + scientific.slice(2, mark))
  const exponent = Number(scientific.slice(mark + 1))
  if (exponent < -4 || exponent >= digitsMax) return sign + withExponent(digits, exponent)
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  const fraction = digits.slice(exponent + 1)
  return fraction === '' ? sign + whole : `${sign}${whole}.${fraction}`
}

/** `d.dddde[+-]n` with 17 digits. JavaScript rounds a tie up where C rounds it to even. */
function roundEven(value: number): string {
  const rounded = value.toExponential(digitsMax - 1)
  if (!mayTie(value, Number(rounded.slice(rounded.indexOf('e') + 1)))) return rounded
  const long = value.toExponential(60)
  // 'd.' and 16 digits stand before the tie's five.
  const rest = long.slice(digitsMax + 1, long.indexOf('e'))
  if (rest[0] !== '5' || trimZeros(rest) !== '5') return rounded
  const down = long.slice(0, digitsMax + 1)
  return Number(down[digitsMax]) % 2 === 0 ? down + long.slice(long.indexOf('e')) : rounded
}

/** A tie ends at the eighteenth digit: it has as many binary places as decimal ones. */
function mayTie(value: number, exponent: number): boolean {
  const places = digitsMax - exponent
  return places < 0 || places > 60 || Number.isInteger(value * Number(1n << BigInt(places)))
}

function withExponent(digits: string, exponent: number): string {
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : ''
  const size = Math.abs(exponent)
  return `${digits[0] as string}${fraction}e${exponent < 0 ? '-' : '+'}${size < 10 ? '0' : ''}${size}`
}

/** Without the zeros at its end; one digit stays. */
function trimZeros(digits: string): string {
  let end = digits.length
  while (end > 1 && digits.charCodeAt(end - 1) === 48) end--
  return digits.slice(0, end)
}
