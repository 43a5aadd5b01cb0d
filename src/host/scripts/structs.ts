// A part of the prelude, behind `wide-numbers`: what struct does with integers of more than 32 bits. Formats and
// numbers that the package handles as Redis does go on to it.

export const structs = String.raw`
local narrowPack, narrowUnpack, narrowSize = struct.pack, struct.unpack, struct.size
local lengths = { b = 1, h = 2, l = 8, T = 8, i = 4, f = 4, d = 8, x = 1, c = 1 }

-- What is known of formats.
local known, count = {}, 0

local function isWideFormat(pattern)
  if type(pattern) ~= 'string' then return false end
  local isWide = known[pattern]
  if isWide ~= nil then return isWide end
  isWide = find(pattern, '[lLT]') or find(pattern, '[iI][5-9]') or find(pattern, '[iI]%d%d')
  count = count + 1
  if count > 256 or #pattern > 256 then known, count = {}, 0 end
  known[pattern] = isWide and true or false
  return isWide
end

local function badArgument(at, name, text)
  error('bad argument #' .. at .. " to '" .. name .. "' (" .. text .. ')', 0)
end

-- Goes over a format: take(kind, size, start, isBig) for each item answers its size where it is another one.
local function walk(pattern, name, start, take)
  local at, offset, align, isBig = 1, start, 1, false
  while at <= #pattern do
    local kind = sub(pattern, at, at)
    at = at + 1
    local digits = find(kind, '[ciI!]') and match(pattern, '^%d+', at) or ''
    at = at + #digits
    local count = tonumber(digits)
    if count and count > 2147483647 then error('integral size overflow', 0) end
    if kind == '>' or kind == '<' then isBig = kind == '>'
    elseif kind == '!' then
      align = count or 8
      local bits = align
      while bits > 1 and bits % 2 == 0 do bits = bits / 2 end
      if bits ~= 1 then error('alignment ' .. align .. ' is not a power of 2', 0) end
    elseif kind ~= ' ' then
      local size = count or lengths[kind] or lengths[lower(kind)] or 0
      local isKnown = kind == 's' or lengths[kind] or find(kind, '[BHLI]')
      local isPassed = name == 'size' and find(kind, '%w')
      if not isKnown and not isPassed then
        badArgument(1, name, "invalid format option '" .. kind .. "'")
      end
      if find(kind, '[iI]') and size > 32 then
        error('integral size ' .. size .. ' is larger than limit of 32', 0)
      end
      local gap = 0
      if size > 0 and kind ~= 'c' and kind ~= 's' then
        -- As C's (size - (offset & (size - 1))) & (size - 1), which means sizes that are powers of 2.
        local unit = size > align and align or size
        gap = bit.band(unit - bit.band(offset, unit - 1), unit - 1)
      end
      offset = offset + gap
      offset = offset + (take(kind, size, offset, gap, isBig) or size)
    end
  end
  return offset
end

local function bytesOf(number, size, isBig)
  local high, low = halves(number, number < 0)
  local made = ''
  for i = 0, size - 1 do
    local half = i < 4 and low or i < 8 and high or 0
    local byte = char(floor(half / 256 ^ (i % 4)) % 256)
    made = isBig and byte .. made or made .. byte
  end
  return made
end

local function numberOf(bytes, isSigned, isBig)
  local high, low = 0, 0
  for i = 1, #bytes do
    local next = byte(bytes, isBig and i or #bytes + 1 - i)
    high = (high * 256 + floor(low / 16777216)) % two32
    low = low % 16777216 * 256 + next
  end
  if isSigned and #bytes > 0 then
    -- C shifts by the width less one, and by what is left of that beyond 64.
    local shift = (#bytes * 8 - 1) % 64
    local isSet
    if shift < 32 then isSet = high > 0 or low >= 2 ^ shift else isSet = high >= 2 ^ (shift - 32) end
    if isSet then
      if shift < 32 then high, low = two32 - 1, low % 2 ^ shift + two32 - 2 ^ shift
      else high = high % 2 ^ (shift - 32) + two32 - 2 ^ (shift - 32) end
    end
    if high >= 2147483648 then
      high, low = negated(high, low)
      return -(high * two32 + low)
    end
  end
  return high * two32 + low
end

local function checked(at, name, wanted, value)
  local known = wanted == 'number' and tonumber(value) or nil
  if wanted == 'string' and (type(value) == 'string' or type(value) == 'number') then known = tostring(value) end
  if known == nil then
    badArgument(at, name, wanted .. ' expected, got ' .. type(value))
  end
  return known
end

local function widePack(pattern, ...)
  local values, parts, next = { ... }, {}, 1
  walk(pattern, 'pack', 0, function(kind, size, _, gap, isBig)
    local made = ''
    if kind == 'x' then made = '\0'
    else
      local value = values[next]
      next = next + 1
      if kind == 'f' or kind == 'd' then
        made = narrowPack((isBig and '>' or '<') .. kind, checked(next, 'pack', 'number', value))
      elseif kind == 'c' or kind == 's' then
        local text = checked(next, 'pack', 'string', value)
        if size == 0 then size = #text end
        if #text < size then badArgument(next + 1, 'pack', 'string too short') end
        made = kind == 's' and text .. '\0' or sub(text, 1, size)
      else made = bytesOf(checked(next, 'pack', 'number', value), size, isBig) end
    end
    parts[#parts + 1] = rep('\0', gap) .. made
    return #made
  end)
  return concat(parts)
end

local function wideUnpack(pattern, ...)
  if select('#', ...) == 0 then badArgument(2, 'unpack', 'string expected, got no value') end
  local data, from = ...
  data = checked(2, 'unpack', 'string', data)
  from = from == nil and 1 or checked(3, 'unpack', 'number', from)
  if from > -1 and from < 1 then badArgument(3, 'unpack', 'offset must be 1 or greater') end
  local made, n = {}, 0
  local ended = walk(pattern, 'unpack', floor(from) - 1, function(kind, size, start, _, isBig)
    local function fits()
      if start < 0 or start + size > #data then badArgument(2, 'unpack', 'data string too short') end
    end
    fits()
    if kind == 'x' then return end
    if kind == 's' then
      local last = find(data, '\0', start + 1, true)
      if not last then error('unfinished string in data', 0) end
      size = last - start
      n = n + 1
      made[n] = sub(data, start + 1, last - 1)
      return size
    end
    if kind == 'c' and size == 0 then
      if n == 0 or not tonumber(made[n]) then error("format 'c0' needs a previous size", 0) end
      size = floor(tonumber(made[n]))
      if size < 0 then size = two32 end
      n = n - 1
      fits()
    end
    local bytes = sub(data, start + 1, start + size)
    n = n + 1
    if kind == 'c' then made[n] = bytes
    elseif kind == 'f' or kind == 'd' then made[n] = narrowUnpack((isBig and '>' or '<') .. kind, bytes)
    else made[n] = numberOf(bytes, kind == lower(kind), isBig) end
    return size
  end)
  made[n + 1] = ended + 1
  return unpack(made, 1, n + 1)
end

local function wideSize(pattern)
  return walk(pattern, 'size', 0, function(kind, size)
    if kind == 's' then badArgument(1, 'size', "option 's' has no fixed size") end
    if kind == 'c' and size == 0 then badArgument(1, 'size', "option 'c0' has no fixed size") end
  end)
end

local function mustPack(pattern, ...)
  return isWideFormat(pattern)
    or areBeyond(-2147483648, select('#', ...), ...) and type(pattern) == 'string'
end

struct.pack = before('pack', narrowPack, mustPack, widePack)
struct.unpack = before('unpack', narrowUnpack, isWideFormat, wideUnpack)
struct.size = before('size', narrowSize, isWideFormat, wideSize)
`
