// Redis is full and evicts what is ours, whatever its policy chooses: what is left is right, and a
// purge keeps its word.
#include "scenario/support/redis_trouble.hpp"

#include <tuple>

namespace hawkcache::scenario {
namespace {

constexpr long long kRoom = 1 << 20;
constexpr int kTargets = 250;
constexpr std::size_t kBody = 8000;

using Case = std::tuple<std::string, std::string>;  // backend, policy

std::string name_of_case(const ::testing::TestParamInfo<Case>& info) {
  std::string name = std::get<0>(info.param) + "_" + std::get<1>(info.param);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

class RedisEvicts : public RedisTrouble, public ::testing::WithParamInterface<Case> {
 protected:
  RedisEvicts() { timeout = 2s; }  // nothing hangs here

  void start_both() {
    const auto& [backend, policy] = GetParam();
    redis.cli().text({"CONFIG", "SET", "maxmemory-policy", policy});
    use(redis.url(), backend);
    use_beside(redis.url(), backend);
  }
  void leave_room(long long bytes) {
    RedisCli cli = redis.cli();
    const long long used = std::stoll(cli.info({"INFO", "memory"}, "used_memory"));
    cli.text({"CONFIG", "SET", "maxmemory", std::to_string(used + bytes)});
  }
  long long evicted() const {
    return std::stoll(redis.cli().info({"INFO", "stats"}, "evicted_keys"));
  }
  static std::string target_of(int number) { return "/items/" + std::to_string(number); }
  // The next text, which nothing shows that was there before.
  void change(const std::string& word) {
    content.set(word + std::string(kBody, '.'));
    const PurgeAnswer purged = purge_in_time(R"({"tags": ["items"]})");
    EXPECT_EQ(purged.status, 200) << purged.body;
    // Where the memory of purges was evicted, the other node is without Redis for a moment, and
    // does not hear of it before it is back.
    EXPECT_TRUE(eventually(
        [this] {
          const std::string body = get_in_time(*other, target_of(0)).body;
          return body == body_of(target_of(0), content.get()) && state_of(*other) == "up";
        },
        longest_lag() + back_in_use()));
  }

  RedisServer redis;
};

TEST_P(RedisEvicts, WhatIsLeftIsRight) {
  const LogLines log;
  start_both();
  leave_room(kRoom);
  for (const char* word : {"one", "two", "three", "four"}) {
    change(word);
    for (int i = 0; i < kTargets; ++i) {
      expect_current(target_of(i));
      if (i % 5 != 0) continue;
      SCOPED_TRACE("the other node");
      expect_current(*other, target_of(i / 2));
    }
  }
  EXPECT_GT(evicted(), 0);
  EXPECT_TRUE(comes_up());
  expect_current_hit(target_of(kTargets));
  if (std::get<1>(GetParam()).starts_with("volatile")) {
    EXPECT_EQ(metric("generations_begun_total"), 0) << "the memory of purges stays";
    expect_told(log, "");
  }
  expect_all_told(log, 0);
}

INSTANTIATE_TEST_SUITE_P(Of,
                         RedisEvicts,
                         ::testing::Combine(::testing::Values("redis", "tiered"),
                                            ::testing::Values("volatile-lru", "allkeys-lru")),
                         name_of_case);

// With no room at all: the counter and the log of purges go as well, as often as they are written.
class RedisEvictsEverything : public RedisEvicts {};

TEST_P(RedisEvictsEverything, AndWhatWasPurgedStaysPurged) {
  const LogLines log;
  start_both();
  change("one");
  for (int i = 0; i < 5; ++i) {
    warm(target_of(i));
    EXPECT_TRUE(eventually([&] { return other->client().get(target_of(i)).x_cache() == "HIT"; }));
  }
  change("two");
  const long long before = evicted();
  redis.cli().text({"CONFIG", "SET", "maxmemory", "1"});
  EXPECT_TRUE(goes_out_of_use());
  for (int i = 0; i < 5; ++i) {
    expect_current(target_of(i));
    expect_current(*other, target_of(i));
  }
  content.set("three");
  purge_in_time(R"({"tags": ["items"]})");
  for (int i = 0; i < 5; ++i) expect_current(target_of(i));
  EXPECT_GT(evicted() - before, 5);
  redis.cli().text({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_TRUE(comes_up());
  EXPECT_TRUE(comes_up(*other));
  EXPECT_GE(metric("generations_begun_total"), 1);
  expect_in_use();
  for (int i = 0; i < 5; ++i) {
    expect_current_hit(target_of(i));
    EXPECT_TRUE(eventually(
        [&] { return get_in_time(*other, target_of(i)).body == body_of(target_of(i), "three"); },
        longest_lag()));
  }
  expect_all_told(log, 1);
}

INSTANTIATE_TEST_SUITE_P(Of,
                         RedisEvictsEverything,
                         ::testing::Combine(::testing::Values("redis", "tiered"),
                                            ::testing::Values("allkeys-lru")),
                         name_of_case);

}  // namespace
}  // namespace hawkcache::scenario
