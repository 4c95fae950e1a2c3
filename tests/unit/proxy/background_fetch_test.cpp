// Fetches that no client waits for.
#include "unit/proxy/one_worker.hpp"

#include <gtest/gtest.h>

namespace hawkcache::proxy {
namespace {

using observe::Counter;

class BackgroundFetch : public testing::Test {
 protected:
  BackgroundFetch() {
    store::StoredParts stale = world.stale_parts("stale");
    stale.meta.freshness.stale_while_revalidate = std::chrono::hours(1);
    world.store.near = world.store.far = {OneWorker::stored(std::move(stale))};
  }

  OneWorker world{route("/a")};
};

TEST_F(BackgroundFetch, ThatTricklesIsGivenUpAfterFiveMinutes) {
  world.origin->answer =
      "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 9\r\n\r\n";
  int pieces = 0;
  world.origin->more = [&] {
    world.clock.ahead += std::chrono::minutes(2);
    ++pieces;
    return std::string("x");
  };
  EXPECT_TRUE(world.ask()->says("stale"));
  world.turn();
  EXPECT_TRUE(world.origin->cancelled);
  EXPECT_EQ(pieces, 3);
  EXPECT_EQ(world.count(Counter::stored), 0U);
  EXPECT_EQ(world.count(Counter::fetches_unread), 1U);
}

TEST_F(BackgroundFetch, ThatFailedIsTriedAgainAfterASecond) {
  for (const std::string_view answer :
       {"",
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n"}) {
    SCOPED_TRACE(answer);
    world.origin->answer = answer;
    world.origin->requests.clear();
    for (std::size_t second = 1; second <= 2; ++second) {
      world.clock.ahead += std::chrono::minutes(1);
      for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(world.ask()->says("stale"));
        world.turn();
      }
      EXPECT_EQ(world.origin->requests.size(), second);
    }
  }
}

}  // namespace
}  // namespace hawkcache::proxy
