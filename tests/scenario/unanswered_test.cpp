// What is neither stored nor fetched is no miss (`X-Cache: MISS`: "over a fetch").
#include "scenario/support/scenario.hpp"

namespace hawkcache::scenario {
namespace {

using ::testing::HasSubstr;

class Unanswered : public Scenario {};

TEST_F(Unanswered, OnlyIfCachedMakesNoMiss) {
  start("- path: /a\n  name: a\n  request_cache_control: honor");
  const Response refused = get("/a", {{"Cache-Control", "only-if-cached"}});
  EXPECT_EQ(refused.status, 504);
  EXPECT_EQ(refused.x_cache(), "BYPASS");
  EXPECT_THAT(refused.cache_status(), HasSubstr("detail=only-if-cached"));
  EXPECT_EQ(origin.count("/a"), 0U);
  EXPECT_EQ(proxy->metric("hawkcache_misses_total"), 0);
  EXPECT_EQ(proxy->metric("hawkcache_bypasses_total"), 1);
  EXPECT_EQ(proxy->metric(R"(hawkcache_route_requests_total{route="a",outcome="error"})"), 1);
}

}  // namespace
}  // namespace hawkcache::scenario
