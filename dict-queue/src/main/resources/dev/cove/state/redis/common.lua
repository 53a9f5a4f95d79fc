-- Every script begins with this. KEYS[1] is the object's own hash (created, and capacity for listings); all its other keys are KEYS[1] and a
-- suffix, so that they share its hash tag. ARGV[1] is the number of the change in its lane (16 digits, see once), and what is to
-- be added to the server's clock, in milliseconds: 0 but in tests.
local meta = KEYS[1]

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000) + string.sub(ARGV[1], 17)
end

local function unknown()
  return redis.call('EXISTS', meta) == 0 and redis.error_reply('COVEUNKNOWN')
end

-- Does a change once, however often the client has to send it. KEYS[2] is the lane that the client sends it on. The number of
-- the last change and the reply to it stand in the lane for ten minutes, longer than a client may wait; they are written in
-- the one step with the change, so that they reach a replica together or not at all. run returns the reply, and whether
-- anything changed: what changed nothing may as well be asked again.
local function once(run)
  local failed = unknown()
  if failed then return failed end
  local number = string.sub(ARGV[1], 1, 16)
  local last = redis.call('GETRANGE', KEYS[2], '0', '15')
  if last == number then
    local kept = redis.call('GETRANGE', KEYS[2], 16, -1)
    if kept == '' then return redis.error_reply('COVELOST') end
    return cmsgpack.unpack(kept)
  end
  if last > number then return redis.error_reply('COVESTALE') end
  local reply, changed = run()
  if changed then
    local kept = cmsgpack.pack(reply)
    -- 8 MiB: a larger reply is not worth keeping twice
    if #kept > 8388608 then kept = '' end
    redis.call('SET', KEYS[2], number .. kept, 'EX', '600')
  end
  return reply
end
