-- What the scripts of a dict share. h: the hash of values. x: fields that expire, by time. n: fields that hold null.
local h, x, n = meta .. ':h', meta .. ':x', meta .. ':n'

-- The field's value, 0 for null, false for none or an expired one.
local function live(field)
  local value = redis.call('HGET', h, field)
  if not value then return false end
  local expires = redis.call('ZSCORE', x, field)
  if expires and tonumber(expires) <= now() then return false end
  if value == '' and redis.call('SISMEMBER', n, field) == 1 then return 0 end
  return value
end

local function erase(field)
  redis.call('ZREM', x, field)
  redis.call('SREM', n, field)
  return redis.call('HDEL', h, field)
end

local function store(field, null, value, ttl, time)
  redis.call('HSET', h, field, value)
  if null == '1' then redis.call('SADD', n, field) else redis.call('SREM', n, field) end
  if ttl == '0' then redis.call('ZREM', x, field) else redis.call('ZADD', x, time + ttl, field) end
end

-- Removes a few expired fields; twice as many as a write can add.
local function sweep(most)
  local fields = redis.call('ZRANGEBYSCORE', x, '-inf', now(), 'LIMIT', 0, most)
  for _, field in ipairs(fields) do erase(field) end
end
