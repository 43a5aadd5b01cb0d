// Microseconds for metrics, for slow logs and to end a turn that takes long: a value of it never reaches an entry,
// a reply's data or a digest.

export interface Stopwatch {
  /** Microseconds since some start, monotonic, an integer. */
  microseconds(): number
}

/** Process figures for INFO, taken by the host; never part of a decision. */
export interface Gauges {
  readonly rssBytes: number
  readonly heapBytes: number
  readonly heapLimitBytes: number
  readonly cpuUserSeconds: number
  readonly cpuSystemSeconds: number
  readonly totalMemoryBytes: number
  readonly loopDelayP99Ms: number
  readonly loopDelayMaxMs: number
  /** Connections that MIGRATE keeps open. */
  readonly migrateSockets: number
}

/** Facts of the process that INFO prints, injected by the host. */
export interface ProcessFacts {
  readonly version: string
  /** Newest version of the cluster that it knows; absent: this build's. */
  readonly clusterVersion?: number
  readonly nodeVersion: string
  readonly pid: number
  readonly os: string
  readonly arch: string
  readonly executable: string
  readonly configFile: string
  /** Bytes of data that the process can hold and still answer; absent for no bound. */
  readonly dataBytesMax?: number
  gauges(): Gauges
  /** So many hexadecimal digits that nobody can guess: passwords, never a decision. */
  secret(digits: number): string
}
