// Damage to the files of real directories: bits flipped, pages zeroed, files cut, emptied or removed.
// Each case is reported, or harmless. 150 cases in the short form; `CASES=10000` is the long one,
// `SEED=` replays from a seed.

import {
  closeSync,
  cpSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { Random } from '../../src/base/random.js'
import { type Acknowledged, fill, judge, logFolder } from './world.js'

const cases = Number(process.env['CASES'] ?? 150)
const firstSeed = Number(process.env['SEED'] ?? 1)
/** Directories that the cases are copies of. */
const masters = Math.max(6, Math.ceil(cases / 250))
const pageBytes = 4096

/** Damage reaches so far behind the data, into the zeros ahead of a log. */
const behindBytes = 1024

type Damage = (path: string, random: Random) => void

function edit(path: string, change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path)
  change(bytes)
  writeFileSync(path, bytes)
}

/** Where the zeros begin that a log has ahead. */
function dataEnd(bytes: Buffer): number {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end--
  return end
}

/** Bytes of which damage takes its pick: those with data mostly, or all would hit the zeros behind them. */
function reach(bytes: Buffer, random: Random): number {
  if (random.chance(1, 4)) return bytes.length
  return Math.min(bytes.length, dataEnd(bytes) + behindBytes)
}

function writeAt(path: string, at: number, bytes: Buffer): void {
  const file = openSync(path, 'r+')
  writeSync(file, bytes, 0, bytes.length, at)
  closeSync(file)
}

const damages: Readonly<Record<string, Damage>> = {
  'bit flipped': (path, random) =>
    edit(path, (bytes) => {
      const at = random.below(Math.max(1, reach(bytes, random)))
      if (bytes.length > 0) bytes[at] = (bytes[at] as number) ^ (1 << random.below(8))
    }),
  'bits flipped': (path, random) =>
    edit(path, (bytes) => {
      const end = reach(bytes, random)
      for (let n = 0; n < 20 && end > 0; n++) {
        const at = random.below(end)
        bytes[at] = (bytes[at] as number) ^ (1 << random.below(8))
      }
    }),
  'page zeroed': (path, random) =>
    edit(path, (bytes) => {
      const page = random.below(Math.ceil(reach(bytes, random) / pageBytes) || 1) * pageBytes
      bytes.fill(0, page, Math.min(bytes.length, page + pageBytes))
    }),
  'sector zeroed': (path, random) =>
    edit(path, (bytes) => {
      const from = random.below(Math.ceil(reach(bytes, random) / 512) || 1) * 512
      bytes.fill(0, from, Math.min(bytes.length, from + 512))
    }),
  'page of another place': (path, random) =>
    edit(path, (bytes) => {
      const pages = Math.ceil(reach(bytes, random) / pageBytes) || 1
      const to = random.below(pages) * pageBytes
      const from = random.below(pages) * pageBytes
      bytes.copy(bytes, to, from, from + pageBytes)
    }),
  'cut anywhere': (path, random) =>
    truncateSync(path, random.below(reach(readFileSync(path), random) + 1)),
  'cut at the tail': (path, random) =>
    truncateSync(path, Math.max(0, dataEnd(readFileSync(path)) - 1 - random.below(200))),
  emptied: (path) => truncateSync(path, 0),
  grown: (path, random) => {
    const bytes = readFileSync(path)
    const at = random.chance(1, 4) ? bytes.length : dataEnd(bytes)
    writeAt(path, at, Buffer.alloc(random.between(1, 500), 0xab))
  },
  removed: (path) => rmSync(path),
}

/** One file: of the log store mostly, in proportion to nothing, so that small ones are met often. */
function pickFile(place: string, random: Random): string {
  const folder = logFolder(place)
  if (random.chance(1, 8)) return join(place, 'witness')
  const files = readdirSync(folder).filter((name) => name !== 'LOCK' && !name.startsWith('LOG'))
  const data = files.filter((name) => /\.(log|ldb)$/.test(name))
  return join(folder, random.pick(random.chance(2, 3) && data.length > 0 ? data : files))
}

test('corruption: damaged files of a directory: reported, or every acknowledged entry reads back', async (t) => {
  t.timeout(300_000 + cases * 2_000)
  const root = mkdtempSync(join(tmpdir(), 'quorate-corruption-'))
  t.teardown(() => rmSync(root, { recursive: true, force: true }))
  const known: Acknowledged[] = []
  for (let master = 0; master < masters; master++) {
    known.push(await fill(join(root, `master-${master}`), new Random(firstSeed, master)))
    const untouched = join(root, 'untouched')
    cpSync(join(root, `master-${master}`), untouched, { recursive: true })
    t.is(await judge(untouched, known[master] as Acknowledged), 'harmless', 'without damage')
    rmSync(untouched, { recursive: true })
  }
  const counts: Record<string, number> = {}
  const files: Record<string, number> = {}

  for (let seed = firstSeed; seed < firstSeed + cases; seed++) {
    const random = new Random(seed, 1234)
    const master = random.below(masters)
    const place = join(root, 'case')
    cpSync(join(root, `master-${master}`), place, { recursive: true })
    const kind = random.pick(Object.keys(damages))
    let what = 'the whole log store'
    if (random.chance(1, 60)) rmSync(logFolder(place), { recursive: true })
    else {
      const path = pickFile(place, random)
      what = path.slice(place.length + 1)
      ;(damages[kind] as Damage)(path, random)
    }

    const outcome = await judge(place, known[master] as Acknowledged)

    rmSync(place, { recursive: true })
    counts[outcome] = (counts[outcome] ?? 0) + 1
    const group = what.replace(/[0-9]+/g, '')
    files[group] = (files[group] ?? 0) + 1
    const isFine = outcome === 'harmless' || outcome === 'torn' || outcome.startsWith('reported: ')
    if (!isFine) t.fail(`seed ${seed}: ${kind} in ${what} of master ${master}: ${outcome}`)
  }

  t.log(JSON.stringify(counts))
  t.log(JSON.stringify(files))
  t.true((counts['harmless'] ?? 0) > 0)
  t.true(Object.keys(counts).length > 3)
})

test('corruption: a record that was written but never noted is torn: cut, the rest is whole', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'quorate-torn-'))
  t.teardown(() => rmSync(root, { recursive: true, force: true }))
  // A record's head and a little of it, as a write that power loss cut short.
  const torn = Buffer.from([1, 2, 3, 4, 200, 0, 1, 9, 9])
  for (const hasRoom of [false, true]) {
    const place = join(root, `${hasRoom}`)
    const known = await fill(place, new Random(3, 3), () => hasRoom)
    const copy = `${place}-copy`
    cpSync(place, copy, { recursive: true })
    const log = readdirSync(logFolder(place)).find((name) => name.endsWith('.log')) ?? ''
    const bytes = readFileSync(join(logFolder(place), log))
    const end = dataEnd(bytes)

    writeAt(join(logFolder(place), log), end, torn)
    writeAt(join(logFolder(copy), log), end - 1, torn)

    t.is(bytes.length > end + torn.length, hasRoom)
    t.is(await judge(place, known), 'harmless')
    // The last byte of a record that was noted: it is at its end that they were written.
    t.regex(await judge(copy, known), /^reported: /)
  }
})
