/** News that one answer brings at most. */
export const NEWS_PAGE = 500
/** News that Redis keeps. A gateway that has missed more is told that it has. */
export const NEWS_KEPT = 10_000

/**
 * Keeps and shortens leases in some channels, and tells what changed in all of them. By Redis' own clock, so that the gateways' clocks
 * may differ.
 *
 * KEYS: the news; then the people of each channel. ARGV: a new life, the number of the last news that the caller knows or -1, a lease in
 * milliseconds, the most people to list, and the length of what stands before a channel in its key. Then for each channel: 1 to
 * be told its people in any case, how many leases to shorten, and how many to keep; then the texts of the former, each behind
 * the milliseconds that are left to it; then those of the latter.
 *
 * It answers the life; the number of the last news that the caller knows now; 1 if more has been lost; the news; and for each channel
 * the milliseconds until the next lease ends, or -1. If it was asked for the people, or has changed them, their number follows, and all
 * of them if they are not too many.
 *
 * The news are read before anything is changed, and the number is taken after it: so nobody is told what they did themselves.
 */
export const PRESENCE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local news, life, since = KEYS[1], ARGV[1], tonumber(ARGV[2])
local lease, limit, prefix = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local first = redis.pcall('ZRANGE', news, 0, 0, 'WITHSCORES')
if first.err or first[2] ~= '0' then
  redis.call('DEL', news)
  redis.call('ZADD', news, 0, life)
else
  life = first[1]
end
local last = tonumber(redis.call('ZRANGE', news, -1, -1, 'WITHSCORES')[2])
local number, lost, told = last, 0, {}
if since > last then
  lost = 1
elseif since >= 0 and since < last then
  if redis.call('ZCARD', news) >= ${NEWS_KEPT} and tonumber(redis.call('ZRANGE', news, 1, 1, 'WITHSCORES')[2]) > since + 1 then
    lost = 1
  else
    told = redis.call('ZRANGEBYSCORE', news, '(' .. ARGV[2], '+inf', 'LIMIT', 0, ${NEWS_PAGE})
    if #told == ${NEWS_PAGE} then number = tonumber(redis.call('ZSCORE', news, told[#told])) end
  end
end
local answer = {life, 0, lost, told}
local add = {'ZADD', news}
local function tell(text)
  add[#add + 1] = last + #add / 2
  add[#add + 1] = text
end
local at = 6
for k = 2, #KEYS do
  local people = KEYS[k]
  local channel = string.sub(people, prefix + 1)
  local asked, ends, keeps = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  at = at + 3
  local changed = redis.pcall('ZREMRANGEBYSCORE', people, '-inf', now)
  if type(changed) ~= 'number' then
    redis.call('DEL', people)
    changed = 1
  end
  for i = at, at + 2 * ends - 1, 2 do
    local score, stop = redis.call('ZSCORE', people, ARGV[i + 1]), now + tonumber(ARGV[i])
    if score and tonumber(score) > stop then
      redis.call('ZADD', people, stop, ARGV[i + 1])
      tell(channel .. ' ' .. ARGV[i] .. ' ' .. ARGV[i + 1])
    end
  end
  at = at + 2 * ends
  if keeps > 0 then
    local keep = {'ZADD', people}
    for i = at, at + keeps - 1 do
      keep[#keep + 1] = now + lease
      keep[#keep + 1] = ARGV[i]
    end
    at = at + keeps
    changed = changed + redis.call(unpack(keep))
    redis.call('PEXPIRE', people, 2 * lease)
  end
  if changed > 0 then tell(channel) end
  local next = redis.call('ZRANGE', people, 0, 0, 'WITHSCORES')
  local state = {next[2] and next[2] - now or -1}
  if changed > 0 or asked == '1' then
    state[2] = redis.call('ZCARD', people)
    if state[2] <= limit then state[3] = redis.call('ZRANGE', people, 0, -1) end
  end
  answer[#answer + 1] = state
end
if #add > 2 then
  redis.call(unpack(add))
  redis.call('ZREMRANGEBYRANK', news, 1, -${NEWS_KEPT})
  if number == last then number = last + #add / 2 - 1 end
end
answer[2] = tostring(number)
return answer`
