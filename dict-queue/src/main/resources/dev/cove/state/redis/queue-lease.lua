-- ARGV: 2 partition, 3 lease, 4 token. Item, delivery and number; or how long until a lease ends.
return once(function()
  local partition, time = ARGV[2], now()
  if over(partition, time) then drop(partition) end
  restore(partition, time)
  local i, b, l, v = of(partition)
  local number = redis.call('ZPOPMIN', b)[1]
  local token, delivery, item
  if number then
    token, delivery, item = leased(v, number)
  else
    delivery, item = 0, redis.call('LPOP', i)
    if not item then return wait(partition, time), false end
    number = tostring(redis.call('HINCRBY', v, 'last', 1))
  end
  redis.call('HSET', v, number, ARGV[4] .. string.format('%08d', delivery + 1) .. item)
  redis.call('ZADD', l, time + ARGV[3], number)
  return {item, delivery + 1, number}, true
end)
