// The package door: the types that tools around Quorate may use.

export type { Config, KeyspaceConfig, MemberConfig } from './api/config.js'
export { QuorateError, ConfigError } from './base/errors.js'
