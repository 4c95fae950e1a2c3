#include "shared_store/redis_figures.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace hawkcache::shared_store {
namespace {

TEST(RedisFigures, ASnapshotHasEveryFigure) {
  RedisFigures figures;
  std::uint64_t next = 0;
#define X(member, help) figures.member = ++next;
  HAWKCACHE_REDIS_COUNTERS(X)
#undef X
  figures.push_connected = true;
  figures.reject(RejectedValue::checksum);
  redis::ClientFigures clients;
  clients.commands = 201;
  clients.connections = 202;
  clients.latency.back() = 203;
  clients.latency_sum_us = 204;

  const RedisSnapshot taken = snapshot(figures, clients);
  next = 0;
#define X(member, help) EXPECT_EQ(taken.member, ++next) << #member;
  HAWKCACHE_REDIS_COUNTERS(X)
#undef X
  EXPECT_TRUE(taken.push_connected);
  EXPECT_EQ(taken.values_rejected[static_cast<std::size_t>(RejectedValue::checksum)], 1U);
  EXPECT_EQ(taken.clients.commands, 201U);
  EXPECT_EQ(taken.clients.connections, 202U);
  EXPECT_EQ(taken.clients.latency.back(), 203U);
  EXPECT_EQ(taken.clients.latency_sum_us, 204U);
}

TEST(RedisFigures, AGaugeCaughtBelowZeroIsZero) {
  redis::ClientFigures clients;
  clients.waiting = -1;
  EXPECT_EQ(snapshot(RedisFigures(), clients).clients.waiting, 0U);
}

TEST(RedisFigures, CountChangesOfState) {
  RedisFigures figures;
  EXPECT_EQ(figures.state, RedisState::down);
  EXPECT_FALSE(figures.change_state(RedisState::down));
  EXPECT_TRUE(figures.change_state(RedisState::joining));
  EXPECT_TRUE(figures.change_state(RedisState::up));
  EXPECT_FALSE(figures.change_state(RedisState::up));
  EXPECT_EQ(figures.state_changes, 2U);
}

TEST(RedisFigures, StatesAndReasonsHaveNames) {
  EXPECT_EQ(name_of(RedisState::up), "up");
  EXPECT_EQ(name_of(RedisState::joining), "joining");
  EXPECT_EQ(name_of(RedisState::down), "down");
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kRejectedValueCount; ++i) {
    const std::string_view name = name_of(static_cast<RejectedValue>(i));
    EXPECT_FALSE(name.empty());
    names.insert(name);
  }
  EXPECT_EQ(names.size(), kRejectedValueCount);
}

}  // namespace
}  // namespace hawkcache::shared_store
