import { ENTRY_MAX_MS, HOLD_MS } from '../lane/shared-quota.ts'

const DAY_MS = 86_400_000

/**
 * Takes a part of a limit that states share: slots for running jobs, or creates of a UTC day, on the time of Redis
 * alone. A limit is one hash with a field for each state: until when its jobs count and how many, until when its
 * reservation counts and how many, and its own limit. All fields are numbers. A claim replaces the earlier one of the
 * same state, so that a run after a killed one counts its jobs once.
 *
 * Arguments: the state, what it uses, what it wants, its limit, 1 to reserve, the end of the day of what it uses or 0
 * for slots, and what others took, for a limit that was lost, or 0. The field `lost` holds what the states took that have not
 * claimed since.
 */
export const QUOTA_SCRIPT = `
local key, me = KEYS[1], 'h' .. ARGV[1]
local used, wanted, own = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local takes, dayEnd, lost = ARGV[5] == '1', tonumber(ARGV[6]), tonumber(ARGV[7])
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local function isValid(till) return now < till and till <= now + ${ENTRY_MAX_MS} end
local function read(value)
  local usedTill, uses, heldTill, holds, max = string.match(value, '^(%S+) (%S+) (%S+) (%S+) (%S+)$')
  usedTill, uses, heldTill, holds, max =
    tonumber(usedTill), tonumber(uses), tonumber(heldTill), tonumber(holds), tonumber(max)
  if not (usedTill and uses and heldTill and holds and max) or not isValid(usedTill) then return nil end
  if not isValid(heldTill) then holds = 0 end
  return math.max(0, uses) + math.max(0, holds), math.max(0, max)
end
local fields = redis.call('HGETALL', key)
local fresh = #fields == 0
local elsewhere, peers, lowest, mine, missing = 0, 1, own, nil, 0
for i = 1, #fields, 2 do
  local name, value = fields[i], fields[i + 1]
  if name == 'lost' then
    missing = read(value) or 0
  elseif string.sub(name, 1, 1) == 'h' then
    local taken, max = read(value)
    if taken and name == me then
      mine = taken
    elseif taken then
      elsewhere, peers, lowest = elsewhere + taken, peers + 1, math.min(lowest, max)
    elseif takes then
      redis.call('HDEL', key, name)
    end
  end
end
local till = now + ${HOLD_MS}
if dayEnd > 0 then
  till = (math.floor(now / ${DAY_MS}) + 1) * ${DAY_MS}
  -- The clock of the run is behind: its count is of a day that is over for Redis.
  if dayEnd <= now then used = mine or 0 else till = math.max(till, dayEnd) end
end
if fresh then missing = lost elseif not mine then missing = math.max(0, missing - used) end
elsewhere = elsewhere + missing
local granted = math.max(0, math.min(wanted, lowest - elsewhere - used))
local function text(number) return string.format('%.0f', number) end
local function entry(uses, holds)
  return text(till) .. ' ' .. text(uses) .. ' ' .. text(math.min(till, now + ${HOLD_MS})) .. ' ' .. text(holds) .. ' ' .. text(own)
end
if takes then
  redis.call('HSET', key, me, entry(used, granted))
  if missing == 0 then redis.call('HDEL', key, 'lost')
  elseif not mine then redis.call('HSET', key, 'lost', entry(missing, 0)) end
  redis.call('PEXPIRE', key, dayEnd > 0 and ${ENTRY_MAX_MS} or ${HOLD_MS})
end
return { text(elsewhere), text(lowest), text(peers), text(granted), fresh and '1' or '0' }
`
