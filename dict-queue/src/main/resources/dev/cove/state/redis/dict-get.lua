-- ARGV: 2 field. The value, 0 for null, nil for none.
local value = live(ARGV[2])
if not value then return unknown() or false end
return value
