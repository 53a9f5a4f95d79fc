-- ARGV: 2 what goes: ONE partition, ALL of them, or DELETE for the queue itself; 3 partition.
return once(function()
  if ARGV[2] == 'ONE' then
    drop(ARGV[3])
    ringForRoom(ARGV[3])
    return 1, true
  end
  local partitions = redis.call('ZRANGE', p, 0, -1)
  partitions[#partitions + 1] = ''
  for _, partition in ipairs(partitions) do
    drop(partition)
    ring(partition)
  end
  if ARGV[2] == 'DELETE' then redis.call('DEL', meta, p, meta .. ':c') end
  return 1, true
end)
