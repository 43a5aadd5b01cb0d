// ioredis 5, which speaks RESP2.

import { Redis } from 'ioredis-5'
import { clientStory } from '../client-story.js'

export const cases = clientStory((port, options) => new Redis({ port, ...options }))
