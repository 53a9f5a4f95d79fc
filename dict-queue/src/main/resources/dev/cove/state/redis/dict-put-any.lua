-- ARGV: 2 condition (ALWAYS, ABSENT, PRESENT), 3 ttl, 4 field, 5 null, 6 value.
local condition, ttl, field, null, value = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
