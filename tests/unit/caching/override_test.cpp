// `override: true`: the rule's lifetime wins over what the origin says, and only that.
#include "caching/storability.hpp"
#include "support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hawkcache::caching {
namespace {

using http::Method;

CachePolicy overriding() {
  return {.ttl = seconds(60),
          .precedence = OriginPrecedence::rule_wins,
          .stale_while_revalidate = seconds(30),
          .stale_if_error = seconds(600)};
}

Storability decide_overridden(const CachePolicy& policy,
                              int status,
                              const Fields& fields,
                              const Fields& request = {}) {
  const http::ResponseHead head = response(status, fields);
  return decide_storability(Method::get, request, head, policy, kAtOnce);
}

TEST(Override, WinsOverLifetimeStorageAndStaleDirectives) {
  for (const char* value : {"max-age=5",
                            "max-age=0",
                            "no-store",
                            "private",
                            "no-cache",
                            "no-store, must-understand",
                            "max-age=1, must-revalidate",
                            "s-maxage=1",
                            "max-age=1, stale-while-revalidate=0, stale-if-error=0"}) {
    SCOPED_TRACE(value);
    const Storability storability =
        decide_overridden(overriding(), 200, {{"Cache-Control", value}});
    ASSERT_EQ(refusal(storability), Reason::none);
    const Freshness expected{.response_time = kNow,
                             .lifetime = seconds(60),
                             .source = LifetimeSource::rule,
                             .stale_while_revalidate = seconds(30),
                             .stale_if_error = seconds(600)};
    EXPECT_EQ(std::get<Storable>(storability).freshness, expected);
  }
  EXPECT_EQ(refusal(decide_overridden(overriding(), 200, {{"Expires", "0"}})), Reason::none);
  EXPECT_EQ(refusal(decide_overridden(overriding(), 200, {{"CDN-Cache-Control", "no-store"}})),
            Reason::none);
}

TEST(Override, DoesNotLiftAuthorizationSetCookieOrVary) {
  const Fields request{{"Authorization", "Bearer x"}};
  EXPECT_EQ(refusal(decide_overridden(overriding(), 200, {}, request)), Reason::authorization);
  EXPECT_EQ(refusal(decide_overridden(overriding(), 200, {{"Set-Cookie", "a=b"}})),
            Reason::set_cookie);
  EXPECT_EQ(refusal(decide_overridden(overriding(), 200, {{"Vary", "*"}})), Reason::vary_star);
  CachePolicy storing_cookies = overriding();
  storing_cookies.set_cookie = SetCookieMode::store;
  EXPECT_EQ(refusal(decide_overridden(storing_cookies, 200, {{"Set-Cookie", "a=b"}})),
            Reason::set_cookie);
}

TEST(Override, DoesNotReplayFieldsOfQualifiedDirectives) {
  const Storability storability =
      decide_overridden(overriding(), 200, {{"Cache-Control", "private=\"X-User\""}});
  ASSERT_EQ(refusal(storability), Reason::none);
  EXPECT_THAT(std::get<Storable>(storability).strip, testing::ElementsAre("x-user"));
}

TEST(Override, KeepsTheTermsOnWhichCredentialsAreShared) {
  const Fields request{{"Authorization", "Bearer x"}};
  const auto shared =
      decide_overridden(overriding(), 200, {{"Cache-Control", "s-maxage=5"}}, request);
  ASSERT_EQ(refusal(shared), Reason::none);
  EXPECT_EQ(std::get<Storable>(shared).freshness.stale, StalePermission::forbidden);
  EXPECT_EQ(std::get<Storable>(shared).authorized_reuse, AuthorizedReuse::allowed);

  const auto anonymous = decide_overridden(overriding(), 200, {{"Cache-Control", "s-maxage=5"}});
  EXPECT_EQ(std::get<Storable>(anonymous).freshness.stale, StalePermission::allowed);
  EXPECT_EQ(std::get<Storable>(anonymous).authorized_reuse, AuthorizedReuse::forbidden)
      << "it may be served stale, which s-maxage does not share with credentials";
}

TEST(Override, AppliesOnlyWhereTheRuleHasALifetime) {
  const Fields no_store{{"Cache-Control", "max-age=5, no-store"}};
  EXPECT_EQ(refusal(decide_overridden(overriding(), 404, no_store)), Reason::no_store);
  CachePolicy listed = overriding();
  listed.statuses = {{404, seconds(10)}};
  const Storability storability = decide_overridden(listed, 404, no_store);
  ASSERT_EQ(refusal(storability), Reason::none);
  EXPECT_EQ(std::get<Storable>(storability).freshness.lifetime, seconds(10));
  EXPECT_EQ(refusal(decide_overridden(overriding(), 206, {})), Reason::partial);

  CachePolicy without_ttl = overriding();
  without_ttl.ttl.reset();
  EXPECT_EQ(refusal(decide_overridden(without_ttl, 200, no_store)), Reason::no_store);
}

}  // namespace
}  // namespace hawkcache::caching
