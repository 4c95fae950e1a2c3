#include "shared_store/shared_fence.hpp"

#include <algorithm>
#include <utility>

namespace hawkcache::shared_store {

namespace {

store::PurgeRequest everything() {
  store::PurgeRequest request;
  request.scope = store::PurgeRequest::Scope::everything;
  return request;
}

}  // namespace

SharedFence::SharedFence(const store::PurgeFence& local,
                         RaiseLocally raise_locally,
                         store::PurgeFence::Limits limits)
    : local_(local), raise_locally_(std::move(raise_locally)), limits_(limits) {}

std::shared_ptr<SharedFence::Generation> SharedFence::current() const {
  const std::lock_guard lock(mutex_);
  return generation_;
}

store::SharedStamp SharedFence::followed() const {
  const std::lock_guard lock(mutex_);
  if (!generation_) return {};
  return {generation_->number, followed_};
}

SharedFence::Began SharedFence::begin(std::uint64_t generation, store::Epoch floor, WallTime now) {
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
  const store::Epoch before = followed().epoch;
  if (before < reading.floor) {
    known->fence.raise_floor(reading.floor);
    raise_locally_(everything(), now);
  }
  for (const LoggedPurge& purge : reading.purges) {
    if (purge.epoch <= before) continue;
    const WallTime time =
        purge.request.kind == store::PurgeKind::soft ? std::min(purge.soft_at, now) : now;
    known->fence.raise_as(purge.epoch, purge.request, time);
    raise_locally_(purge.request, time);
  }
  const std::lock_guard lock(mutex_);
  followed_ = std::max({followed_, reading.floor, reading.through});
}

store::Trust SharedFence::admit(store::StoredParts& parts) const {
  // Before the shared fence is looked at: see the head of shared_fence.hpp.
  const store::Epoch local = local_.current();
  const std::shared_ptr<Generation> known = current();
  if (!known || known->number != parts.shared.generation) return store::Trust::distrusted;
  const store::FenceVerdict verdict = known->fence.check({.epoch = parts.shared.epoch,
                                                          .authority = parts.authority,
                                                          .path_and_query = parts.path_and_query},
                                                         parts.meta.tags,
                                                         store::TagsKnown::all);
  if (verdict.trust == store::Trust::distrusted) return store::Trust::distrusted;
  parts.epoch = local;
  parts.judged_at = local;
  if (verdict.trust == store::Trust::expired_by_soft_purge)
    parts.soft_purged_at = verdict.expired_at;
  return verdict.trust;
}

store::Trust SharedFence::check_url(const store::SharedStamp& stamp,
                                    std::string_view authority,
                                    std::string_view path_and_query) const {
  const std::shared_ptr<Generation> known = current();
  if (!known || known->number != stamp.generation) return store::Trust::distrusted;
  return known->fence
      .check_url({.epoch = stamp.epoch, .authority = authority, .path_and_query = path_and_query})
      .trust;
}

bool SharedFence::has_overtaken(std::uint64_t generation,
                                const store::FenceSubject& fetch,
                                std::span<const std::string> rule_tags) const {
  const std::shared_ptr<Generation> known = current();
  if (!known || known->number != generation) return true;
  const store::FenceVerdict verdict =
      known->fence.check(fetch, rule_tags, store::TagsKnown::rule_tags_only);
  return verdict.trust != store::Trust::trusted;
}

std::size_t SharedFence::fence_count() const {
  const std::shared_ptr<Generation> known = current();
  return known ? known->fence.fence_count() : 0;
}

}  // namespace hawkcache::shared_store
