// Clocks that are set while the nodes run, and answers to TIME that are none: the order of fetches
// comes right again, and nobody's refresh is refused for long.
#include "scenario/support/redis_trouble.hpp"
#include "support/redis_wire.hpp"

#include <functional>
#include <limits>

namespace hawkcache::scenario {
namespace {

using testing_support::RedisWire;

std::string time_reply(const std::string& seconds, const std::string& micros = "0") {
  const auto bulk = [](const std::string& word) {
    return "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
  };
  return "*2\r\n" + bulk(seconds) + bulk(micros);
}

class RedisClocks : public OnRedis {
 protected:
  static constexpr const char* kTold = "redis: its clock is ";
  static constexpr const char* kUnreadable = "redis: its answer to TIME cannot be read";

  std::string wire_url() const { return "redis://127.0.0.1:" + std::to_string(wire.port()) + "/0"; }
  void set_redis_ahead(std::chrono::seconds by) {
    wire.tell_time(
        [by](long long seconds) { return time_reply(std::to_string(seconds + by.count())); });
  }
  // What this node fetches from now on takes the place of what is there, for both.
  void expect_refreshed_by(const ProxyUnderTest& node) {
    content.set("version " + std::to_string(++versions_));
    clock.advance(kTtl);
    // The first of them finds it stale; where a fetch is stored for both, it is the last.
    EXPECT_TRUE(eventually([&] {
      const Response response = get_in_time(node, "/items/1");
      return response.x_cache() == "HIT" && response.body == body_of("/items/1", content.get());
    })) << content.get();
    const ProxyUnderTest& another = &node == proxy.get() ? *other : *proxy;
    EXPECT_TRUE(eventually([&] {
      const Response response = get_in_time(another, "/items/1");
      return response.x_cache() == "HIT" && response.body == body_of("/items/1", content.get());
    })) << content.get();
  }
  void expect_refreshed_by_each() {
    for (int round = 0; round < 2; ++round) {
      expect_refreshed_by(*other);
      expect_refreshed_by(*proxy);
    }
  }

  // By a node that begins anew: told once, and no reason to do without Redis.
  template <class Begin>
  void expect_unreadable_and_refreshed(Begin begin) {
    const std::size_t told = log.count(kUnreadable);
    begin();
    EXPECT_TRUE(eventually([&] { return log.count(kUnreadable) == told + 1; })) << log.text();
    expect_refreshed_by_each();
    EXPECT_EQ(state(), "up");
    proxy.reset();
  }

  static constexpr std::chrono::seconds kTtl{61};  // and a little, of kRoutes
  RedisServer redis;
  RedisWire wire{redis.port()};
  LogLines log;

 private:
  int versions_ = 0;
};

// The node on the wire was told a wrong time; what it stored meanwhile is in nobody's way.
TEST_P(RedisClocks, ATimeThatWasWrongWhileOneNodeJoined) {
  set_redis_ahead(std::chrono::hours(2));
  use(wire_url());
  use_beside(redis.url());
  warm("/items/1");
  EXPECT_EQ(get_in_time(*other, "/items/1").x_cache(), "HIT");
  wire.tell_time(nullptr);
  EXPECT_TRUE(eventually([&] { return log.count(kTold) == 1; }));
  EXPECT_THAT(log.text(), ::testing::HasSubstr("ms behind what was expected"));
  expect_refreshed_by_each();
  expect_told(log, "");
}

// Both nodes have followed it; one of them has fetched later than the other by then.
TEST_P(RedisClocks, RedisIsSetBack) {
  set_redis_ahead(std::chrono::hours(2));
  use(wire_url());
  use_beside(wire_url());
  for (const auto* node : {proxy.get(), other.get()}) {
    EXPECT_TRUE(eventually([&] { return get_in_time(*node, "/items/1").x_cache() == "HIT"; }));
  }
  expect_refreshed_by(*other);
  wire.tell_time(nullptr);
  EXPECT_TRUE(eventually([&] { return log.count(kTold) == 2; }));
  expect_refreshed_by(*proxy);
  expect_refreshed_by_each();
  expect_told(log, "");
}

// By less than what the numbers of fetches may be ahead of the clock: they say nothing of the time
// until it has caught up. What memory gives out without seeing Redis is no older for that.
TEST_P(RedisClocks, RedisIsSetBackALittleAndThenLost) {
  const std::string held = "/items/held";
  use(wire_url());
  warm("/items/1");
  set_redis_ahead(-4s);
  EXPECT_TRUE(eventually([&] { return log.count(kTold) == 1; }));
  redis.freeze();
  EXPECT_TRUE(goes_out_of_use());
  origin.on(held, [this, held](OriginExchange& exchange) {
    const std::string body = body_of(held, content.get());
    if (exchange.request().number == 1) exchange.hold("first");
    exchange.respond(body);
  });
  Client before = client();
  before.send_request("GET", held);
  ASSERT_TRUE(origin.gate("first").wait_for());
  expect_current("/items/1");
  const std::string old = body_of(held, content.get());
  content.set("two");
  EXPECT_TRUE(eventually([&] { return get_in_time("/items/1").body == body_of("/items/1", "two"); },
                         longest_lag()));
  if (has_memory()) {
    // The fetch under way is as old by now.
    Client later = client();
    later.send_request("GET", held);
    let_requests_arrive();
    origin.gate("first").open();
    EXPECT_EQ(later.read().body, body_of(held, "two"));
  }
  origin.gate("first").open();
  EXPECT_EQ(before.read().body, old);
  redis.thaw();
  EXPECT_TRUE(comes_up());
}

TEST_P(RedisClocks, RedisIsSetAhead) {
  use(wire_url());
  use_beside(wire_url());
  warm("/items/1");
  set_redis_ahead(std::chrono::hours(2));
  EXPECT_TRUE(eventually([&] { return log.count("ms ahead of what was expected") == 2; }));
  expect_refreshed_by_each();
  expect_told(log, "");
}

// The nodes' own clock, which is one here, is set beside Redis's: nothing moves.
TEST_P(RedisClocks, ANodesClockIsSet) {
  use(redis.url());
  use_beside(redis.url());
  warm("/items/1");
  clock.advance(std::chrono::hours(2));
  expect_refreshed_by_each();
  EXPECT_EQ(log.count(kTold), 0U);
  expect_told(log, "");
}

TEST_P(RedisClocks, AnswersToTimeThatAreNone) {
  const std::string largest = std::to_string(std::numeric_limits<long long>::max());
  const std::vector<std::string> answers{
      time_reply(largest),
      time_reply("-" + largest),
      time_reply("9999999999999", "9"),
      time_reply("99999999999999999999999", "99999999999999999999999"),
      time_reply("1800000000", largest),
      time_reply("", ""),
      "*2\r\n*0\r\n*0\r\n",
      "*0\r\n",
      ":1800000000\r\n",
      "$-1\r\n",
      "-NOPERM no permissions\r\n",
  };
  use_beside(redis.url());
  for (const std::string& answer : answers) {
    SCOPED_TRACE(answer);
    // From the beginning: its own clock is another than Redis's.
    wire.tell_time([&](long long) { return answer; });
    expect_unreadable_and_refreshed([this] { use(wire_url()); });
    wire.tell_time(nullptr);
    // And when it was heard.
    expect_unreadable_and_refreshed([&] {
      use(wire_url());
      wire.tell_time([&](long long) { return answer; });
    });
    if (HasFailure()) return;
  }
  expect_told(log, "");
}

INSTANTIATE_TEST_SUITE_P(Of, RedisClocks, ::testing::Values("redis", "tiered"), name_of_backend);

}  // namespace
}  // namespace hawkcache::scenario
