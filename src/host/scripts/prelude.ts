// What every Lua state runs before its globals are locked: Redis' script API in the words of 7.0.15 over
// the two calls that the package has, and the door through which the host loads and runs scripts. The
// door is the call of a secret string, so that no global and no field of a table leads to it.
// Nothing here may keep what one script made where another one sees it.

/** ARGV[1] is the secret; `sha1hex` and the calls come from the package. */
export const prelude = `
local secret = ARGV[1]
local type, tostring, select, error, pcall, xpcall = type, tostring, select, error, pcall, xpcall
local find, sub, format, gsub = string.find, string.sub, string.format, string.gsub
local loadstring, setmetatable, pairs, randomseed = loadstring, setmetatable, pairs, math.randomseed
local collect = collectgarbage
local redis = redis
local send, setresp, sha1hex, log = redis.pcall, redis.setresp, redis.sha1hex, redis.log
local scripts, libraries, functions = {}, {}, {}
local registered, loading, running = nil, false, false
local marker = '__RLUA_E__:global%-read:(.*)$'

-- The package marks reads of globals that are not there.
local function plain(message)
  if type(message) == 'string' and find(message, '__RLUA_E__:', 1, true) then
    return (gsub(message, marker, function(name)
      return "Script attempted to access nonexistent global variable '" .. name .. "'"
    end))
  end
  return message
end

local function fail(message)
  return error({ err = 'ERR ' .. message }, 0)
end

local badArguments = 'Lua redis lib command arguments must be strings or integers'
local noArguments = 'Please specify at least one argument for this redis lib call'

-- Numbers go out with 17 digits, as in Redis; anything but strings and numbers is refused.
local function spelled(n, ...)
  local made = { ... }
  for i = 1, n do
    local kind = type(made[i])
    if kind == 'number' then
      made[i] = format('%.17g', made[i])
    elseif kind ~= 'string' then
      return { err = 'ERR ' .. badArguments }
    end
  end
  return send(unpack(made, 1, n))
end

local function command(...)
  local n = select('#', ...)
  if n == 0 then return { err = 'ERR ' .. noArguments } end
  if n <= 3 then
    local a, b, c = ...
    if type(a) == 'string' and (n < 2 or type(b) == 'string') and (n < 3 or type(c) == 'string') then
      return send(...)
    end
  end
  return spelled(n, ...)
end

redis.pcall = function(...)
  if not running then fail('redis.call/pcall can only be called inside a script invocation') end
  return command(...)
end

redis.call = function(...)
  if not running then fail('redis.call/pcall can only be called inside a script invocation') end
  local reply = command(...)
  if type(reply) == 'table' and reply.err then error(reply, 0) end
  return reply
end

redis.error_reply = function(...)
  local text = ...
  if select('#', ...) ~= 1 or type(text) ~= 'string' then
    return { err = 'ERR wrong number or type of arguments' }
  end
  if sub(text, 1, 1) == '-' then text = sub(text, 2) end
  if not find(text, ' ', 1, true) then text = 'ERR ' .. text end
  return { err = text }
end

redis.status_reply = function(...)
  local text = ...
  if select('#', ...) ~= 1 or type(text) ~= 'string' then
    return { err = 'ERR wrong number or type of arguments' }
  end
  return { ok = text }
end

redis.sha1hex = function(...)
  if select('#', ...) ~= 1 then fail('wrong number of arguments') end
  return sha1hex((...))
end

redis.setresp = function(...)
  if select('#', ...) ~= 1 then fail('redis.setresp() requires one argument.') end
  local version = ...
  if version ~= 2 and version ~= 3 then fail('RESP version must be 2 or 3.') end
  setresp(version)
end

redis.log = function(...)
  local level = ...
  if select('#', ...) < 2 then fail('redis.log() requires two arguments or more.') end
  if type(level) ~= 'number' then fail('First argument must be a number (log level).') end
  if level < 0 or level > 3 then fail('Invalid debug level.') end
  local text = ''
  for i = 2, select('#', ...) do
    local part = select(i, ...)
    local kind = type(part)
    if kind == 'string' or kind == 'number' then text = text .. (i > 2 and ' ' or '') .. part end
  end
  log(level, text)
end

redis.set_repl = function(...)
  if select('#', ...) ~= 1 then fail('redis.set_repl() requires two arguments.') end
  local flags = ...
  if type(flags) ~= 'number' or flags < 0 or flags > 3 then
    fail('Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.')
  end
end

redis.acl_check_cmd = function(...)
  if select('#', ...) == 0 then fail(noArguments) end
  local reply = send('\\1acl', ...)
  if type(reply) == 'table' and reply.err then error(reply, 0) end
  return reply == 1
end

redis.replicate_commands = function() return true end
redis.breakpoint = function() return false end
redis.debug = function() end
redis.REPL_NONE, redis.REPL_AOF, redis.REPL_SLAVE = 0, 1, 2
redis.REPL_REPLICA, redis.REPL_ALL = 2, 3
redis.REDIS_VERSION, redis.REDIS_VERSION_NUM = '7.0.15', 0x0007000f

local flagNames = {
  ['no-writes'] = true, ['allow-oom'] = true, ['allow-stale'] = true,
  ['no-cluster'] = true, ['allow-cross-slot-keys'] = true,
}

local function named(options)
  local name, callback, description, flags
  for key, value in pairs(options) do
    if type(key) ~= 'string' then fail('named argument key given to redis.register_function is not a string') end
    if key == 'function_name' then
      if type(value) ~= 'string' then fail('function_name argument given to redis.register_function must be a string') end
      name = value
    elseif key == 'description' then
      if type(value) ~= 'string' then fail('description argument given to redis.register_function must be a string') end
      description = value
    elseif key == 'callback' then
      if type(value) ~= 'function' then fail('callback argument given to redis.register_function must be a function') end
      callback = value
    elseif key == 'flags' then
      if type(value) ~= 'table' then
        fail('flags argument to redis.register_function must be a table representing function flags')
      end
      flags = value
    else
      fail('unknown argument given to redis.register_function')
    end
  end
  if not name then fail('redis.register_function must get a function name argument') end
  if not callback then fail('redis.register_function must get a callback argument') end
  return name, callback, description, flags
end

redis.register_function = function(...)
  if not loading then error("attempt to call field 'register_function' (a nil value)", 2) end
  local n = select('#', ...)
  local name, callback, description, flags = ...
  if n < 1 or n > 2 then fail('wrong number of arguments to redis.register_function') end
  if n == 1 then
    if type(name) ~= 'table' then fail('calling redis.register_function with a single argument is only applicable to Lua table (representing named arguments).') end
    name, callback, description, flags = named(name)
  elseif type(name) ~= 'string' then
    fail('first argument to redis.register_function must be a string')
  elseif type(callback) ~= 'function' then
    fail('second argument to redis.register_function must be a function')
  else
    description, flags = nil, nil
  end
  local list = {}
  for i = 1, #(flags or {}) do
    if type(flags[i]) ~= 'string' or not flagNames[flags[i]] then fail('unknown flag given') end
    list[i] = flags[i]
  end
  if name == '' or find(name, '[^%w_]') then
    fail('Library names can only contain letters, numbers, or underscores(_) and must be at least one character long')
  end
  for i = 1, #registered do
    if registered[i][1] == name then fail('Function already exists in the library') end
  end
  registered[#registered + 1] = { name, description or false, list, callback }
end

-- Where an error was raised: the innermost line of the script itself, past the functions above.
local function whereabouts()
  for level = 4, 40 do
    local ok, where = pcall(error, '', level)
    local _, _, source, line = find(where, '^(user_%a+):(%d+): ')
    if source then return source, line end
  end
end

local function handler(err)
  local made = {}
  if type(err) == 'table' then
    made.err = type(err.err) == 'string' and err.err or 'ERR unknown error'
  else
    made.err = 'ERR ' .. tostring(plain(err))
  end
  made.source, made.line = whereabouts()
  return made
end

__redis__err__handler = handler

-- As Redis': an error table comes out as its text.
_G.pcall = function(...)
  local function unwrapped(ok, err, ...)
    if not ok then
      if type(err) == 'table' and err.err then return false, err.err end
      return false, plain(err)
    end
    return ok, err, ...
  end
  return unwrapped(pcall(...))
end

local function finish(name, ok, value)
  running = false
  if ok then return value end
  local text = value.err
  if value.line then
    text = text .. ' script: ' .. name .. ', on @' .. value.source .. ':' .. value.line .. '.'
  end
  return { err = text }
end

local function run(name, body)
  running = true
  randomseed(0)
  return finish(name, xpcall(body, handler))
end

local doors = {
  -- A script, by name.
  function(sha) return run(sha, scripts[sha]) end,
  function(sha, text)
    local body, err = loadstring(text, '@user_script')
    if not body then return { err = err } end
    scripts[sha] = body
    return { ok = '' }
  end,
  -- A function: KEYS and ARGV are its arguments.
  function(name, keys, argv)
    local body = functions[name]
    return run(name, function() return body(keys, argv) end)
  end,
  -- A library: answers what it registers, which \`keep\` makes callable.
  function(library, text, keep)
    local body, err = loadstring(text, '@user_function')
    if not body then return { err = 'ERR Error compiling function: ' .. err } end
    registered, loading = {}, true
    randomseed(0)
    local ok, failure = xpcall(body, handler)
    loading = false
    if not ok then return { err = 'ERR Error registering functions: @' .. gsub(failure.err, '^ERR ', '') } end
    local made = {}
    for i = 1, #registered do
      local each = registered[i]
      made[i] = { each[1], each[2], each[3] }
      if keep then functions[each[1]] = each[4] end
    end
    return made
  end,
}

getmetatable('').__call = function(word, door, ...)
  if word ~= secret then error('attempt to call a string value', 2) end
  return doors[door](...)
end
`
