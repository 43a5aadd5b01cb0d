// Commands of Redis 7.0 that are not built yet. Whoever builds one takes it off: the test fails until then.

export const missing: ReadonlySet<string> = new Set()
