-- ARGV: 2 ttl, 3 field, 4 delta. The sum as text: a number here is a double.
return once(function()
  local field = ARGV[3]
  local found = live(field)
  if found == 0 then return redis.error_reply('COVENUMBER'), false end
  if found == false then erase(field) end
  redis.call('HINCRBY', h, field, ARGV[4])
  if found == false and ARGV[2] ~= '0' then redis.call('ZADD', x, now() + ARGV[2], field) end
  sweep(2)
  return redis.call('HGET', h, field), true
end)
