-- ARGV: 2 created, 3 capacity. 1 if it was not there.
if redis.call('EXISTS', meta) == 1 then return 0 end
redis.call('HSET', meta, 'created', ARGV[2], 'capacity', ARGV[3])
if ARGV[3] ~= '0' then redis.call('SET', meta .. ':c', ARGV[3]) end
return 1
