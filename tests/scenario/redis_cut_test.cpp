// Connections to Redis that are cut in the middle of a reply: the row of that name in
// docs/operations.md. Where all of them are: redis_rows_test.cpp.
#include "scenario/support/redis_load.hpp"
#include "scenario/support/redis_trouble.hpp"
#include "support/redis_wire.hpp"

namespace hawkcache::scenario {
namespace {

using testing_support::RedisWire;

class RedisCut : public OnRedis {
 protected:
  // What a look-up asks for the response itself, and what a purge of kPurge names.
  static constexpr const char* kLookUp = "MGET";
  static constexpr auto kPurge = R"({"tags": ["item:1"]})";
  static constexpr const char* kPurged = "htitem:1";
  static constexpr std::size_t kLarge = 700'000;

  // One thread: what one request has connected serves the next.
  void start_both() {
    const std::string url = "redis://127.0.0.1:" + std::to_string(wire.port()) + "/0";
    Daemon daemon = daemon_on(url, GetParam());
    daemon.threads = 1;
    start(daemon);
    use_beside(redis.url());
    EXPECT_TRUE(comes_up());
  }
  // In Redis, by the other node: memory does not have it.
  void warm_there(const std::string& target) {
    EXPECT_TRUE(eventually([&] { return get_in_time(*other, target).x_cache() == "HIT"; }));
  }

  RedisServer redis;
  RedisWire wire{redis.port()};
  const LogLines log;
};

TEST_P(RedisCut, ALookUpIsAMissAndTheNextConnectsAnew) {
  content.set(std::string(kLarge, 'x'));
  start_both();
  for (const std::string target : {"/items/1", "/items/2"}) warm_there(target);
  warm("/items/3");
  const double connects = metric("connects_total");
  const double disconnects = metric("disconnects_total");
  const double unavailable = metric("finds_unavailable_total");
  wire.cut({.asked = kLookUp, .after = kLarge / 2, .times = 1});
  const Response cut = get_in_time("/items/1");
  EXPECT_EQ(cut.x_cache(), "MISS") << cut;
  EXPECT_EQ(cut.body, body_of("/items/1", content.get()));
  EXPECT_EQ(wire.cuts(), 1U);
  // Where the machine is starved, another connection may be lost beside it.
  EXPECT_GE(metric("disconnects_total"), disconnects + 1);
  EXPECT_GE(metric("finds_unavailable_total"), unavailable + 1);
  const Response next = get_in_time("/items/2");
  EXPECT_EQ(next.x_cache(), "HIT") << next;
  EXPECT_EQ(next.body, body_of("/items/2", content.get()));
  EXPECT_GE(metric("connects_total"), connects + 1);
  EXPECT_EQ(state(), "up");
  expect_told(log, "");
}

// Whether Redis has it cannot be known. It can be asked again at once.
TEST_P(RedisCut, APurgeIsKeptAndHandedOnAtOnce) {
  start_both();
  warm_there("/items/1");
  warm("/items/1");
  EXPECT_EQ(purge_in_time(R"({"tags": ["another"]})").status, 200);
  content.set("two");
  wire.cut({.asked = kPurged, .times = 1});
  const PurgeAnswer purged = purge_in_time(kPurge);
  EXPECT_TRUE(purged.status == 200 || purged.status == 503) << purged.status << purged.body;
  EXPECT_EQ(wire.cuts(), 1U);
  expect_current("/items/1");
  expect_handed_on();
  EXPECT_EQ(metric("purges_deferred_total"), 1);
  EXPECT_TRUE(
      eventually([&] { return get_in_time(*other, "/items/1").body == body_of("/items/1", "two"); },
                 longest_lag()));
  expect_current("/items/1");
  expect_told(log, "");
}

// Handing it on is cut as well, again and again.
TEST_P(RedisCut, APurgeThatIsCutEachTimeIsRefusedAndKept) {
  start_both();
  warm_there("/items/1");
  warm("/items/1");
  content.set("two");
  wire.cut({.asked = kPurged});
  expect_refused_and_kept(purge_in_time(kPurge));
  for (int i = 0; i < 3; ++i) expect_current("/items/1");
  EXPECT_TRUE(eventually([&] { return wire.cuts() >= 3; }));
  EXPECT_NE(state(), "up");
  wire.mend();
  EXPECT_TRUE(comes_up());
  expect_handed_on();
  expect_current(*other, "/items/1");
  expect_in_use();
  expect_told(log, "-+");
}

// The node's own look at Redis: it cannot tell whether anything has changed, and begins anew.
TEST_P(RedisCut, WhatTheNodeAsksAtRestIsAskedAgain) {
  start_both();
  warm("/items/1");
  wire.cut({.asked = "replication", .times = 1});
  expect_told(log, "-+");
  EXPECT_EQ(wire.cuts(), 1U);
  EXPECT_TRUE(comes_up());
  expect_current_hit("/items/1");
  expect_in_use();
  EXPECT_EQ(metric("generations_begun_total"), 0);
}

// Under load, in values so large that they come in many pieces.
TEST_P(RedisCut, AnswersStayWhole) {
  constexpr std::size_t kCuts = 10;
  content.set(std::string(kLarge, 'x'));
  start_both();
  std::vector<std::string> targets;
  for (int i = 0; i < 4; ++i) targets.push_back("/items/" + std::to_string(i));
  for (const std::string& target : targets) warm_there(target);
  Load load(proxy->port(), targets, longest_request(), [](const std::string& text) {
    return text.size() > kLarge;
  });
  for (std::size_t i = 1; i <= kCuts && !HasFailure(); ++i) {
    wire.cut({.asked = kLookUp, .after = i * kLarge / (kCuts + 1), .times = 1});
    EXPECT_TRUE(eventually([&] {
      // What is to be cut is what memory does not have.
      if (has_memory()) other->purge(R"({"urls": ["/items/0"]})");
      return wire.cuts() == i;
    }));
  }
  load.stop();
  EXPECT_GE(metric("disconnects_total"), kCuts);
  content.set("small");
  EXPECT_TRUE(comes_up());
  expect_in_use();
}

// What was handed on before it failed is not handed on again.
TEST_P(RedisCut, KeptPurgesAreHandedOnSomeAtATime) {
  start_both();
  redis.freeze();
  EXPECT_TRUE(goes_out_of_use());
  std::vector<Client> clients;
  for (int i = 0; i < 120; ++i) {
    clients.push_back(proxy->admin_client());
    clients.back().send_request("POST",
                                "/v1/purge",
                                {{"Host", "localhost"}, {"Content-Type", "application/json"}},
                                "{\"tags\":[\"t" + std::to_string(i) + "\"]}");
  }
  for (Client& client : clients) EXPECT_EQ(client.read("POST").status, 503);
  EXPECT_EQ(purge_in_time(kPurge).status, 503);
  EXPECT_EQ(metric("purges_waiting"), 121);
  wire.cut({.asked = kPurged});
  redis.thaw();
  EXPECT_TRUE(eventually([this] { return metric("purges_waiting") == 21; }));
  wire.mend();
  EXPECT_TRUE(comes_up());
  EXPECT_EQ(metric("purges_waiting"), 0);
}

INSTANTIATE_TEST_SUITE_P(Of, RedisCut, ::testing::Values("redis", "tiered"), name_of_backend);

}  // namespace
}  // namespace hawkcache::scenario
