-- The common case, before anything is defined that it does not need: an item from the main partition, where there are neither
-- other partitions, nor an expiry, nor a capacity, nor leases (then v is there).
local call, key, lane, number = redis.call, KEYS[1], KEYS[2], string.sub(ARGV[1], 1, 16)
if call('EXISTS', key, key .. ':p', key .. ':c', key .. ':v:') == 1 and call('GETRANGE', lane, '0', '15') < number then
  local item = call('LPOP', key .. ':i:')
  if not item then return -1 end
  call('SET', lane, number .. cmsgpack.pack(item), 'EX', '600')
  return item
end
local partition, most, bytes = '', 1, 1
