-- The common case, before anything is defined that it does not need: the dict has neither expiring fields nor nulls. The lane
-- is written first, with the reply that is to come (1), and set right again in the rare case that the change had been done.
-- ARGV: 2 field, 3 value.
local call, key, lane, number = redis.call, KEYS[1], KEYS[2], string.sub(ARGV[1], 1, 16)
if call('EXISTS', key, key .. ':x', key .. ':n') == 1 then
  local last = call('SET', lane, number .. '\1', 'EX', '600', 'GET')
  if not last or string.sub(last, 1, 16) < number then
    call('HSET', key .. ':h', ARGV[2], ARGV[3])
    return 1
  end
  call('SET', lane, last, 'EX', '600')
end
local condition, ttl, field, null, value = 'ALWAYS', '0', ARGV[2], '0', ARGV[3]
