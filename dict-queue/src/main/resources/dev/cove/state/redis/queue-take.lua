-- The items; or, if there are none, how long until a lease ends.
return once(function()
  local time, items = now(), {}
  if over(partition, time) then drop(partition) end
  restore(partition, time)
  local i, b, l, v = of(partition)
  while #items < most and bytes > 0 do
    local first = redis.call('ZPOPMIN', b)
    if not first[1] then break end
    local token, delivery, item = leased(v, first[1])
    redis.call('HDEL', v, first[1])
    items[#items + 1] = item
    bytes = bytes - #item + 1
  end
  while #items < most and bytes > 0 do
    local some = redis.call('LRANGE', i, 0, math.min(most - #items, 500) - 1)
    local taken = 0
    while taken < #some and bytes > 0 do
      taken = taken + 1
      items[#items + 1] = some[taken]
      bytes = bytes - #some[taken] + 1
    end
    if taken == 0 then break end
    redis.call('LTRIM', i, taken, -1)
  end
  if #items == 0 then return wait(partition, time), false end
  tidy(partition)
  ringForRoom(partition)
  return items, true
end)
