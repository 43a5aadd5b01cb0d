// ioredis 6, which opens with HELLO 3.

import { Redis } from 'ioredis-6'
import { clientStory } from '../client-story.js'

export const cases = clientStory((port, options) => new Redis({ port, ...options }))
