// What a stored response says about being served stale (RFC 5861, RFC 9111 section 4.2.4).
#include "caching/storability.hpp"
#include "support.hpp"

#include <gtest/gtest.h>

namespace hawkcache::caching {
namespace {

Freshness stored(const CachePolicy& policy, const Fields& fields) {
  const http::ResponseHead head = response(200, fields);
  const Storability storability =
      decide_storability(http::Method::get, Fields{}, head, policy, kAtOnce);
  EXPECT_EQ(refusal(storability), Reason::none);
  return std::get<Storable>(storability).freshness;
}

TEST(StaleWindows, ComeFromTheOriginBeforeTheRule) {
  CachePolicy policy{.ttl = seconds(60)};
  policy.stale_while_revalidate = seconds(30);
  policy.stale_if_error = seconds(600);
  const Freshness rule = stored(policy, {});
  EXPECT_EQ(rule.stale_while_revalidate, seconds(30));
  EXPECT_EQ(rule.stale_if_error, seconds(600));
  const Freshness origin =
      stored(policy, {{"Cache-Control", "max-age=1, stale-while-revalidate=0, stale-if-error=5"}});
  EXPECT_EQ(origin.stale_while_revalidate, seconds(0));
  EXPECT_EQ(origin.stale_if_error, seconds(5));
}

TEST(StaleWindows, AreForbiddenByDirectives) {
  for (const char* value : {"max-age=2, must-revalidate",
                            "max-age=2, proxy-revalidate",
                            "s-maxage=2",
                            "s-maxage=2, stale-while-revalidate=60"}) {
    SCOPED_TRACE(value);
    EXPECT_EQ(stored({.ttl = seconds(60)}, {{"Cache-Control", value}}).stale,
              StalePermission::forbidden);
  }
  EXPECT_EQ(stored({.ttl = seconds(60)}, {{"Cache-Control", "max-age=2"}}).stale,
            StalePermission::allowed);
}

}  // namespace
}  // namespace hawkcache::caching
