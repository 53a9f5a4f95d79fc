-- ARGV: 4 partition, 5 lease, 6 token. Item, delivery and number; or how long until a lease ends.
return once(function()
  local partition, time = ARGV[4], now()
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
  redis.call('HSET', v, number, ARGV[6] .. string.format('%08d', delivery + 1) .. item)
  redis.call('ZADD', l, time + ARGV[5], number)
  return {item, delivery + 1, number}, true
end)
