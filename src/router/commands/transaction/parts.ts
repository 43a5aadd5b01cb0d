// What the commands of transactions have in common.

import { plain } from '../../command.js'

export const ofTransaction = {
  ...plain,
  group: 'transactions',
  flags: ['noscript', 'loading', 'stale', 'fast', 'allow_busy'],
  categories: ['@fast', '@transaction'],
} as const
