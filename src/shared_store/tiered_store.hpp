// Memory in front of Redis, as one worker sees it. A hit in memory does not touch Redis; it is
// given out as long as the follower vouches for the memory (redis_link). What is found in Redis is
// kept in memory, what is put goes into both. Belongs to its worker's thread; the memory is shared.
#pragma once

#include "shared_store/redis_store.hpp"

#include <utility>

namespace hawkcache::shared_store {

class TieredStore final : public RedisStore {
 public:
  // REQUIRES: the core has a memory tier.
  using RedisStore::RedisStore;

  void try_find(const caching::KeyView& key, store::Found& found) noexcept override;
  store::FetchTicket begin_fetch(WallTime now) override;
  store::NewResponsePtr make(const store::StoredPartsView& parts) override {
    return core().memory->make(parts);
  }
  net::Awaitable<store::PutResult> put(store::NewResponsePtr response,
                                       store::Patience& patience) override;
  bool could_keep(store::Epoch epoch,
                  const store::SharedStamp& shared,
                  const store::Patience& patience) const noexcept override;
  std::uint64_t unknown_through(std::uint64_t asked) const noexcept override;
  std::uint64_t max_object() const noexcept override;
  store::StoreStats stats() const override;
  Sweep sweep(WallTime now, std::size_t budget) override;

 protected:
  net::Awaitable<store::FindOutcome> look_up(caching::KeyView key,
                                             const store::VariantSelector* selector,
                                             store::Found& found,
                                             store::Patience& patience) override;

 private:
  void leave_what_may_be_purged(store::Found& found) noexcept;
  void find_without_redis(const caching::KeyView& key, store::Found& found) noexcept;
  void keep(const caching::KeyView& key,
            std::uint32_t changes,
            Brought& brought,
            store::Found& found);
};

}  // namespace hawkcache::shared_store
