// Every error that a client can get, in Redis' words where Redis has them. `definite` is true unless
// the command may have taken effect: only `unknownResult` is not definite (architecture, section 7).

import type { ErrorReply } from './reply.js'

/** A definite error: the command had no effect. `text` starts with the prefix, as `ERR ...`. */
export function error(text: string): ErrorReply {
  return { type: 'error', text, definite: true }
}

export const syntaxError = error('ERR syntax error')
export const wrongType = error('WRONGTYPE Operation against a key holding the wrong kind of value')
export const notInteger = error('ERR value is not an integer or out of range')
export const notFloat = error('ERR value is not a valid float')
export const overflow = error('ERR increment or decrement would overflow')
export const nanOrInfinity = error('ERR increment would produce NaN or Infinity')
export const offsetRange = error('ERR offset is out of range')
export const tooLong = error('ERR string exceeds maximum allowed size (proto-max-bulk-len)')
export const bitOffsetRange = error('ERR bit offset is not an integer or out of range')
export const bitNotInteger = error('ERR bit is not an integer or out of range')
export const bitArgument = error('ERR The bit argument must be 1 or 0.')
export const bitNotSingle = error('ERR BITOP NOT must be called with a single source key.')
export const bitfieldType = error(
  'ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.',
)
export const bitfieldOverflow = error('ERR Invalid OVERFLOW type specified')
export const bitfieldReadOnly = error('ERR BITFIELD_RO only supports the GET subcommand')
export const indexRange = error('ERR index out of range')
export const rangePositive = error('ERR value is out of range, must be positive')
export const numkeysPositive = error('ERR numkeys should be greater than 0')
export const countPositive = error('ERR count should be greater than 0')
export const noIdleTime = error(
  'ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.',
)
export const noFrequency = error(
  'ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.',
)
export const hashNotInteger = error('ERR hash value is not an integer')
export const hashNotFloat = error('ERR hash value is not a float')
export const fieldsMissing = error(
  'ERR Mandatory argument FIELDS is missing or not at the right position',
)
export const fieldsNotPositive = error('ERR Number of fields must be a positive integer')
export const numfieldsNotPositive = error('ERR Parameter `numFields` should be greater than 0')
export const numfieldsMismatch = error(
  'ERR The `numfields` parameter must match the number of arguments',
)
export const fieldsCountInvalid = error('ERR invalid number of fields')
export const timeNegative = error('ERR invalid expire time, must be >= 0')
export const expireTimeMissing = error('ERR missing expire time')
export const oneCondition = error('ERR Only one of FXX or FNX arguments can be specified')
export const givenInfinity = error('ERR value is NaN or Infinity')
export const outOfRange = error('ERR value is out of range')
export const longRange = error(
  'ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807',
)
export const numkeysTooMany = error("ERR Number of keys can't be greater than number of args")
export const limitNegative = error("ERR LIMIT can't be negative")
export const notHll = error('WRONGTYPE Key is not a valid HyperLogLog string value.')
export const corruptHll = error('INVALIDOBJ Corrupted HLL object detected')
export const hllMissing = error('ERR The specified key does not exist')
export const hllNotSparse = error('ERR HLL encoding is not sparse')
export const selfTestFailed = error('TESTFAILED Registers or estimates are not what they should be')
export const busyKey = error('BUSYKEY Target key name already exists.')
export const badTtl = error('ERR Invalid TTL value, must be >= 0')
export const badIdleTime = error('ERR Invalid IDLETIME value, must be >= 0')
export const badFrequency = error('ERR Invalid FREQ value, must be >= 0 and <= 255')
export const badDumpChecksum = error('ERR DUMP payload version or checksum are wrong')
export const badDump = error('ERR Bad data format')
export const dumpTooLarge = error('ERR The value is too large to be dumped')
export const notDoubles = error("ERR One or more scores can't be converted into double")
export const firstDbIndex = error('ERR invalid first DB index')
export const secondDbIndex = error('ERR invalid second DB index')
export const swapUnordered = error('ERR SWAPDB is not possible where all members write')
export const noSuchKey = error('ERR no such key')
export const dbIndexRange = error('ERR DB index is out of range')
export const int32Range = error(
  'ERR value is out of range, value must between -2147483648 and 2147483647',
)
export const sameObject = error('ERR source and destination objects are the same')
export const invalidCursor = error('ERR invalid cursor')
export const scoreNan = error('ERR resulting score is not a number (NaN)')
export const nxWithXx = error('ERR XX and NX options at the same time are not compatible')
export const nxWithGtLt = error('ERR GT, LT, and/or NX options at the same time are not compatible')
export const oneIncrement = error('ERR INCR option supports a single increment-element pair')
export const scoreRangeFormat = error('ERR min or max is not a float')
export const lexRangeFormat = error('ERR min or max not valid string range item')
export const limitWithoutOrder = error(
  'ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX',
)
export const scoresWithLex = error(
  'ERR syntax error, WITHSCORES not supported in combination with BYLEX',
)
export const rangeShort = error('ERR value is out of range')
export const countRange = error(
  'ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807',
)
export const needRadius = error('ERR need numeric radius')
export const needWidth = error('ERR need numeric width')
export const needHeight = error('ERR need numeric height')
export const negativeRadius = error('ERR radius cannot be negative')
export const negativeBox = error('ERR height or width cannot be negative')
export const unknownUnit = error('ERR unsupported unit provided. please use M, KM, FT, MI')
export const undecodable = error('ERR could not decode requested zset member')
export const countAboveZero = error('ERR COUNT must be > 0')
export const anyWithoutCount = error('ERR the ANY argument requires COUNT argument')
export const weightNotFloat = error('ERR weight value is not a float')
export const slotsWithoutOwner = error(
  'CLUSTERDOWN the slot is being handed over, and its new owner does not answer',
)
export const crossGroup = error('CROSSSLOT Keys in request belong to different replication groups')
/** To clients that go by slots, in Redis' words. */
export const crossSlot = error("CROSSSLOT Keys in request don't hash to the same slot")
export function moved(slot: number, address: string): ErrorReply {
  return error(`MOVED ${slot} ${address}`)
}
export const noCluster = error('ERR This instance has cluster support disabled')
export const selectInCluster = error('ERR SELECT is not allowed in cluster mode')
export const moveInCluster = error('ERR MOVE is not allowed in cluster mode')
export const swapInCluster = error('ERR SWAPDB is not allowed in cluster mode')
export const copyInCluster = error('ERR Copying to another database is not allowed in cluster mode')
export const noAuth = error('NOAUTH Authentication required.')
/** `name` in full, as `config|get`. */
export function aclCommand(name: string): ErrorReply {
  return error(`NOPERM this user has no permissions to run the '${name}' command`)
}
export const aclKey = error(
  'NOPERM this user has no permissions to access one of the keys used as arguments',
)
export const aclChannel = error(
  'NOPERM this user has no permissions to access one of the channels used as arguments',
)
export const scriptAclCommand = error(
  "ERR The user executing the script can't run this command or subcommand",
)
export const scriptAclKey = error(
  "ERR The user executing the script can't access at least one of the keys mentioned in the command arguments",
)
export const scriptAclChannel = error(
  "ERR The user executing the script can't publish to the channel mentioned in the command",
)
/** For a queued command at EXEC. */
export function aclChanged(kind: 'command' | 'key' | 'channel'): ErrorReply {
  const reasons = {
    command: 'no permission to execute the command or subcommand',
    key: 'no permission to touch the specified keys',
    channel: 'no permission to access one of the channels used as arguments',
  }
  return error(
    `NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is no longer allowed for the following reason: ${reasons[kind]}`,
  )
}
export const wrongPass = error('WRONGPASS invalid username-password pair or user is disabled.')
export const noProto = error('NOPROTO unsupported protocol version')
export const maxClients = error('ERR max number of clients reached')
export const outOfMemory = error("OOM command not allowed when used memory > 'maxmemory'.")
export const loading = error('LOADING Redis is loading the dataset in memory')
export const diskFull = error(
  'MISCONF Quorate is short of disk space, so commands that may modify the data set are refused. Free some space; writes resume by themselves.',
)
export const noLeader = error(
  'CLUSTERDOWN The replication group has no leader, the command was not executed',
)
export const busyGroup = error(
  'TRYAGAIN The replication group has too many writes in flight, the command was not executed',
)
export const execAborted = error('EXECABORT Transaction discarded because of previous errors.')
export const execWithoutMulti = error('ERR EXEC without MULTI')
export const discardWithoutMulti = error('ERR DISCARD without MULTI')
export const nestedMulti = error('ERR MULTI calls can not be nested')
export const watchInMulti = error('ERR WATCH inside MULTI is not allowed')
export const busyBackup = error('BUSY A backup of this group is under way, or too many of them')
export const backupGone = error(
  'ERR There is no such backup: nothing was asked of it for a minute, or a snapshot took the place of the state',
)
export const noReplicaHere = error(
  'ERR This member holds no replica of the group, see QUORATE STATUS',
)
export const busyTopology = error(
  'TRYAGAIN The topology is being changed by others, try again later',
)
export const topologyFull = error(
  'ERR The topology has no room for that: remove users, or shorten their rules',
)
export const notInTransaction = error('ERR Command not allowed inside a transaction')
export const shardInTransaction = error("ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client")
export const tooManySubscriptions = error('ERR too many subscriptions of one connection')
export const timeoutNotFloat = error('ERR timeout is not a float or out of range')
export const timeoutNegative = error('ERR timeout is negative')
export const unblocked = error('UNBLOCKED client unblocked via CLIENT UNBLOCK')
export const keyGone = error('UNBLOCKED the stream key no longer exists')
export const groupGone = error(
  'NOGROUP the consumer group this client was blocked on no longer exists',
)
export const unknownResult: ErrorReply = {
  type: 'error',
  text: 'UNKNOWNRESULT The outcome of the command is not known: it may or may not have taken effect',
  definite: false,
}

export const migrateKeysNotEmpty = error(
  'ERR When using MIGRATE KEYS option, the key argument must be set to the empty string',
)
export const migrateFaults = {
  connect: error('IOERR error or timeout connecting to the client'),
  write: error('IOERR error or timeout writing to target instance'),
  read: error('IOERR error or timeout reading to target instance'),
} as const
export const targetError = (text: string): ErrorReply =>
  error(`ERR Target instance replied with error: ${text}`)
export const migrateChanging = error(
  'ERR keys changed again and again while they were sent: they stay here, and the target holds older copies of them',
)
export const migrateDeleted = error(
  'ERR keys were deleted here while they were sent: the target holds copies of them',
)

/** EXEC itself was refused. */
export function execAbort(cause: ErrorReply): ErrorReply {
  const text = cause.text.startsWith('ERR ') ? cause.text.slice(4) : cause.text
  return error(`EXECABORT Transaction discarded because of: ${text}`)
}

/** As Redis: control characters become spaces. */
function printable(text: string): string {
  let made = ''
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    made += code === 10 || code === 13 ? ' ' : (text[i] as string)
  }
  return made
}

/** `ERR unknown command ...` with the first arguments, cut as Redis cuts them. */
export function unknownCommand(args: readonly string[]): ErrorReply {
  let list = ''
  for (let i = 1; i < args.length && list.length < 128; i++) {
    list += `'${(args[i] as string).slice(0, 128 - list.length)}' `
  }
  const name = (args[0] ?? '').slice(0, 128)
  return error(printable(`ERR unknown command '${name}', with args beginning with: ${list}`))
}

/** As C prints a text: up to its first zero byte. */
function untilZero(text: string): string {
  const end = text.indexOf('\0')
  return end < 0 ? text : text.slice(0, end)
}

export function unknownPfdebug(given: string): ErrorReply {
  return error(printable(`ERR Unknown PFDEBUG subcommand '${untilZero(given)}'`))
}

/** `container` in the case Redis prints it, as the client sent it in lower case. */
export function unknownSubcommand(container: string, given: string): ErrorReply {
  return error(
    printable(
      `ERR unknown subcommand '${untilZero(given).slice(0, 128)}'. Try ${container.toUpperCase()} HELP.`,
    ),
  )
}

/** Where a subcommand judges its arguments itself. */
export function unknownOrWrongArity(container: string, given: string): ErrorReply {
  const shown = untilZero(given).slice(0, 128)
  return error(
    printable(
      `ERR unknown subcommand or wrong number of arguments for '${shown}'. Try ${container.toUpperCase()} HELP.`,
    ),
  )
}

/** `name` is the full name in lower case, `client|kill` for a subcommand. */
export function wrongArity(name: string): ErrorReply {
  return error(`ERR wrong number of arguments for '${name}' command`)
}

/** `name` in lower case. */
export function invalidExpire(name: string): ErrorReply {
  return error(`ERR invalid expire time in '${name}' command`)
}

/** `word` is the one that HGETEX or HSETEX has of its own. */
export function oneExpiry(word: 'PERSIST' | 'KEEPTTL'): ErrorReply {
  return error(`ERR Only one of EX, PX, EXAT, PXAT or ${word} arguments can be specified`)
}

/** `text` without prefix, as `invalid multibulk length`; the connection closes behind it. */
export function protocolError(text: string): ErrorReply {
  return error(`ERR Protocol error: ${text}`)
}

/** Refused because the group cannot work, with the cause that `quorate status` shows too. */
export function groupDown(why: string): ErrorReply {
  return error(`CLUSTERDOWN ${printable(why)}`)
}

// Scripts

export const busyScript = error(
  'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
)
export const busyFunction = error(
  'BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE.',
)
export const notBusy = error('NOTBUSY No scripts in execution right now.')
export const noScript = error('NOSCRIPT No matching script. Please use EVAL.')
export const noScripts = error('ERR This member runs no scripts')
export const scriptTooLong = error('ERR Error running script: it used more time than a script may')
export const scriptTooMuch = error('ERR Error running script: its effects are larger than an entry')
export const scriptOvertaken = error(
  'TRYAGAIN The script ran while writes of other members came, again and again, and had no effect',
)
export const functionNotFound = error('ERR Function not found')
export const libraryNotFound = error('ERR Library not found')
export const readOnlyScript = error('ERR Write commands are not allowed from read-only scripts.')
export const notForRo = error('ERR Can not execute a script with write flag using *_ro command.')
export const badKeyCount = error('ERR Bad number of keys provided')
export const negativeKeys = error("ERR Number of keys can't be negative")
export const manyKeys = error("ERR Number of keys can't be greater than number of args")
export const notFromScript = error('ERR This Redis command is not allowed from script')
export const unknownFromScript = error('ERR Unknown Redis command called from script')
export const arityFromScript = error('ERR Wrong number of args calling Redis command from script')

// Session tokens and levels of a connection

export const badToken = error('ERR Invalid session token: it is none that QUORATE SESSION GET made')
export const damagedToken = error('ERR Invalid session token: it is damaged')
export const futureToken = error('ERR Invalid session token: it is of a later version of Quorate')
export const foreignToken = error(
  'ERR Invalid session token: it is of another cluster, or of other keyspaces or members',
)
/** Nothing was done: this member has not got yet what the token of the connection stands for. */
export const behindToken = error(
  'TRYAGAIN This member has not got yet what the session token stands for',
)
export const unknownLevel = error(
  'ERR The level is one of strong, sequential, causal, eventual or default',
)

/** A read at a level that the strategy of its keyspace cannot give, or not over several groups. */
export function levelRefused(of: {
  readonly asked: string
  readonly keyspace: string
  readonly level: string
  readonly strategy: string
  readonly isSplit: boolean
}): ErrorReply {
  const { asked, keyspace, level, strategy, isSplit } = of
  const where = isSplit ? ' over several shard groups' : ''
  return error(
    `ERR The connection asks for ${asked} reads (QUORATE CONSISTENCY), but keyspace ${printable(keyspace)} is ${level} and its strategy ${strategy} has none${where}`,
  )
}
