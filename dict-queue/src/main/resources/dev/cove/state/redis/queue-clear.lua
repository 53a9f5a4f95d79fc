-- ARGV: 4 what goes: ONE partition, ALL of them, or DELETE for the queue itself; 5 partition.
return once(function()
  if ARGV[4] == 'ONE' then
    drop(ARGV[5])
    ringForRoom(ARGV[5])
    return 1, true
  end
  local partitions = redis.call('ZRANGE', p, 0, -1)
  partitions[#partitions + 1] = ''
  for _, partition in ipairs(partitions) do
    drop(partition)
    ring(partition)
  end
  if ARGV[4] == 'DELETE' then redis.call('DEL', meta, p) end
  return 1, true
end)
