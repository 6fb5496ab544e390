/**
 * Keeps and ends leases in some channels, and tells what changed there. By Redis' own clock, so that the gateways' clocks may differ.
 *
 * KEYS: the life; then the people and the stamp of each channel. ARGV: a new life, a lease in milliseconds, the grace, the most people
 * to list. Then for each channel: the stamp that the caller knows, and how many texts to keep, to end and to drop; then these.
 *
 * A lease that ends is only shortened to the grace: a gateway that has the same person renews it before that is over. So nobody has to
 * know who else has them.
 *
 * It answers the life, and for each channel false if its stamp is the known one. Otherwise the stamp, the number of people, and all of
 * them if they are not too many.
 */
export const PRESENCE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local life = redis.pcall('GET', KEYS[1])
if type(life) ~= 'string' then
  life = ARGV[1]
  redis.call('SET', KEYS[1], life)
end
local lease, grace, limit = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local answer = {life}
local at = 5
for k = 2, #KEYS, 2 do
  local people, stamp = KEYS[k], KEYS[k + 1]
  local known, keeps, ends, drops = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  at = at + 4
  local gone = redis.pcall('ZREMRANGEBYSCORE', people, '-inf', now)
  if type(gone) ~= 'number' then
    redis.call('DEL', people)
    gone = 1
  end
  local changed = gone
  local add = {'ZADD', people}
  for i = at, at + keeps - 1 do
    add[#add + 1] = now + lease
    add[#add + 1] = ARGV[i]
  end
  at = at + keeps
  for i = at, at + ends - 1 do
    local score = redis.call('ZSCORE', people, ARGV[i])
    if score and tonumber(score) > now + grace then redis.call('ZADD', people, now + grace, ARGV[i]) end
  end
  at = at + ends
  for i = at, at + drops - 1 do changed = changed + redis.call('ZREM', people, ARGV[i]) end
  at = at + drops
  if keeps > 0 then
    changed = changed + redis.call(unpack(add))
    redis.call('PEXPIRE', people, 2 * lease)
  end
  if changed > 0 then redis.call('SET', stamp, time[1] .. '.' .. time[2], 'PX', 2 * lease) end
  local last = redis.pcall('GET', stamp)
  if type(last) ~= 'string' then
    last = time[1] .. '.' .. time[2]
    redis.call('SET', stamp, last, 'PX', 2 * lease)
  elseif keeps > 0 then
    redis.call('PEXPIRE', stamp, 2 * lease)
  end
  if last == known then
    answer[#answer + 1] = false
  else
    local count = redis.call('ZCARD', people)
    local state = {last, count}
    if count <= limit then state[3] = redis.call('ZRANGE', people, 0, -1) end
    answer[#answer + 1] = state
  end
end
return answer`
