-- The common case, before anything is defined that it does not need: the value of a field that never expires.
local value = redis.call('HGET', KEYS[1] .. ':h', ARGV[2])
if value and value ~= '' and not redis.call('ZSCORE', KEYS[1] .. ':x', ARGV[2]) then return value end
