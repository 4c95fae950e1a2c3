#include "shared_store/fence_scripts.hpp"

#include "shared_store/hex.hpp"
#include "shared_store/lua_script.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace hawkcache::shared_store {
namespace {

using Script = redis::Command::Script;

// What the scripts have in common. Numbers are doubles in Lua: exact up to 2^53, and written with
// %.0f, because `..` rounds to 14 digits. A counter is only what would be written in the same way,
// so that whoever reads it here and there agrees on whether it is one.
constexpr std::string_view kPrologue = R"lua(
local epoch_name, log, soft = KEYS[1], KEYS[2], KEYS[3]

local function number_text(number) return string.format('%.0f', number) end

local function read_counter()
  local text = redis.pcall('GET', epoch_name)
  if type(text) ~= 'string' then return nil end
  local generation, identity, digits = string.match(text, '^(%x+) (%x+) (%d+)$')
  if not digits or #generation ~= 16 or #identity ~= 16 or #digits > 16 then return nil end
  local epoch = tonumber(digits)
  if epoch < 1 or epoch >= 9007199254740991 or number_text(epoch) ~= digits then return nil end
  if generation == '0000000000000000' or string.find(generation .. identity, '%u') then
    return nil
  end
  return {text = text, generation = generation, identity = identity, epoch = epoch}
end

-- A log that was lost, in whole, has another end, or no floor.
local function log_ends_with(epoch)
  local top = redis.pcall('ZREVRANGE', log, 0, 0, 'WITHSCORES')
  if top.err or tonumber(top[2]) ~= epoch then return false end
  return redis.call('ZSCORE', log, 'floor') ~= false
end
)lua";

constexpr std::string_view kOpen = R"lua(
local identity, generation = ARGV[1], ARGV[2]
local old = read_counter()
if old and old.identity == identity and log_ends_with(old.epoch) then return old.text end

local epoch = number_text((old and old.epoch or 0) + 1)
-- UNLINK frees, so it is not refused for want of memory, and what follows a script's first write is
-- not either. If anything fails below, there is no counter: nothing is trusted.
redis.call('UNLINK', epoch_name, log, soft)
redis.call('ZADD', log, epoch, 'floor')
local text = generation .. ' ' .. identity .. ' ' .. epoch
redis.call('SET', epoch_name, text)
return text
)lua";

constexpr std::string_view kPurge = R"lua(
local identity, generation, now, most = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local at = read_counter()
if not at then return redis.status_reply('changed: no counter') end
if at.identity ~= identity then return redis.status_reply('changed: identity') end
if at.generation ~= generation then return redis.status_reply('changed: generation') end
if not log_ends_with(at.epoch) then return redis.status_reply('changed: log') end

local epoch = at.epoch + 1
local score = number_text(epoch)
local raised, times, softer = {}, {}, {}
for i = 5, #ARGV do
  local member = ARGV[i]
  raised[#raised + 1] = score
  raised[#raised + 1] = member
  if string.sub(member, 1, 1) == 's' then
    times[#times + 1] = member
    times[#times + 1] = now
  else
    softer[#softer + 1] = 's' .. string.sub(member, 2)
  end
end

local function forget_times(members)
  redis.call('HDEL', soft, unpack(members))
end

-- As above: DEL first.
redis.call('DEL', epoch_name)
local kind = redis.call('TYPE', soft).ok
if kind ~= 'hash' and kind ~= 'none' then redis.call('UNLINK', soft) end
redis.call('ZADD', log, unpack(raised))
if #times > 0 then redis.call('HMSET', soft, unpack(times)) end
if #softer > 0 and redis.call('ZREM', log, unpack(softer)) > 0 then forget_times(softer) end

local excess = math.min(redis.call('ZCARD', log) - most, 500)
if excess > 0 then
  -- The floor is the lowest of all.
  local lowest = redis.call('ZRANGE', log, 0, excess, 'WITHSCORES')
  local forgotten, floor = {}, nil
  for i = 1, #lowest, 2 do
    if lowest[i] ~= 'floor' and #forgotten < excess then
      forgotten[#forgotten + 1] = lowest[i]
      floor = lowest[i + 1]
    end
  end
  if floor then
    redis.call('ZADD', log, floor, 'floor')
    redis.call('ZREM', log, unpack(forgotten))
    forget_times(forgotten)
  end
end
redis.call('SET', epoch_name, at.generation .. ' ' .. at.identity .. ' ' .. score)
return epoch
)lua";

constexpr std::string_view kRead = R"lua(
local identity, generation, from, limit = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local at = read_counter()
if not at then return redis.status_reply('changed: no counter') end
if at.identity ~= identity then return redis.status_reply('changed: identity') end
if not log_ends_with(at.epoch) then return redis.status_reply('changed: log') end
if at.generation ~= generation then from = '0' end

local floor = redis.call('ZSCORE', log, 'floor')
local through = number_text(at.epoch)
local items = redis.call('ZRANGEBYSCORE', log, '(' .. from, '+inf', 'WITHSCORES',
                         'LIMIT', 0, limit + 1)
local count = #items
if count > 2 * limit then
  -- All of an epoch or none of it.
  local cut = items[count]
  while count > 0 and items[count] == cut do count = count - 2 end
  through = count > 0 and items[count] or cut
  if count == 0 then floor = cut end
end

local members, softened = {}, {}
for i = 1, count, 2 do
  if items[i] ~= 'floor' then
    members[#members + 1] = i
    if string.sub(items[i], 1, 1) == 's' then softened[#softened + 1] = items[i] end
  end
end
local times = {}
for first = 1, #softened, 1000 do
  local last = math.min(first + 999, #softened)
  local part = redis.pcall('HMGET', soft, unpack(softened, first, last))
  for i = first, last do times[softened[i]] = part[i - first + 1] end
end

local reply = {at.text, floor, through}
for _, i in ipairs(members) do
  reply[#reply + 1] = items[i]
  reply[#reply + 1] = items[i + 1]
  reply[#reply + 1] = times[items[i]] or ''
end
return reply
)lua";

redis::Command run(const Script& script,
                   const RedisNames& names,
                   std::span<const std::string_view> arguments) {
  const std::string epoch = names.epoch();
  const std::string log = names.log();
  const std::string soft = names.soft();
  const std::array<std::string_view, 3> keys = {epoch, log, soft};
  return redis::Command::script(script, keys, arguments);
}

}  // namespace

const Script& fence_open_script() noexcept {
  static const LuaScript script({kPrologue, kOpen});
  return script.get();
}

redis::Command fence_open(const RedisNames& names,
                          std::uint64_t identity,
                          std::uint64_t new_generation) {
  const std::string identity_text = to_hex(identity);
  const std::string generation = to_hex(new_generation);
  const std::array<std::string_view, 2> arguments = {identity_text, generation};
  return run(fence_open_script(), names, arguments);
}

const Script& fence_purge_script() noexcept {
  static const LuaScript script({kPrologue, kPurge});
  return script.get();
}

redis::Command fence_purge(const RedisNames& names,
                           const SharedCounter& expected,
                           WallTime now,
                           std::size_t max_log,
                           std::span<const std::string> members) {
  const std::array<std::string, 4> first = {to_hex(expected.identity),
                                            to_hex(expected.generation),
                                            std::to_string(now.time_since_epoch().count()),
                                            std::to_string(max_log)};
  std::vector<std::string_view> arguments(first.begin(), first.end());
  arguments.insert(arguments.end(), members.begin(), members.end());
  return run(fence_purge_script(), names, arguments);
}

const Script& fence_read_script() noexcept {
  static const LuaScript script({kPrologue, kRead});
  return script.get();
}

redis::Command fence_read(const RedisNames& names,
                          const SharedCounter& expected,
                          store::Epoch from,
                          std::size_t limit) {
  // More than one epoch's members and the floor; and what takes a server about 3 ms.
  const std::size_t within = std::clamp<std::size_t>(limit, kMostFenceMembers + 1, 2000);
  const std::array<std::string, 4> texts = {to_hex(expected.identity),
                                            to_hex(expected.generation),
                                            std::to_string(from),
                                            std::to_string(within)};
  const std::array<std::string_view, 4> arguments = {texts[0], texts[1], texts[2], texts[3]};
  return run(fence_read_script(), names, arguments);
}

}  // namespace hawkcache::shared_store
