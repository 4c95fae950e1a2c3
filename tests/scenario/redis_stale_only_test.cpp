// What protects the origin while Redis is away (`on_failure: stale_only`).
#include "scenario/support/redis_rows.hpp"
#include "scenario/support/redis_trouble.hpp"

#include <memory>
#include <string>

namespace hawkcache::scenario {
namespace {

// Whatever Redis suffers from.
class StaleOnly : public RedisTrouble, public ::testing::WithParamInterface<const char*> {
 protected:
  void use(const std::string& backend) {
    Daemon daemon = daemon_on(redis->url(), backend, "on_failure: stale_only");
    daemon.routes = "- path: /items/{id}\n  ttl: 60s\n  stale_if_error: 1h\n";
    start(daemon);
  }
  void expect_refused(const std::string& target) {
    const std::size_t asked = origin.count(target);
    const Response response = get_in_time(target);
    EXPECT_EQ(response.status, 503) << response;
    EXPECT_TRUE(response.has("retry-after")) << response;
    EXPECT_EQ(origin.count(target), asked);
  }

  const std::unique_ptr<UnwellRedis> redis = redis_row(GetParam()).make();
};

TEST_P(StaleOnly, MemoryServesWhatItHasAndTheOriginIsSpared) {
  use("tiered");
  warm("/items/1");
  redis->begin();
  EXPECT_TRUE(goes_out_of_use());
  content.set("two");
  const std::size_t asked = origin.count("/items/1");
  for (const auto& by : {0s, 61s, 600s}) {
    clock.advance(by);
    const Response response = get_in_time("/items/1");
    EXPECT_EQ(response.status, 200) << response;
    EXPECT_EQ(response.body, body_of("/items/1", "one"));
    EXPECT_EQ(response.x_cache(), "HIT");
  }
  EXPECT_EQ(origin.count("/items/1"), asked);
  expect_refused("/items/2");
  redis->end();
  EXPECT_TRUE(comes_up());
  expect_current("/items/2");
  expect_current("/items/1");
  expect_in_use();
}

// A purge is in force here at once, so memory has nothing left that could be served.
TEST_P(StaleOnly, WhatWasPurgedHereIsNotServed) {
  use("tiered");
  warm("/items/1");
  warm("/items/2");
  redis->begin();
  content.set("two");
  EXPECT_EQ(purge_in_time(R"({"urls": ["/items/1"]})").status, 503);
  expect_refused("/items/1");
  EXPECT_EQ(get_in_time("/items/2").body, body_of("/items/2", "one"));
  redis->end();
  EXPECT_TRUE(comes_up());
  expect_current("/items/1");
}

TEST_P(StaleOnly, WithoutMemoryNothingIsServed) {
  use("redis");
  warm("/items/1");
  redis->begin();
  for (int i = 0; i < 5; ++i) expect_refused("/items/1");
  redis->end();
  EXPECT_TRUE(comes_up());
  EXPECT_TRUE(eventually([&] { return get_in_time("/items/1").status == 200; }));
}

INSTANTIATE_TEST_SUITE_P(When,
                         StaleOnly,
                         ::testing::Values("hung", "refused", "wrong_password"),
                         [](const auto& trouble) { return std::string(trouble.param); });

}  // namespace
}  // namespace hawkcache::scenario
