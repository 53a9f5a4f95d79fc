-- ARGV: 2 partition, 3 capacity wanted (-1: any), 4 most partitions, 5 ttl, then the items.
local partition, wanted, mostPartitions, ttl, first = ARGV[2], ARGV[3], ARGV[4], ARGV[5], 6
