// The names under which things lie in Redis, and the way back from a name (docs/redis.md has the
// table). A value; any thread.
//
// All names of one key have the same hash tag, {H}, and those of the shared fence have {fences}:
// each group lies in one slot of a cluster, so that a script may touch all of it. A prefix with a
// brace of its own would be the hash tag of everything: the configuration refuses it.
#pragma once

#include "base/hash.hpp"
#include "caching/stored_meta.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hawkcache::shared_store {

class RedisNames {
 public:
  explicit RedisNames(std::string prefix) : prefix_(std::move(prefix)) {}

  // One variant of what is stored under a key.
  std::string response(const Hash128& key, const Hash128& variant) const;
  // Which variants there are.
  std::string index(const Hash128& key) const;
  // The names of the responses with this tag.
  std::string tag(std::string_view tag) const;
  // The tags whose sets are large (tag_scripts.hpp).
  std::string large_tags() const { return prefix_ + "{tags}:large"; }
  std::string lease(const Hash128& key) const;
  // The shared fence: its counter, what was purged, the times of soft purges.
  std::string epoch() const { return prefix_ + "{fences}:epoch"; }
  std::string log() const { return prefix_ + "{fences}:log"; }
  std::string soft() const { return prefix_ + "{fences}:soft"; }

  // What the names of all responses begin with, and those of the responses under one key (the
  // variant's 32 digits follow).
  std::string response_prefix() const { return prefix_ + "r:"; }
  std::string response_stem(const Hash128& key) const;

  // The key of a response, from its name; nullopt for any other name.
  std::optional<Hash128> key_hash_of(std::string_view response_name) const noexcept;

  const std::string& prefix() const noexcept { return prefix_; }

 private:
  std::string prefix_;
};

// Which variant of a key a response is: two are the same if rule, names in Vary and secondary key
// are. `vary` null and empty mean the same: no Vary. Variants that collide would take each other's
// place: whoever reads one compares the texts too.
Hash128 variant_hash(std::uint64_t rule_fingerprint,
                     const caching::VaryNames* vary,
                     std::string_view secondary_key);

}  // namespace hawkcache::shared_store
