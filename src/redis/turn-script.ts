import { CUT, CUT_EVERY_MS, FLOOR, HEADROOM, LATE_MS, RECOVERY_PER_SECOND } from '../lane/gate.ts'
import { PEER_MS } from '../lane/shared-figures.ts'

/** An unused lane is forgotten. */
export const LANE_MS = 3_600_000

/**
 * The gate of a lane, with the arithmetic of `lane/gate.ts`, on the time of Redis alone. A lane is one hash. It has the
 * time of the next turn, the present rate and counts. A field for each run has the time of its last request, its own
 * rate and its queue length. All fields are numbers. A clock that was set back moves the lane with it.
 *
 * Arguments: the run, its rate, how many turns, how many of its calls wait, throttles, and for a lane that was lost the
 * rate and number of runs last known, or 0.
 */
export const TURN_SCRIPT = `
local key, me = KEYS[1], 'p' .. ARGV[1]
local own, turns, queue = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local throttles, knownRate, knownPeers = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local lane, peers, lowest, waiting = {}, 1, own, queue
local fields = redis.call('HGETALL', key)
for i = 1, #fields, 2 do
  local name, value = fields[i], fields[i + 1]
  if string.sub(name, 1, 1) ~= 'p' then
    lane[name] = tonumber(value)
  elseif name ~= me then
    local seen, rate, waits = string.match(value, '^(%S+) (%S+) (%S+)$')
    seen, rate, waits = tonumber(seen), tonumber(rate), tonumber(waits)
    if seen and rate and rate > 0 and waits and math.abs(now - seen) < ${PEER_MS} then
      peers, lowest, waiting = peers + 1, math.min(lowest, rate), waiting + waits
    else
      redis.call('HDEL', key, name)
    end
  end
end
local full = lowest * ${HEADROOM}
local fresh = lane.next == nil
local asOf, cut = lane.asOf or now, lane.cut or 0
local shift = math.max(0, asOf - now)
local rate = lane.rate or (knownRate > 0 and knownRate) or full
rate = math.min(full, rate + full * ${RECOVERY_PER_SECOND} * math.max(0, now - asOf) / 1000)
if throttles > 0 and now - (cut - shift) >= ${CUT_EVERY_MS} then
  cut, rate = now + shift, math.max(full * ${FLOOR}, rate * ${CUT})
end
local step = 1000 / rate
local next = fresh and now + knownPeers * step or lane.next - shift
if next > now + 600000 then next = now end
local slot = math.max(now - ${LATE_MS}, next)
local function text(number) return string.format('%.6f', number) end
redis.call('HSET', key, 'next', text(slot + turns * step), 'rate', text(rate), 'full', text(lowest),
  'asOf', text(now), 'cut', text(cut - shift), 'sent', text((lane.sent or 0) + turns),
  'throttled', text((lane.throttled or 0) + throttles), me, text(now) .. ' ' .. text(own) .. ' ' .. text(queue))
redis.call('PEXPIRE', key, ${LANE_MS})
return { text(slot - now), text(step), text(peers), text(rate), text(lowest), text(waiting), fresh and '1' or '0' }
`
