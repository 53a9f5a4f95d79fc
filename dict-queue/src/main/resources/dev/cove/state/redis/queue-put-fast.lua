-- The common case, before anything is defined that it does not need: an item for the main partition of a queue without a
-- capacity (its key c), without other partitions, and without an expiry. The lane as in dict-put-fast. ARGV: 2 item.
local call, key, lane, number = redis.call, KEYS[1], KEYS[2], string.sub(ARGV[1], 1, 16)
if call('EXISTS', key, key .. ':p', key .. ':c') == 1 then
  local last = call('SET', lane, number .. '\1', 'EX', '600', 'GET')
  if not last or string.sub(last, 1, 16) < number then
    call('RPUSH', key .. ':i:', ARGV[2])
    call('PUBLISH', key .. ':bell', '')
    return 1
  end
  call('SET', lane, last, 'EX', '600')
end
local partition, wanted, mostPartitions, ttl, first = '', '-1', '0', '0', 2
