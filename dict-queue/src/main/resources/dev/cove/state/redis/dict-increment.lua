-- ARGV: 4 ttl, 5 field, 6 delta. The sum as text: a number here is a double.
return once(function()
  local field = ARGV[5]
  local found = live(field)
  if found == 0 then return redis.error_reply('COVENUMBER'), false end
  if found == false then erase(field) end
  redis.call('HINCRBY', h, field, ARGV[6])
  if found == false and ARGV[4] ~= '0' then redis.call('ZADD', x, now() + ARGV[4], field) end
  sweep(2)
  return redis.call('HGET', h, field), true
end)
