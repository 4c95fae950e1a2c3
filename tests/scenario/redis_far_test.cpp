// Redis is well but far away, or tells another time than the nodes.
#include "scenario/support/redis_trouble.hpp"
#include "support/redis_wire.hpp"

namespace hawkcache::scenario {
namespace {

using testing_support::RedisWire;

class RedisFar : public OnRedis {
 protected:
  // A busy machine spoils an attempt now and then; a defect, each of them.
  static constexpr int kAttempts = 10;
  // One way fits into the timeout, two do not.
  static constexpr std::chrono::milliseconds kWay{100};
  static constexpr std::chrono::milliseconds kLongest{10'000};

  void start_both() {
    timeout = 190ms;
    use("redis://127.0.0.1:" + std::to_string(wire.port()) + "/0");
    use_beside(redis.url());
    EXPECT_TRUE(comes_up(*proxy, kLongest));
    EXPECT_TRUE(comes_up(*other, kLongest));
  }

  // Whether the purge was taken without the node's leaving Redis, which costs it all it has.
  bool is_taken_in_time(int attempt) {
    const double changes = metric("state_changes_total");
    content.set("change " + std::to_string(attempt));
    wire.delay(kWay);
    const int status = purge_in_time(R"({"tags": ["item:1"]})").status;
    wire.delay(0ms);
    expect_body("/items/1", content.get());
    EXPECT_TRUE(comes_up(*proxy, kLongest));
    return status == 200 && metric("state_changes_total") == changes;
  }
  void expect_body(const std::string& target, const std::string& text) const {
    const Response response = get(target);
    EXPECT_EQ(response.body, body_of(target, text)) << response;
  }
  // More than is read in one go, several times.
  void purge_a_lot_elsewhere() {
    for (int i = 0; i < 4; ++i) {
      std::string tags = R"("t")";
      for (int j = 1; j < 4000; ++j) tags += ",\"t" + std::to_string(i * 4000 + j) + '"';
      EXPECT_EQ(other->purge("{\"tags\":[" + tags + "]}").status, 200);
    }
  }

  RedisServer redis;
  RedisWire wire{redis.port()};
  const LogLines log;
};

TEST_P(RedisFar, APurgeIsTakenInTimeAndLeavesTheRest) {
  start_both();
  EXPECT_EQ(purge_in_time(R"({"tags": ["another"]})").status, 200);  // connects
  bool taken = false;
  for (int i = 0; i < kAttempts && !taken; ++i) {
    warm("/items/1");
    warm("/items/2");
    taken = is_taken_in_time(i);
  }
  EXPECT_TRUE(taken) << log.text();
  EXPECT_EQ(get("/items/2").x_cache(), "HIT");
}

// What there is to be followed takes longer than a request waits.
TEST_P(RedisFar, ALookUpWaitsNoLongerForALongLog) {
  start_both();
  const auto limit = timeout + 2 * kWay;
  std::chrono::milliseconds took = limit + 1ms;
  for (int i = 0; i < kAttempts && took > limit; ++i) {
    EXPECT_TRUE(eventually([&] { return other->client().get("/items/1").x_cache() == "HIT"; }));
    wire.delay(kWay);
    purge_a_lot_elsewhere();
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(get("/items/1").status, 200);
    took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                 began);
    wire.delay(0ms);
    EXPECT_TRUE(comes_up(*proxy, kLongest));
  }
  EXPECT_LE(took, limit);
}

// A node's clock is behind that of another.
TEST_P(RedisFar, ASoftPurgeCountsByTheClockOfRedis) {
  ManualClock behind;
  clock.advance(20s);
  Daemon daemon = daemon_on(redis.url(), GetParam());
  daemon.routes =
      "- path: /items/{id}\n  ttl: 60s\n  tags: [items]\n  stale_while_revalidate: 10s\n";
  start(daemon);
  ProxyUnderTest another(origin.port(), behind, daemon);  // goes before its clock
  EXPECT_TRUE(comes_up(*proxy, kLongest));
  EXPECT_TRUE(comes_up(another, kLongest));
  warm("/items/1");
  EXPECT_EQ(another.purge(R"({"tags": ["items"], "soft": true})").status, 200);
  content.set("two");
  EXPECT_TRUE(eventually([&] {
    const Response response = get("/items/1");
    EXPECT_EQ(response.x_cache(), "HIT") << response;
    return response.body == body_of("/items/1", "two");
  }));
}

INSTANTIATE_TEST_SUITE_P(Of, RedisFar, ::testing::Values("redis", "tiered"), name_of_backend);

}  // namespace
}  // namespace hawkcache::scenario
