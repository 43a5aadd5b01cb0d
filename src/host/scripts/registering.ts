// The part of the prelude that libraries use: `redis.register_function`, in the words of Redis 7.0.15.

export const registering = `local flagNames = {}
local flagOrder = { 'no-writes', 'allow-oom', 'allow-stale', 'no-cluster', 'allow-cross-slot-keys' }
for i = 1, #flagOrder do flagNames[flagOrder[i]] = true end

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

local function register(...)
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
  local given, list = {}, {}
  for i = 1, #(flags or {}) do
    if type(flags[i]) ~= 'string' or not flagNames[flags[i]] then fail('unknown flag given') end
    given[flags[i]] = true
  end
  for i = 1, #flagOrder do
    if given[flagOrder[i]] then list[#list + 1] = flagOrder[i] end
  end
  if name == '' or find(name, '[^%w_]') then
    fail('Library names can only contain letters, numbers, or underscores(_) and must be at least one character long')
  end
  for i = 1, #registered do
    if registered[i][1] == name then fail('Function already exists in the library') end
  end
  registered[#registered + 1] = { name, description or false, list, callback }
end

`
