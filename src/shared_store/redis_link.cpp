#include "shared_store/redis_link.hpp"

#include <algorithm>
#include <utility>

namespace hawkcache::shared_store {

namespace {

std::size_t things_in(const store::PurgeRequest& request) {
  return request.tags.size() + request.urls.size() + request.prefixes.size();
}

}  // namespace

std::shared_ptr<const Membership> RedisLink::membership() const {
  const std::lock_guard lock(mutex_);
  return membership_;
}

void RedisLink::report_failure() noexcept {
  if (failures_.fetch_add(1, std::memory_order_relaxed) + 1 >= kFailures) leave(Cause::failures);
}

void RedisLink::leave(Cause cause) noexcept {
  if (!usable()) return;
  {
    // Who comes first names the cause, before the follower sees the state and asks for it; who
    // comes second finds everything distrusted.
    const std::lock_guard lock(mutex_);
    if (!usable()) return;
    // In this order: what was admitted before has an epoch below that of the distrust.
    admits_.store(false);
    if (memory_while_away_ == MemoryWhileAway::fetched_since) distrust_();
    cause_.store(cause);
    state_.store(State::joining, std::memory_order_release);
  }
  wake_follower();
}

void RedisLink::wake_follower() noexcept {
  if (follower_) follower_->ring();
}

RedisLink::Kept RedisLink::defer(KeptPurge purge) {
  Kept kept;
  {
    const std::lock_guard lock(mutex_);
    kept.number = ++last_deferred_;
    kept.first = deferred_.empty();
    things_ += things_in(purge.request);
    deferred_.push_back(std::move(purge));
    if (deferred_.size() > kMostDeferred || things_ > kMostThings) {
      kept.room = Room::overflowed;
      things_ = 0;
      store::PurgeRequest everything;
      everything.scope = store::PurgeRequest::Scope::everything;
      deferred_.clear();
      deferred_.push_back({std::move(everything), {}});
    }
  }
  leave(Cause::deferred);
  return kept;
}

void RedisLink::ring_when_handed_on(std::uint64_t number, std::shared_ptr<net::WakeUp> bell) {
  const std::lock_guard lock(mutex_);
  if (number <= handed_on_) {
    bell->ring();
  } else {
    waiters_.push_back({number, std::move(bell)});
  }
}

void RedisLink::forget_bell(const std::shared_ptr<net::WakeUp>& bell) {
  const std::lock_guard lock(mutex_);
  std::erase_if(waiters_, [&](const Waiter& waiter) { return waiter.bell == bell; });
}

void RedisLink::close() {
  const std::lock_guard lock(mutex_);
  waiters_.clear();
  follower_.reset();
}

bool RedisLink::is_handed_on(std::uint64_t number) const {
  const std::lock_guard lock(mutex_);
  return number <= handed_on_;
}

std::size_t RedisLink::deferred() const {
  const std::lock_guard lock(mutex_);
  return deferred_.size();
}

bool RedisLink::memory_is_readable(SteadyTime now) const noexcept {
  if (state() == State::up) {
    return now.time_since_epoch().count() < vouched_until_.load(std::memory_order_acquire);
  }
  // What was fetched before it was left is distrusted; or it stays as it is.
  return true;
}

RedisLink::Deferred RedisLink::deferred_purges() const {
  const std::lock_guard lock(mutex_);
  return {.purges = {deferred_.begin(), deferred_.end()}, .through = last_deferred_};
}

void RedisLink::handed_on_through(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  // Where everything became one purge, more numbers are behind fewer requests.
  const std::uint64_t newer = last_deferred_ - number;
  while (deferred_.size() > newer) {
    things_ -= std::min(things_, things_in(deferred_.front().request));
    deferred_.pop_front();
  }
  handed_on_ = std::max(handed_on_, number);
  std::erase_if(waiters_, [this](const Waiter& waiter) {
    if (waiter.number > handed_on_) return false;
    waiter.bell->ring();
    return true;
  });
}

void RedisLink::set_looked_for() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(looked_for_, true)) return;
  }
  looked_for_changed_.notify_all();
}

void RedisLink::wait_until_looked_for(Duration patience) const {
  std::unique_lock lock(mutex_);
  looked_for_changed_.wait_for(lock, patience, [this] { return looked_for_; });
}

bool RedisLink::try_go_up(const Membership& membership) {
  const std::lock_guard lock(mutex_);
  if (!deferred_.empty()) return false;
  membership_ = std::make_shared<const Membership>(membership);
  failures_.store(0, std::memory_order_relaxed);
  admits_.store(true);
  state_.store(State::up, std::memory_order_release);
  return true;
}

}  // namespace hawkcache::shared_store
