#include "store/purge_fence.hpp"

#include "store/fetch_sequence.hpp"
#include "store/scope_fences.hpp"
#include "store/scope_hash.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <utility>

namespace hawkcache::store {

namespace {

// Fences forgotten under one hold of the purge lock.
constexpr std::size_t kRetireBatch = 256;

}  // namespace

struct PurgeFence::Impl {
  explicit Impl(Limits fence_limits) : limits(fence_limits) {}

  const Limits limits;
  const TagTable::Owner tags = TagTable::create();

  EverythingFence everything;
  AtomicFence any_tag;
  // The newest epoch in `urls` and `prefixes`: most checks need not look into them.
  std::atomic<Epoch> newest_url{0};
  std::atomic<Epoch> newest_prefix{0};

  mutable std::mutex purge_mutex;  // taken before scopes_mutex and the tag table's
  TagFences tag_fences;

  mutable std::shared_mutex scopes_mutex;  // written under purge_mutex too
  HashedFences urls;
  PrefixFences prefixes;

  std::atomic<std::size_t> fence_bytes{0};
  std::atomic<std::size_t> fenced_record_bytes{0};
  std::atomic<std::size_t> fence_count{0};

  mutable std::mutex fetch_mutex;        // taken before purge_mutex
  std::map<Epoch, std::size_t> fetches;  // under way, by epoch
  std::uint64_t last_sequence = 0;

  // See check_url().
  std::atomic<bool> other_urls_asked{false};
  std::atomic<Epoch> scopes_forgotten{0};  // fences of URLs and prefixes up to it may be gone

  void raise_scopes(const PurgeRequest& request, Epoch epoch, WallTime now);
  Epoch oldest() const;
  // The oldest that has nothing left to do where no stored response is older.
  Epoch oldest_to_retire() const;
  void forget_oldest(Epoch epoch);
  void forget_oldest_scope(Epoch epoch);
  void tally();
};

void PurgeFence::Impl::raise_scopes(const PurgeRequest& request, Epoch epoch, WallTime now) {
  if (request.urls.empty() && request.prefixes.empty()) return;
  const std::unique_lock lock(scopes_mutex);
  for (const UrlScope& url : request.urls) {
    const std::uint64_t authority = authority_hash(url.authority);
    urls.raise(scope_hash(authority, path_hash(url.path_and_query)), request.kind, epoch, now);
    newest_url.store(epoch, std::memory_order_release);
  }
  for (const UrlScope& prefix : request.prefixes) {
    const std::uint64_t authority = authority_hash(prefix.authority);
    prefixes.raise(authority, prefix.path_and_query, request.kind, epoch, now);
    newest_prefix.store(epoch, std::memory_order_release);
  }
}

Epoch PurgeFence::Impl::oldest() const {
  return std::min({tag_fences.oldest(), urls.oldest(), prefixes.oldest()});
}

Epoch PurgeFence::Impl::oldest_to_retire() const {
  const std::size_t kept = other_urls_asked.load(std::memory_order_relaxed) ? limits.fences / 8 : 0;
  if (urls.size() + prefixes.size() <= kept) return tag_fences.oldest();
  return oldest();
}

// `epoch`: what oldest() or oldest_to_retire() said.
void PurgeFence::Impl::forget_oldest(Epoch epoch) {
  if (tag_fences.oldest() == epoch) {
    tag_fences.forget_oldest();
  } else {
    forget_oldest_scope(epoch);
  }
}

void PurgeFence::Impl::forget_oldest_scope(Epoch epoch) {
  if (epoch > scopes_forgotten.load(std::memory_order_relaxed)) {
    scopes_forgotten.store(epoch, std::memory_order_release);
  }
  const std::unique_lock lock(scopes_mutex);
  if (urls.oldest() == epoch) {
    urls.forget_oldest();
  } else {
    prefixes.forget_oldest();
  }
}

void PurgeFence::Impl::tally() {
  fence_count.store(tag_fences.size() + urls.size() + prefixes.size(), std::memory_order_relaxed);
  fence_bytes.store(tag_fences.bytes() + urls.bytes() + prefixes.bytes(),
                    std::memory_order_relaxed);
  fenced_record_bytes.store(tag_fences.record_bytes(), std::memory_order_relaxed);
}

PurgeFence::PurgeFence() : PurgeFence(Limits{}) {}
PurgeFence::PurgeFence(Limits limits) : impl_(std::make_unique<Impl>(limits)) {}
PurgeFence::PurgeFence(Limits limits, Epoch current)
    : impl_(std::make_unique<Impl>(limits)), epoch_(current), floor_(current) {}
PurgeFence::~PurgeFence() = default;

Epoch PurgeFence::raise(const PurgeRequest& request, WallTime now) {
  if (request.names_nothing()) return current();
  const std::lock_guard lock(impl_->purge_mutex);
  const Epoch epoch = epoch_.load(std::memory_order_relaxed) + 1;
  raise_locked(epoch, request, now);
  return epoch;
}

void PurgeFence::raise_as(Epoch epoch, const PurgeRequest& request, WallTime now) {
  const std::lock_guard lock(impl_->purge_mutex);
  raise_locked(epoch, request, now);
}

void PurgeFence::raise_floor(Epoch epoch) noexcept {
  const std::lock_guard lock(impl_->purge_mutex);
  floor_.store(std::max(floor(), epoch), std::memory_order_release);
}

void PurgeFence::raise_locked(Epoch epoch, const PurgeRequest& request, WallTime now) {
  for (const std::string& tag : request.tags) {
    impl_->tag_fences.raise(impl_->tags->intern(tag), request.kind, epoch, now);
    impl_->any_tag.raise(request.kind, epoch, now);
  }
  impl_->raise_scopes(request, epoch, now);
  if (request.scope == PurgeRequest::Scope::everything) {
    impl_->everything.raise(request.kind, epoch, now);
  }
  keep_within_limits();
  epoch_.store(epoch, std::memory_order_release);
}

void PurgeFence::keep_within_limits() {
  Impl& impl = *impl_;
  while (impl.prefixes.size() > impl.limits.prefixes) {
    floor_.store(std::max(floor(), impl.prefixes.oldest()), std::memory_order_release);
    const std::unique_lock lock(impl.scopes_mutex);
    impl.prefixes.forget_oldest();
  }
  while (impl.tag_fences.size() + impl.urls.size() + impl.prefixes.size() > impl.limits.fences) {
    const Epoch oldest = impl.oldest();
    floor_.store(std::max(floor(), oldest), std::memory_order_release);
    impl.forget_oldest(oldest);
  }
  impl.tally();
}

FenceVerdict PurgeFence::check(const FenceSubject& subject,
                               std::span<const std::string> tags,
                               TagsKnown known) const {
  if (known == TagsKnown::all) return recheck(subject, tags, 0);
  FenceVerdict verdict;
  impl_->any_tag.judge(subject.epoch, verdict);
  return judge(subject, 0, verdict);
}

FenceVerdict PurgeFence::check(const FenceSubject& subject, std::span<const TagRef> tags) const {
  return recheck(subject, tags, 0);
}

FenceVerdict PurgeFence::recheck(const FenceSubject& subject,
                                 std::span<const TagRef> tags,
                                 Epoch checked) const {
  FenceVerdict verdict;
  if (impl_->any_tag.newest() > std::max(subject.epoch, checked)) {
    impl_->tag_fences.judge(tags, subject.epoch, verdict);
  }
  return judge(subject, checked, verdict);
}

FenceVerdict PurgeFence::recheck(const FenceSubject& subject,
                                 std::span<const std::string> tags,
                                 Epoch checked) const {
  FenceVerdict verdict;
  if (impl_->any_tag.newest() > std::max(subject.epoch, checked)) {
    impl_->tag_fences.judge(tags, *impl_->tags, subject.epoch, verdict);
  }
  return judge(subject, checked, verdict);
}

// The rest of a check, after the tags: everything, URLs, prefixes, and at last the floor. `since`:
// an epoch at which the subject was found trusted, 0 if it never was.
FenceVerdict PurgeFence::judge(const FenceSubject& subject,
                               Epoch since,
                               FenceVerdict verdict) const {
  const Impl& impl = *impl_;
  impl.everything.judge(subject.epoch, verdict);
  const Epoch seen = std::max(subject.epoch, since);
  if (verdict.trust != Trust::distrusted) judge_scopes(subject, seen, verdict);
  // What was found trusted at or above the floor was measured against all that was forgotten below
  // it.
  if (seen < floor()) verdict.distrust();
  // Looked at after the fences: it is raised before they go.
  if (since != 0 && since < retired_.load(std::memory_order_acquire)) verdict.distrust();
  return verdict;
}

// Only what was purged after `seen` is looked at.
void PurgeFence::judge_scopes(const FenceSubject& subject,
                              Epoch seen,
                              FenceVerdict& verdict) const {
  const Impl& impl = *impl_;
  const bool ask_urls = impl.newest_url.load(std::memory_order_acquire) > seen;
  const bool ask_prefixes = impl.newest_prefix.load(std::memory_order_acquire) > seen;
  if (!ask_urls && !ask_prefixes) return;
  const std::uint64_t authority = authority_hash(subject.authority);
  const std::uint64_t path = path_hash(subject.path_and_query);
  const std::shared_lock lock(impl.scopes_mutex);
  if (ask_urls) {
    impl.urls.judge(scope_hash(authority, path), subject.epoch, verdict);
    impl.urls.judge(scope_hash(0, path), subject.epoch, verdict);
  }
  if (ask_prefixes) {
    impl.prefixes.judge(authority, subject.path_and_query, subject.epoch, verdict);
  }
}

FenceVerdict PurgeFence::check_url(const FenceSubject& url) const {
  if (!impl_->other_urls_asked.load(std::memory_order_relaxed)) {
    impl_->other_urls_asked.store(true, std::memory_order_relaxed);
  }
  FenceVerdict verdict;
  judge_scopes(url, url.epoch, verdict);
  // Both rise before a fence goes.
  if (url.epoch < impl_->scopes_forgotten.load(std::memory_order_acquire) || url.epoch < floor()) {
    verdict.distrust();
  }
  return verdict;
}

void PurgeFence::expect_no_other_urls() noexcept {
  impl_->other_urls_asked.store(false, std::memory_order_relaxed);
}

TagRef PurgeFence::intern(std::string_view tag) { return impl_->tags->intern(tag); }

TagRef PurgeFence::find_tag(std::string_view tag) const { return impl_->tags->find(tag); }

std::uint64_t PurgeFence::members(std::string_view tag) const {
  const TagRef record = impl_->tags->find(tag);
  return record ? record->members() : 0;
}

std::size_t PurgeFence::tag_count() const noexcept { return impl_->tags->size(); }

PurgeFence::Retired PurgeFence::retire_through(Epoch epoch) {
  if (epoch > retired_.load(std::memory_order_relaxed)) {
    retired_.store(epoch, std::memory_order_release);
  }
  const std::lock_guard lock(impl_->purge_mutex);
  std::size_t left = kRetireBatch;
  while (left > 0) {
    const Epoch oldest = impl_->oldest_to_retire();
    if (oldest > epoch) break;
    impl_->forget_oldest(oldest);
    --left;
  }
  if (left < kRetireBatch) impl_->tally();
  return left == 0 ? Retired::in_part : Retired::all;
}

std::size_t PurgeFence::fence_count() const {
  return impl_->fence_count.load(std::memory_order_relaxed);
}

std::size_t PurgeFence::bytes() const noexcept {
  return impl_->tags->bytes() + impl_->fence_bytes.load(std::memory_order_relaxed);
}

std::size_t PurgeFence::bytes_of_fences() const noexcept {
  return impl_->fence_bytes.load(std::memory_order_relaxed) +
         impl_->fenced_record_bytes.load(std::memory_order_relaxed);
}

FetchTicket PurgeFence::begin_fetch(WallTime now) {
  FetchTicket ticket;
  const std::lock_guard lock(impl_->fetch_mutex);
  ticket.fence_ = this;
  ticket.epoch_ = current();
  impl_->last_sequence = std::max(impl_->last_sequence + 1, first_sequence_at(now));
  ticket.sequence_ = impl_->last_sequence;
  ++impl_->fetches[ticket.epoch_];
  return ticket;
}

PurgeFence::Order PurgeFence::keep_order(std::uint64_t highest, WallTime now) {
  const std::lock_guard lock(impl_->fetch_mutex);
  if (impl_->last_sequence <= highest) return Order::kept;
  PurgeRequest everything;
  everything.scope = PurgeRequest::Scope::everything;
  raise(everything, now);
  impl_->last_sequence = 0;
  return Order::begun_anew;
}

void PurgeFence::end_fetch(Epoch epoch) noexcept {
  const std::lock_guard lock(impl_->fetch_mutex);
  const auto found = impl_->fetches.find(epoch);
  if (found != impl_->fetches.end() && --found->second == 0) impl_->fetches.erase(found);
}

Epoch PurgeFence::oldest_fetch() const {
  const std::lock_guard lock(impl_->fetch_mutex);
  return impl_->fetches.empty() ? current() : impl_->fetches.begin()->first;
}

FetchTicket::FetchTicket(FetchTicket&& other) noexcept
    : fence_(std::exchange(other.fence_, nullptr)),
      epoch_(other.epoch_),
      sequence_(other.sequence_),
      shared_(other.shared_) {}

FetchTicket& FetchTicket::operator=(FetchTicket&& other) noexcept {
  if (this == &other) return *this;
  if (fence_ != nullptr) fence_->end_fetch(epoch_);
  fence_ = std::exchange(other.fence_, nullptr);
  epoch_ = other.epoch_;
  sequence_ = other.sequence_;
  shared_ = other.shared_;
  return *this;
}

FetchTicket::~FetchTicket() {
  if (fence_ != nullptr) fence_->end_fetch(epoch_);
}

}  // namespace hawkcache::store
