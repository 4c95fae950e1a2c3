#include "caching/cache_status.hpp"

#include "http/structured_fields.hpp"
#include "support.hpp"

#include <string>

#include <gtest/gtest.h>

namespace hawkcache::caching {
namespace {

std::string text(const CacheStatus& status) {
  std::string out;
  append_cache_status(out, status);
  EXPECT_TRUE(http::parse_sf_list(out)) << out;
  return out;
}

TEST(CacheStatus, TellsHitsFromForwards) {
  EXPECT_EQ(text({.hit = true, .ttl = 42}), "hawkcache; hit; ttl=42");
  EXPECT_EQ(text({.hit = true, .ttl = -5, .detail = Reason::stale_while_revalidate}),
            "hawkcache; hit; ttl=-5; detail=stale-while-revalidate");
  EXPECT_EQ(text({.forward = Forward::uri_miss, .forward_status = 200, .ttl = 60, .stored = true}),
            "hawkcache; fwd=uri-miss; fwd-status=200; ttl=60; stored");
  EXPECT_EQ(text({.forward = Forward::stale, .forward_status = 304, .collapsed = true}),
            "hawkcache; fwd=stale; fwd-status=304; collapsed");
  EXPECT_EQ(text({.forward = Forward::uri_miss, .detail = Reason::no_store}),
            "hawkcache; fwd=uri-miss; detail=no-store");
  EXPECT_EQ(text({}), "hawkcache");
}

TEST(CacheStatus, NeverSaysHitAndForwardTogether) {
  EXPECT_EQ(text({.hit = true,
                  .forward = Forward::stale,
                  .forward_status = 200,
                  .stored = true,
                  .collapsed = true}),
            "hawkcache; hit");
}

TEST(CacheStatus, NamesEveryForward) {
  const std::pair<Forward, const char*> cases[] = {
      {Forward::bypass, "bypass"},
      {Forward::method, "method"},
      {Forward::uri_miss, "uri-miss"},
      {Forward::vary_miss, "vary-miss"},
      {Forward::miss, "miss"},
      {Forward::request, "request"},
      {Forward::stale, "stale"},
      {Forward::partial, "partial"},
  };
  for (const auto& [forward, expected] : cases) {
    EXPECT_EQ(text({.forward = forward}), std::string("hawkcache; fwd=") + expected);
  }
}

TEST(CacheStatus, WritesKeysAndDetailsAsStructuredFields) {
  EXPECT_EQ(text({.hit = true, .key = "http://a/x?y"}), "hawkcache; hit; key=\"http://a/x?y\"");
  EXPECT_EQ(text({.hit = true, .key = "a\"b\\c\n\xc3\xa4"}), "hawkcache; hit; key=\"a\\\"b\\\\c\"");
  EXPECT_EQ(text({.forward = Forward::miss, .detail = Reason::stale, .detail_text = "timed out"}),
            "hawkcache; fwd=miss; detail=\"timed out\"");
  EXPECT_EQ(text({.forward = Forward::miss, .detail_text = "a:b/c"}),
            "hawkcache; fwd=miss; detail=a:b/c");
  EXPECT_EQ(text({.forward = Forward::miss, .detail_text = "5xx"}),
            "hawkcache; fwd=miss; detail=\"5xx\"");
}

TEST(CacheStatus, IsValidForEveryReason) {
  for (const ReasonText& reason : all_reasons()) {
    SCOPED_TRACE(reason.text);
    const CacheStatus status{.forward = forward_for(reason.reason), .detail = reason.reason};
    const auto list = http::parse_sf_list(text(status));
    ASSERT_TRUE(list);
    EXPECT_EQ(list->size(), 1u);
  }
}

TEST(ForwardFor, FollowsTheReason) {
  const std::pair<Reason, Forward> cases[] = {
      {Reason::none, Forward::none},
      {Reason::no_route, Forward::bypass},
      {Reason::bypass_header, Forward::bypass},
      {Reason::cookie, Forward::bypass},
      {Reason::method, Forward::method},
      {Reason::uri_miss, Forward::uri_miss},
      {Reason::vary_miss, Forward::vary_miss},
      {Reason::stale, Forward::stale},
      {Reason::no_cache, Forward::stale},
      {Reason::request_no_cache, Forward::request},
      {Reason::authorization, Forward::request},
      {Reason::only_if_cached, Forward::none},
      {Reason::max_stale, Forward::none},
      {Reason::known_uncacheable, Forward::miss},
      {Reason::rule_changed, Forward::miss},
  };
  for (const auto& [reason, forward] : cases) {
    EXPECT_EQ(forward_for(reason), forward) << to_string(reason);
  }
}

}  // namespace
}  // namespace hawkcache::caching
