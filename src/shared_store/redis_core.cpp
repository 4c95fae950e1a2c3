#include "shared_store/redis_core.hpp"

#include <utility>

namespace hawkcache::shared_store {

namespace {

// As many purges as Redis keeps of them (kMaxLog in redis_log.cpp), and room to spare.
constexpr store::PurgeFence::Limits kSharedLimits{.fences = 200'000, .prefixes = 4096};

}  // namespace

RedisCore::RedisCore(RedisStoreSettings settings_,
                     const Clock& clock_,
                     std::unique_ptr<store::LocalStore> memory_)
    : settings(std::move(settings_)),
      clock(clock_),
      redis_clock(clock_),
      names(settings.prefix),
      memory(std::move(memory_)),
      local(memory ? memory->fence() : own_fence),
      fence(
          local,
          [this](const store::PurgeRequest& purge, WallTime now) { raise_locally(purge, now); },
          kSharedLimits),
      link(settings.when_unavailable == store::WhenUnavailable::protect_origin
               ? RedisLink::MemoryWhileAway::as_it_is
               : RedisLink::MemoryWhileAway::fetched_since,
           [this] { distrust_everything_here(); }) {}

std::uint64_t RedisCore::raise_locally(const store::PurgeRequest& purge, WallTime now) {
  if (memory) return memory->purge_now(purge, now).count;
  local.raise(purge, now);
  return 0;
}

void RedisCore::distrust_everything_here() {
  store::PurgeRequest everything;
  everything.scope = store::PurgeRequest::Scope::everything;
  raise_locally(everything, clock.wall());
  // After it: who meets the distrust a moment earlier takes it for a purge, no more.
  lost_sight.store(local.current(), std::memory_order_release);
}

// Once more, for the books of the memory tier.
void RedisCore::keep_order() {
  const auto order = local.keep_order(redis_clock.highest_sequence(), clock.wall());
  if (order == store::PurgeFence::Order::begun_anew) distrust_everything_here();
}

}  // namespace hawkcache::shared_store
