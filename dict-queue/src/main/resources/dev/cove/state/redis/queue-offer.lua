-- 1 if the items, which are the arguments from the first on, were added; 0 if there is no room.
return once(function()
  local time = now()
  local room = capacity()
  if wanted ~= '-1' and tonumber(wanted) ~= room then return redis.error_reply('COVECAPACITY ' .. room), false end
  local i, b, l, v = of(partition)
  if over(partition, time) then drop(partition) end
  if room > 0 and redis.call('LLEN', i) + redis.call('ZCARD', b) + redis.call('ZCARD', l) + #ARGV - first + 1 > room then
    return 0, false
  end
  local fresh = partition ~= '' and not redis.call('ZSCORE', p, partition)
  if fresh then
    local most = tonumber(mostPartitions)
    if redis.call('ZSCORE', p, '') then most = most + 1 end
    if redis.call('ZCARD', p) >= most then dropOver(most) end
    if redis.call('ZCARD', p) >= most then return redis.error_reply('COVEPARTITIONS'), false end
  end
  -- 1000: unpack is bounded by the stack
  for from = first, #ARGV, 1000 do redis.call('RPUSH', i, unpack(ARGV, from, math.min(from + 999, #ARGV))) end
  if ttl ~= '0' then
    local expires = time + ttl
    redis.call('ZADD', p, expires, partition)
    -- Should nobody come by to drop it, the server does, a minute later.
    for _, key in ipairs({i, b, l, v}) do redis.call('PEXPIREAT', key, expires + 60000) end
  elseif fresh then
    redis.call('ZADD', p, 'inf', partition)
  end
  dropOver(2)
  ring(partition)
  return 1, true
end)
