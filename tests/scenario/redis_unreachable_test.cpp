// "When Redis is not well" (docs/operations.md), row by row, with Redis alone and with memory in
// front of it: where Redis does not answer, or not in time. The other rows: redis_trouble_test.cpp,
// and what is common to them: redis_rows_test.cpp.
#include "scenario/support/log_lines.hpp"
#include "scenario/support/redis_trouble.hpp"

#include <atomic>
#include <thread>

namespace hawkcache::scenario {
namespace {

using ::testing::HasSubstr;

class RedisUnreachable : public RedisNotWell {};

TEST_P(RedisUnreachable, RefusedAtStart) {
  RedisServer redis;
  redis.stop();
  const LogLines log;
  use(redis.url());
  expect_current("/items/1");
  EXPECT_TRUE(eventually([&] { return state() == "down"; }));
  expect_origin_only("/items/2");
  EXPECT_GT(metric("connect_failures_total"), 0);
  redis.start();
  EXPECT_TRUE(comes_up());
  expect_in_use();
  EXPECT_EQ(metric("state"), 0);
  EXPECT_TRUE(eventually([&] { return log.count("redis: in use again") == 1; })) << log.text();
  EXPECT_EQ(log.count("redis: cannot be used"), 1U) << log.text();
}

// To the point, which a busy machine may spoil now and then.
TEST_P(RedisUnreachable, NobodyWaitsLongerThanTheTimeout) {
  const std::chrono::milliseconds little = slowness() * 200ms;
  RedisServer redis;
  use(redis.url());
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 8 && (waits.empty() || waits.back() > (kTimeout + little).count()); ++i) {
    EXPECT_TRUE(eventually([&] { return state() == "up"; }));
    redis.freeze();
    const auto begin = std::chrono::steady_clock::now();
    expect_current(next_target());
    const auto took = std::chrono::steady_clock::now() - begin;
    waits.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
    redis.thaw();
  }
  EXPECT_LE(waits.back(), (kTimeout + little).count()) << ::testing::PrintToString(waits);
  EXPECT_GE(waits.back(), kTimeout.count() - 10) << "it was not asked";
}

// The look-up is answered late, what was fetched is not taken any more: both together take no
// longer than the one may. What says nothing of Redis's health does not take it out of use. A busy
// machine may spoil both now and then; a defect does it each time.
TEST_P(RedisUnreachable, NobodyWaitsLongerInSeveralSteps) {
  timeout = 1000ms;
  const std::int64_t longest = (timeout + slowness() * 200ms).count();
  const std::int64_t shortest = (timeout - 50ms).count();  // asked once only, it waits for less
  RedisServer redis;
  use(redis.url());
  const auto freeze = [&](OriginExchange& exchange) {
    redis.freeze();
    exchange.respond(body_of(exchange.request().target, content.get()));
  };
  std::vector<std::int64_t> waits;
  double changes = 0;
  const auto is_as_promised = [&] {
    return !waits.empty() && waits.back() <= longest && waits.back() >= shortest && changes == 0;
  };
  for (int i = 0; i < 8 && !is_as_promised(); ++i) {
    EXPECT_TRUE(eventually([&] { return state() == "up"; }));
    const std::string target = next_target();
    origin.on(target, freeze);
    const double before = metric("state_changes_total");
    redis.freeze();
    // Slow is a length of time: it answers the look-up within the timeout, and leaves the put less.
    std::thread thaws([&redis] {
      std::this_thread::sleep_for(600ms);
      redis.thaw();
    });
    const auto begin = std::chrono::steady_clock::now();
    expect_current(target);
    const auto took = std::chrono::steady_clock::now() - begin;
    waits.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
    thaws.join();
    redis.thaw();
    changes = metric("state_changes_total") - before;
  }
  EXPECT_TRUE(is_as_promised()) << ::testing::PrintToString(waits) << ", " << changes << " changes";
}

// Slower than anybody waits, quicker than the probes give up: it is tried again and again, and what
// comes too late is nobody's answer.
class RedisIsSlow : public RedisUnreachable {
 protected:
  // Each answer takes longer than three requests wait.
  RedisIsSlow() { timeout = 80ms; }
  ~RedisIsSlow() override {
    if (sleeps_.joinable()) be_quick();
  }
  // In use, with some targets in it, and slow from then on.
  void start_slow() {
    use(redis.url());
    for (int i = 0; i < kTargets; ++i) warm(target_of(i));
    sleeps_ = std::thread([this, port = redis.port()] {
      RedisCli cli(port, {}, 20s);
      while (slow_) cli.run({"DEBUG", "SLEEP", "0.35"});
    });
  }
  void be_quick() {
    slow_ = false;
    sleeps_.join();
  }
  // The push takes more steps than the probes wait for.
  static std::string told() { return has_memory() ? "-" : "-+-"; }
  static std::string target_of(int number) { return "/items/" + std::to_string(number); }

  static constexpr int kTargets = 8;
  RedisServer redis{{.directives = {{"enable-debug-command", "yes"}}}};
  const LogLines log;

 private:
  std::atomic<bool> slow_{true};
  std::thread sleeps_;
};

TEST_P(RedisIsSlow, ItIsLeftAndTriedAgain) {
  start_slow();
  const double timeouts = metric("timeouts_total");
  const double changes = metric("state_changes_total");
  EXPECT_TRUE(eventually(
      [&] {
        for (int i = 0; i < kTargets; ++i) {
          expect_current(target_of(i));
          expect_current(next_target());
        }
        return metric("timeouts_total") >= timeouts + 5 && changes_told(log).starts_with(told());
      },
      30s))
      << log.text();
  if (!has_memory()) {
    EXPECT_THAT(log.text(), HasSubstr("several commands in a row failed"));
  }
  EXPECT_GT(metric("state_changes_total"), changes);
  be_quick();
  EXPECT_TRUE(comes_up());
  expect_in_use();
  expect_told_in_turn(log, 1);
}

// Taken where Redis is quick enough, which it is between two sleeps.
TEST_P(RedisIsSlow, APurgeIsRefusedWhereItTakesTooLong) {
  start_slow();
  content.set("two");
  std::size_t refused = 0;
  EXPECT_TRUE(eventually(
      [&] {
        const PurgeAnswer purged = purge_in_time(R"({"tags": ["items"]})");
        EXPECT_TRUE(purged.status == 200 || purged.status == 503) << purged.status << purged.body;
        for (int i = 0; i < kTargets; ++i) expect_current(target_of(i));
        if (purged.status == 503) ++refused;
        return refused >= 3;
      },
      30s));
  EXPECT_GE(metric("purges_deferred_total"), refused);
  be_quick();
  EXPECT_TRUE(comes_up());
  EXPECT_EQ(metric("purges_waiting"), 0);
  EXPECT_GE(metric("purges_handed_on_total"), refused);
  use_beside(redis.url());
  for (int i = 0; i < kTargets; ++i) expect_current(*other, target_of(i));
  expect_in_use();
  expect_told_in_turn(log, 0);
}

INSTANTIATE_TEST_SUITE_P(Of, RedisIsSlow, ::testing::Values("redis", "tiered"), name_of_backend);

INSTANTIATE_TEST_SUITE_P(Of,
                         RedisUnreachable,
                         ::testing::Values("redis", "tiered"),
                         name_of_backend);

}  // namespace
}  // namespace hawkcache::scenario
