-- ARGV: 4 partition, 5 capacity wanted (-1: any), 6 most partitions, 7 ttl, then the items. 1 if added, 0 if there is no room.
return once(function()
  local partition, time = ARGV[4], now()
  local room = capacity()
  if ARGV[5] ~= '-1' and tonumber(ARGV[5]) ~= room then return redis.error_reply('COVECAPACITY ' .. room), false end
  local i, b, l, v = of(partition)
  if over(partition, time) then drop(partition) end
  if room > 0 and redis.call('LLEN', i) + redis.call('ZCARD', b) + redis.call('ZCARD', l) + #ARGV - 7 > room then
    return 0, false
  end
  local fresh = partition ~= '' and not redis.call('ZSCORE', p, partition)
  if fresh then
    local most = tonumber(ARGV[6])
    if redis.call('ZSCORE', p, '') then most = most + 1 end
    if redis.call('ZCARD', p) >= most then dropOver(most) end
    if redis.call('ZCARD', p) >= most then return redis.error_reply('COVEPARTITIONS'), false end
  end
  -- 1000: unpack is bounded by the stack
  for from = 8, #ARGV, 1000 do redis.call('RPUSH', i, unpack(ARGV, from, math.min(from + 999, #ARGV))) end
  if ARGV[7] ~= '0' then
    local expires = time + ARGV[7]
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
