-- Every script begins with this. KEYS[1] is the object's own hash (created, capacity); all its other keys are KEYS[1] and a
-- suffix, so that they share its hash tag. ARGV[1] is added to the server's clock, in milliseconds; only tests use it.
local meta = KEYS[1]

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1]
end

local function unknown()
  return redis.call('EXISTS', meta) == 0 and redis.error_reply('COVEUNKNOWN')
end

-- Does a change once, however often the client has to send it. KEYS[2] is the lane that the client sends it on, ARGV[2] its
-- number there (fixed width), ARGV[3] how long to remember it. The reply to the last change stands in the lane, and both are
-- written in this one step, so that they reach a replica together or not at all. run returns the reply, and whether anything
-- changed: what changed nothing may as well be asked again.
local function once(run)
  local failed = unknown()
  if failed then return failed end
  local last = redis.call('GETRANGE', KEYS[2], 0, 15)
  if last == ARGV[2] then
    local kept = redis.call('GETRANGE', KEYS[2], 16, -1)
    if kept == '' then return redis.error_reply('COVELOST') end
    return cmsgpack.unpack(kept)
  end
  if last > ARGV[2] then return redis.error_reply('COVESTALE') end
  local reply, changed = run()
  if changed then
    local kept = cmsgpack.pack(reply)
    -- 8 MiB: a larger reply is not worth keeping twice
    if #kept > 8388608 then kept = '' end
    redis.call('SET', KEYS[2], ARGV[2] .. kept, 'PX', ARGV[3])
  end
  return reply
end
