-- ARGV: 4 ttl, 5 field, 6 expected null, 7 expected, 8 null, 9 value. 1 if stored.
return once(function()
  local field = ARGV[5]
  local found = live(field)
  local expected = ARGV[7]
  if ARGV[6] == '1' then expected = 0 end
  if found ~= expected then return 0, false end
  store(field, ARGV[8], ARGV[9], ARGV[4], now())
  sweep(2)
  return 1, true
end)
