// Memory in front of Redis, as one worker sees it. A hit in memory does not touch Redis; it is
// given out as long as the follower vouches for the memory (redis_link). What is found in Redis is
// kept in memory, what is put goes into both. Belongs to its worker's thread; the memory is shared.
#pragma once

#include "store/redis_store.hpp"

#include <utility>

namespace hawkcache::store {

class TieredStore final : public RedisStore {
 public:
  // REQUIRES: the core has a memory tier.
  using RedisStore::RedisStore;

  void try_find(const caching::KeyView& key, Found& found) noexcept override;
  Awaitable<FindOutcome> find(caching::KeyView key,
                              const VariantSelector& selector,
                              Found& found,
                              Patience& patience) override;
  Awaitable<FindOutcome> find_all(caching::KeyView key, Found& found, Patience& patience) override;
  NewResponsePtr make(const StoredPartsView& parts) override { return core().memory->make(parts); }
  Awaitable<PutResult> put(NewResponsePtr response, Patience& patience) override;
  bool could_keep(Epoch epoch,
                  const SharedStamp& shared,
                  const Patience& patience) const noexcept override;
  std::uint64_t max_object() const noexcept override;
  StoreStats stats() const override;
  Sweep sweep(WallTime now, std::size_t budget) override;

 private:
  void find_without_redis(const caching::KeyView& key, Found& found) noexcept;
  void keep(const caching::KeyView& key, std::uint32_t changes, Brought& brought, Found& found);
};

}  // namespace hawkcache::store
