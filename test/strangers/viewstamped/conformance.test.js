// The suite, with the runner of node: what this package promises, it keeps.

import test from 'node:test'
import { conformance } from 'quorate/testkit'
import plugin from './index.js'

conformance({ test, plugin })
