// What any Store must do, whatever it keeps its responses in, and what those must do beside it that
// keep all of them within bounds of their own. An implementation joins by instantiating the suites:
//
//   INSTANTIATE_TEST_SUITE_P(Memory, StoreContract, testing::Values(StoreFactory{...}),
//   factory_name); INSTANTIATE_TEST_SUITE_P(Memory, StoreStress, ...);
//   INSTANTIATE_TEST_SUITE_P(Memory, BoundedStoreContract, ...);  // local stores only
#pragma once

#include "contract/response_maker.hpp"
#include "contract/store_world.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::store {

struct StoreFactory {
  std::string name;
  StoreMaker make;
};
inline void PrintTo(const StoreFactory& factory, std::ostream* out) { *out << factory.name; }
inline std::string factory_name(const testing::TestParamInfo<StoreFactory>& info) {
  return info.param.name;
}

// A request that brings what its variant is to be found by, as text.
class TextSelector final : public VariantSelector {
 public:
  TextSelector(std::string secondary_key, Otherwise otherwise)
      : secondary_key_(std::move(secondary_key)), otherwise_(otherwise) {}
  void append_secondary_key(std::string& out, const caching::VaryNames& /*names*/) const override {
    out += secondary_key_;
  }
  std::uint64_t rule_fingerprint() const noexcept override { return 0; }
  Otherwise otherwise() const noexcept override { return otherwise_; }

 private:
  std::string secondary_key_;
  Otherwise otherwise_;
};

// One store on one worker; every call of it is made there and waited for.
class StoreFixture : public testing::TestWithParam<StoreFactory> {
 protected:
  void open(const StoreLimits& limits) {
    world_.reset();
    world_ = std::make_unique<StoreWorld>(GetParam().make, limits, 1);
  }
  void SetUp() override { open({}); }

  PurgeFence& fence() { return store().fence(); }
  StoreStats stats() {
    return world_->call([this] { return store().stats(); });
  }
  std::uint64_t max_object() {
    return world_->call([this] { return store().max_object(); });
  }
  FetchTicket begin_fetch() {
    return world_->call([this] { return store().begin_fetch(kNow); });
  }
  PutResult put(ResponseMaker maker) { return put(maker.made()); }
  PutResult put(NewResponsePtr response) {
    Patience patience = store().patience();
    return world_->run([&] { return store().put(response, patience); });
  }
  // A whole fetch: its request went up and its answer came at once.
  PutResult fetch_and_put(ResponseMaker maker) {
    const FetchTicket ticket = begin_fetch();
    return put(maker.fetched(ticket));
  }
  Purged purge(const PurgeRequest& request, WallTime now = kNow) {
    const auto purged = world_->run([&] { return store().purge(request, now); });
    EXPECT_TRUE(purged.has_value());
    return purged.has_value() ? *purged : Purged{};
  }
  Found find(std::string_view path, std::string_view authority = "api.example.com") {
    const std::string text = key_text(authority, path);
    return find(caching::make_key(text));
  }
  Found try_find(const caching::KeyView& key, Found found) {
    world_->call([&] {
      store().try_find(key, found);
      return found.size();
    });
    return found;
  }
  Found find(const caching::KeyView& key, Found found = {}) {
    Patience patience = store().patience();
    const FindOutcome outcome = world_->run([&] { return store().find_all(key, found, patience); });
    EXPECT_EQ(outcome, FindOutcome::complete);
    return found;
  }
  // As a request would whose selecting fields say this.
  using Otherwise = VariantSelector::Otherwise;
  Found find_variant(std::string_view path,
                     std::string secondary_key,
                     Otherwise otherwise = Otherwise::nothing) {
    const std::string text = key_text("api.example.com", path);
    const TextSelector selector(std::move(secondary_key), otherwise);
    Found found;
    Patience patience = store().patience();
    const FindOutcome outcome = world_->run(
        [&] { return store().find(caching::make_key(text), selector, found, patience); });
    EXPECT_NE(outcome, FindOutcome::unavailable);
    return found;
  }
  bool has(std::string_view path, std::string_view authority = "api.example.com") {
    return !find(path, authority).empty();
  }
  bool stands_for(const StoredResponse& stored, std::string_view authority, std::string_view path) {
    return world_->call([&] { return store().stands_for(stored, authority, path); });
  }
  Store::Sweep sweep(WallTime now, std::size_t budget) {
    return world_->call([&] { return store().sweep(now, budget); });
  }
  void sweep_all(WallTime now = kNow) {
    while (sweep(now, 1000) == Store::Sweep::more) {
    }
  }

 private:
  Store& store() { return world_->store(0); }
  std::unique_ptr<StoreWorld> world_;
};

inline constexpr auto kExact = Purged::Accuracy::exact;
inline constexpr auto kEstimate = Purged::Accuracy::estimate;
inline void expect_purged(const Purged& purged, std::uint64_t count, Purged::Accuracy accuracy) {
  EXPECT_EQ(purged.count, count);
  EXPECT_EQ(purged.accuracy, accuracy);
}
// What any store's number must be.
inline void expect_purged_about(const Purged& purged, std::uint64_t count) {
  EXPECT_TRUE(purged.accuracy == kEstimate || purged.count == count) << purged.count;
}

class StoreContract : public StoreFixture {
 protected:
  // A store that several nodes share tells it by another clock than the test's, which stands still:
  // then it is as long before as the purge took.
  bool is_soft_purged_at(const std::string& path, WallTime time) {
    constexpr Duration kLongestPurge{3900};
    const auto purged_at = find(path).at(0)->soft_purged_at();
    return purged_at && *purged_at <= time && *purged_at > time - kLongestPurge;
  }
};
class BoundedStoreContract : public StoreFixture {};
class StoreStress : public testing::TestWithParam<StoreFactory> {};

}  // namespace hawkcache::store
