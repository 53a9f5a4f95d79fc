-- ARGV: 2 partition.
return unknown() or size(ARGV[2], now())
