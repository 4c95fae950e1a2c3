#include "store/shared_fence.hpp"

#include <algorithm>
#include <utility>

namespace hawkcache::store {

namespace {

PurgeRequest everything() {
  PurgeRequest request;
  request.scope = PurgeRequest::Scope::everything;
  return request;
}

}  // namespace

SharedFence::SharedFence(const PurgeFence& local,
                         RaiseLocally raise_locally,
                         PurgeFence::Limits limits)
    : local_(local), raise_locally_(std::move(raise_locally)), limits_(limits) {}

std::shared_ptr<SharedFence::Generation> SharedFence::current() const {
  const std::lock_guard lock(mutex_);
  return generation_;
}

SharedStamp SharedFence::followed() const {
  const std::lock_guard lock(mutex_);
  if (!generation_) return {};
  return {generation_->number, followed_};
}

SharedFence::Began SharedFence::begin(std::uint64_t generation, Epoch floor, WallTime now) {
  const std::lock_guard follow_lock(follow_mutex_);
  if (const auto known = current(); known && known->number == generation) return Began::as_before;
  auto next = std::make_shared<Generation>(generation, limits_, floor);
  {
    const std::lock_guard lock(mutex_);
    generation_ = std::move(next);
    followed_ = floor;
  }
  raise_locally_(everything(), now);
  return Began::anew;
}

void SharedFence::apply(const LogReading& reading, WallTime now) {
  const std::lock_guard follow_lock(follow_mutex_);
  const std::shared_ptr<Generation> known = current();
  if (!known || known->number != reading.counter.generation) return;
  const Epoch before = followed().epoch;
  if (before < reading.floor) {
    known->fence.raise_floor(reading.floor);
    raise_locally_(everything(), now);
  }
  for (const LoggedPurge& purge : reading.purges) {
    if (purge.epoch <= before) continue;
    const WallTime time =
        purge.request.kind == PurgeKind::soft ? std::min(purge.soft_at, now) : now;
    known->fence.raise_as(purge.epoch, purge.request, time);
    raise_locally_(purge.request, time);
  }
  const std::lock_guard lock(mutex_);
  followed_ = std::max({followed_, reading.floor, reading.through});
}

Trust SharedFence::admit(StoredParts& parts) const {
  // Before the shared fence is looked at: see the head of shared_fence.hpp.
  const Epoch local = local_.current();
  const std::shared_ptr<Generation> known = current();
  if (!known || known->number != parts.shared.generation) return Trust::distrusted;
  const FenceVerdict verdict = known->fence.check({.epoch = parts.shared.epoch,
                                                   .authority = parts.authority,
                                                   .path_and_query = parts.path_and_query},
                                                  parts.meta.tags,
                                                  TagsKnown::all);
  if (verdict.trust == Trust::distrusted) return Trust::distrusted;
  parts.epoch = local;
  parts.judged_at = local;
  if (verdict.trust == Trust::expired_by_soft_purge) parts.soft_purged_at = verdict.expired_at;
  return verdict.trust;
}

Trust SharedFence::check_url(const SharedStamp& stamp,
                             std::string_view authority,
                             std::string_view path_and_query) const {
  const std::shared_ptr<Generation> known = current();
  if (!known || known->number != stamp.generation) return Trust::distrusted;
  return known->fence
      .check_url({.epoch = stamp.epoch, .authority = authority, .path_and_query = path_and_query})
      .trust;
}

bool SharedFence::has_overtaken(std::uint64_t generation,
                                const FenceSubject& fetch,
                                std::span<const std::string> rule_tags) const {
  const std::shared_ptr<Generation> known = current();
  if (!known || known->number != generation) return true;
  const FenceVerdict verdict = known->fence.check(fetch, rule_tags, TagsKnown::rule_tags_only);
  return verdict.trust != Trust::trusted;
}

std::size_t SharedFence::fence_count() const {
  const std::shared_ptr<Generation> known = current();
  return known ? known->fence.fence_count() : 0;
}

}  // namespace hawkcache::store
