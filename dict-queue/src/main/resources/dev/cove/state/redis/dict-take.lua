-- ARGV: 2 field, 3 what to return: VALUE (0 for null, nil for none) or FLAG (1 or 0).
return once(function()
  local field = ARGV[2]
  local found = live(field)
  local there = erase(field) == 1
  if ARGV[3] == 'VALUE' then return found, there end
  return found ~= false and 1 or 0, there
end)
