// Viewstamped replication as a strategy of Quorate: what it promises, and its options.

import { optionsOf, refuse } from 'quorate/plugin'
import { Replica } from './replica.js'

const defaults = {
  /** Milliseconds between two messages of an idle primary. */
  beatMs: 50,
  /** A backup asks for the next view after a silence of this long to twice as long, milliseconds. */
  silenceMs: 300,
  /** Bytes of entries in one message, and on their way to one backup. */
  batchBytes: 1024 * 1024,
  windowBytes: 8 * 1024 * 1024,
  /** Bytes of proposals that are not committed; above, further ones are refused as busy. */
  openBytes: 32 * 1024 * 1024,
  /** Bytes of entries kept behind a checkpoint for backups that lag. */
  keepBytes: 8 * 1024 * 1024,
  /** Milliseconds after which a backup gives a read back that was not answered. */
  readMs: 200,
}

const ranges = {
  beatMs: [5, 10_000],
  silenceMs: [20, 60_000],
  batchBytes: [1_024, 16 * 1024 * 1024],
  windowBytes: [1_024, 1024 * 1024 * 1024],
  openBytes: [1_024, 1024 * 1024 * 1024],
  keepBytes: [0, 1024 * 1024 * 1024],
  readMs: [10, 60_000],
}

/** @type {import('quorate/plugin').StrategyPlugin} */
export default {
  name: 'quorate-viewstamped',
  api: 1,
  supports: {
    order: 'total',
    levels: ['strong'],
    reads: ['linearizable', 'local'],
    ackMeans: 'quorum',
    members: 'static',
    durabilities: ['always'],
    transfers: false,
    learners: false,
    eras: false,
  },
  defaults,
  parseOptions(raw) {
    const options = optionsOf(raw, defaults, ranges)
    if (options.silenceMs < 3 * options.beatMs)
      throw refuse('silenceMs', options.silenceMs, 'three times beatMs at least')
    return options
  },
  create: (init) => new Replica(init),
}
