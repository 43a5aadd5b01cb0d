// Checks LevelDB's table files before LevelDB reads them. It does not verify the checksums of blocks by
// itself, and a damaged block ends the whole process in an assertion of its own (measured). Tables are
// written without compression, so that their index can be read here. The format is LevelDB's
// doc/table_format.md: blocks, each with a type and a masked CRC32C behind it, an index, a footer.

import { type FileHandle, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ByteReader } from '../base/bytes.js'
import { crc32c } from '../base/crc32c.js'

const footerBytes = 48
const trailerBytes = 5
const magic = Buffer.from([0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb])
/** A block larger than this is not believed (rows are far smaller). */
const blockBytesMax = 1024 * 1024 * 1024

interface BlockHandle {
  readonly offset: number
  readonly size: number
}

/** One sentence about the first table of a directory that fails its check, or null. */
export async function checkTables(directory: string): Promise<string | null> {
  const names = await readdir(directory)
  for (const name of names.filter((one) => /\.(ldb|sst)$/.test(one)).sort()) {
    const file = await open(join(directory, name), 'r')
    try {
      const fault = await checkTable(file)
      if (fault !== null) return `${name}: ${fault}`
    } finally {
      await file.close()
    }
  }
  return null
}

/**
 * A file without a footer is what a crash left of a table that nothing refers to yet; where something
 * does, LevelDB reports it.
 */
async function checkTable(file: FileHandle): Promise<string | null> {
  const { size } = await file.stat()
  if (size < footerBytes) return null
  const footer = await readAt(file, { offset: size - footerBytes, size: footerBytes })
  if (!footer.subarray(footerBytes - magic.length).equals(magic)) return null
  const reader = new ByteReader(footer, 0, footerBytes - magic.length)
  const meta = readHandle(reader)
  const root = readHandle(reader)
  if (!reader.ok) return 'its footer cannot be read'
  const index = await readBlock(file, root, size)
  if (index === null) return 'its index fails its check'
  const blocks = indexed(index)
  if (blocks === null) return 'its index cannot be read'
  for (const block of [meta, ...blocks]) {
    if ((await readBlock(file, block, size)) === null) {
      return `the block at ${block.offset} fails its check`
    }
  }
  return null
}

function readHandle(reader: ByteReader): BlockHandle {
  return { offset: reader.varint(), size: reader.varint() }
}

async function readAt(file: FileHandle, place: BlockHandle): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(place.size)
  const { bytesRead } = await file.read(bytes, 0, place.size, place.offset)
  return bytes.subarray(0, bytesRead)
}

/** The contents of a block, or null when it is outside the file, compressed or damaged. */
async function readBlock(
  file: FileHandle,
  block: BlockHandle,
  fileBytes: number,
): Promise<Buffer | null> {
  const { offset, size } = block
  if (size > blockBytesMax || offset + size + trailerBytes > fileBytes) return null
  const bytes = await readAt(file, { offset, size: size + trailerBytes })
  if (bytes.length !== size + trailerBytes) return null
  if (unmask(bytes.readUInt32LE(size + 1)) !== crc32c(bytes, 0, size + 1)) return null
  return bytes[size] === 0 ? bytes.subarray(0, size) : null
}

/** LevelDB stores CRCs rotated and offset. */
function unmask(masked: number): number {
  const rotated = (masked - 0xa282ead8) >>> 0
  return ((rotated >>> 17) | (rotated << 15)) >>> 0
}

/** Handles of an index block: entries (shared, unshared, value length, key, value), then restarts. */
function indexed(block: Buffer): BlockHandle[] | null {
  if (block.length < 4) return null
  const restarts = block.readUInt32LE(block.length - 4)
  const end = block.length - 4 - restarts * 4
  if (end < 0) return null
  const reader = new ByteReader(block, 0, end)
  const handles: BlockHandle[] = []
  while (reader.ok && reader.left > 0) {
    reader.varint()
    const unshared = reader.varint()
    const length = reader.varint()
    reader.raw(unshared)
    const value = new ByteReader(reader.raw(length))
    handles.push(readHandle(value))
    if (!value.ok) return null
  }
  return reader.ok ? handles : null
}
