local failed = unknown()
if failed then return failed end
local time = now()
local total = size('', time)
for _, partition in ipairs(redis.call('ZRANGEBYSCORE', p, '(' .. time, '+inf')) do
  if partition ~= '' then total = total + size(partition, time) end
end
return total
