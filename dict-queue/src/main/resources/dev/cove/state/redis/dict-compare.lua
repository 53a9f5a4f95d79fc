-- ARGV: 2 ttl, 3 field, 4 expected null, 5 expected, 6 null, 7 value. 1 if stored.
return once(function()
  local field = ARGV[3]
  local found = live(field)
  local expected = ARGV[5]
  if ARGV[4] == '1' then expected = 0 end
  if found ~= expected then return 0, false end
  store(field, ARGV[6], ARGV[7], ARGV[2], now())
  sweep(2)
  return 1, true
end)
