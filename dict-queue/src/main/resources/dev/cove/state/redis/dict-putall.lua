-- ARGV: 2 ttl, then field, null, value of each.
return once(function()
  local time = now()
  for i = 3, #ARGV, 3 do store(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[2], time) end
  sweep(100)
  return 1, true
end)
