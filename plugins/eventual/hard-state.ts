// What a member must never forget: above which stamp its next run begins.

import { assert, ByteReader, ByteWriter } from 'quorate/plugin'

export interface HardState {
  /** No stamp above this one was ever made by this member. */
  readonly reserved: number
}

const version = 1

export function encodeHardState({ reserved }: HardState): Uint8Array {
  return new ByteWriter(16).byte(version).varint(reserved).finish()
}

export function decodeHardState(bytes: Uint8Array | null): HardState {
  if (bytes === null) return { reserved: 0 }
  const reader = new ByteReader(bytes)
  assert(reader.byte() === version, 'the hard state has a known version')
  const state = { reserved: reader.varint() }
  assert(reader.ok, 'the hard state is whole')
  return state
}
