// What any Store must do, whatever it keeps its responses in. An implementation joins by
// instantiating the suites:
//
//   INSTANTIATE_TEST_SUITE_P(Memory, StoreContract, testing::Values(StoreFactory{...}),
//   factory_name); INSTANTIATE_TEST_SUITE_P(Memory, StoreStress, ...);
#pragma once

#include "contract/response_maker.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

namespace hawkcache::store {

struct StoreLimits {
  std::uint64_t max_size = 64ull << 20;
  std::uint64_t max_entries = 100'000;
  std::uint64_t max_object = 8ull << 20;
};

struct StoreFactory {
  std::string name;
  std::function<std::unique_ptr<Store>(const StoreLimits&)> make;
};
inline void PrintTo(const StoreFactory& factory, std::ostream* out) { *out << factory.name; }
inline std::string factory_name(const testing::TestParamInfo<StoreFactory>& info) {
  return info.param.name;
}

inline Found find_in(Store& store,
                     std::string_view path,
                     std::string_view authority = "api.example.com") {
  const std::string text = key_text(authority, path);
  Found found;
  store.try_find(caching::make_key(text), found);
  return found;
}

class StoreFixture : public testing::TestWithParam<StoreFactory> {
 protected:
  void open(const StoreLimits& limits) { store_ = GetParam().make(limits); }
  void SetUp() override { open({}); }

  Store& store() { return *store_; }
  PurgeFence& fence() { return store_->fence(); }
  FetchTicket begin_fetch() { return fence().begin_fetch(); }

  // A whole fetch: its request went up and its answer came at once.
  PutResult fetch_and_put(ResponseMaker maker) {
    const FetchTicket ticket = begin_fetch();
    return store().put(maker.fetched(ticket).made());
  }
  Found find(std::string_view path, std::string_view authority = "api.example.com") {
    return find_in(store(), path, authority);
  }
  bool has(std::string_view path, std::string_view authority = "api.example.com") {
    return !find(path, authority).empty();
  }
  void sweep_all(WallTime now = kNow) {
    while (store().sweep(now, 1000) == Store::Sweep::more) {
    }
  }

 private:
  std::unique_ptr<Store> store_;
};

inline constexpr auto kExact = Purged::Accuracy::exact;
inline constexpr auto kEstimate = Purged::Accuracy::estimate;
inline void expect_purged(const Purged& purged, std::uint64_t count, Purged::Accuracy accuracy) {
  EXPECT_EQ(purged.count, count);
  EXPECT_EQ(purged.accuracy, accuracy);
}

class StoreContract : public StoreFixture {};
class StoreStress : public StoreFixture {};

}  // namespace hawkcache::store
