-- ARGV: 2 partition, 3 most, 4 most bytes.
local partition, most, bytes = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
