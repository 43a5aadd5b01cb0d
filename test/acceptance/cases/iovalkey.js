// iovalkey, Valkey's client of ioredis' descent.

import Redis from 'iovalkey'
import { clientStory } from '../client-story.js'

export const cases = clientStory((port, options) => new Redis({ port, ...options }))
