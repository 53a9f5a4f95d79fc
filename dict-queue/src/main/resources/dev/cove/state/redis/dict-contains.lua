-- ARGV: 2 field. 1 or 0.
if redis.call('HEXISTS', h, ARGV[2]) == 0 then return unknown() or 0 end
local expires = redis.call('ZSCORE', x, ARGV[2])
if expires and tonumber(expires) <= now() then return 0 end
return 1
