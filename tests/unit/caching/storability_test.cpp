#include "caching/storability.hpp"

#include "support.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hawkcache::caching {
namespace {

using http::Method;
using testing::ElementsAre;
using testing::IsEmpty;

// A route with `ttl: 60s`.
CachePolicy with_ttl() { return {.ttl = seconds(60)}; }
// A route with `ttl: origin`.
CachePolicy origin_only() { return {}; }

Storability decide(const CachePolicy& policy,
                   int status,
                   const Fields& fields,
                   const Fields& request = {},
                   Method method = Method::get) {
  const http::ResponseHead head = response(status, fields);
  return decide_storability(method, request, head, policy, kAtOnce);
}

Reason why_not(const CachePolicy& policy,
               int status,
               const Fields& fields,
               const Fields& request = {},
               Method method = Method::get) {
  return refusal(decide(policy, status, fields, request, method));
}

Storable stored(const CachePolicy& policy,
                int status,
                const Fields& fields,
                const Fields& request = {}) {
  const Storability storability = decide(policy, status, fields, request);
  EXPECT_EQ(refusal(storability), Reason::none);
  return refusal(storability) == Reason::none ? std::get<Storable>(storability) : Storable{};
}

TEST(Storability, DependsOnTheMethod) {
  const Fields fresh{{"Cache-Control", "max-age=60"}};
  EXPECT_EQ(why_not(with_ttl(), 200, fresh, {}, Method::get), Reason::none);
  EXPECT_EQ(why_not(with_ttl(), 200, fresh, {}, Method::head), Reason::head_request);
  for (const Method method : {Method::post,
                              Method::put,
                              Method::delete_,
                              Method::patch,
                              Method::options,
                              Method::trace,
                              Method::query,
                              Method::unknown}) {
    EXPECT_EQ(why_not(with_ttl(), 200, fresh, {}, method), Reason::method);
  }
}

TEST(Storability, OfPostNeedsHonorExplicitFreshnessAndContentLocation) {
  CachePolicy honor = with_ttl();
  honor.request_cache_control = RequestCacheControlMode::honor;
  const Fields complete{{"Cache-Control", "max-age=60"}, {"Content-Location", "/x"}};
  EXPECT_EQ(why_not(honor, 200, complete, {}, Method::post), Reason::none);
  EXPECT_EQ(why_not(with_ttl(), 200, complete, {}, Method::post), Reason::method);
  EXPECT_EQ(why_not(honor, 200, {{"Content-Location", "/x"}}, {}, Method::post), Reason::method);
  EXPECT_EQ(why_not(honor, 200, {{"Cache-Control", "max-age=60"}}, {}, Method::post),
            Reason::method);
  EXPECT_EQ(why_not(honor, 200, {}, {}, Method::query), Reason::none);
}

TEST(Storability, DependsOnTheStatus) {
  struct Case {
    int status;
    Reason without_lifetime;
    Reason with_lifetime;
  };
  const Case cases[] = {
      {100, Reason::status, Reason::status},   {103, Reason::status, Reason::status},
      {200, Reason::none, Reason::none},       {201, Reason::none, Reason::none},
      {204, Reason::none, Reason::none},       {299, Reason::none, Reason::none},
      {206, Reason::partial, Reason::partial}, {304, Reason::partial, Reason::partial},
      {412, Reason::partial, Reason::partial}, {416, Reason::partial, Reason::partial},
      {301, Reason::status, Reason::none},     {302, Reason::status, Reason::none},
      {400, Reason::status, Reason::none},     {404, Reason::status, Reason::none},
      {428, Reason::status, Reason::status},   {429, Reason::status, Reason::status},
      {500, Reason::status, Reason::none},     {503, Reason::status, Reason::none},
      {599, Reason::status, Reason::none},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.status);
    EXPECT_EQ(why_not(with_ttl(), c.status, {}), c.without_lifetime);
    EXPECT_EQ(why_not(with_ttl(), c.status, {{"Cache-Control", "max-age=9"}}), c.with_lifetime);
  }
}

TEST(Storability, FollowsTheStatusesThatTheRuleLists) {
  CachePolicy policy = with_ttl();
  policy.statuses = {{204, seconds(5)}, {404, seconds(10)}, {429, seconds(1)}};
  EXPECT_EQ(stored(policy, 404, {}).freshness.lifetime, seconds(10));
  EXPECT_EQ(stored(policy, 404, {{"Cache-Control", "max-age=7"}}).freshness.lifetime, seconds(7));
  EXPECT_EQ(stored(policy, 204, {}).freshness.lifetime, seconds(5));
  EXPECT_EQ(stored(policy, 429, {}).freshness.lifetime, seconds(1));
  EXPECT_EQ(why_not(policy, 410, {}), Reason::status);
  policy.ttl.reset();
  EXPECT_EQ(stored(policy, 404, {}).freshness.lifetime, seconds(10));
}

TEST(Storability, WithHeuristicsTakesCacheableStatusesAndPublicOnes) {
  CachePolicy policy = origin_only();
  policy.heuristic = Heuristic::on;
  const Fields modified{{"Last-Modified", date(-hours(24))}};
  for (const int status : {200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 451, 501}) {
    SCOPED_TRACE(status);
    const Storable storable = stored(policy, status, modified);
    EXPECT_EQ(storable.freshness.lifetime, minutes(144));
    EXPECT_EQ(storable.freshness.source, LifetimeSource::heuristic);
  }
  EXPECT_EQ(why_not(policy, 201, modified), Reason::no_lifetime);
  for (const int status : {302, 403, 502, 503, 504, 599}) {
    SCOPED_TRACE(status);
    EXPECT_EQ(why_not(policy, status, modified), Reason::status);
  }
  const Fields made_public{{"Last-Modified", date(-hours(24))}, {"Cache-Control", "public"}};
  EXPECT_EQ(why_not(policy, 599, made_public), Reason::none);
  EXPECT_EQ(why_not(policy, 206, made_public), Reason::partial);
  EXPECT_EQ(why_not(origin_only(), 200, modified), Reason::no_lifetime);
  policy.ttl = seconds(60);
  EXPECT_EQ(stored(policy, 200, modified).freshness.source, LifetimeSource::rule);
}

TEST(Storability, ObeysNoStoreAndPrivateBesideAnyLifetime) {
  struct Case {
    Fields fields;
    Reason expected;
  };
  const Case cases[] = {
      {{{"Cache-Control", "no-store"}}, Reason::no_store},
      {{{"Cache-Control", "max-age=10000, no-store"}, {"Expires", date(hours(9))}},
       Reason::no_store},
      {{{"Cache-Control", "max-age=60"}, {"Cache-Control", ", ,No-Store"}}, Reason::no_store},
      {{{"Cache-Control", "private, max-age=60"}}, Reason::private_response},
      {{{"Cache-Control", "PRIVATE"}}, Reason::private_response},
      {{{"Cache-Control", "s-maxage=0"}}, Reason::already_stale},
      // A response cannot do without these, so leaving them out will not do.
      {{{"Cache-Control", "private=\"Content-Encoding\""}}, Reason::private_response},
      {{{"Cache-Control", "private=\"X-User, Cache-Control\""}}, Reason::private_response},
      {{{"Cache-Control", "private=\"Location\""}}, Reason::private_response},
      {{{"Cache-Control", "no-cache=\"vary\""}}, Reason::no_cache},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(std::string(c.fields.list().front().value));
    EXPECT_EQ(why_not(with_ttl(), 200, c.fields), c.expected);
  }
}

TEST(Storability, FollowsMustUnderstand) {
  const Fields both{{"Cache-Control", "max-age=3600, no-store, must-understand"}};
  EXPECT_EQ(why_not(origin_only(), 200, both), Reason::none);
  EXPECT_EQ(why_not(origin_only(), 404, both), Reason::none);
  EXPECT_EQ(why_not(origin_only(), 599, both), Reason::must_understand);
  EXPECT_EQ(why_not(origin_only(), 599, {{"Cache-Control", "max-age=3600, must-understand"}}),
            Reason::must_understand);
}

TEST(Storability, LetsCdnCacheControlDecideAlone) {
  const auto targeted = [](const char* value, const char* other) {
    return Fields{{"CDN-Cache-Control", value}, {"Cache-Control", other}, {"Expires", "0"}};
  };
  EXPECT_EQ(stored(origin_only(), 200, targeted("max-age=9", "no-store")).freshness.lifetime,
            seconds(9));
  EXPECT_EQ(stored(origin_only(), 200, targeted("max-age=9", "private")).freshness.source,
            LifetimeSource::cdn_cache_control);
  EXPECT_EQ(why_not(origin_only(), 200, targeted("private", "max-age=60")),
            Reason::private_response);
  EXPECT_EQ(why_not(origin_only(), 200, targeted("no-store", "max-age=60")), Reason::no_store);
  EXPECT_EQ(why_not(origin_only(), 200, targeted("no-cache", "max-age=60")), Reason::no_cache);
  EXPECT_EQ(why_not(origin_only(), 200, targeted("max-age=\"9\"", "no-store")), Reason::no_store);
  EXPECT_EQ(stored(with_ttl(), 200, targeted("foo", "max-age=5")).freshness.lifetime, seconds(60))
      << "it leaves the lifetime open, so the rule's counts";
}

TEST(Storability, OfAnswersToCredentialsNeedsTheOriginsWordOrTheKey) {
  const Fields request{{"Authorization", "Bearer x"}};
  struct Case {
    const char* cache_control;
    Reason expected;
  };
  const Case cases[] = {
      {"max-age=60", Reason::authorization},
      {"max-age=60, proxy-revalidate", Reason::authorization},
      {"max-age=60, public", Reason::none},
      {"max-age=60, must-revalidate", Reason::none},
      {"s-maxage=60", Reason::none},
      {"public, private", Reason::private_response},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.cache_control);
    EXPECT_EQ(why_not(with_ttl(), 200, {{"Cache-Control", c.cache_control}}, request), c.expected);
  }
  EXPECT_EQ(why_not(with_ttl(), 200, {}, request), Reason::authorization);
  EXPECT_EQ(why_not(with_ttl(),
                    200,
                    {{"CDN-Cache-Control", "max-age=9"}, {"Cache-Control", "public"}},
                    request),
            Reason::authorization)
      << "public in a field that does not decide";
  CachePolicy keyed = with_ttl();
  keyed.keyed_credentials = KeyedCredentials::authorization;
  EXPECT_EQ(why_not(keyed, 200, {}, request), Reason::none);
}

TEST(Storability, SaysWhetherOtherCredentialsMayReuseIt) {
  const auto reuse = [](const char* cache_control) {
    return stored(with_ttl(), 200, {{"Cache-Control", cache_control}}).authorized_reuse;
  };
  EXPECT_EQ(reuse("max-age=9"), AuthorizedReuse::forbidden);
  EXPECT_EQ(reuse("public"), AuthorizedReuse::allowed);
  EXPECT_EQ(reuse("s-maxage=9"), AuthorizedReuse::allowed);
  EXPECT_EQ(reuse("max-age=9, must-revalidate"), AuthorizedReuse::allowed);
}

TEST(Storability, RefusesVaryStarInEverySpelling) {
  for (const char* value : {"*", "*, *", ", *", "Foo, *", "*, Foo"}) {
    SCOPED_TRACE(value);
    EXPECT_EQ(why_not(with_ttl(), 200, {{"Vary", value}}), Reason::vary_star);
  }
  EXPECT_EQ(why_not(with_ttl(), 200, {{"Vary", "a"}, {"Vary", "*"}}), Reason::vary_star);
  EXPECT_EQ(why_not(with_ttl(), 200, {{"Vary", "Accept"}}), Reason::none);
}

TEST(Storability, OfSetCookieIsTheRulesToDecide) {
  const Fields with_cookie{{"Set-Cookie", "a=b"}};
  const Fields with_lifetime{{"Set-Cookie", "a=b"}, {"Cache-Control", "max-age=60"}};
  CachePolicy policy = with_ttl();
  EXPECT_EQ(why_not(policy, 200, with_cookie), Reason::set_cookie);
  EXPECT_EQ(why_not(policy, 200, with_lifetime), Reason::set_cookie);
  policy.set_cookie = SetCookieMode::strip;
  EXPECT_THAT(stored(policy, 200, with_cookie).strip, ElementsAre("set-cookie"));
  policy.set_cookie = SetCookieMode::store;
  EXPECT_EQ(why_not(policy, 200, with_cookie), Reason::set_cookie) << "only a route's ttl";
  EXPECT_THAT(stored(policy, 200, with_lifetime).strip, IsEmpty());
  policy.ttl.reset();
  policy.heuristic = Heuristic::on;
  EXPECT_EQ(why_not(policy, 200, {{"Set-Cookie", "a=b"}, {"Last-Modified", date(-hours(9))}}),
            Reason::set_cookie);
}

TEST(Storability, StripsTheFieldsOfQualifiedDirectives) {
  const Fields fields{{"Cache-Control", "max-age=60, no-cache=\"B, a\", private=\"X-User, a\""},
                      {"a", "1"}};
  EXPECT_THAT(stored(with_ttl(), 200, fields).strip, ElementsAre("a", "b", "x-user"));
}

TEST(Storability, OfNoCacheNeedsAValidator) {
  EXPECT_EQ(why_not(with_ttl(), 200, {{"Cache-Control", "no-cache"}}), Reason::no_cache);
  EXPECT_EQ(why_not(with_ttl(), 200, {{"Cache-Control", "no-cache, max-age=99"}}),
            Reason::no_cache);
  EXPECT_EQ(why_not(with_ttl(), 200, {{"Cache-Control", "no-cache"}, {"ETag", "bad"}}),
            Reason::no_cache);
  for (const CachePolicy& policy : {with_ttl(), origin_only()}) {
    const Freshness freshness =
        stored(policy, 200, {{"Cache-Control", "no-cache"}, {"ETag", "\"a\""}}).freshness;
    EXPECT_EQ(freshness.revalidation, Revalidation::always);
    EXPECT_EQ(freshness.stale, StalePermission::forbidden);
  }
  EXPECT_EQ(why_not(origin_only(), 404, {{"Cache-Control", "no-cache"}, {"ETag", "\"a\""}}),
            Reason::status);
}

TEST(Storability, NeedsALifetime) {
  EXPECT_EQ(why_not(origin_only(), 200, {}), Reason::no_lifetime);
  EXPECT_EQ(why_not(origin_only(), 200, {{"ETag", "\"a\""}}), Reason::no_lifetime);
  EXPECT_EQ(stored(with_ttl(), 200, {}).freshness.lifetime, seconds(60));
  EXPECT_EQ(stored(with_ttl(), 200, {}).freshness.source, LifetimeSource::rule);
  EXPECT_EQ(stored(with_ttl(), 200, {{"Cache-Control", "max-age=5"}}).freshness.lifetime,
            seconds(5));
  EXPECT_EQ(stored({.ttl = milliseconds(250)}, 200, {}).freshness.lifetime, milliseconds(250));
}

TEST(Storability, OfWhatIsStaleOnArrivalNeedsAUseForIt) {
  const Fields old{{"Cache-Control", "max-age=3600"}, {"Age", "7200"}};
  EXPECT_EQ(why_not(with_ttl(), 200, old), Reason::already_stale);
  EXPECT_EQ(why_not(with_ttl(), 200, {{"Cache-Control", "max-age=0"}}), Reason::already_stale);
  EXPECT_EQ(why_not(with_ttl(), 200, {{"Expires", "0"}}), Reason::already_stale);
  EXPECT_EQ(why_not(with_ttl(), 200, {{"Cache-Control", "max-age=60"}, {"Date", date(-hours(2))}}),
            Reason::already_stale);
  EXPECT_EQ(why_not(with_ttl(), 200, {{"Age", "61"}}), Reason::already_stale);

  EXPECT_EQ(why_not(with_ttl(), 200, {{"Cache-Control", "max-age=0"}, {"ETag", "\"a\""}}),
            Reason::none);
  EXPECT_EQ(why_not(with_ttl(), 200, {{"Expires", "0"}, {"Last-Modified", date(-hours(1))}}),
            Reason::none);
  EXPECT_EQ(why_not(with_ttl(), 200, {{"Cache-Control", "max-age=0, stale-if-error=9"}}),
            Reason::none);
  EXPECT_EQ(
      why_not(with_ttl(), 200, {{"Cache-Control", "max-age=0, stale-if-error=9, must-revalidate"}}),
      Reason::already_stale);
  EXPECT_EQ(
      why_not(with_ttl(), 200, {{"Cache-Control", "max-age=60, stale-if-error=9"}, {"Age", "100"}}),
      Reason::already_stale)
      << "past its window already";
}

TEST(Storability, DoesNotChargeTheRulesTtlForASlowOriginOrAWrongClock) {
  const Fields skewed{{"Date", date(-minutes(5))}};
  const http::ResponseHead head = response(200, skewed);
  const ResponseTimes slow{kNow - seconds(30), kNow};
  const Storability storability =
      decide_storability(Method::get, Fields{}, head, {.ttl = seconds(5)}, slow);
  ASSERT_EQ(refusal(storability), Reason::none);
  const Freshness& freshness = std::get<Storable>(storability).freshness;
  EXPECT_EQ(time_to_live(freshness, kNow), seconds(5));
  EXPECT_EQ(current_age(freshness, kNow), minutes(5));
  EXPECT_EQ(time_to_live(stored(with_ttl(), 200, {{"Age", "20"}}).freshness, kNow), seconds(40))
      << "but it does for a declared Age";
}

TEST(Storability, ChargesTheOriginsLifetimeForTheDelay) {
  const Fields fields{{"Cache-Control", "max-age=10"}};
  const http::ResponseHead head = response(200, fields);
  const Storability storability =
      decide_storability(Method::get, Fields{}, head, origin_only(), {kNow - seconds(4), kNow});
  EXPECT_EQ(time_to_live(std::get<Storable>(storability).freshness, kNow), seconds(6));
}

TEST(Storability, HonoursTheRequestsNoStoreOnlyWhereTheRuleSaysSo) {
  const Fields request{{"Cache-Control", "no-store"}};
  CachePolicy policy = with_ttl();
  EXPECT_EQ(why_not(policy, 200, {}, request), Reason::none);
  policy.request_cache_control = RequestCacheControlMode::honor;
  EXPECT_EQ(why_not(policy, 200, {}, request), Reason::request_no_store);
}

}  // namespace
}  // namespace hawkcache::caching
