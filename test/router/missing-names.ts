// Commands of Redis 7.0 that are not built yet. Whoever builds one takes it off: the test fails until then.

export const missing: ReadonlySet<string> = new Set([
  'dump',
  'geoadd',
  'geodist',
  'geohash',
  'geopos',
  'georadius',
  'georadius_ro',
  'georadiusbymember',
  'georadiusbymember_ro',
  'geosearch',
  'geosearchstore',
  'migrate',
  'restore',
  'restore-asking',
  'sort',
  'sort_ro',
  'swapdb',
])
