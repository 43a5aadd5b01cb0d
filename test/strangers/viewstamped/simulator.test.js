// Whole clusters of this strategy in the simulator.

import test from 'node:test'
import { simulate } from 'quorate/testkit'
import plugin from './index.js'

simulate({ test, plugin, seeds: 8 })
