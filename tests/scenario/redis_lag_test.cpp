// How late a node's memory obeys what happens elsewhere, with Redis well: a tenth of a second as a
// rule, and never more than a second. As a rule is the median, which a busy machine does not spoil.
#include "scenario/support/redis_scenario.hpp"

#include <algorithm>

namespace hawkcache::scenario {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kRounds = 40;
constexpr std::chrono::milliseconds kUsualLag{100};

class RedisLag : public RedisScenario {
 protected:
  RedisLag() : RedisScenario(Deployment::one_server, Redis::own) {
    origin.on("/a", [this](OriginExchange& exchange) { exchange.respond(content.get()); });
    start({.backend = Backend::tiered, .routes = "- path: /a\n  tags: [t]"});
  }
  // All have this in memory.
  template <class Change>
  void store_everywhere(const std::string& body, Change change) {
    content.set(body);
    change();
    for (const auto* node : {&a, &b}) {
      EXPECT_TRUE(eventually(
          [&] { return get(**node, "/a").body == body && is_hit_in_memory(**node, "/a"); }));
    }
  }
  // When a node was asked that obeyed, counted from `since`.
  static std::chrono::milliseconds lag_of(const ProxyUnderTest& node,
                                          const std::string& body,
                                          SteadyClock::time_point since) {
    for (;;) {
      const auto lag =
          std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - since);
      if (get(node, "/a").body == body || lag > 2 * kLongestLag) return lag;
    }
  }
  template <class Change>
  void expect_prompt(const std::vector<const ProxyUnderTest*>& nodes, Change change) {
    std::vector<std::chrono::milliseconds> lags;
    for (int round = 0; round < kRounds; ++round) {
      store_everywhere("old " + std::to_string(round), change);
      const std::string body = "new " + std::to_string(round);
      content.set(body);
      change();
      const auto changed = SteadyClock::now();
      for (const ProxyUnderTest* node : nodes) lags.push_back(lag_of(*node, body, changed));
    }
    std::sort(lags.begin(), lags.end());
    EXPECT_LE(lags[lags.size() / 2].count(), kUsualLag.count());
    EXPECT_LE(lags.back().count(), kLongestLag.count());
  }
};

TEST_F(RedisLag, OfAPurgeOnAnotherNode) {
  expect_prompt({b.get()}, [this] { ASSERT_EQ(a->purge(R"({"tags": ["t"]})").status, 200); });
}

TEST_F(RedisLag, OfTheAppsOwnInvalidation) {
  expect_prompt({a.get(), b.get()}, [this] { invalidate_tags({"t"}); });
}

}  // namespace
}  // namespace hawkcache::scenario
