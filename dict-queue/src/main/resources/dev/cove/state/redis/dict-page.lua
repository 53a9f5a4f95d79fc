-- ARGV: 2 cursor, 3 count, 4 want (KEYS, ENTRIES). The next cursor, then the fields, each with its value if wanted.
local failed = unknown()
if failed then return failed end
local scanned = redis.call('HSCAN', h, ARGV[2], 'COUNT', ARGV[3])
local found, time, page = scanned[2], now(), {scanned[1]}
local expiring, nulls = redis.call('EXISTS', x) == 1, redis.call('EXISTS', n) == 1
for i = 1, #found, 2 do
  local field, value = found[i], found[i + 1]
  local expires = expiring and redis.call('ZSCORE', x, field)
  if not expires or tonumber(expires) > time then
    page[#page + 1] = field
    if ARGV[4] == 'ENTRIES' then
      if nulls and value == '' and redis.call('SISMEMBER', n, field) == 1 then value = 0 end
      page[#page + 1] = value
    end
  end
end
return page
