// A stored response: immutable once published, shared by all its readers on all threads. The store
// keeps it, readers keep it alive while they write it out.
#pragma once

#include "base/hash.hpp"
#include "base/shared_bytes.hpp"
#include "caching/stored_meta.hpp"
#include "store/purge_fence.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace hawkcache::store {

// What a response is made of before it is published.
struct StoredParts {
  std::string key;             // the full key text (caching/cache_key)
  std::string authority;       // as keyed, for purges by URL
  std::string path_and_query;  // as keyed and forwarded
  caching::StoredMeta meta;
  // "HTTP/1.1 200 OK\r\nDate: ...\r\n": status line and fields, each line with its CRLF, without
  // the empty line at the end, and without Age, Content-Length and hop-by-hop fields, which are
  // written anew for each client.
  std::string head;
  // Field lines of the origin about caching that clients do not see because the rule replaces them
  // (client_cache_control); nullopt where nothing is replaced.
  std::optional<std::string> withheld;
  // Each chunk's memory should be about as large as what it shows of it: the budget counts what it
  // shows.
  std::vector<SharedBytes> body;
  Epoch epoch = 0;  // of the fetch that brought it
  std::uint64_t sequence = 0;
  SharedStamp shared{};
  // The newest soft purge that is known to concern it, where a store finds that out by itself.
  std::optional<WallTime> soft_purged_at{};
  // The local epoch at which such a store found it good; 0: not asked yet.
  Epoch judged_at = 0;
};

class StoredResponse {
 public:
  explicit StoredResponse(StoredParts parts);

  const std::string& key() const noexcept { return parts_.key; }
  const Hash128& key_hash() const noexcept { return hash_; }
  const std::string& authority() const noexcept { return parts_.authority; }
  const std::string& path_and_query() const noexcept { return parts_.path_and_query; }
  // Its `tags` are empty once the response is in a memory store: see tag_texts().
  const caching::StoredMeta& meta() const noexcept { return parts_.meta; }
  const std::string& head() const noexcept { return parts_.head; }
  const std::optional<std::string>& withheld() const noexcept { return parts_.withheld; }
  const std::vector<SharedBytes>& body() const noexcept { return parts_.body; }
  std::uint64_t body_size() const noexcept { return body_size_; }
  Epoch epoch() const noexcept { return parts_.epoch; }
  std::uint64_t sequence() const noexcept { return parts_.sequence; }
  const SharedStamp& shared() const noexcept { return parts_.shared; }

  // The tags as text, wherever they are kept: for a 304 that freshens it, for explaining, for
  // another tier.
  std::vector<std::string> tag_texts() const;

  // The time of the newest soft purge that concerns it, as vouch() last saw it.
  std::optional<WallTime> soft_purged_at() const noexcept;

  // Whether it may be given out: not when a purge overtook it. One atomic load when nothing was
  // purged since it was last asked; otherwise the fence is asked about what is new, and the answer
  // remembered: a soft purge with its time, and distrust for ever. Any thread; always with the same
  // fence. Of a response that is in no store any more the fence may have forgotten what concerns
  // it, except for a holder with a FetchTicket: its answer counts from the ticket on.
  [[nodiscard]] Trust vouch(const PurgeFence& fence) const noexcept;

  // The memory it takes, all told, tag records apart.
  std::size_t footprint() const noexcept;

 private:
  friend class MemoryStore;
  friend class Census;
  std::span<const TagRef> tags() const noexcept { return {tags_.get(), tag_count_}; }
  // Takes the records in place of meta().tags. REQUIRES: not yet published.
  void adopt_tags(std::span<TagRef> tags);

  StoredParts parts_;
  Hash128 hash_;
  std::uint64_t body_size_ = 0;
  std::unique_ptr<TagRef[]> tags_;
  std::size_t tag_count_ = 0;
  // The fence's epoch at which it was last found good.
  static constexpr Epoch kCondemned = std::numeric_limits<Epoch>::max();
  mutable std::atomic<Epoch> checked_{0};
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();
  mutable std::atomic<std::int64_t> soft_purged_{kNever};  // ms since 1970
};
using StoredResponsePtr = std::shared_ptr<const StoredResponse>;

}  // namespace hawkcache::store
