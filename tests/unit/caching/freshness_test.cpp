#include "caching/freshness.hpp"

#include "support.hpp"

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace hawkcache::caching {
namespace {

constexpr Duration kForever = seconds(2147483648);

struct AgeCase {
  Fields fields;
  Duration expected;
};

TEST(DeclaredAge, IsTheFirstReadableMember) {
  const AgeCase cases[] = {
      {{}, seconds(0)},
      {{{"Age", "30"}}, seconds(30)},
      {{{"Age", "abc"}}, seconds(0)},
      {{{"Age", "-7200"}}, seconds(0)},
      {{{"Age", "7200.0"}}, seconds(0)},
      {{{"Age", "7200;foo=bar"}}, seconds(0)},
      {{{"Age", "7200, 0"}}, seconds(7200)},
      {{{"Age", "0, 7200"}}, seconds(0)},
      {{{"Age", "7200"}, {"Age", "0"}}, seconds(7200)},
      {{{"Age", "0"}, {"Age", "7200"}}, seconds(0)},
      {{{"Age", ""}, {"Age", "5"}}, seconds(5)},
      {{{"Age", "2147483647"}}, seconds(2147483647)},
      {{{"Age", "2147483649"}}, kForever},
      {{{"Age", "99999999999999999999999"}}, kForever},
  };
  for (const AgeCase& c : cases) {
    SCOPED_TRACE(c.fields.list().empty() ? "" : std::string(c.fields.list().front().value));
    EXPECT_EQ(declared_age(c.fields), c.expected);
  }
}

TEST(InitialAge, AddsTheResponseDelayToAge) {
  const ResponseTimes slow{kNow - milliseconds(1500), kNow};
  EXPECT_EQ(initial_age(Fields{{"Age", "10"}}, slow), milliseconds(11500));
  EXPECT_EQ(initial_age(Fields{}, slow), milliseconds(1500));
  EXPECT_EQ(initial_age(Fields{}, kAtOnce), seconds(0));
}

TEST(InitialAge, IsAtLeastTheApparentAge) {
  EXPECT_EQ(initial_age(Fields{{"Date", date(-hours(2))}}, kAtOnce), hours(2));
  EXPECT_EQ(initial_age(Fields{{"Date", date(-hours(2))}, {"Age", "9000"}}, kAtOnce),
            seconds(9000));
  EXPECT_EQ(initial_age(Fields{{"Date", date(hours(2))}}, kAtOnce), seconds(0))
      << "a fast clock makes nothing younger than now";
  EXPECT_EQ(initial_age(Fields{{"Date", "foo"}}, kAtOnce), seconds(0));
}

TEST(InitialAge, DoesNotTakeTheRoundingOfDateForAge) {
  const ResponseTimes late_in_the_second{kNow + milliseconds(990), kNow + milliseconds(1010)};
  EXPECT_EQ(initial_age(Fields{{"Date", date(seconds(0))}}, late_in_the_second), milliseconds(20));
}

TEST(InitialAge, NeverOverflowsNorTurnsNegative) {
  const ResponseTimes backwards{kNow + hours(1), kNow};
  EXPECT_EQ(initial_age(Fields{}, backwards), seconds(0));
  EXPECT_EQ(initial_age(Fields{{"Age", "99999999999"}}, {kNow - hours(1), kNow}), kForever);
}

struct LifetimeCase {
  Fields fields;
  std::optional<Duration> expected;
  LifetimeSource source = LifetimeSource::max_age;
};

void expect_lifetimes(std::initializer_list<LifetimeCase> cases) {
  int number = 0;
  for (const LifetimeCase& c : cases) {
    SCOPED_TRACE(number++);
    const auto lifetime = explicit_lifetime(deciding_directives(c.fields), c.fields, kAtOnce);
    ASSERT_EQ(lifetime.has_value(), c.expected.has_value());
    if (!lifetime) continue;
    EXPECT_EQ(lifetime->duration, *c.expected);
    EXPECT_EQ(lifetime->source, c.source);
  }
}

TEST(ExplicitLifetime, TakesTheFirstThatMatches) {
  const std::string now = date(seconds(0));
  expect_lifetimes({
      {{}, std::nullopt},
      {{{"Cache-Control", "public"}}, std::nullopt},
      {{{"Cache-Control", "max-age=60"}}, seconds(60), LifetimeSource::max_age},
      {{{"Cache-Control", "max-age=60, s-maxage=9"}}, seconds(9), LifetimeSource::s_maxage},
      {{{"Cache-Control", "max-age=0, s-maxage=9"}, {"Expires", date(-seconds(10))}},
       seconds(9),
       LifetimeSource::s_maxage},
      {{{"Cache-Control", "max-age=60"}, {"Expires", date(-hours(2))}, {"Date", now}},
       seconds(60),
       LifetimeSource::max_age},
      {{{"Cache-Control", "max-age=60"}, {"Expires", "0"}}, seconds(60), LifetimeSource::max_age},
      {{{"Cache-Control", "max-age=0"}, {"Expires", date(hours(1))}},
       seconds(0),
       LifetimeSource::max_age},
      {{{"Expires", date(hours(1))}, {"Date", now}}, hours(1), LifetimeSource::expires},
  });
}

TEST(ExplicitLifetime, IsExpiresMinusDateAndNeverNegative) {
  expect_lifetimes({
      {{{"Expires", date(seconds(10))}}, seconds(10), LifetimeSource::expires},
      {{{"Expires", date(seconds(10))}, {"Date", "foo"}}, seconds(10), LifetimeSource::expires},
      {{{"Expires", date(seconds(10))}, {"Date", date(-seconds(10))}},
       seconds(20),
       LifetimeSource::expires},
      {{{"Expires", date(seconds(20))}, {"Date", date(seconds(10))}},
       seconds(10),
       LifetimeSource::expires},
      {{{"Expires", date(seconds(300))}, {"Date", date(seconds(400))}},
       seconds(0),
       LifetimeSource::expires},
      {{{"Expires", date(seconds(0))}, {"Date", date(seconds(0))}},
       seconds(0),
       LifetimeSource::expires},
      {{{"Expires", "Sun, 21 Nov 2286 04:46:39 GMT"}}, kForever, LifetimeSource::expires},
      {{{"Expires", date(hours(2))}, {"Expires", date(hours(1))}},
       hours(1),
       LifetimeSource::expires},
      {{{"Expires", date(hours(2))}, {"Expires", "0"}}, seconds(0), LifetimeSource::expires},
  });
}

TEST(ExplicitLifetime, IsOverWhereExpiresIsInvalid) {
  for (const char* value : {"0",
                            "",
                            "-1",
                            "never",
                            "Thu, 18 Aug 2050 02:01:18 UTC",
                            "Thu, 18 Aug 2050 02:01:18 AEST",
                            "Thu, 18 Aug 50 02:01:18 GMT",
                            "Thu 18 Aug 2050 02:01:18 GMT",
                            "Thu, 18 Aug 2050 2:01:18 GMT",
                            "Thu, 18-Aug-2050 02:01:18 GMT"}) {
    SCOPED_TRACE(value);
    expect_lifetimes({{{{"Expires", value}}, seconds(0), LifetimeSource::expires}});
  }
}

TEST(ExplicitLifetime, ComesFromTheTargetedFieldAlone) {
  constexpr auto kTargeted = LifetimeSource::cdn_cache_control;
  expect_lifetimes({
      {{{"CDN-Cache-Control", "max-age=5"}, {"Cache-Control", "s-maxage=60"}},
       seconds(5),
       kTargeted},
      {{{"CDN-Cache-Control", "max-age=5, s-maxage=7"}}, seconds(7), kTargeted},
      {{{"CDN-Cache-Control", "public"},
        {"Cache-Control", "max-age=60"},
        {"Expires", date(hours(1))}},
       std::nullopt},
  });
}

TEST(HeuristicLifetime, IsATenthOfTheTimeSinceLastModified) {
  struct Case {
    Fields fields;
    std::optional<Duration> expected;
  };
  const Case cases[] = {
      {{}, std::nullopt},
      {{{"Last-Modified", "foo"}}, std::nullopt},
      {{{"Last-Modified", date(-hours(10))}}, hours(1)},
      {{{"Last-Modified", date(-hours(10))}, {"Date", date(-hours(5))}}, minutes(30)},
      {{{"Last-Modified", date(hours(1))}}, std::nullopt},
      {{{"Last-Modified", date(-hours(24 * 365))}}, kMaxHeuristicLifetime},
  };
  int number = 0;
  for (const Case& c : cases) {
    SCOPED_TRACE(number++);
    const auto lifetime = heuristic_lifetime(c.fields, kAtOnce);
    EXPECT_EQ(lifetime ? std::optional(lifetime->duration) : std::nullopt, c.expected);
  }
}

Freshness of_one_minute() {
  return {.response_time = kNow, .initial_age = seconds(10), .lifetime = seconds(60)};
}

TEST(CurrentAge, GrowsFromTheInitialAge) {
  EXPECT_EQ(current_age(of_one_minute(), kNow), seconds(10));
  EXPECT_EQ(current_age(of_one_minute(), kNow + milliseconds(1250)), milliseconds(11250));
  EXPECT_EQ(current_age(of_one_minute(), kNow - hours(1)), seconds(10)) << "the clock was set back";
  EXPECT_EQ(current_age({.response_time = kNow, .initial_age = kForever}, kNow + hours(1)),
            kForever);
}

TEST(Freshness, EndsWhenTheAgeReachesTheLifetime) {
  EXPECT_TRUE(is_fresh(of_one_minute(), kNow + milliseconds(49999)));
  EXPECT_FALSE(is_fresh(of_one_minute(), kNow + seconds(50)));
  EXPECT_EQ(time_to_live(of_one_minute(), kNow + seconds(20)), seconds(30));
  EXPECT_EQ(time_to_live(of_one_minute(), kNow + seconds(60)), -seconds(10));
  EXPECT_FALSE(
      is_fresh({.response_time = kNow, .initial_age = kForever, .lifetime = kForever}, kNow))
      << "an age of 2^31 seconds is stale whatever the lifetime";
}

TEST(UselessAfter, IsTheEndOfTheLongestWindow) {
  Freshness freshness = of_one_minute();
  const WallTime end = kNow + seconds(50);
  EXPECT_EQ(useless_after(freshness), end);
  freshness.stale_while_revalidate = seconds(30);
  EXPECT_EQ(useless_after(freshness), end + seconds(30));
  freshness.stale_if_error = minutes(20);
  EXPECT_EQ(useless_after(freshness), end + minutes(20));
  freshness.stale = StalePermission::forbidden;
  EXPECT_EQ(useless_after(freshness), end);
}

TEST(UselessAfter, LeavesTimeToValidate) {
  StoredMeta meta{.freshness = of_one_minute()};
  const WallTime end = kNow + seconds(50);
  EXPECT_EQ(useless_after(meta.freshness, meta.validators), end);
  meta.validators.entity_tag = "\"a\"";
  EXPECT_EQ(useless_after(meta.freshness, meta.validators), end + kValidationGrace);
  meta.freshness.stale_if_error = hours(1);
  EXPECT_EQ(useless_after(meta.freshness, meta.validators), end + hours(1));
  meta.freshness = {.response_time = kNow, .initial_age = hours(9), .lifetime = seconds(1)};
  EXPECT_EQ(useless_after(meta.freshness, meta.validators), kNow + kValidationGrace)
      << "it was stale when it arrived";
}

}  // namespace
}  // namespace hawkcache::caching
