-- ARGV: 2 partition, 3 number, 4 token, 5 what to do (ACKNOWLEDGE, GIVE_BACK, EXTEND), 6 lease. 1, or 0 if the lease has ended.
return once(function()
  local partition, number, time = ARGV[2], ARGV[3], now()
  local i, b, l, v = of(partition)
  local ends = not over(partition, time) and redis.call('ZSCORE', l, number)
  if not ends or tonumber(ends) <= time or leased(v, number) ~= ARGV[4] then return 0, false end
  if ARGV[5] == 'EXTEND' then
    redis.call('ZADD', l, time + ARGV[6], number)
    return 1, true
  end
  redis.call('ZREM', l, number)
  if ARGV[5] == 'GIVE_BACK' then
    redis.call('ZADD', b, number, number)
    ring(partition)
  else
    redis.call('HDEL', v, number)
    tidy(partition)
    ringForRoom(partition)
  end
  return 1, true
end)
