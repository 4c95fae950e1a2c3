#include "shared_store/redis_names.hpp"

#include "shared_store/hex.hpp"

#include <cstddef>

namespace hawkcache::shared_store {
namespace {

constexpr std::size_t kHashDigits = 32;

void append_number(std::string& out, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>((number >> shift) & 0xFF);
}

void append_text(std::string& out, std::string_view text) {
  append_number(out, text.size());
  out.append(text);
}

}  // namespace

std::string RedisNames::response_stem(const Hash128& key) const {
  return prefix_ + "r:{" + to_hex(key) + "}:";
}

std::string RedisNames::response(const Hash128& key, const Hash128& variant) const {
  return response_stem(key) + to_hex(variant);
}

std::string RedisNames::index(const Hash128& key) const {
  return prefix_ + "i:{" + to_hex(key) + "}";
}

std::string RedisNames::tag(std::string_view tag) const {
  std::string name = prefix_ + "tag:";
  return name.append(tag);
}

std::string RedisNames::lease(const Hash128& key) const {
  return prefix_ + "lease:{" + to_hex(key) + "}";
}

std::optional<Hash128> RedisNames::key_hash_of(std::string_view response_name) const noexcept {
  const auto take = [&](std::string_view expected) {
    if (!response_name.starts_with(expected)) return false;
    response_name.remove_prefix(expected.size());
    return true;
  };
  if (!take(prefix_) || !take("r:{") || response_name.size() < kHashDigits) return std::nullopt;
  const auto key = hash_from_hex(response_name.substr(0, kHashDigits));
  response_name.remove_prefix(kHashDigits);
  if (!key || !take("}:") || !hash_from_hex(response_name)) return std::nullopt;
  return key;
}

// Every part with its length before it: no two lists of parts read the same.
Hash128 variant_hash(std::uint64_t rule_fingerprint,
                     const caching::VaryNames* vary,
                     std::string_view secondary_key) {
  std::string text;
  text.reserve(128 + secondary_key.size());
  append_number(text, rule_fingerprint);
  append_number(text, vary == nullptr ? 0 : vary->size());
  if (vary != nullptr) {
    for (const std::string& name : *vary) append_text(text, name);
  }
  append_text(text, secondary_key);
  return hash128(text);
}

}  // namespace hawkcache::shared_store
