// The known wrong forms of Raft that plugins/raft can plant in itself, for the simulator's bug bank.
// `check` names the invariant that has to find it.

export interface SeededBug {
  readonly name: string
  readonly what: string
  readonly check: string
}

export const raftBugs: readonly SeededBug[] = [
  {
    name: 'raft-commit-old-term',
    what: 'a leader commits entries of earlier terms by counting',
    check: 'RF4',
  },
  {
    name: 'raft-no-noop-read',
    what: 'a new leader grants reads before an entry of its term is committed',
    check: 'RF15',
  },
  {
    name: 'raft-vote-not-persisted',
    what: 'a vote is answered before it is on disk',
    check: 'RF1',
  },
  {
    name: 'raft-ack-before-persist',
    what: 'a follower acknowledges entries before they are on disk',
    check: 'RF6',
  },
  { name: 'raft-double-vote', what: 'a member votes for every candidate of a term', check: 'RF1' },
  {
    name: 'raft-truncate-on-stale-append',
    what: 'an older append that matches truncates what lies behind it',
    check: 'RF6',
  },
  {
    name: 'raft-stale-read-index-reuse',
    what: 'all tries of a follower share one id, so an old answer serves a new read',
    check: 'RF15',
  },
  {
    name: 'raft-vote-ignores-log',
    what: 'a vote is given to a candidate whose log is behind',
    check: 'RF5',
  },
  {
    name: 'raft-lease-no-bound',
    what: 'with the lease on, a lease once held never ends',
    check: 'RF15',
  },
  {
    name: 'raft-self-ack-early',
    what: 'a leader counts its own entries before they are on disk',
    check: 'RF6',
  },
  {
    name: 'raft-snapshot-keeps-log',
    what: 'an installed snapshot leaves a log that does not continue it',
    check: 'RF4',
  },
  {
    name: 'raft-commit-beyond-match',
    what: 'a follower takes the commit index for entries that were never compared',
    check: 'RF4',
  },
  { name: 'raft-learner-votes', what: 'learners are asked for votes and counted', check: 'RF1' },
  {
    name: 'raft-recovering-votes',
    what: 'a member that lost its disk votes before it is refilled',
    check: 'RF5',
  },
  {
    name: 'raft-recovering-acks-count',
    what: 'acknowledgements of a recovering member count',
    check: 'RF6',
  },
  {
    name: 'raft-election-same-term',
    what: 'a candidate stands without entering a new term',
    check: 'RF1',
  },
  {
    name: 'raft-truncate-committed',
    what: 'an append below the commit index is compared and may truncate there',
    check: 'RF11',
  },
  {
    name: 'raft-lost-term-on-reset',
    what: 'term and vote are lost when a snapshot resets the log',
    check: 'RF9',
  },
  {
    name: 'raft-read-without-quorum',
    what: 'a leader grants reads without a round',
    check: 'RF15',
  },
  {
    name: 'raft-conflict-hint-skips',
    what: 'a leader takes the hint of a refusal for a match',
    check: 'RF6',
  },
  {
    name: 'raft-skip-previous-check',
    what: 'a follower appends though its entry before has another term',
    check: 'RF3',
  },
  {
    name: 'raft-prevote-bumps-term',
    what: 'a PreVote request moves the term of who is asked',
    check: 'RF16',
  },
  {
    name: 'raft-transfer-skips-catchup',
    what: 'a transfer target is told to stand before it has everything',
    check: 'LV1',
  },
  {
    name: 'raft-snapshot-sent-is-match',
    what: 'a sent snapshot counts as if the peer had the whole log',
    check: 'RF6',
  },
  {
    name: 'raft-read-at-old-commit',
    what: 'a round grants reads at the commit index of the round before',
    check: 'RF15',
  },
  {
    name: 'raft-round-counts-anyone',
    what: 'answers to an older round confirm the newest one',
    check: 'RF15',
  },
  {
    name: 'raft-refilled-too-soon',
    what: 'a recovering member calls itself intact as soon as it hears a leader',
    check: 'RF5',
  },
]
