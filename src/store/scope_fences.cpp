#include "store/scope_fences.hpp"

#include "store/scope_hash.hpp"

#include <algorithm>
#include <utility>

namespace hawkcache::store {

namespace {

// Things purged again and again leave outdated entries in the order: it is cleaned before it
// doubles.
constexpr std::size_t kOrderSlack = 1024;

}  // namespace

bool HashedFences::raise(
    std::uint64_t hash, PurgeKind kind, Epoch epoch, WallTime now, std::uint32_t note) {
  const auto [place, is_new] = fences_.try_emplace(hash);
  Fence& fence = place->second;
  if (is_new) fence.note = note;
  // Named again by the same purge: its place in the order is not outdated, and would stay.
  const bool has_place = !is_new && fence.newest() == epoch;
  if (kind == PurgeKind::hard) {
    fence.hard = epoch;
  } else {
    fence.soft = epoch;
    fence.soft_time = now;
  }
  if (has_place) return false;
  order_.push_back({epoch, hash});
  settle();
  return is_new;
}

void HashedFences::judge(std::uint64_t hash, Epoch epoch, FenceVerdict& verdict) const noexcept {
  const auto found = fences_.find(hash);
  if (found == fences_.end()) return;
  const Fence& fence = found->second;
  if (fence.hard > epoch) {
    verdict.distrust();
  } else if (fence.soft > epoch) {
    verdict.soften(fence.soft_time);
  }
}

std::size_t HashedFences::bytes() const noexcept {
  return fences_.bucket_count() * (sizeof(Fence) + 2 * sizeof(std::uint64_t)) +
         order_.size() * sizeof(Raised);
}

std::uint32_t HashedFences::forget_oldest() {
  const auto found = fences_.find(order_.front().hash);
  const std::uint32_t note = found->second.note;
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
                         FenceVerdict& verdict) const noexcept {
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
  record->fence().raise(kind, epoch, now);
  if (has_place) return;
  if (!std::exchange(record->remembered_, true)) {
    ++remembered_;
    record_bytes_ += TagTable::record_bytes(record->text());
  }
  order_.push_back({epoch, std::move(record)});
  settle();
}

void TagFences::forget_oldest() {
  const TagRef& oldest = order_.front().record;
  oldest->remembered_ = false;
  record_bytes_ -= TagTable::record_bytes(oldest->text());
  order_.pop_front();
  --remembered_;
  settle();
}

void TagFences::settle() {
  if (order_.size() > 2 * remembered_ + kOrderSlack) std::erase_if(order_, outdated);
  while (!order_.empty() && outdated(order_.front())) order_.pop_front();
}

}  // namespace hawkcache::store
