-- What the scripts of a queue share. p: the partitions that hold items, by the time they expire (inf: never); the main one,
-- whose key is empty, only if it expires. Of each partition: i, the list of items; and of items that were leased, under the
-- number each got then: l, by the time the lease ends; b, those that are back, by number; v, token, delivery and item.
-- Those in b were taken before anything in i, so b goes first and the order is that of the puts.
local p = meta .. ':p'
local inf = math.huge

local function of(partition)
  return meta .. ':i:' .. partition, meta .. ':b:' .. partition, meta .. ':l:' .. partition, meta .. ':v:' .. partition
end

local function drop(partition)
  redis.call('UNLINK', of(partition))
  redis.call('ZREM', p, partition)
end

local function over(partition, time)
  local expires = redis.call('ZSCORE', p, partition)
  return expires and tonumber(expires) <= time
end

local function dropOver(most)
  local partitions = redis.call('ZRANGEBYSCORE', p, '-inf', now(), 'LIMIT', 0, most)
  for _, partition in ipairs(partitions) do drop(partition) end
end

-- Puts back the items whose lease has ended.
local function restore(partition, time)
  local i, b, l = of(partition)
  local ended = redis.call('ZRANGEBYSCORE', l, '-inf', time, 'LIMIT', 0, 1000)
  for _, number in ipairs(ended) do
    redis.call('ZREM', l, number)
    redis.call('ZADD', b, number, number)
  end
end

-- A partition goes with its last item.
local function tidy(partition)
  local i, b, l, v = of(partition)
  if redis.call('EXISTS', b, l) == 0 then
    redis.call('DEL', v)
    if redis.call('EXISTS', i) == 0 then redis.call('ZREM', p, partition) end
  end
end

local function size(partition, time)
  if over(partition, time) then return 0 end
  local i, b, l = of(partition)
  return redis.call('LLEN', i) + redis.call('ZCARD', b) + redis.call('ZCOUNT', l, '-inf', time)
end

-- How long until a lease ends, in milliseconds; -1 for none.
local function wait(partition, time)
  local i, b, l = of(partition)
  local first = redis.call('ZRANGE', l, 0, 0, 'WITHSCORES')
  return first[2] and math.max(0, first[2] - time) or -1
end

local function ring(partition)
  redis.call('PUBLISH', meta .. ':bell', partition)
end

-- 0 for no bound; its key c is there only if there is one.
local function capacity()
  return tonumber(redis.call('GET', meta .. ':c') or 0)
end

local function ringForRoom(partition)
  if capacity() > 0 then ring(partition) end
end

-- The item of a number that was leased: token, delivery, item.
local function leased(v, number)
  local kept = redis.call('HGET', v, number)
  return string.sub(kept, 1, 16), tonumber(string.sub(kept, 17, 24)), string.sub(kept, 25)
end
