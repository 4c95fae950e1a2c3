// The purge fence: what makes a purge final at a cost that does not depend on how many objects it
// concerns (docs/purging.md has the argument).
//
// There is one counter, the epoch. A purge takes the next epoch and raises the fence of each tag,
// URL and prefix it names (or of everything) to it; fences only rise. A fetch takes a FetchTicket
// before its request goes upstream; what it brings carries the ticket's epoch. A response may be
// joined, stored or served only while no fence that concerns it is above its epoch, and its epoch
// is not below the floor. No index from tags to objects is needed: objects die where they lie.
//
// Fences are forgotten in two ways: retire_through() when nothing older can exist any more (a whole
// sweep of the store has passed and no older fetch is under way), or, when there are too many,
// after the floor has risen to the highest forgotten one: forgetting means distrusting what is
// older, never reviving it.
//
// Memory order, in short. raise() writes the fences and only then publishes the epoch (release).
// Who reads current() (acquire) and gets e therefore sees every fence up to e. A check that is to
// be remembered remembers the epoch that was read before its first look at a fence: a purge that
// comes during the check is above that epoch, so the next reader checks again. Forgetting raises
// the floor first and drops the fence then; a check looks at the fences first and at the floor
// then: it meets one or the other.
//
// Thread-safe. Purges take a lock among themselves, tickets another; a check of a response whose
// `checked` epoch is current() is one atomic load, done by the caller (StoredResponse::vouch).
#pragma once

#include "base/clock.hpp"
#include "store/fence.hpp"
#include "store/purge.hpp"
#include "store/tag_table.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace hawkcache::store {

class PurgeFence;

// A fetch under way: keeps the fences it may need from being forgotten. Held until what was fetched
// has been put into the store (or dropped) and nobody can join the fetch any more. Move-only;
// released when destroyed; the fence outlives it.
class FetchTicket {
 public:
  FetchTicket() = default;
  FetchTicket(FetchTicket&& other) noexcept;
  FetchTicket& operator=(FetchTicket&& other) noexcept;
  ~FetchTicket();
  Epoch epoch() const noexcept { return epoch_; }
  // Rises from fetch to fetch (but see keep_order): an older fetch never replaces a newer one.
  std::uint64_t sequence() const noexcept { return sequence_; }
  // Of a store that several nodes share; unknown otherwise.
  const SharedStamp& shared() const noexcept { return shared_; }
  void set_shared(const SharedStamp& stamp) noexcept { shared_ = stamp; }

 private:
  friend class PurgeFence;
  PurgeFence* fence_ = nullptr;
  Epoch epoch_ = 0;
  std::uint64_t sequence_ = 0;
  SharedStamp shared_;
};

// Whether exactly one purge came between the two tickets, on all nodes that share the store. Each
// takes an epoch of this node and, where the store is shared, one of the shared counter. Only the
// latter tells them all: purges of the same thing that are followed together are one step here.
inline bool is_one_purge_after(const FetchTicket& later, const FetchTicket& earlier) noexcept {
  const SharedStamp& before = earlier.shared();
  const SharedStamp& after = later.shared();
  const Epoch shared_steps = after.generation == 0 ? 0 : 1;
  return later.epoch() == earlier.epoch() + 1 && after.generation == before.generation &&
         after.epoch == before.epoch + shared_steps;
}

// What is known of a response (or of one that is being fetched) when the fence is asked.
struct FenceSubject {
  Epoch epoch = 0;
  std::string_view authority;       // as keyed; compared as UrlScope says
  std::string_view path_and_query;  // as keyed
};
// rule_tags_only: the origin's are still to come: any purge of any tag concerns it.
enum class TagsKnown : std::uint8_t { all, rule_tags_only };

class PurgeFence {
 public:
  struct Limits {
    std::size_t fences = 1'000'000;  // tags, URLs and prefixes together
    std::size_t prefixes = 4096;
  };
  PurgeFence();
  explicit PurgeFence(Limits limits);
  // Of a counter that stands at `current`, where nothing is known of what was purged before.
  PurgeFence(Limits limits, Epoch current);
  ~PurgeFence();
  PurgeFence(const PurgeFence&) = delete;
  PurgeFence& operator=(const PurgeFence&) = delete;

  Epoch current() const noexcept { return epoch_.load(std::memory_order_acquire); }

  // `now` makes the sequence, as far as it has come on since the last one, so that the fetches of
  // several nodes have an order too.
  [[nodiscard]] FetchTicket begin_fetch(WallTime now);
  // Where the last fetch has a higher sequence than `highest` (the clock was set back): distrusts
  // everything, and lets the sequence begin anew with the next fetch. In one step: each ticket is
  // of before, and distrusted, or of after.
  enum class Order : std::uint8_t { kept, begun_anew };
  Order keep_order(std::uint64_t highest, WallTime now);

  // Takes the next epoch and raises what is named; returns that epoch. Everything is in force when
  // it returns. A request that names nothing takes no epoch.
  Epoch raise(const PurgeRequest& request, WallTime now);
  // The same as the given epoch, of a counter that is kept elsewhere. REQUIRES: epoch > current(),
  // unless it is current(): another part of that purge; one caller at a time.
  void raise_as(Epoch epoch, const PurgeRequest& request, WallTime now);
  // What is older than this is distrusted from now on.
  void raise_floor(Epoch epoch) noexcept;

  // The full check, with tags as text (misses, joins) or as records (stored responses).
  FenceVerdict check(const FenceSubject& subject,
                     std::span<const std::string> tags,
                     TagsKnown known) const;
  FenceVerdict check(const FenceSubject& subject, std::span<const TagRef> tags) const;
  // The same for a response that was found trusted (or expired, which its holder remembers) at the
  // epoch `checked`: only what was purged since is looked at.
  FenceVerdict recheck(const FenceSubject& subject,
                       std::span<const TagRef> tags,
                       Epoch checked) const;
  FenceVerdict recheck(const FenceSubject& subject,
                       std::span<const std::string> tags,
                       Epoch checked) const;
  // URLs and prefixes alone: whether what was fetched at url.epoch under another URL may answer
  // this one too (a rule's own key). No sweep measures stored responses against URLs that are not
  // theirs, so from the first such question on fences of URLs and prefixes are kept for longer, up
  // to an eighth of the limit; what is older than one that is forgotten is distrusted here.
  FenceVerdict check_url(const FenceSubject& url) const;
  // No rule has a key of its own any more: until the next such question nothing is kept for longer.
  // Safe at any time, since what is older than a forgotten fence is distrusted there.
  void expect_no_other_urls() noexcept;

  // Interned tag records, for stored responses. find_tag: empty when there is none.
  TagRef intern(std::string_view tag);
  TagRef find_tag(std::string_view tag) const;
  // How many stored responses carry the tag now. Kept by the store, through TagState.
  std::uint64_t members(std::string_view tag) const;
  std::size_t tag_count() const noexcept;

  // The lowest epoch among fetches under way, or current() when there are none.
  Epoch oldest_fetch() const;
  // Forgets every fence <= `epoch` (but see check_url). REQUIRES: no stored response and no fetch
  // under way has an epoch below `epoch`, as far as a fence <= `epoch` concerns it. What somebody
  // holds of a response that is in no store any more, and was last found trusted before `epoch`, is
  // distrusted from now on.
  // A batch of them; in_part: call again.
  enum class Retired : std::uint8_t { all, in_part };
  Retired retire_through(Epoch epoch);
  std::size_t fence_count() const;
  Epoch floor() const noexcept { return floor_.load(std::memory_order_acquire); }

  // Memory taken by tag records and fences.
  std::size_t bytes() const noexcept;
  // Of these, what stays where nothing is stored: fences, and the records of tags that have one.
  std::size_t bytes_of_fences() const noexcept;

 private:
  friend class FetchTicket;
  struct Impl;
  void raise_locked(Epoch epoch, const PurgeRequest& request, WallTime now);
  void end_fetch(Epoch epoch) noexcept;
  void keep_within_limits();
  FenceVerdict judge(const FenceSubject& subject, Epoch since, FenceVerdict by_tags) const;
  void judge_scopes(const FenceSubject& subject, Epoch seen, FenceVerdict& verdict) const;

  std::unique_ptr<Impl> impl_;
  std::atomic<Epoch> epoch_{1};
  std::atomic<Epoch> floor_{0};
  std::atomic<Epoch> retired_{0};  // fences up to it may be gone
};

}  // namespace hawkcache::store
