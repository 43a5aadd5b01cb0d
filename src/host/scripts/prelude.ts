// What every Lua state runs before its globals are locked: Redis' script API in the words of 7.0.15 over
// the two calls that the package has, and the door through which the host loads and runs scripts. The
// door is the call of a secret string, so that no global and no field of a table leads to it.
// Nothing here may keep what one script made where another one sees it.

import { registering } from './registering.js'
import { structs } from './structs.js'
import { wide } from './wide-numbers.js'

/** ARGV[1] is the secret; `sha1hex` and the calls come from the package. */
export const prelude = String.raw`
local secret = ARGV[1]
local type, tostring, select, error, pcall, xpcall = type, tostring, select, error, pcall, xpcall
local find, sub, format, gsub = string.find, string.sub, string.format, string.gsub
local match, rep, char, byte = string.match, string.rep, string.char, string.byte
local lower, upper, concat, ceil = string.lower, string.upper, table.concat, math.ceil
local gmatch, tonumber = string.gmatch, tonumber
local getmetatable = getmetatable
local loadstring, setmetatable, pairs, next, rawget = loadstring, setmetatable, pairs, next, rawget
local floor, unpack = math.floor, unpack
local redis = redis
local send, setresp, sha1hex, log = redis.pcall, redis.setresp, redis.sha1hex, redis.log
local scripts, names, functions, texts = {}, {}, {}, {}
local registered, loading, running, protocol = nil, false, false, 2
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
  local made, isPlain = { ... }, true
  for i = 1, n do
    local kind = type(made[i])
    if kind == 'number' then
      made[i], isPlain = format('%.17g', made[i]), false
    elseif kind ~= 'string' then
      return { err = 'ERR ' .. badArguments }
    end
  end
  if isPlain then return send(...) end
  if n < 256 then return send(unpack(made, 1, n)) end
  -- Lua hands out 8,000 values at once, and a script may have put some before them.
  local a, b, c, d, e, f, g, h = unpack(made, 1, 8)
  return send(a, b, c, d, e, f, g, h, unpack(made, 9, n))
end

local function command(...)
  local n = select('#', ...)
  if n == 0 then return { err = 'ERR ' .. noArguments } end
  if n <= 3 then
    local a, b, c = ...
    if type(a) == 'string' and (n < 2 or type(b) == 'string') and (n < 3 or type(c) == 'string') then
      return send(...)
    end
  elseif n <= 6 then
    local a, b, c, d, e, f = ...
    if type(a) == 'string' and type(b) == 'string' and type(c) == 'string'
      and type(d) == 'string' and (n < 5 or type(e) == 'string') and (n < 6 or type(f) == 'string')
    then
      return send(...)
    end
  end
  return spelled(n, ...)
end

local absent = "Script attempted to access nonexistent global variable '%s'"

-- RESP3 knows nil; the package does not.
local function told(reply)
  if protocol == 3 and type(reply) == 'table' and reply.ok == '\1nil' then return nil end
  return reply
end

redis.pcall = function(...)
  if not running then error(format(absent, 'pcall'), 2) end
  return told(command(...))
end

redis.call = function(...)
  if not running then error(format(absent, 'call'), 2) end
  local reply = told(command(...))
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
  protocol = version
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
  local reply = send('\1acl', ...)
  if type(reply) == 'table' and reply.err then error(reply, 0) end
  return reply == 1
end

redis.replicate_commands = function() return true end
redis.breakpoint = function() return false end
redis.debug = function() end
redis.REPL_NONE, redis.REPL_AOF, redis.REPL_SLAVE = 0, 1, 2
redis.REPL_REPLICA, redis.REPL_ALL = 2, 3
redis.REDIS_VERSION, redis.REDIS_VERSION_NUM = '7.0.15', 0x0007000f

${registering}-- Only a library sees it, while it is loaded.
setmetatable(redis, { __index = function(_, name)
  if loading and name == 'register_function' then return register end
end })

do ${wide}${structs} end
-- Redis' own generator (drand48 of 48 bits), which goes on from script to script.
local high, low = 0x1234ab, 0xcd330e

local function seed(value)
  high, low = floor(value / 256) % 16777216, (value % 256) * 65536 + 0x330e
end

local function draw()
  local product = 0xece66d * low + 11
  high = (0xece66d * high + 0x5de * low + floor(product / 16777216)) % 16777216
  low = product % 16777216
  return floor((high * 16777216 + low) / 131072) % 2147483647 / 2147483647
end

math.random = function(...)
  local n = select('#', ...)
  local from, to = ...
  if n == 0 then return draw() end
  if n > 2 then error('wrong number of arguments', 2) end
  if n == 1 then from, to = 1, from end
  from, to = tonumber(from), tonumber(to)
  if not from or not to then
    error("bad argument #1 to 'random' (number expected, got " .. type((...)) .. ')', 2)
  end
  from, to = floor(from), floor(to)
  if from > to then error("bad argument #" .. n .. " to 'random' (interval is empty)", 2) end
  return floor(draw() * (to - from + 1)) + from
end

math.randomseed = function(value)
  local number = tonumber(value)
  if not number then
    error("bad argument #1 to 'randomseed' (number expected, got " .. type(value) .. ')', 2)
  end
  seed(floor(number) % 4294967296)
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

-- A reply as Redis makes it of a value: raw fields, and nothing for what has no form.
local deep = {}

local function clean(value, depth)
  local kind = type(value)
  if kind == 'string' or kind == 'boolean' then return value end
  if kind == 'number' then return value == value and value or -1 / 0 end
  if kind ~= 'table' then return nil end
  if depth > 50 then error(deep, 0) end
  local field = rawget(value, 'err')
  if type(field) == 'string' then return { err = (gsub(field, '[\r\n]+$', '')) } end
  field = rawget(value, 'ok')
  if type(field) == 'string' then return { ok = field } end
  field = rawget(value, 'double')
  if type(field) == 'number' then return { double = field } end
  field = rawget(value, 'map')
  local made = {}
  if type(field) == 'table' then
    for key, item in next, field do
      local known = clean(key, depth + 1)
      if known ~= nil then made[known] = clean(item, depth + 1) end
    end
    return { map = made }
  end
  field = rawget(value, 'set')
  if type(field) == 'table' then
    for key in next, field do
      local known = clean(key, depth + 1)
      if known ~= nil then made[known] = true end
    end
    return { set = made }
  end
  field = rawget(value, 'big_number')
  if type(field) == 'string' then return { big_number = (gsub(field, '[\r\n]', ' ')) } end
  field = rawget(value, 'verbatim_string')
  if type(field) == 'table' then
    local form, text = rawget(field, 'format'), rawget(field, 'string')
    if type(form) == 'string' and type(text) == 'string' then
      return { verbatim_string = { format = form, string = text } }
    end
  end
  for i = 1, 2147483647 do
    local item = rawget(value, i)
    if item == nil then break end
    item = clean(item, depth + 1)
    if item == nil then item = false end
    made[i] = item
  end
  return made
end

-- A call in a return leaves no frame behind: then it was the last such line, as a rule.
local function lineOf(text)
  local line, found = 1, 1
  for part in gmatch(text .. '\n', '(.-)\n') do
    if find(part, 'return%s*%(?%s*redis%.') then found = line end
    line = line + 1
  end
  return found
end

local function finish(name, source, ok, value)
  running = false
  if ok then
    local kind = type(value)
    if kind == 'string' or kind == 'nil' or kind == 'number' and value == value then
      return value
    end
    -- What commands answer most, without a look at everything else.
    if kind == 'table' and rawget(value, 'err') == nil and getmetatable(value) == nil then
      if type(rawget(value, 'ok')) == 'string' then return value end
    end
    local isClean, made = pcall(clean, value, 0)
    if not isClean then return { err = 'ERR reached lua stack limit' } end
    setresp(3)
    return made
  end
  -- Without memory there is no handler either.
  if type(value) ~= 'table' then value = { err = 'ERR ' .. tostring(value) } end
  local text = value.err
  local line = value.line or lineOf(texts[name])
  return {
    err = text .. ' script: ' .. name .. ', on @' .. (value.source or source) .. ':' .. line .. '.',
  }
end

local function run(name, source, body)
  running, protocol = true, 2
  return finish(name, source, xpcall(body, handler))
end

local doors = {
  -- A script, by the number that it was given.
  function(id) return run(names[id], 'user_script', scripts[id]) end,
  function(id, sha, text)
    local body, err = loadstring(text, '@user_script')
    if not body then return { err = err } end
    scripts[id], names[id], texts[sha] = body, sha, text
    return { ok = '' }
  end,
  -- A function: KEYS and ARGV are its arguments.
  function(name, keys, argv)
    local body = functions[name]
    return run(name, 'user_function', function() return body(keys, argv) end)
  end,
  -- A library: answers what it registers, callable with keep.
  function(library, text, keep)
    local body, err = loadstring(text, '@user_function')
    if not body then return { err = 'ERR Error compiling function: ' .. err } end
    registered, loading = {}, true
    local ok, failure = xpcall(body, handler)
    loading = false
    if not ok then return { err = 'ERR Error registering functions: ' .. failure.err } end
    local made = {}
    for i = 1, #registered do
      local each = registered[i]
      made[i] = { each[1], each[2], each[3] }
      if keep then functions[each[1]], texts[each[1]] = each[4], text end
    end
    return made
  end,
}

-- A state that only looks at libraries has nothing but what Redis lets them see.
if ARGV[3] == 'bare' then
  local kept = {
    log = true, LOG_DEBUG = true, LOG_VERBOSE = true, LOG_NOTICE = true, LOG_WARNING = true,
    REDIS_VERSION = true, REDIS_VERSION_NUM = true,
  }
  for name in next, redis do
    if not kept[name] then redis[name] = nil end
  end
  redis.register_function = register
  setmetatable(redis, { __index = function(_, name) error(format(absent, tostring(name)), 2) end })
  local globals = _G
  for name in next, globals do
    if name ~= 'redis' and name ~= 'KEYS' and name ~= 'ARGV' then globals[name] = nil end
  end
end

getmetatable('').__call = function(word, door, ...)
  if word ~= secret then error('attempt to call a string value', 2) end
  return doors[door](...)
end
`
