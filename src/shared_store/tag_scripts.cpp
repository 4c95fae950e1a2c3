#include "shared_store/tag_scripts.hpp"

#include "shared_store/lua_script.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace hawkcache::shared_store {
namespace {

using Script = redis::Command::Script;

// Servers before 5 send scripts to their replicas as they are, unless told otherwise: then none
// may write after it looked at something that differs there.
constexpr std::string_view kTagResponse = R"lua(
local set, name, ttl, sample = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local large, outliving = tonumber(ARGV[4]), tonumber(ARGV[5])
if redis.replicate_commands then redis.replicate_commands() end
local kind = redis.call('TYPE', set).ok
if kind ~= 'set' and kind ~= 'none' then redis.call('UNLINK', set) end
redis.call('SADD', set, name)
if redis.call('SCARD', set) > large then ttl = ttl + outliving end
local left = redis.call('PTTL', set)
if kind ~= 'set' or (left >= 0 and left < ttl) then redis.call('PEXPIRE', set, ttl) end

local dead = {}
for _, member in ipairs(sample > 0 and redis.call('SRANDMEMBER', set, sample) or {}) do
  -- Where nothing may be known of it (ACL), it is left alone.
  if member ~= name and redis.pcall('EXISTS', member) == 0 then dead[#dead + 1] = member end
end
if #dead > 0 then redis.call('SREM', set, unpack(dead)) end
return redis.call('SCARD', set)
)lua";

// In one step: what lies there now was put before, or is added again afterwards.
constexpr std::string_view kForgetDead = R"lua(
local dead = {}
for _, member in ipairs(ARGV) do
  if redis.pcall('EXISTS', member) == 0 then dead[#dead + 1] = member end
end
if #dead == 0 then return 0 end
local removed = redis.pcall('SREM', KEYS[1], unpack(dead))
return type(removed) == 'number' and removed or 0
)lua";

// The server's clock: those of the nodes differ. ZREM first: what comes after a write that frees is
// not refused for want of memory. It may have been the last, and the TTL go with it.
constexpr std::string_view kRegister = R"lua(
local register = KEYS[1]
if redis.replicate_commands then redis.replicate_commands() end
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function put(tag, due, rest)
  local left = redis.call('PTTL', register)
  redis.call('ZREM', register, tag)
  redis.call('ZADD', register, now() + due, tag)
  redis.call('PEXPIRE', register, math.max(due + rest, left))
end
)lua";

constexpr std::string_view kEnterLargeTag = R"lua(
local tag, due, is_anew, rest = ARGV[1], tonumber(ARGV[2]), ARGV[3] == 'anew', tonumber(ARGV[4])
local kind = redis.call('TYPE', register).ok
if kind ~= 'zset' and kind ~= 'none' then redis.call('UNLINK', register) end
if is_anew or not redis.call('ZSCORE', register, tag) then put(tag, due, rest) end
return 1
)lua";

constexpr std::string_view kClaimLargeTag = R"lua(
local claim, rest = tonumber(ARGV[1]), tonumber(ARGV[2])
local first = redis.pcall('ZRANGE', register, 0, 0, 'WITHSCORES')
if first.err then redis.call('UNLINK', register) end
if #first == 0 or tonumber(first[2]) > now() then return false end
put(first[1], claim, rest)
return first[1]
)lua";

// Of a script with one key.
redis::Command run(const Script& script,
                   std::string_view key,
                   std::span<const std::string_view> arguments) {
  const std::array<std::string_view, 1> keys = {key};
  return redis::Command::script(script, keys, arguments);
}

}  // namespace

const Script& tag_response_script() noexcept {
  static const LuaScript script({kTagResponse});
  return script.get();
}

redis::Command tag_response(const RedisNames& names,
                            std::string_view tag,
                            std::string_view response_name,
                            Duration ttl,
                            std::size_t sample) {
  const std::array<std::string, 4> numbers = {digits(within_limits(ttl)),
                                              std::to_string(std::min<std::size_t>(sample, 100)),
                                              std::to_string(kLargeSet),
                                              digits(kOutliving)};
  const std::array<std::string_view, 5> arguments = {
      response_name, numbers[0], numbers[1], numbers[2], numbers[3]};
  return run(tag_response_script(), names.tag(tag), arguments);
}

const Script& forget_dead_script() noexcept {
  static const LuaScript script({kForgetDead});
  return script.get();
}

redis::Command forget_dead(const RedisNames& names,
                           std::string_view tag,
                           std::span<const std::string_view> response_names) {
  return run(forget_dead_script(), names.tag(tag), response_names);
}

const Script& enter_large_tag_script() noexcept {
  static const LuaScript script({kRegister, kEnterLargeTag});
  return script.get();
}

redis::Command enter_large_tag(const RedisNames& names,
                               std::string_view tag,
                               Duration due,
                               EnterTag when) {
  const std::string due_text = digits(within_limits(due));
  const std::string rest = digits(kOutliving);
  const std::array<std::string_view, 4> arguments = {
      tag, due_text, when == EnterTag::anew ? "anew" : "if new", rest};
  return run(enter_large_tag_script(), names.large_tags(), arguments);
}

const Script& claim_large_tag_script() noexcept {
  static const LuaScript script({kRegister, kClaimLargeTag});
  return script.get();
}

redis::Command claim_large_tag(const RedisNames& names, Duration claim) {
  const std::string claim_text = digits(within_limits(claim));
  const std::string rest = digits(kOutliving);
  const std::array<std::string_view, 2> arguments = {claim_text, rest};
  return run(claim_large_tag_script(), names.large_tags(), arguments);
}

}  // namespace hawkcache::shared_store
