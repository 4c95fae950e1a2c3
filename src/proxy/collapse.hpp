// Collapsed forwarding: the fills under way, by key. Whoever misses either joins one or begins one;
// who may join is decided here, by the purge fence, by the rule, and by what is known of the
// response's variant. Thread-safe (sharded).
#pragma once

#include "base/hash.hpp"
#include "caching/cache_control.hpp"
#include "caching/cache_key.hpp"
#include "caching/policy.hpp"
#include "caching/stored_meta.hpp"
#include "http/fields.hpp"
#include "proxy/fill.hpp"
#include "store/purge_fence.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace hawkcache::proxy {

// Whether a request may be answered by a response, as far as Vary and Authorization go.
enum class Share : std::uint8_t { yes, other_variant, not_shareable };

// Whether a request for a range waits for the head of a fetch of another range. Until an origin has
// answered one it may be one that ignores ranges: its first answer is then the whole, and
// everybody's, and many ranges at once do not fetch the whole as many times.
enum class OtherRanges : std::uint8_t { are_waited_for, are_no_concern };

// What the table has to know of a request that misses.
struct JoinRequest {
  caching::KeyView key;
  std::string_view authority;
  std::string_view path_and_query;
  std::span<const std::string> rule_tags;
  std::uint64_t rule_fingerprint = 0;
  http::Method method = http::Method::get;  // of the fetch that it would begin
  http::FieldsView fields;
  const caching::CachePolicy* policy = nullptr;
  const caching::RequestDirectives* directives = nullptr;  // null: the policy ignores them
  WallTime now{};
  // As in FillSubject: the one range that it would ask the origin for; empty: the whole.
  std::string_view range;
  std::string_view if_range;
  OtherRanges other_ranges = OtherRanges::are_waited_for;
  std::shared_ptr<const caching::VaryNames>
      vary_hint;  // names known to select this key's variants; null: none known
  // What arrivals() said before its look-up; nullopt: it leads whatever has arrived since.
  std::optional<std::uint32_t> arrivals;
  // Joins only fetches with a higher sequence than this.
  std::uint64_t after = 0;
};

// Who asks whether a response is for them as well.
struct Asker {
  http::FieldsView fields;
  const caching::CachePolicy& policy;
  const caching::RequestDirectives* directives;  // null: the policy ignores them
  WallTime now;
};

// A response that is on its way: it must be storable, and reusable without validation.
Share may_share(const FillHead& head, const Asker& asker);
// The same of one that is stored, just freshened by a 304.
Share may_share_fresh(const caching::ReuseTerms& stored, const Asker& asker);
// Only as far as Vary and Authorization go: of one that is served stale.
Share may_share_stale(const caching::ReuseTerms& stored, const Asker& asker);

// What a request that has waited for a response's head may still ask of it: an age, but not that
// the origin be asked, which has just been done.
caching::RequestDirectives directives_of_one_who_waited(caching::RequestDirectives directives);

class CollapseTable {
 public:
  explicit CollapseTable(const store::PurgeFence& fence) : fence_(fence) {}

  // How many fetches, about, have put something for this key into the store and left. A request
  // that looked up just before a fetch was stored may find that fetch gone: the number tells it.
  std::uint32_t arrivals(const Hash128& key) const noexcept {
    return arrivals_[slot_of(key)].load(std::memory_order_acquire);
  }

  // look_again: there is none to join, but something has arrived in the store since the look-up.
  enum class Role : std::uint8_t { leader, follower, look_again };
  // A reader of a fill that the request may join; where there is none, `candidate` is entered, in
  // the same step, and gets the first reader.
  struct Joined {
    std::unique_ptr<FillReader> reader;  // null: look_again
    Role role = Role::follower;
  };
  Joined join_or_lead(const JoinRequest& request,
                      const std::shared_ptr<Fill>& candidate,
                      net::Executor executor);
  // Enters a fill without a reader (a background refresh) unless one that would do is under way:
  // that is `follower`.
  Role try_lead(const JoinRequest& request, const std::shared_ptr<Fill>& candidate);
  // The fill is over, or must not be joined any more. A fill that was never entered is not missed.
  // stored: what it brought, or something newer, can be found in the store.
  enum class Left : std::uint8_t { stored, not_stored };
  void leave(const Fill& fill, Left left) noexcept;

 private:
  struct Shard {
    mutable std::mutex mutex;
    // In the order of their coming, all keys together: there are few in each of so many shards. The
    // hash decides, before a key is compared.
    struct Entry {
      Hash128 key_hash;
      std::shared_ptr<Fill> fill;
    };
    std::vector<Entry> fills;
  };
  static constexpr std::size_t kShards = 512;
  // Counted by the key's hash: keys that share a slot cost each other a look-up now and then.
  static constexpr std::size_t kSlots = 4096;
  static std::size_t slot_of(const Hash128& key) noexcept { return key.low % kSlots; }
  bool has_arrived(const JoinRequest& request) const noexcept {
    return request.arrivals && *request.arrivals != arrivals(request.key.hash);
  }
  Shard& shard_of(const Hash128& key) noexcept { return shards_[key.high % kShards]; }
  std::shared_ptr<Fill> find_locked(const Shard& shard, const JoinRequest& request) const;
  bool may_join(const Fill& fill, const JoinRequest& request) const;
  bool may_join_from_other_url(const Fill& fill,
                               const FillHead* head,
                               const JoinRequest& request) const;

  const store::PurgeFence& fence_;
  std::array<Shard, kShards> shards_;
  std::array<std::atomic<std::uint32_t>, kSlots> arrivals_{};  // written under a shard's lock
};

}  // namespace hawkcache::proxy
