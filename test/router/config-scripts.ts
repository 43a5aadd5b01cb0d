// CONFIG GET and SET, to ask of the router and of redis-server alike.

function set(...pairs: readonly string[]): readonly string[] {
  return ['CONFIG', 'SET', ...pairs]
}

function get(...names: readonly string[]): readonly string[] {
  return ['CONFIG', 'GET', ...names]
}

const output = 'client-output-buffer-limit'
const percentiles = 'latency-tracking-info-percentiles'

/** Each puts back what it changes. */
export const configScripts: readonly (readonly (readonly string[])[])[] = [
  [
    get('MAXMEMORY', 'maxmem?ry'),
    get('nosuch'),
    get('slave-read-only'),
    get('maxclients', 'MAXCLIENTS'),
  ],
  [
    set('maxclients', '100', 'maxclients', '200'),
    set('maxclients', '1', 'nosuch', '2'),
    set('nosuch'),
    set('maxclients', '0'),
  ],
  [
    set('dir', '/tmp'),
    set('dbfilename', 'x'),
    set('databases', '3'),
    set('aclfile', 'x'),
    set('cluster-enabled', 'yes'),
  ],
  [
    set('timeout', '1', 'databases', '3'),
    get('timeout'),
    set('timeout', '1', 'maxclients', 'x'),
    get('timeout'),
  ],
  [
    set('Timeout', 'x'),
    set('timeout', ' 1'),
    set('timeout', '01'),
    set('timeout', '+1'),
    set('TIMEOUT', '0'),
  ],
  [
    set('save', 'abc'),
    set('save', '1'),
    set('save', '0 0'),
    set('save', '3600 1 300 100'),
    get('save'),
    set('save', ''),
  ],
  [
    set('loglevel', 'x', 'nosuch', 'y'),
    set('maxmemory-policy', 'noeviction'),
    set('maxmemory', '0'),
    get('maxmemory-policy'),
  ],
  [
    set('maxmemory-clients', '5%'),
    get('maxmemory-clients'),
    set('maxmemory-clients', '1k'),
    get('maxmemory-clients'),
    set('maxmemory-clients', 'x'),
    set('maxmemory-clients', '200%'),
    set('maxmemory-clients', '101%'),
    set('maxmemory-clients', '-1%'),
    set('maxmemory-clients', '0'),
  ],
  [
    set('client-query-buffer-limit', '1'),
    set('repl-backlog-size', '0'),
    set('stream-node-max-bytes', '1x'),
    set('hll-sparse-max-bytes', '1kb'),
    get('hll-sparse-max-bytes'),
    set('hll-sparse-max-bytes', '3000'),
  ],
  [
    set(output, 'normal 1'),
    set(output, 'foo 1 2 3'),
    set(output, 'master 1 2 3'),
    set(output, 'normal x 2 3'),
  ],
  [
    set(output, 'normal 1mb 2 3 replica 4 5 6 pubsub 7 8 9'),
    get(output),
    set(output, 'normal 0 0 0 slave 256mb 64mb 60 pubsub 32mb 8mb 60'),
    get(output),
  ],
  ...['Elg', 'KEA', 'Kg$lshzxetd', 'KEmn', 'AKEm', '$lshzxegtdK', 'KEn', 'q', 'xe', 'gE'].map(
    (value) => [
      set('notify-keyspace-events', value),
      get('notify-keyspace-events'),
      set('notify-keyspace-events', ''),
    ],
  ),
  [
    set(percentiles, ''),
    get(percentiles),
    set(percentiles, '101'),
    set(percentiles, 'x'),
    set(percentiles, '50 99.0 99.9'),
    get(percentiles),
  ],
  [
    set('slave-priority', '7'),
    get('replica-priority'),
    get('slave-priority'),
    set('slave-priority', '7', 'replica-priority', '100'),
  ],
  [
    set('acl-pubsub-default', 'x'),
    set('appendfsync', 'x', 'y'),
    set('latency-tracking', 'maybe'),
    set('list-max-ziplist-size', '-9999999999'),
  ],
]
