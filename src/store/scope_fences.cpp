#include "store/scope_fences.hpp"

#include "store/scope_hash.hpp"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <utility>

namespace hawkcache::store {

namespace {

// Things purged again and again leave outdated entries in the order: it is cleaned before it
// doubles.
constexpr std::size_t kOrderSlack = 1024;

}  // namespace

void EarlierSoftPurges::raise(std::uint64_t thing,
                              const AtomicFence::Soft& newest,
                              PurgeKind kind,
                              Epoch epoch) {
  if (newest.epoch == 0 || newest.epoch == epoch) return;
  if (kind == PurgeKind::hard) return forget(thing);
  const std::unique_lock lock(mutex_);
  purges_.insert_or_assign({thing, newest.epoch}, newest.at);
  const auto first = purges_.lower_bound({thing, 0});
  const auto last = std::prev(purges_.upper_bound({thing, kNoEpoch}));
  if (static_cast<std::size_t>(std::distance(first, last)) >= kMostOfOne) {
    take_two_together(first, last);
  }
}

// Those that are closest to each other, for the time that they are ago.
void EarlierSoftPurges::take_two_together(Purges::iterator first, Purges::iterator last) {
  const auto distance = [](WallTime from, WallTime to) {
    return static_cast<double>(std::max(to - from, Duration::zero()).count());
  };
  auto closest = first;
  double least = 2;
  for (auto one = first; one != last; ++one) {
    const double between = distance(one->second, std::next(one)->second);
    const double ago = distance(one->second, last->second);
    const double relative = ago > 0 ? between / ago : 0;
    if (relative >= least) continue;
    least = relative;
    closest = one;
  }
  WallTime& time = std::next(closest)->second;
  time = std::min(time, closest->second);
  purges_.erase(closest);
}

void EarlierSoftPurges::judge(std::uint64_t thing, Epoch epoch, FenceVerdict& verdict) const {
  const std::shared_lock lock(mutex_);
  const auto found = purges_.upper_bound({thing, epoch});
  if (found != purges_.end() && found->first.first == thing) verdict.soften(found->second);
}

void EarlierSoftPurges::forget(std::uint64_t thing) {
  const std::unique_lock lock(mutex_);
  purges_.erase(purges_.lower_bound({thing, 0}), purges_.upper_bound({thing, kNoEpoch}));
}

std::size_t EarlierSoftPurges::bytes() const {
  constexpr std::size_t kNode = 4 * sizeof(void*);
  const std::shared_lock lock(mutex_);
  return purges_.size() * (sizeof(Purges::value_type) + kNode);
}

bool HashedFences::raise(
    std::uint64_t hash, PurgeKind kind, Epoch epoch, WallTime now, std::uint32_t note) {
  const auto [place, is_new] = fences_.try_emplace(hash);
  Fence& fence = place->second;
  if (is_new) fence.note = note;
  // Named again by the same purge: its place in the order is not outdated, and would stay.
  const bool has_place = !is_new && fence.newest() == epoch;
  earlier_.raise(hash, fence.soft, kind, epoch);
  if (kind == PurgeKind::hard) {
    fence.hard = epoch;
  } else {
    fence.soft = {epoch, now};
  }
  if (has_place) return false;
  order_.push_back({epoch, hash});
  settle();
  return is_new;
}

void HashedFences::judge(std::uint64_t hash, Epoch epoch, FenceVerdict& verdict) const {
  const auto found = fences_.find(hash);
  if (found == fences_.end()) return;
  const Fence& fence = found->second;
  if (fence.hard > epoch) {
    verdict.distrust();
  } else if (fence.soft.epoch > epoch) {
    verdict.soften(fence.soft.at);
    earlier_.judge(hash, epoch, verdict);
  }
}

std::size_t HashedFences::bytes() const {
  return fences_.bucket_count() * (sizeof(Fence) + 2 * sizeof(std::uint64_t)) +
         order_.size() * sizeof(Raised) + earlier_.bytes();
}

std::uint32_t HashedFences::forget_oldest() {
  const auto found = fences_.find(order_.front().hash);
  const std::uint32_t note = found->second.note;
  earlier_.forget(found->first);
  fences_.erase(found);
  order_.pop_front();
  settle();
  if (fences_.empty()) fences_ = {};  // gives the table's memory back
  return note;
}

bool HashedFences::outdated(const Raised& raised) const noexcept {
  const auto found = fences_.find(raised.hash);
  return found == fences_.end() || found->second.newest() != raised.epoch;
}

void HashedFences::settle() {
  if (order_.size() > 2 * fences_.size() + kOrderSlack) {
    std::erase_if(order_, [this](const Raised& raised) { return outdated(raised); });
  }
  while (!order_.empty() && outdated(order_.front())) order_.pop_front();
}

void PrefixFences::raise(
    std::uint64_t authority, std::string_view prefix, PurgeKind kind, Epoch epoch, WallTime now) {
  const auto length = static_cast<std::uint32_t>(prefix.size());
  const std::uint64_t hash = scope_hash(authority, path_hash(prefix)) + length;
  if (fences_.raise(hash, kind, epoch, now, length)) ++lengths_[length];
}

void PrefixFences::judge(std::uint64_t authority,
                         std::string_view path,
                         Epoch epoch,
                         FenceVerdict& verdict) const {
  for (const auto& [length, count] : lengths_) {
    if (length > path.size()) return;
    const std::uint64_t prefix = path_hash(path.substr(0, length));
    fences_.judge(scope_hash(authority, prefix) + length, epoch, verdict);
    fences_.judge(scope_hash(0, prefix) + length, epoch, verdict);
  }
}

void PrefixFences::forget_oldest() {
  const auto length = lengths_.find(fences_.forget_oldest());
  if (length != lengths_.end() && --length->second == 0) lengths_.erase(length);
}

void TagFences::raise(TagRef record, PurgeKind kind, Epoch epoch, WallTime now) {
  const bool has_place = record->remembered_ && record->fence().newest() == epoch;
  AtomicFence& fence = record->fence();
  // Before it: who meets the newer purge finds the earlier ones.
  earlier_.raise(path_hash(record->text()), fence.newest_soft(), kind, epoch);
  fence.raise(kind, epoch, now);
  if (has_place) return;
  if (!std::exchange(record->remembered_, true)) {
    ++remembered_;
    record_bytes_ += TagTable::record_bytes(record->text());
  }
  order_.push_back({epoch, std::move(record)});
  settle();
}

void TagFences::judge(std::span<const TagRef> tags, Epoch epoch, FenceVerdict& verdict) const {
  for (const TagRef& tag : tags) tag->fence().judge(epoch, verdict);
  if (verdict.trust != Trust::expired_by_soft_purge) return;
  for (const TagRef& tag : tags) earlier_.judge(path_hash(tag->text()), epoch, verdict);
}

void TagFences::judge(std::span<const std::string> tags,
                      const TagTable& table,
                      Epoch epoch,
                      FenceVerdict& verdict) const {
  for (const std::string& tag : tags) {
    table.look_at(tag, [&](const TagState& known) { known.fence().judge(epoch, verdict); });
  }
  if (verdict.trust != Trust::expired_by_soft_purge) return;
  for (const std::string& tag : tags) earlier_.judge(path_hash(tag), epoch, verdict);
}

void TagFences::forget_oldest() {
  const TagRef& oldest = order_.front().record;
  oldest->remembered_ = false;
  if (oldest->fence().newest_soft().epoch != 0) earlier_.forget(path_hash(oldest->text()));
  record_bytes_ -= TagTable::record_bytes(oldest->text());
  order_.pop_front();
  --remembered_;
  settle();
}

void TagFences::settle() {
  if (order_.size() > 2 * remembered_ + kOrderSlack) std::erase_if(order_, outdated);
  while (!order_.empty() && outdated(order_.front())) order_.pop_front();
}

void EverythingFence::raise(PurgeKind kind, Epoch epoch, WallTime now) {
  earlier_.raise(kThing, fence_.newest_soft(), kind, epoch);
  fence_.raise(kind, epoch, now);
}

void EverythingFence::judge(Epoch epoch, FenceVerdict& verdict) const {
  FenceVerdict own;
  fence_.judge(epoch, own);
  if (own.trust == Trust::distrusted) verdict.distrust();
  if (own.trust != Trust::expired_by_soft_purge) return;
  verdict.soften(own.expired_at);
  earlier_.judge(kThing, epoch, verdict);
}

}  // namespace hawkcache::store
