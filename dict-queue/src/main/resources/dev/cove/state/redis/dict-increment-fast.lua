-- The common case, before anything is defined that it does not need: a dict that has neither expiring fields nor nulls.
if ARGV[2] == '0' then
  local call, key, lane, number = redis.call, KEYS[1], KEYS[2], string.sub(ARGV[1], 1, 16)
  if call('EXISTS', key, key .. ':x', key .. ':n') == 1 and call('GETRANGE', lane, '0', '15') < number then
    local sum = call('HINCRBY', key .. ':h', ARGV[3], ARGV[4])
    -- 2^53: beyond it a number here is not exact
    if sum > -9007199254740992 and sum < 9007199254740992 then
      sum = string.format('%d', sum)
    else
      sum = call('HGET', key .. ':h', ARGV[3])
    end
    call('SET', lane, number .. cmsgpack.pack(sum), 'EX', '600')
    return sum
  end
end
