// The numbers of Redis' dump format that both directions share.

/** Redis 7.0's version, which we write; 12 where a hash has fields that end, which 7.0 cannot know. */
export const versionWritten = 10
export const versionTimed = 12
/** Newest that we read. */
export const versionMax = 12

export const rdbTypes = {
  string: 0,
  list: 1,
  set: 2,
  zset: 3,
  hash: 4,
  zset2: 5,
  hashZipmap: 9,
  listZiplist: 10,
  setIntset: 11,
  zsetZiplist: 12,
  hashZiplist: 13,
  listQuicklist: 14,
  streamListpacks: 15,
  hashListpack: 16,
  zsetListpack: 17,
  listQuicklist2: 18,
  streamListpacks2: 19,
  setListpack: 20,
  streamListpacks3: 21,
  hashTimed: 24,
  hashListpackTimed: 25,
} as const

/** What stands in a file where the type of a value does not. */
export const opcodes = {
  library: 0xf5,
  idle: 0xf8,
  frequency: 0xf9,
  note: 0xfa,
  sizes: 0xfb,
  expiryMs: 0xfc,
  expiry: 0xfd,
  database: 0xfe,
  end: 0xff,
} as const

/** Work in steps: each `yield` stands for one element. */
export type Work<T> = Generator<undefined, T>
