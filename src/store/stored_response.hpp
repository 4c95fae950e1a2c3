// A stored response: immutable once published, shared by all its readers on all threads. The store
// keeps it, readers keep it alive while they write it out.
//
// It is one block of memory, made by make():
//
//   StoredResponse | numbers | [chunks] [tags] [part] [vary] [head] | key head [body] other texts
//
// Numbers are packed (packed_numbers.hpp), and what is in brackets is not there where it does not
// apply. A small body lies in the block, a larger one stays in the chunks that it came in. Texts
// that the key or the head contains anyway (authority, path, validators) are views into those.
// Names in Vary are shared by all that have the same (vary_pool.hpp), tags are shared records once
// it is in a memory store (tag_table.hpp), and so may be what its head has in common with others
// (head_split.hpp). Its place in the memory store (Entry) lies within it too.
#pragma once

#include "base/hash.hpp"
#include "base/shared_bytes.hpp"
#include "caching/stored_meta.hpp"
#include "http/head_pieces.hpp"
#include "store/common_heads.hpp"
#include "store/entry.hpp"
#include "store/packed_numbers.hpp"
#include "store/purge_fence.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/smart_ptr/intrusive_ptr.hpp>

namespace hawkcache::store {

// What a response is made of, wherever it lies.
struct StoredPartsView {
  std::string_view key;             // the full key text (caching/cache_key)
  std::string_view authority;       // as keyed, for purges by URL
  std::string_view path_and_query;  // as keyed and forwarded
  const caching::StoredMeta& meta;
  // "HTTP/1.1 200 OK\r\nDate: ...\r\n": status line and fields, each line with its CRLF, without
  // the empty line at the end, and without Age, Content-Length and hop-by-hop fields, which are
  // written anew for each client.
  std::string_view head;
  // Field lines of the origin about caching that clients do not see because the rule replaces them
  // (client_cache_control); nullopt where nothing is replaced.
  std::optional<std::string_view> withheld;
  // Each chunk's memory should be about as large as what it shows of it: the budget counts what it
  // shows.
  std::span<const SharedBytes> body;
  Epoch epoch = 0;  // of the fetch that brought it
  std::uint64_t sequence = 0;
  SharedStamp shared{};
  // The earliest soft purge that is known to concern it, where a store finds that out by itself.
  std::optional<WallTime> soft_purged_at{};
  // The local epoch at which such a store found it good; 0: not asked yet.
  Epoch judged_at = 0;
};

// The same of its own.
struct StoredParts {
  std::string key;
  std::string authority;
  std::string path_and_query;
  caching::StoredMeta meta;
  std::string head;
  std::optional<std::string> withheld;
  std::vector<SharedBytes> body;
  Epoch epoch = 0;
  std::uint64_t sequence = 0;
  SharedStamp shared{};
  std::optional<WallTime> soft_purged_at{};
  Epoch judged_at = 0;

  operator StoredPartsView() const noexcept {  // NOLINT(google-explicit-constructor): a view of it
    return {key,
            authority,
            path_and_query,
            meta,
            head,
            withheld,
            body,
            epoch,
            sequence,
            shared,
            soft_purged_at,
            judged_at};
  }
};
StoredParts copy_of(const StoredPartsView& parts);

class StoredResponse;
using StoredResponsePtr = boost::intrusive_ptr<const StoredResponse>;
// One that nobody else has yet.
using NewResponsePtr = boost::intrusive_ptr<StoredResponse>;

class StoredResponse : private Entry {
 public:
  // `common`: what goes before the lines in parts.head, if anything. Texts are copied, a large body
  // is shared. REQUIRES: no text is longer than 1 GiB.
  static NewResponsePtr make(const StoredPartsView& parts, CommonHeadRef common = {});
  StoredResponse(const StoredResponse&) = delete;
  StoredResponse& operator=(const StoredResponse&) = delete;

  std::string_view key() const noexcept { return {texts(), key_size_}; }
  Hash128 key_hash() const noexcept { return hash128(key()); }
  std::string_view authority() const noexcept { return located(kAuthority); }
  std::string_view path_and_query() const noexcept { return located(kPath); }
  std::string head() const { return head_pieces().joined(); }
  // The same without a copy.
  http::HeadPieces head_pieces() const noexcept {
    return {has(kHasCommonHead) ? (*common_head_slot())->text() : std::string_view(),
            {texts() + key_size_, head_size_}};
  }
  std::optional<std::string_view> withheld() const noexcept;

  int status() const noexcept { return status_; }
  caching::Freshness freshness() const noexcept;
  caching::AuthorizedReuse authorized_reuse() const noexcept {
    return has(kAuthorizedReuse) ? caching::AuthorizedReuse::allowed
                                 : caching::AuthorizedReuse::forbidden;
  }
  caching::ValidatorsView validators() const noexcept;
  // nullptr: no Vary.
  const caching::VaryNames* vary() const noexcept {
    return has(kHasVary) ? vary_slot()->get() : nullptr;
  }
  std::shared_ptr<const caching::VaryNames> shared_vary() const noexcept {
    return has(kHasVary) ? *vary_slot() : nullptr;
  }
  std::string_view secondary_key() const noexcept;
  std::uint64_t rule_fingerprint() const noexcept { return rule_fingerprint_; }
  // nullptr: it is complete.
  const caching::PartialContent* partial() const noexcept {
    return has(kHasPartial) ? part_slot()->get() : nullptr;
  }
  caching::ReuseTerms reuse_terms() const noexcept {
    return {freshness(), authorized_reuse(), vary(), secondary_key()};
  }

  std::uint64_t body_size() const noexcept {
    return has(kBodyInChunks) ? *body_size_slot() : body_;
  }
  // The body is these, one after the other.
  std::size_t chunks() const noexcept { return has(kBodyInChunks) ? body_ : body_ > 0 ? 1 : 0; }
  std::string_view chunk(std::size_t number) const noexcept {
    return has(kBodyInChunks) ? chunk_slots()[number].view()
                              : std::string_view(texts() + key_size_ + head_size_, body_);
  }
  // The same for others to keep: a large body is shared, a small one is copied.
  std::vector<SharedBytes> share_body() const;

  Epoch epoch() const noexcept;
  std::uint64_t sequence() const noexcept { return sequence_; }
  SharedStamp shared() const noexcept;

  // The tags as text, wherever they are kept: for a 304 that freshens it, for explaining, for
  // another tier.
  std::vector<std::string> tag_texts() const;
  // What another can be made of that differs a little: all of it, but for what was purged since.
  StoredParts parts() const;

  // The time of the earliest soft purge that concerns it, as far as vouch() has seen it.
  std::optional<WallTime> soft_purged_at() const noexcept;

  // Whether it may be given out: not when a purge overtook it. One atomic load when nothing was
  // purged since it was last asked; otherwise the fence is asked about what is new, and the answer
  // remembered: a soft purge with its time, and distrust for ever. Any thread; always with the same
  // fence. Of a response that is in no store any more the fence may have forgotten what concerns
  // it, except for a holder with a FetchTicket: its answer counts from the ticket on.
  [[nodiscard]] Trust vouch(const PurgeFence& fence) const noexcept;

  // The memory it takes, all told, shared records (tags, the common head) apart; names in Vary
  // where nobody else has them.
  std::size_t footprint() const noexcept;

 private:
  friend class MemoryStore;
  friend class MemoryShard;
  friend class Census;
  friend void intrusive_ptr_add_ref(const StoredResponse* response) noexcept;
  friend void intrusive_ptr_release(const StoredResponse* response) noexcept;

  struct Plan;
  using VarySlot = std::shared_ptr<const caching::VaryNames>;
  using PartSlot = std::shared_ptr<const caching::PartialContent>;
  using TagTexts = std::vector<std::string>;

  enum Flag : std::uint16_t {
    kStaleForbidden = 1,
    kRevalidateAlways = 2,
    kAuthorizedReuse = 4,
    kHasWithheld = 8,
    kHasVary = 16,
    kHasPartial = 32,
    kBodyInChunks = 64,
    kTagsAreRecords = 128,
    kHasCommonHead = 256
  };
  static constexpr unsigned kSourceShift = 9;  // the lifetime's source is in the flags' upper bits

  // The numbers, in their order; a text's place is two, where it begins among the texts and how
  // long it is.
  enum Number : std::size_t {
    kSecondarySize,
    kResponseTime,
    kLifetime,
    kInitialAge,
    kStaleWhileRevalidate,
    kStaleIfError,
    kWithheldSize,
    kEpoch,
    kAuthority,
    kPath = kAuthority + 2,
    kEntityTag = kPath + 2,
    kLastModified = kEntityTag + 2,
    kLastModifiedTime = kLastModified + 2,
    kDate,
    kGeneration,
    kSharedEpoch,
    kNumbers
  };
  static_assert(kNumbers <= NumberPacker::kMost);

  StoredResponse(const StoredPartsView& parts, CommonHeadRef&& common, const Plan& plan);
  ~StoredResponse();

  bool has(Flag flag) const noexcept { return (flags_ & flag) != 0; }
  const char* block() const noexcept { return reinterpret_cast<const char*>(this); }
  const char* texts() const noexcept { return block() + texts_at_; }
  std::size_t size_of_inline_body() const noexcept { return has(kBodyInChunks) ? 0 : body_; }
  NumberReader numbers_from(Number first) const noexcept {
    NumberReader reader(widths_, block() + sizeof(StoredResponse));
    reader.skip(first);
    return reader;
  }
  std::string_view located(Number place) const noexcept;

  // What lies before the texts, from the last to the first.
  template <class Slot>
  const Slot* slots_before(std::size_t bytes) const noexcept {
    return reinterpret_cast<const Slot*>(texts() - bytes);
  }
  std::size_t common_head_bytes() const noexcept {
    return has(kHasCommonHead) ? sizeof(CommonHeadRef) : 0;
  }
  std::size_t vary_bytes() const noexcept {
    return common_head_bytes() + (has(kHasVary) ? sizeof(VarySlot) : 0);
  }
  std::size_t part_bytes() const noexcept {
    return vary_bytes() + (has(kHasPartial) ? sizeof(PartSlot) : 0);
  }
  std::size_t tag_bytes() const noexcept { return part_bytes() + tag_count_ * sizeof(TagRef); }
  std::size_t chunk_bytes() const noexcept {
    return tag_bytes() + (has(kBodyInChunks) ? body_ * sizeof(SharedBytes) : 0);
  }
  const CommonHeadRef* common_head_slot() const noexcept {
    return slots_before<CommonHeadRef>(common_head_bytes());
  }
  const VarySlot* vary_slot() const noexcept { return slots_before<VarySlot>(vary_bytes()); }
  const PartSlot* part_slot() const noexcept { return slots_before<PartSlot>(part_bytes()); }
  const TagRef* tag_slots() const noexcept { return slots_before<TagRef>(tag_bytes()); }
  // Before the tags are records the first of their places holds their texts.
  TagTexts* const* tag_texts_slot() const noexcept { return slots_before<TagTexts*>(tag_bytes()); }
  const SharedBytes* chunk_slots() const noexcept {
    return slots_before<SharedBytes>(chunk_bytes());
  }
  const std::uint64_t* body_size_slot() const noexcept {
    return slots_before<std::uint64_t>(chunk_bytes() + sizeof(std::uint64_t));
  }

  void make_slots(const StoredPartsView& parts, CommonHeadRef&& common, const Plan& plan);
  void copy_texts(const StoredPartsView& parts, const Plan& plan);
  std::size_t block_size() const noexcept;

  std::span<const TagRef> tag_records() const noexcept {
    return has(kTagsAreRecords) ? std::span(tag_slots(), tag_count_) : std::span<const TagRef>();
  }
  std::span<const std::string> unrecorded_tags() const noexcept {
    if (tag_count_ == 0 || has(kTagsAreRecords)) return {};
    return **tag_texts_slot();
  }
  // Takes the records in place of the texts. REQUIRES: not yet published; as many as texts.
  void adopt_tags(std::span<TagRef> records) noexcept;

  mutable std::atomic<std::uint32_t> references_{0};
  // The fence's epoch at which it was last found good.
  static constexpr Epoch kCondemned = std::numeric_limits<Epoch>::max();
  mutable std::atomic<Epoch> checked_;
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();
  mutable std::atomic<std::int64_t> soft_purged_{kNever};  // ms since 1970
  std::uint64_t sequence_;
  std::uint64_t rule_fingerprint_;
  std::uint64_t widths_;  // of the numbers
  std::uint32_t texts_at_;
  std::uint32_t key_size_;
  std::uint32_t head_size_;
  std::uint32_t body_;  // its size where it is in the block, else the number of its chunks
  std::uint32_t tag_count_;
  std::uint16_t status_;
  std::uint16_t flags_;
};

inline void intrusive_ptr_add_ref(const StoredResponse* response) noexcept {
  response->references_.fetch_add(1, std::memory_order_relaxed);
}
void intrusive_ptr_release(const StoredResponse* response) noexcept;

inline caching::Freshness StoredResponse::freshness() const noexcept {
  NumberReader numbers = numbers_from(kResponseTime);
  caching::Freshness freshness;
  freshness.response_time = WallTime(Duration(numbers.milliseconds()));
  freshness.lifetime = Duration(numbers.milliseconds());
  // Of most responses there is none of these.
  if (!numbers.is_nothing(kStaleIfError - kLifetime)) {
    freshness.initial_age = Duration(numbers.milliseconds());
    freshness.stale_while_revalidate = Duration(numbers.milliseconds());
    freshness.stale_if_error = Duration(numbers.milliseconds());
  }
  freshness.source = static_cast<caching::LifetimeSource>(flags_ >> kSourceShift);
  freshness.stale = has(kStaleForbidden) ? caching::StalePermission::forbidden
                                         : caching::StalePermission::allowed;
  freshness.revalidation =
      has(kRevalidateAlways) ? caching::Revalidation::always : caching::Revalidation::when_stale;
  return freshness;
}

}  // namespace hawkcache::store
