// What CONFIG SET accepts for each kind of setting, and how CONFIG GET shows it again.

import { parseInteger, parseMemory } from './numbers.js'

/** The value to keep, or Redis' words for what is wrong; `before` is the value that it has. */
export type Check = (
  text: string,
  before: string,
) => { readonly value: string } | { readonly fault: string }

/** Redis' own greatest bound, which we cannot tell from the greatest safe integer. */
function bound(value: number): string {
  return value === Number.MAX_SAFE_INTEGER ? '9223372036854775807' : String(value)
}

function between(value: number, min: number, max: number): ReturnType<Check> {
  return value < min || value > max
    ? { fault: `argument must be between ${bound(min)} and ${bound(max)} inclusive` }
    : { value: String(value) }
}

export function integerBetween(min: number, max: number): Check {
  return (text) => {
    const value = parseInteger(text)
    if (value === null) return { fault: "argument couldn't be parsed into an integer" }
    return between(value, min, max)
  }
}

export function memoryBetween(min: number, max: number): Check {
  return (text) => {
    const value = parseMemory(text)
    return value === null ? { fault: 'argument must be a memory value' } : between(value, min, max)
  }
}

/** Bytes, or a part of maxmemory as `5%`. */
export const memoryOrPercent: Check = (text) => {
  const percent = text.endsWith('%') ? parseInteger(text.slice(0, -1)) : null
  if (percent !== null && percent >= 0) {
    if (percent > 100) return { fault: 'percentage argument must be less or equal to 100' }
    return { value: text }
  }
  const value = parseMemory(text)
  return value === null
    ? { fault: 'argument must be a memory or percent value' }
    : { value: String(value) }
}

export const yesOrNo: Check = (text) => {
  const value = text.toLowerCase()
  return value === 'yes' || value === 'no' ? { value } : { fault: "argument must be 'yes' or 'no'" }
}

export function oneOf(words: string): Check {
  const known = words.split(', ')
  return (text) => {
    const value = text.toLowerCase()
    return known.includes(value)
      ? { value }
      : { fault: `argument(s) must be one of the following: ${words}` }
  }
}

/** No other value than the one that it has. */
export const sameOnly: Check = (text, before) =>
  text.toLowerCase() === before.toLowerCase()
    ? { value: before }
    : { fault: "can't set immutable config" }

/** `3600 1 300 100`, or nothing. */
export const savePoints: Check = (text) => {
  const numbers = text.split(' ').filter((word) => word !== '')
  const isGood =
    numbers.length % 2 === 0 &&
    numbers.every((word, i) => {
      const value = parseInteger(word)
      return value !== null && value >= (i % 2 === 0 ? 1 : 0)
    })
  return isGood ? { value: numbers.join(' ') } : { fault: 'Invalid save parameters' }
}

export const percentiles: Check = (text) => {
  const values: number[] = []
  for (const word of text.split(' ')) {
    if (word === '') continue
    const value = Number(word)
    if (!Number.isFinite(value)) {
      return { fault: 'Invalid latency-tracking-info-percentiles parameters' }
    }
    if (value < 0 || value > 100) {
      const range = 'parameters should sit between [0.0,100.0]'
      return { fault: `latency-tracking-info-percentiles ${range}` }
    }
    values.push(value)
  }
  return { value: values.join(' ') }
}

const eventLetters = 'g$lshzxetd'

/** Letters in Redis' order; all classes of events are `A`. */
export const eventClasses: Check = (text) => {
  for (const letter of text) {
    if (!'Ag$lshzxeKEtmdn'.includes(letter)) {
      return { fault: "Invalid event class character. Use 'Ag$lshzxeKEtmdn'." }
    }
  }
  const has = (letter: string): boolean => text.includes(letter)
  const isAll = has('A') || [...eventLetters].every(has)
  let value = isAll ? 'A' : [...eventLetters].filter(has).join('')
  if (!isAll && has('n')) value += 'n'
  for (const letter of 'KEm') if (has(letter)) value += letter
  if (isAll && has('n')) value += 'n'
  return { value }
}

const clientClasses = ['normal', 'slave', 'pubsub'] as const

/** `normal 0 0 0 pubsub 32mb 8mb 60`: classes that are not named keep theirs. */
export const outputLimits: Check = (text, before) => {
  const words = text.split(' ').filter((word) => word !== '')
  if (words.length % 4 !== 0) {
    return { fault: 'Wrong number of arguments in buffer limit configuration.' }
  }
  const known = new Map<string, string>()
  const old = before.split(' ')
  for (let at = 0; at < old.length; at += 4) {
    known.set(old[at] as string, old.slice(at + 1, at + 4).join(' '))
  }
  for (let at = 0; at < words.length; at += 4) {
    const given = (words[at] as string).toLowerCase()
    const name = given === 'replica' ? 'slave' : given
    if (!clientClasses.some((each) => each === name)) {
      return { fault: 'Invalid client class specified in buffer limit configuration.' }
    }
    const hard = parseMemory(words[at + 1] as string)
    const soft = parseMemory(words[at + 2] as string)
    const seconds = parseInteger(words[at + 3] as string)
    if (hard === null || soft === null || seconds === null || seconds < 0) {
      return {
        fault: 'Error in hard, soft or soft_seconds setting in buffer limit configuration.',
      }
    }
    known.set(name, `${hard} ${soft} ${seconds}`)
  }
  return { value: clientClasses.map((name) => `${name} ${known.get(name) ?? '0 0 0'}`).join(' ') }
}
