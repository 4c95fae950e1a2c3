// Redis is well but far away, or tells another time than the nodes.
#include "scenario/support/redis_trouble.hpp"
#include "support/redis_wire.hpp"

namespace hawkcache::scenario {
namespace {

using testing_support::RedisWire;

class RedisFar : public OnRedis {
 protected:
  // All times are as long as the machine was slow when the test began.
  std::chrono::milliseconds way() const { return pace * 50ms; }

  void start_both() {
    timeout = pace * 125ms;
    use("redis://127.0.0.1:" + std::to_string(wire.port()) + "/0");
    use_beside(redis.url());
    EXPECT_TRUE(comes_up());
  }

  const int pace = slowness();
  RedisServer redis;
  RedisWire wire{redis.port()};
  const LogLines log;
};

TEST_P(RedisFar, APurgeIsTakenInTimeAndLeavesTheRest) {
  start_both();
  warm("/items/1");
  warm("/items/2");
  EXPECT_EQ(purge_in_time(R"({"tags": ["another"]})").status, 200);  // connects
  content.set("two");
  const double changes = metric("state_changes_total");
  wire.delay(way());
  EXPECT_EQ(purge_in_time(R"({"tags": ["item:1"]})").status, 200);
  wire.delay(0ms);
  expect_current("/items/1");
  EXPECT_EQ(get("/items/2").x_cache(), "HIT");
  EXPECT_EQ(metric("state_changes_total"), changes) << log.text();
}

// What there is to be followed takes longer than a request waits.
TEST_P(RedisFar, ALookUpWaitsNoLongerForALongLog) {
  start_both();
  EXPECT_TRUE(eventually([&] { return other->client().get("/items/1").x_cache() == "HIT"; }));
  warm("/items/2");
  wire.delay(way());
  for (int i = 0; i < 4; ++i) {
    std::string tags = R"("t")";
    for (int j = 1; j < 4000; ++j) tags += ",\"t" + std::to_string(i * 4000 + j) + '"';
    EXPECT_EQ(other->purge("{\"tags\":[" + tags + "]}").status, 200);
  }
  const Response response =
      within_limit(timeout + 4 * way(), "look-up", [&] { return get("/items/1"); });
  EXPECT_EQ(response.status, 200) << response;
  wire.delay(0ms);
  EXPECT_TRUE(comes_up());
}

// A node's clock is behind that of another.
TEST_P(RedisFar, ASoftPurgeCountsByTheClockOfRedis) {
  ManualClock behind;
  clock.advance(20s);
  Daemon daemon = daemon_on(redis.url(), GetParam());
  daemon.routes =
      "- path: /items/{id}\n  ttl: 60s\n  tags: [items]\n  stale_while_revalidate: 10s\n";
  start(daemon);
  other = std::make_unique<ProxyUnderTest>(origin.port(), behind, daemon);
  EXPECT_TRUE(comes_up());
  EXPECT_TRUE(comes_up(*other));
  warm("/items/1");
  EXPECT_EQ(other->purge(R"({"tags": ["items"], "soft": true})").status, 200);
  content.set("two");
  EXPECT_TRUE(eventually(
      [&] {
        const Response response = get_in_time("/items/1");
        EXPECT_EQ(response.x_cache(), "HIT") << response;
        return response.body == body_of("/items/1", "two");
      },
      longest_lag()));
}

INSTANTIATE_TEST_SUITE_P(Of, RedisFar, ::testing::Values("redis", "tiered"), name_of_backend);

}  // namespace
}  // namespace hawkcache::scenario
