#include "shared_store/redis_scripts.hpp"

#include "shared_store/fence_scripts.hpp"
#include "shared_store/hex.hpp"
#include "shared_store/lua_script.hpp"
#include "shared_store/stored_codec.hpp"
#include "shared_store/tag_scripts.hpp"

#include <algorithm>
#include <array>

namespace hawkcache::shared_store {
namespace {

using Script = redis::Command::Script;

// HLEN refuses another type, and says how large it is before all of it is read. The first write is
// SET: where the server is out of memory it is refused, and with it everything.
constexpr std::string_view kPutResponse = R"lua(
local index, response = KEYS[1], KEYS[2]
local variant, record, value = ARGV[1], ARGV[2], ARGV[3]
local ttl, now, most = ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
local stem, for_all = ARGV[7], ARGV[8]

-- Sequences have 64 bits, numbers 53.
local function read(text)
  local sequence, ending = string.match(text, '^(%x+) (%d+)')
  if not sequence or #sequence ~= 16 then return nil end
  return {high = tonumber(string.sub(sequence, 1, 8), 16),
          low = tonumber(string.sub(sequence, 9), 16),
          ending = tonumber(ending)}
end
local highest = read(ARGV[9] .. ' 0')
local function is_older(a, b)
  if a.high ~= b.high then return a.high < b.high end
  return a.low < b.low
end

-- What is above the highest is of a clock that was set back since: older than anything.
local function goes_before(a, b)
  local a_above, b_above = is_older(highest, a), is_older(highest, b)
  if a_above ~= b_above then return a_above end
  return is_older(a, b)
end

local fresh = read(record)
local staying, gone = {}, {}
local size = redis.pcall('HLEN', index)
local is_foreign = type(size) ~= 'number' or size > 2 * most + 64
local records = is_foreign and {} or redis.call('HGETALL', index)
for i = 1, #records, 2 do
  local name, other = records[i], read(records[i + 1])
  if not other or other.ending <= now then
    if name ~= variant then gone[#gone + 1] = name end
  elseif is_older(fresh, other) and not is_older(highest, other)
      and (name == variant or name == for_all) then
    return 0
  elseif name ~= variant then
    other.name = name
    staying[#staying + 1] = other
  end
end

redis.call('SET', response, value, 'PX', ttl)
if is_foreign then redis.call('UNLINK', index) end
redis.call('HSET', index, variant, record)
local excess = #staying + 1 - most
if excess > 0 then table.sort(staying, goes_before) end
local last = fresh.ending
for i, other in ipairs(staying) do
  if i <= excess then
    redis.call('UNLINK', stem .. other.name)
    gone[#gone + 1] = other.name
  else
    last = math.max(last, other.ending)
  end
end
if #gone > 0 then redis.call('HDEL', index, unpack(gone)) end
redis.call('PEXPIRE', index, last - now)
return 1
)lua";

// Byte by byte: `<` compares texts as the server's locale has it. A STRING is freed at once even by
// UNLINK, and a megabyte takes about 0.1 ms.
constexpr std::string_view kUnlinkOlder = R"lua(
local generation, epoch, largest = ARGV[1], ARGV[2], tonumber(ARGV[3])
local function is_lower(text)
  for i = 1, 8 do
    local a, b = string.byte(text, i), string.byte(epoch, i)
    if a ~= b then return a < b end
  end
  return false
end
local removed, room = 0, 64 * 1024 * 1024
for i, name in ipairs(KEYS) do
  local head = redis.pcall('GETRANGE', name, 0, 39)
  local stays = type(head) == 'string' and #head == 40 and string.sub(head, 1, 6) == 'HAWKCR'
    and string.sub(head, 9, 16) == generation and not is_lower(string.sub(head, 17, 24))
  if not stays then
    local size = redis.pcall('STRLEN', name)
    if size == 0 then
      -- It may have been there until it was looked at, and may have been large.
      room = room - largest
    elseif type(size) == 'number' then
      room = room - 4 * size
    end
    removed = removed + redis.call('UNLINK', name)
    if room <= 0 then return {removed, i} end
  end
end
return {removed, #KEYS}
)lua";

constexpr std::string_view kDropVariant = R"lua(
local index, response, variant, seen = KEYS[1], KEYS[2], ARGV[1], ARGV[2]
local head = redis.pcall('GETRANGE', response, 0, 39)
local is_ours = type(head) == 'string' and #head == 40 and string.sub(head, 1, 6) == 'HAWKCR'
if is_ours and head ~= seen then return 0 end
redis.call('UNLINK', response)
if type(redis.pcall('HDEL', index, variant)) ~= 'number' then redis.call('UNLINK', index) end
return 1
)lua";

// A lease always has an end: what has none is foreign.
constexpr std::string_view kLeaseAcquire = R"lua(
local lease, token, ttl, overtaken = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local holder = redis.pcall('GET', lease)
local is_held = type(holder) == 'string' and redis.call('PTTL', lease) >= 0
if is_held and holder ~= token and holder ~= overtaken then return holder end
redis.call('SET', lease, token, 'PX', ttl)
return 1
)lua";

constexpr std::string_view kLeaseRenew = R"lua(
if redis.pcall('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
)lua";

constexpr std::string_view kLeaseRelease = R"lua(
if redis.pcall('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
if tonumber(ARGV[2]) > 0 then redis.call('SET', KEYS[1], 'unshared', 'PX', ARGV[2]) end
return 1
)lua";

// What kLeaseRelease leaves.
constexpr std::string_view kUnshared = "unshared";

// What fits the scripts: a reply of all records, and their names on a stack.
constexpr std::size_t kMostVariants = 2000;

std::string big_endian(std::uint64_t number) {
  std::string bytes(sizeof(number), '\0');
  store_number(bytes.data(), number);
  return bytes;
}

// Of a script with one key and two arguments.
redis::Command run(const Script& script,
                   std::string_view key,
                   std::string_view first,
                   std::string_view second) {
  const std::array<std::string_view, 1> keys = {key};
  const std::array<std::string_view, 2> arguments = {first, second};
  return redis::Command::script(script, keys, arguments);
}

}  // namespace

std::span<const NamedScript> all_scripts() noexcept {
  static const std::array<NamedScript, 13> scripts = {
      {{"put_response", &put_response_script()},
       {"tag_response", &tag_response_script()},
       {"forget_dead", &forget_dead_script()},
       {"enter_large_tag", &enter_large_tag_script()},
       {"claim_large_tag", &claim_large_tag_script()},
       {"unlink_older", &unlink_older_script()},
       {"drop_variant", &drop_variant_script()},
       {"lease_acquire", &lease_acquire_script()},
       {"lease_renew", &lease_renew_script()},
       {"lease_release", &lease_release_script()},
       {"fence_open", &fence_open_script()},
       {"fence_purge", &fence_purge_script()},
       {"fence_read", &fence_read_script()}}};
  return scripts;
}

const Script& put_response_script() noexcept {
  static const LuaScript script({kPutResponse});
  return script.get();
}

redis::Command put_response(const RedisNames& names, const PutArguments& arguments) {
  const Duration ttl = within_limits(arguments.ttl);
  const WallTime now = std::max(arguments.now, WallTime());
  VariantRecord record{.sequence = arguments.sequence, .end_of_life = now + ttl};
  if (arguments.vary != nullptr) record.vary = *arguments.vary;
  const std::string stem = names.response_stem(arguments.key);
  const std::string variant = to_hex(arguments.variant);
  const std::string for_all = to_hex(arguments.for_all);
  const std::string index = names.index(arguments.key);
  const std::string response = stem + variant;
  const std::string record_text = format_variant_record(record);
  const std::string ttl_text = digits(ttl);
  const std::string now_text = digits(now.time_since_epoch());
  const std::string most =
      std::to_string(std::clamp<std::size_t>(arguments.max_variants, 1, kMostVariants));
  const std::array<std::string_view, 2> keys = {index, response};
  const std::string highest = to_hex(arguments.highest_sequence);
  const std::array<std::string_view, 9> words = {
      variant, record_text, arguments.value, ttl_text, now_text, most, stem, for_all, highest};
  return redis::Command::script(put_response_script(), keys, words);
}

const Script& unlink_older_script() noexcept {
  static const LuaScript script({kUnlinkOlder});
  return script.get();
}

redis::Command unlink_older(std::span<const std::string_view> response_names,
                            store::SharedStamp stamp,
                            std::uint64_t largest) {
  const std::string generation = big_endian(stamp.generation);
  const std::string epoch = big_endian(stamp.epoch);
  const std::string largest_text = std::to_string(largest);
  const std::array<std::string_view, 3> arguments = {generation, epoch, largest_text};
  return redis::Command::script(unlink_older_script(), response_names, arguments);
}

std::optional<Unlinked> parse_unlinked(const redis::Reply& reply) noexcept {
  const auto is_count = [](const redis::Reply& element) {
    return element.is(redis::Reply::Type::integer) && element.integer >= 0;
  };
  if (!reply.is(redis::Reply::Type::array) || reply.elements.size() != 2 ||
      !std::all_of(reply.elements.begin(), reply.elements.end(), is_count)) {
    return std::nullopt;
  }
  const Unlinked unlinked{static_cast<std::size_t>(reply.elements[0].integer),
                          static_cast<std::size_t>(reply.elements[1].integer)};
  if (unlinked.looked_at == 0 || unlinked.removed > unlinked.looked_at) return std::nullopt;
  return unlinked;
}

const Script& drop_variant_script() noexcept {
  static const LuaScript script({kDropVariant});
  return script.get();
}

redis::Command drop_variant(const RedisNames& names,
                            const Hash128& key,
                            const Hash128& variant,
                            std::string_view seen) {
  const std::string index = names.index(key);
  const std::string response = names.response(key, variant);
  const std::string variant_text = to_hex(variant);
  const std::array<std::string_view, 2> keys = {index, response};
  const std::array<std::string_view, 2> arguments = {variant_text,
                                                     seen.substr(0, kStoredHeaderSize)};
  return redis::Command::script(drop_variant_script(), keys, arguments);
}

const Script& lease_acquire_script() noexcept {
  static const LuaScript script({kLeaseAcquire});
  return script.get();
}

redis::Command lease_acquire(const RedisNames& names,
                             const Hash128& key,
                             std::string_view token,
                             Duration ttl,
                             std::string_view overtaken) {
  const std::string lease = names.lease(key);
  const std::string ttl_text = digits(within_limits(ttl));
  const std::array<std::string_view, 1> keys = {lease};
  const std::array<std::string_view, 3> arguments = {token, ttl_text, overtaken};
  return redis::Command::script(lease_acquire_script(), keys, arguments);
}

std::optional<LeaseReply> parse_lease_reply(const redis::Reply& reply) noexcept {
  if (reply.is(redis::Reply::Type::text)) {
    return reply.text == kUnshared ? LeaseReply::unshared : LeaseReply::elsewhere;
  }
  if (!reply.is(redis::Reply::Type::integer) || reply.integer != 1) return std::nullopt;
  return LeaseReply::held;
}

const Script& lease_renew_script() noexcept {
  static const LuaScript script({kLeaseRenew});
  return script.get();
}

redis::Command lease_renew(const RedisNames& names,
                           const Hash128& key,
                           std::string_view token,
                           Duration ttl) {
  return run(lease_renew_script(), names.lease(key), token, digits(within_limits(ttl)));
}

const Script& lease_release_script() noexcept {
  static const LuaScript script({kLeaseRelease});
  return script.get();
}

redis::Command lease_release(const RedisNames& names,
                             const Hash128& key,
                             std::string_view token,
                             Duration marker) {
  const Duration kept = std::clamp(marker, Duration(0), kLongestTtl);
  return run(lease_release_script(), names.lease(key), token, digits(kept));
}

}  // namespace hawkcache::shared_store
