-- ARGV: 2 what else goes: KEEP, or DELETE for the dict itself. UNLINK frees in the background.
return once(function()
  redis.call('UNLINK', h, x, n)
  if ARGV[2] == 'DELETE' then redis.call('DEL', meta) end
  return 1, true
end)
