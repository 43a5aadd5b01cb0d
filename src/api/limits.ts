// Every bound of the system in one place. Options that change one of these start from this default.

export const limits = {
  /** Longest inline command, multibulk count or bulk length line, bytes (Redis: 64 KiB). */
  lineBytesMax: 64 * 1024,
  /** Arguments of one command, before authentication 10. */
  argumentsMax: 1024 * 1024,
  argumentsUnauthenticatedMax: 10,
  /** Default `proto-max-bulk-len`, bytes; before authentication. */
  bulkBytesMax: 8 * 1024 * 1024,
  bulkBytesUnauthenticatedMax: 16 * 1024,
  /** No announced length above it is ever looked at (Redis: 512 MiB). */
  bulkBytesCeiling: 512 * 1024 * 1024,
  /**
   * What `proto-max-bulk-len` may be raised to: a value is one entry, one frame and one string of the engine,
   * and a longer one holds members up for longer than an election takes.
   */
  valueBytesCeiling: 32 * 1024 * 1024,
  /** Bytes of one unfinished command. */
  queryBytesMax: 64 * 1024 * 1024,
  queryBytesUnauthenticatedMax: 1024 * 1024,
  /** Connections of one member. */
  clientsMax: 10_000,
  /** Reads of a blocked connection that are kept, each of 68 KiB at most. */
  readsWaitingMax: 16,
  /** Commands of one connection that wait for their reply before the connection is no longer read. */
  pendingPerConnectionMax: 2_048,
  /** Unsent reply bytes of one connection: reading stops above the soft bound, it closes above the hard one. */
  outputSoftBytes: 1024 * 1024,
  outputHardBytes: 256 * 1024 * 1024,
  outputUnauthenticatedBytes: 64 * 1024,
  /** Items of a list that is encoded in one go; characters of a longer one that are made in one turn. */
  replyItemsWhole: 16 * 1024,
  replySliceChars: 64 * 1024,
  /** Milliseconds a connection may take to authenticate, and to finish a begun command. */
  authenticateMs: 10_000,
  partialCommandMs: 30_000,
  /** Databases of a keyspace (SELECT 0-15). */
  databases: 16,
  /** Entries of one segment, and bytes at which a segment of more than one entry splits. */
  segmentEntriesMax: 512,
  segmentBytesMax: 256 * 1024,
  /** Entries, and bytes of one, up to which CONFIG may have containers be compact: such are walked in one go. */
  compactMax: 8_192,
  /** Bytes of one DUMP. */
  dumpBytesMax: 64 * 1024 * 1024,
  /** Elements that one step of a long command may visit. */
  stepElements: 2_000,
  /** Elements that a command names, or changes, in one go. */
  wholeElements: 640,
  /** Elements that one step of a long command of the log may change: new ones allocate up to a kilobyte each. */
  stepChanges: 512,
  /** Entries with repeats that one command may draw (SRANDMEMBER, HRANDFIELD, ZRANDMEMBER): Redis draws until it has no memory. */
  randomRepeatsMax: 4 * 1024 * 1024,
  /** Keys that one tick entry may expire. */
  expireKeysPerEntry: 256,
  /** Least milliseconds between two tick entries of a group. */
  tickEntryMs: 100,
  /** Commands and bytes of one proposed batch. */
  batchCommandsMax: 4_096,
  batchBytesMax: 1024 * 1024,
  /** Batches that an origin may have unanswered per group; bytes of answers kept per origin. */
  batchesInFlightMax: 64,
  batchesInFlightBytesMax: 16 * 1024 * 1024,
  answerBytesMax: 64 * 1024 * 1024,
  /** Milliseconds for which a batch that is not full waits for the one before it or for more commands; the same for rounds of reads. */
  batchPatienceMs: 2,
  /** Milliseconds for which it waits at most where answers take half of that or longer. */
  batchPatienceMsMax: 10,
  /** Batches that wait at an origin to be sent, per group; more commands are refused with TRYAGAIN. */
  batchesWaitingMax: 256,
  batchesWaitingBytesMax: 256 * 1024 * 1024,
  /** Milliseconds until a request without an answer is answered CLUSTERDOWN or UNKNOWNRESULT. */
  requestMs: 5_000,
  /** For how long a command waits for what a session token stands for. */
  sessionWaitMs: 1_000,
  /**
   * Milliseconds without a known leader after which requests are given up: with the time that it takes to
   * miss a leader, whoever is cut off with a minority tells its clients within two seconds.
   */
  leaderlessMs: 1_000,
  /** Milliseconds without a link to an origin after which the leader ends the waits of its callers. */
  waiterOriginMs: 3_000,
  /** Milliseconds after which an origin sends an unanswered batch again. */
  resendMs: 400,
  /** Bytes in flight for which it waits a millisecond longer: what is slow is not made slower. */
  resendBytesPerMs: 8 * 1024,
  /** Bytes of a peer frame: the largest command in a batch that was nearly full fits. */
  frameBytesMax: 80 * 1024 * 1024,
  /** A frame that would be longer leaves before the next message is added. */
  frameSplitBytes: 4 * 1024 * 1024,
  /** Bytes of frames queued for one peer before messages are dropped. */
  peerQueueBytesMax: 128 * 1024 * 1024,
  /** Events of keys that are kept for one entry until its replies are given. */
  keyEventsMax: 65_536,
  /** Names that one connection may listen to. */
  subscriptionsMax: 1_000_000,
  /** Changed names that are kept for a peer that lags; one further behind gets the whole, in parts of so many bytes. */
  subscriptionChangesMax: 65_536,
  subscriptionPartBytes: 64 * 1024,
  /** Milliseconds for which a SUBSCRIBE waits until the other members know of it. */
  subscribeConfirmMs: 500,
  /** Bytes of published messages on the way to one peer, before more are dropped. */
  peerMessageBytesMax: 32 * 1024 * 1024,
  /** Bytes of one snapshot chunk, checked and hashed four times on its way in, and chunks in flight. */
  snapshotChunkBytes: 128 * 1024,
  snapshotChunksInFlight: 8,
  /**
   * Commands executed in one turn before others get theirs; a long one counts its arguments twice, effects theirs once, a
   * merged entry each 64 of its bytes. While the collector marks, each 64 KB that a turn allocates cost up to 5 ms.
   */
  commandsPerTurnMax: 2_048,
  shortArguments: 8,
  /** Backups of one group that are read at a time, and milliseconds after which a silent one is over. */
  backupsMax: 4,
  backupIdleMs: 60_000,
  /** Bytes of rows that a receiver loads in one turn: about a thousand elements. */
  snapshotSliceBytes: 16 * 1024,
  /** Bytes of one row or of the shard's part of a snapshot, which arrive in pieces. */
  snapshotItemBytesMax: 520 * 1024 * 1024,
  /** Milliseconds until a sender asks a silent receiver where it stands, first and at most. */
  snapshotRetryMs: 500,
  snapshotRetryMsMax: 4_000,
  /** Milliseconds without progress after which a sender gives up, and a receiver forgets a transfer. */
  snapshotGiveUpMs: 30_000,
  snapshotForgetMs: 60_000,
  /** Frames of snapshots that wait at a receiver for their turn. */
  snapshotFramesMax: 16,
  /** Shard groups of one keyspace: in a file; and in all the life of a cluster, where they come and go. */
  shardsMax: 64,
  shardsEverMax: 1_024,
  /** Replication groups in all the life of a cluster: the witness file has room for so many. */
  groupsEverMax: 1_900,
  shardWeightMax: 1_000,
  /** Log bytes kept in memory per group, and log bytes that start a checkpoint. */
  tailBytesMax: 64 * 1024 * 1024,
  checkpointLogBytes: 64 * 1024 * 1024,
  /** Entries that a group of durability none keeps in memory for peers that lag. */
  memoryLogEntries: 16_384,
  /** Most keys a second that a checkpoint in the background writes. */
  checkpointKeysPerSecond: 50_000,
  /** One slice of a checkpoint, and its slices on the way to the disk. */
  checkpointSliceKeys: 1_000,
  checkpointSliceBytes: 256 * 1024,
  checkpointWritesInFlight: 2,
  /** Of what holds for the whole cluster: each change writes all of it. */
  topologyCharsMax: 8 * 1024 * 1024,
  /** Users of ACL, selectors of one user, and patterns or passwords of one selector or user. */
  aclUsersMax: 10_000,
  aclSelectorsMax: 128,
  aclPatternsMax: 1_024,
  /** Milliseconds after which a script is ended, and those for which its callers wait longer. */
  scriptMsMax: 30_000,
  /** Bytes of the commands through which one script changes data: they stand in one entry. */
  scriptEffectBytesMax: 16 * 1024 * 1024,
  /** Bytes and number of batches that wait at the leader while scripts run. */
  scriptWaitingBytesMax: 64 * 1024 * 1024,
  scriptWaitingMax: 1_024,
  /** Bytes of scripts up to which more are kept while memory is short. */
  scriptTextsFullBytesMax: 4 * 1024 * 1024,
  /** What other members are told of the command that runs for long. */
  busyNewsBytesMax: 4 * 1024,
  busyNewsWordsMax: 64,
  /** Calls of a script beside the loop that are executed in one turn. */
  scriptCallsPerTurn: 256,
  /** What scripts may use in one turn, in units of their meter: about 15 ms. */
  scriptGasPerTurn: 3_000_000,
  /** Bytes that a member without data is held to take: a bound below it refuses whatever may grow data, as in Redis. */
  memberBytes: 1024 * 1024,
  /** MIGRATE: how many run at a time in one member; keys and bytes that are read and sent at once. */
  migrationsMax: 16,
  migrateKeysMax: 256,
  migrateBytesMax: 8 * 1024 * 1024,
  /** How often keys are sent that change meanwhile, and milliseconds for which writes to them wait. */
  migrateRoundsMax: 32,
  migrateHoldMs: 1_000,
  /** Milliseconds that one sending may take, and bytes of the reply to one command. */
  migrateMsMax: 600_000,
  migrateReplyBytesMax: 16 * 1024,
  /** Connections to other servers that are kept, and for how many milliseconds (Redis: the same). */
  migrateSocketsMax: 64,
  migrateSocketMs: 10_000,
  /** Slots that move: keys and slots of one batch, whose commands wait at the end. */
  moveBatchKeys: 1_000,
  moveBatchSlots: 64,
  moveBatchBytes: 4 * 1024 * 1024,
  /** The same where members merge: these wait while the others' clocks catch up, so fewer hand-overs take more. */
  handBatchSlots: 1_024,
  handBatchBytes: 4 * 1024 * 1024,
  /** Bytes of copies in one call, by the memory model those up to which a key goes whole, and elements of one piece of others. */
  moveCallBytes: 6 * 1024,
  moveWholeBytes: 64 * 1024,
  movePieceElements: 128,
  /**
   * Copies that are on their way at a time: bytes, and those that a command and an argument count for. 6 KB of small keys
   * go one call after the other, as each takes the target's time; of large keys several calls do.
   */
  moveFlightBytes: 256 * 1024,
  moveCommandBytes: 2 * 1024,
  moveArgumentBytes: 64,
  /** Keys of a slot that are looked up at a time. */
  movePageKeys: 512,
  /** Rows of one scan of a store. */
  scanBytesMax: 1024 * 1024,
} as const

/** What each of many groups may have at least. */
const shareLeast = 4 * 1024 * 1024

/** What one of a member's groups may have of its log, in memory or behind its checkpoint: they share what one alone may. */
export function tailShare(bytes: number, groups = 1): number {
  return Math.min(bytes, Math.max(shareLeast, Math.floor(bytes / groups)))
}
