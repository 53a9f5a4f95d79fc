-- 1 if stored.
return once(function()
  if condition ~= 'ALWAYS' and (live(field) ~= false) ~= (condition == 'PRESENT') then return 0, false end
  store(field, null, value, ttl, now())
  sweep(2)
  return 1, true
end)
