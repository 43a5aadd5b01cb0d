// A part of the prelude: in WebAssembly a C long has 32 bits, and in Redis' Lua it has 64. What string.format,
// tonumber and struct do with numbers that need more is done here; all others go on to the package.

export const wide = `
local two32, two63 = 4294967296, 9223372036854775808

-- Whether there is a number, or a string that is one, below least or beyond 2^31.
local function isBeyond(least, value)
  local kind = type(value)
  if kind == 'string' then
    value = tonumber(value)
    if not value then return false end
  elseif kind ~= 'number' then return false end
  return not (value >= least and value < 2147483648)
end

local function areBeyond(least, n, a, b, c, ...)
  if n > 0 and isBeyond(least, a) or n > 1 and isBeyond(least, b) or n > 2 and isBeyond(least, c) then
    return true
  end
  for i = 1, n - 3 do
    if isBeyond(least, (select(i, ...))) then return true end
  end
  return false
end

-- Answers what a function of the package did. Its errors name the place that called the one in front of it.
local function passed(name, ok, ...)
  if ok then return ... end
  local message = ...
  if message == 'not enough memory' then error(message, 0) end
  message = gsub(gsub(message, '^quorate:%d+: ', ''), "to '%?'", "to '" .. name .. "'", 1)
  for level = 3, 40 do
    local _, where = pcall(error, '', level)
    if find(where, '^user_%a+:%d+: ') then error(where .. message, 0) end
  end
  -- A call in a return leaves no frame behind.
  error('user_script:1: ' .. message, 0)
end

-- A number as C makes a long of it, as two halves without sign.
local function halves(number, isSigned)
  if number ~= number or number < -two63 or isSigned and number >= two63 then return 2147483648, 0 end
  if number >= two63 * 2 then return 0, 0 end
  number = number < 0 and ceil(number) or floor(number)
  local low = number % two32
  return (number - low) / two32 % two32, low
end

local function negated(high, low)
  if low == 0 then return (two32 - high) % two32, 0 end
  return two32 - 1 - high, two32 - low
end

local function decimal(high, low)
  local digits = ''
  while high > 0 or low >= 1000000 do
    local rest = high % 1000000 * two32 + low
    digits = format('%06d', rest % 1000000) .. digits
    high, low = floor(high / 1000000), floor(rest / 1000000)
  end
  return (gsub(low .. digits, '^0+(.)', '%1'))
end

local function hexadecimal(high, low)
  return (gsub(format('%08x%08x', high, low), '^0+(.)', '%1'))
end

local function octal(high, low)
  local middle = high * 4 + floor(low / 1073741824)
  local digits = format('%o%010o%010o', floor(middle / 1073741824), middle % 1073741824, low % 1073741824)
  return (gsub(digits, '^0+(.)', '%1'))
end

-- One conversion of a number that needs 64 bits.
local function spelledOut(kind, flags, width, precision, number)
  local sign, digits = '', nil
  local high, low = halves(number, kind == 'd' or kind == 'i')
  if kind == 'd' or kind == 'i' then
    if high >= 2147483648 then
      sign = '-'
      high, low = negated(high, low)
    elseif find(flags, '+', 1, true) then sign = '+'
    elseif find(flags, ' ', 1, true) then sign = ' ' end
    digits = decimal(high, low)
  elseif kind == 'u' then digits = decimal(high, low)
  elseif kind == 'o' then digits = octal(high, low)
  else digits = hexadecimal(high, low) end
  if precision ~= '' then
    local least = tonumber(sub(precision, 2)) or 0
    digits = least == 0 and digits == '0' and '' or rep('0', least - #digits) .. digits
  end
  if find(flags, '#', 1, true) then
    if kind == 'o' and sub(digits, 1, 1) ~= '0' then digits = '0' .. digits end
    if find(kind, '[xX]') and high + low > 0 then sign = '0x' end
  end
  if kind == 'X' then sign, digits = upper(sign), upper(digits) end
  local room = (tonumber(width) or 0) - #sign - #digits
  if find(flags, '-', 1, true) then return sign .. digits .. rep(' ', room) end
  if precision == '' and find(flags, '0', 1, true) then return sign .. rep('0', room) .. digits end
  return rep(' ', room) .. sign .. digits
end

-- Whether the package converts a number as Redis does.
local function isNarrow(number, isSigned)
  if isSigned then return number > -2147483649 and number < 2147483648 end
  return number > -1 and number < two32
end

local function widened(pattern, ...)
  local values, at, isWide = { ... }, 0, false
  local made = gsub(pattern, '%%([-+ #0]*)(%d*)(%.?%d*)(.)', function(flags, width, precision, kind)
    if kind == '%' then return end
    at = at + 1
    if not find(kind, '[diouxX]') or #flags > 5 or #width > 2 or #precision > 3 then return end
    local number = tonumber(values[at])
    if not number or isNarrow(number, kind == 'd' or kind == 'i') then return end
    values[at], isWide = spelledOut(kind, flags, width, precision, number), true
    return '%s'
  end)
  if isWide then return format(made, unpack(values, 1, select('#', ...))) end
  return format(pattern, ...)
end

local function formatted(pattern, ...)
  return areBeyond(0, select('#', ...), ...) and type(pattern) == 'string'
    and find(pattern, '%%[-+ #0]*%d*%.?%d*[diouxX]')
end

-- A function in front of one of the package: which of the two takes a call is asked with its arguments.
local function before(name, narrow, isWide, wide)
  return function(...)
    if isWide(...) then return passed(name, pcall(wide, ...)) end
    return passed(name, pcall(narrow, ...))
  end
end

string.format = before('format', format, formatted, widened)

local function digitsToNumber(text, base)
  local _, _, sign, digits = find(text, '^%s*([-+]?)(%w+)')
  if base == 16 then digits = gsub(digits, '^0[xX]', '') end
  if digits == '' then return nil end
  local high, low = 0, 0
  for i = 1, #digits do
    low = low * base + tonumber(sub(digits, i, i), base)
    high = high * base + floor(low / two32)
    low = low % two32
    if high >= two32 then return two32 * two32 end
  end
  if sign == '-' then high, low = negated(high, low) end
  return high * two32 + low
end

_G.tonumber = function(...)
  local value, base = ...
  if base == nil then
    if select('#', ...) > 0 then return tonumber(value) end
    return passed('tonumber', pcall(tonumber))
  end
  local number = passed('tonumber', pcall(tonumber, ...))
  if number and tonumber(base) ~= 10 then return digitsToNumber(tostring(value), floor(tonumber(base))) end
  return number
end
`
