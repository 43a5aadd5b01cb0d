// The version of Redis whose behaviour clients may expect: they choose commands by it.

export const redisVersion = '7.2.4'
