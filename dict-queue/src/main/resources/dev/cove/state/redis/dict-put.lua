-- ARGV: 4 condition (ALWAYS, ABSENT, PRESENT), 5 ttl, 6 field, 7 null, 8 value. 1 if stored.
return once(function()
  local field = ARGV[6]
  if ARGV[4] ~= 'ALWAYS' and (live(field) ~= false) ~= (ARGV[4] == 'PRESENT') then return 0, false end
  store(field, ARGV[7], ARGV[8], ARGV[5], now())
  sweep(2)
  return 1, true
end)
