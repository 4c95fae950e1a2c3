#include "caching/reuse.hpp"

#include "caching/freshness.hpp"
#include "support.hpp"

#include <optional>
#include <ostream>

#include <gtest/gtest.h>

namespace hawkcache::caching {

bool operator==(const Reuse& a, const Reuse& b) {
  return a.action == b.action && a.reason == b.reason;
}
void PrintTo(const Reuse& reuse, std::ostream* out) {
  *out << "action " << static_cast<int>(reuse.action) << ", " << to_string(reuse.reason);
}

namespace {

using enum ReuseAction;

// 60 seconds of life from kNow, and both windows of 30 seconds.
Freshness with_windows() {
  return {.response_time = kNow,
          .lifetime = seconds(60),
          .stale_while_revalidate = seconds(30),
          .stale_if_error = seconds(30)};
}
Freshness without_windows() { return {.response_time = kNow, .lifetime = seconds(60)}; }
Freshness forbidding() {
  Freshness freshness = with_windows();
  freshness.stale = StalePermission::forbidden;
  return freshness;
}
Freshness always_validated() {
  Freshness freshness = with_windows();
  freshness.revalidation = Revalidation::always;
  return freshness;
}

struct Case {
  const char* name;
  Freshness freshness;
  int at;  // seconds after kNow
  std::optional<RequestDirectives> request;
  Reuse expected;
};

void expect_all(std::initializer_list<Case> cases) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(decide_reuse(c.freshness, c.request ? &*c.request : nullptr, kNow + seconds(c.at)),
              c.expected);
  }
}

TEST(Reuse, ServesWhatIsFreshAndValidatesWhatIsStale) {
  expect_all({
      {"fresh", without_windows(), 59, {}, {serve_fresh, Reason::none}},
      {"just stale", without_windows(), 60, {}, {validate, Reason::stale}},
      {"in the window",
       with_windows(),
       60,
       {},
       {serve_stale_and_refresh, Reason::stale_while_revalidate}},
      {"end of window",
       with_windows(),
       89,
       {},
       {serve_stale_and_refresh, Reason::stale_while_revalidate}},
      {"after the window", with_windows(), 90, {}, {validate, Reason::stale}},
      {"forbidden, fresh", forbidding(), 59, {}, {serve_fresh, Reason::none}},
      {"forbidden, stale", forbidding(), 61, {}, {validate, Reason::stale}},
      {"no-cache", always_validated(), 1, {}, {validate, Reason::no_cache}},
      {"no-cache, stale", always_validated(), 61, {}, {validate, Reason::no_cache}},
  });
}

TEST(Reuse, FollowsTheClientWhereItIsHonoured) {
  using R = RequestDirectives;
  constexpr auto kAsked = Reason::request_no_cache;
  expect_all({
      {"no wish", with_windows(), 9, R{}, {serve_fresh, Reason::none}},
      {"no-cache", with_windows(), 9, R{.no_cache = true}, {validate, kAsked}},
      {"no-cache, stale", with_windows(), 61, R{.no_cache = true}, {validate, Reason::stale}},
      {"max-age=0", with_windows(), 0, R{.max_age = seconds(0)}, {validate, kAsked}},
      {"young enough", with_windows(), 9, R{.max_age = seconds(9)}, {serve_fresh, Reason::none}},
      {"too old", with_windows(), 10, R{.max_age = seconds(9)}, {validate, kAsked}},
      {"long enough", with_windows(), 30, R{.min_fresh = seconds(30)}, {serve_fresh, Reason::none}},
      {"not long enough", with_windows(), 31, R{.min_fresh = seconds(30)}, {validate, kAsked}},
      {"max-age wants no stale",
       with_windows(),
       61,
       R{.max_age = seconds(90)},
       {validate, Reason::stale}},
      {"no-store forbids no reuse",
       with_windows(),
       9,
       R{.no_store = true},
       {serve_fresh, Reason::none}},
  });
}

TEST(Reuse, ServesStaleToWhoAcceptsIt) {
  using R = RequestDirectives;
  expect_all({
      {"within",
       without_windows(),
       70,
       R{.max_stale = seconds(10)},
       {serve_stale, Reason::max_stale}},
      {"beyond", without_windows(), 71, R{.max_stale = seconds(10)}, {validate, Reason::stale}},
      {"any",
       without_windows(),
       9999,
       R{.max_stale = Duration::max()},
       {serve_stale, Reason::max_stale}},
      {"forbidden", forbidding(), 61, R{.max_stale = Duration::max()}, {validate, Reason::stale}},
      {"no-cache of the origin",
       always_validated(),
       61,
       R{.max_stale = Duration::max()},
       {validate, Reason::no_cache}},
      {"with max-age",
       without_windows(),
       70,
       R{.max_age = seconds(90), .max_stale = seconds(10)},
       {serve_stale, Reason::max_stale}},
      {"older than max-age",
       without_windows(),
       70,
       R{.max_age = seconds(65), .max_stale = seconds(10)},
       {validate, Reason::stale}},
      {"with min-fresh",
       without_windows(),
       70,
       R{.min_fresh = seconds(5), .max_stale = seconds(10)},
       {serve_stale, Reason::max_stale}},
  });
}

TEST(Reuse, AnswersOnlyIfCachedItself) {
  using R = RequestDirectives;
  expect_all({
      {"fresh", with_windows(), 9, R{.only_if_cached = true}, {serve_fresh, Reason::none}},
      {"stale",
       without_windows(),
       61,
       R{.only_if_cached = true},
       {gateway_timeout, Reason::only_if_cached}},
      {"no-cache",
       with_windows(),
       9,
       R{.no_cache = true, .only_if_cached = true},
       {gateway_timeout, Reason::only_if_cached}},
  });
}

TEST(StaleIfError, HasAWindow) {
  EXPECT_TRUE(may_serve_on_error(with_windows(), kNow + seconds(61)));
  EXPECT_TRUE(may_serve_on_error(with_windows(), kNow + seconds(89)));
  EXPECT_FALSE(may_serve_on_error(with_windows(), kNow + seconds(90)));
  EXPECT_FALSE(may_serve_on_error(without_windows(), kNow + seconds(60)));
  EXPECT_FALSE(may_serve_on_error(forbidding(), kNow + seconds(61)));
  EXPECT_FALSE(may_serve_on_error(always_validated(), kNow + seconds(1)));
}

TEST(StaleIfError, KnowsWhatAnErrorIs) {
  for (const int status : {500, 502, 503, 504}) EXPECT_TRUE(is_error_for_stale(status));
  for (const int status : {200, 404, 429, 501, 505, 599}) EXPECT_FALSE(is_error_for_stale(status));
}

TEST(SoftPurge, EndsFreshnessThereAndThen) {
  const Freshness purged = expire_at(with_windows(), kNow + seconds(20));
  EXPECT_TRUE(is_fresh(purged, kNow + seconds(19)));
  EXPECT_FALSE(is_fresh(purged, kNow + seconds(20)));
  EXPECT_EQ(decide_reuse(purged, nullptr, kNow + seconds(49)).action, serve_stale_and_refresh);
  EXPECT_EQ(decide_reuse(purged, nullptr, kNow + seconds(50)).action, validate);
  EXPECT_EQ(
      decide_reuse(expire_at(without_windows(), kNow + seconds(20)), nullptr, kNow + seconds(20)),
      (Reuse{validate, Reason::stale}));
}

TEST(SoftPurge, LengthensNothing) {
  EXPECT_EQ(expire_at(with_windows(), kNow + seconds(70)), with_windows());
  EXPECT_EQ(expire_at(with_windows(), kNow - hours(1)).lifetime, seconds(0));
}

}  // namespace
}  // namespace hawkcache::caching
