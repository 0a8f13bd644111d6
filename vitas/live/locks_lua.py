"""What Redis does in one step for an edit lock; nobody comes between the question and the act.

Keys: `lock:<name>` is who holds it (a hash that runs out), `lock-id:<id>` leads from a lock's id to its name,
`lock-waits:<name>` are the people who asked in vain, `lock-number` is the last fencing number given to anybody.
The number is at least the clock's milliseconds: it keeps growing also after Redis was emptied.
"""

from typing import Final

# name · id, session, user, patient, lease in ms, ms for which those who wait are remembered.
# Answers {1, number, since} or, where another session holds it, {0, user, since, ms left}. A session that asks again
# (a page loaded anew, a second window) goes on under a new id; the old one is dead.
ACQUIRE: Final = """
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local held = redis.call('HMGET', KEYS[1], 'session', 'user', 'since', 'id')
if held[1] and held[1] ~= ARGV[2] then
  if redis.call('SCARD', KEYS[2]) < 100 then redis.call('SADD', KEYS[2], ARGV[3]) end
  redis.call('PEXPIRE', KEYS[2], ARGV[6])
  return {0, held[2], held[3], redis.call('PTTL', KEYS[1])}
end
if held[4] then redis.call('DEL', 'lock-id:' .. held[4]) end
local number = string.format('%.0f', math.max(tonumber(redis.call('GET', 'lock-number') or '0') + 1, now))
local since = held[3] or string.format('%.0f', now)
redis.call('SET', 'lock-number', number)
redis.call('HSET', KEYS[1], 'id', ARGV[1], 'session', ARGV[2], 'user', ARGV[3], 'patient', ARGV[4],
  'since', since, 'number', number)
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('SET', 'lock-id:' .. ARGV[1], string.sub(KEYS[1], 6), 'PX', ARGV[5])
redis.call('SREM', KEYS[2], ARGV[3])
return {1, number, since}
"""

# id, session, lease in ms. Answers {name, number, since}, or nothing where it is not this session's, or has lapsed.
RENEW: Final = """
local name = redis.call('GET', 'lock-id:' .. ARGV[1])
if not name then return nil end
local held = redis.call('HMGET', 'lock:' .. name, 'id', 'session', 'number', 'since')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] then return nil end
redis.call('PEXPIRE', 'lock:' .. name, ARGV[3])
redis.call('PEXPIRE', 'lock-id:' .. ARGV[1], ARGV[3])
return {name, held[3], held[4]}
"""

# id, session. Answers {name, number, patient, who waited …}, or nothing where it is not this session's, or has lapsed.
RELEASE: Final = """
local name = redis.call('GET', 'lock-id:' .. ARGV[1])
if not name then return nil end
local held = redis.call('HMGET', 'lock:' .. name, 'id', 'session', 'number', 'patient')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] then return nil end
redis.call('DEL', 'lock:' .. name, 'lock-id:' .. ARGV[1])
local answer = {name, held[3], held[4]}
for _, user in ipairs(redis.call('SMEMBERS', 'lock-waits:' .. name)) do table.insert(answer, user) end
redis.call('DEL', 'lock-waits:' .. name)
return answer
"""
