-- ARGV: 2 partition, 3 most, 4 most bytes. The oldest items, which stay.
local failed = unknown()
if failed then return failed end
local partition, time, items = ARGV[2], now(), {}
if over(partition, time) then return items end
local i, b, l, v = of(partition)
local most, bytes = tonumber(ARGV[3]), tonumber(ARGV[4])
-- Back already, or as good as back; of each kind the first so many are enough, ordered by number.
local numbers = redis.call('ZRANGE', b, 0, most - 1)
for _, number in ipairs(redis.call('ZRANGEBYSCORE', l, '-inf', time)) do numbers[#numbers + 1] = number end
table.sort(numbers, function(one, other) return tonumber(one) < tonumber(other) end)
for _, number in ipairs(numbers) do
  if #items == most or bytes <= 0 then return items end
  local token, delivery, item = leased(v, number)
  items[#items + 1] = item
  bytes = bytes - #item + 1
end
while #items < most and bytes > 0 do
  local from = #items - math.min(#numbers, #items)
  local some = redis.call('LRANGE', i, from, from + math.min(most - #items, 100) - 1)
  if #some == 0 then break end
  for _, item in ipairs(some) do
    if bytes <= 0 then break end
    items[#items + 1] = item
    bytes = bytes - #item + 1
  end
end
return items
