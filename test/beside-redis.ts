// Tests that compare with redis-server.

import test from 'ava'
import { redisMissing } from './redis-server.js'

/** `test` where there is such a redis-server, else skipped; the title names redis-server, for the hint of `make test`. */
export const besideRedis = redisMissing === null ? test : test.skip
