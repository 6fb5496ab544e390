/**
 * The scripts that run inside Redis. The extent is one text behind its MAC. A key of another type in its place counts as none.
 * The scripts cannot verify a MAC: they compare, and the reader of their answer verifies.
 */

/** Reads the extent's text, and publishes it if there is one. ARGV: publish command, its time to live in milliseconds. */
const TELL = `
local extent = redis.pcall('GET', KEYS[1])
if type(extent) == 'string' then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  redis.call(ARGV[1], KEYS[2], extent)
end`

/** KEYS: extent, watermark. ARGV: as above. */
export const WATERMARK = `${TELL}
return type(extent) == 'string' and extent`

/**
 * KEYS: extent, watermark. ARGV: publish command, time to live in milliseconds, the extent to begin with, an extent without a
 * valid MAC.
 *
 * It publishes a new copy's extent before anything is appended. So a gateway sees the low watermark before the first message
 * above it, and knows that messages below may never have been published.
 */
export const OPEN = `
local extent = redis.pcall('GET', KEYS[1])
if type(extent) == 'string' and extent ~= ARGV[4] then return extent end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[2])
redis.call(ARGV[1], KEYS[2], ARGV[3])
return ARGV[3]`

/**
 * KEYS: extent, then recent stream and live channel of each channel. ARGV: the extent to append to, without its MAC; the extent
 * afterwards; its time to live in milliseconds. Then the publish command, the stream length, and the streams' time to live in
 * milliseconds. Then, for each entry, the index of its stream's key, and its encoding behind its MAC. The index of a deletion is
 * negative: the script first empties that channel's stream, which may hold what was deleted. A reader then sees by \`previous\` that
 * messages are missing, and reads them from the log.
 *
 * If Redis is elsewhere, another bridge may have appended the first entries. The others are appended only if Redis' last message
 * is one of these. So Redis always holds one history of the log.
 *
 * A Redis that evicted the extent may have kept a stream that goes beyond the new one. It takes no lower id, so the script begins
 * the stream again; a failure would stop the bridges until the stream expires.
 */
export const APPEND = `
local extent = redis.pcall('GET', KEYS[1])
if type(extent) ~= 'string' then return false end
local PLACE = ' (%d+) (%S+) (%d+)$'
local place, id, low = string.match(extent, PLACE)
local after, afterId, afterLow = string.match(ARGV[1], PLACE)
if low ~= afterLow then return extent end
local position = tonumber(after)
local first = 7
if place ~= after or id ~= afterId then
  local done = tonumber(place) - position
  if done < 1 or 2 * done > #ARGV - 6 then return extent end
  first = first + 2 * done
  if string.match(ARGV[first - 1], '^[^{]*{"position":%d+,"previous":%d+,"id":"([^"]+)"') ~= id then
    return extent
  end
  position = position + done
  if first > #ARGV then return extent end
end
for i = first, #ARGV, 2 do
  position = position + 1
  local index = tonumber(ARGV[i])
  local key = math.abs(index)
  if index < 0 then redis.call('DEL', KEYS[key]) end
  local add = {'XADD', KEYS[key], 'MAXLEN', '~', ARGV[5], string.format('%d-0', position), 'm', ARGV[i + 1]}
  if type(redis.pcall(unpack(add))) == 'table' then
    redis.call('DEL', KEYS[key])
    redis.call(unpack(add))
  end
  redis.call('PEXPIRE', KEYS[key], ARGV[6])
  redis.call(ARGV[4], KEYS[key + 1], ARGV[i + 1])
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return ARGV[2]`
