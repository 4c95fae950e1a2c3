#include "observe/prometheus.hpp"

#include <gtest/gtest.h>

namespace hawkcache::observe {
namespace {

TEST(PrometheusText, WritesAFamilyAndItsSamples) {
  PrometheusText text;
  text.family("hawkcache_route_requests_total", MetricType::counter, "By route");
  text.sample(
      "hawkcache_route_requests_total", {{"route", "user"}, {"outcome", "hit"}}, std::uint64_t{7});
  text.family("hawkcache_open", MetricType::gauge, "Open");
  text.sample("hawkcache_open", {}, 1.5);
  EXPECT_EQ(text.take(),
            "# HELP hawkcache_route_requests_total By route\n"
            "# TYPE hawkcache_route_requests_total counter\n"
            "hawkcache_route_requests_total{route=\"user\",outcome=\"hit\"} 7\n"
            "# HELP hawkcache_open Open\n"
            "# TYPE hawkcache_open gauge\n"
            "hawkcache_open 1.500\n");
}

TEST(PrometheusText, AddsUpTheBucketsOfAHistogram) {
  PrometheusText text;
  const double bounds[] = {0.0001, 0.00025, 0.1};
  const std::uint64_t counts[] = {1, 2, 0, 4};
  text.histogram("took_seconds", "How long", bounds, counts, 1.25);
  EXPECT_EQ(text.take(),
            "# HELP took_seconds How long\n"
            "# TYPE took_seconds histogram\n"
            "took_seconds_bucket{le=\"0.0001\"} 1\n"
            "took_seconds_bucket{le=\"0.00025\"} 3\n"
            "took_seconds_bucket{le=\"0.1\"} 3\n"
            "took_seconds_bucket{le=\"+Inf\"} 7\n"
            "took_seconds_sum 1.250000\n"
            "took_seconds_count 7\n");
}

TEST(PrometheusText, EscapesHelp) {
  PrometheusText text;
  text.family("m", MetricType::gauge, "a\\b\nc");
  EXPECT_EQ(text.take(), "# HELP m a\\\\b\\nc\n# TYPE m gauge\n");
}

struct LabelCase {
  std::string_view value;
  std::string_view written;
};

TEST(PrometheusText, KeepsLabelValuesParseable) {
  const LabelCase cases[] = {
      {"plain", "plain"},
      {"", ""},
      {"/users/{user_id:int}", "/users/{user_id:int}"},
      {"a\"b", "a\\\"b"},
      {"a\\b", "a\\\\b"},
      {"a\nb", "a\\nb"},
      {"a\r\tb", "ab"},
      {std::string_view("a\0\x01\x7f"
                        "b",
                        5),
       "ab"},
      {"\\u0041", "\\\\u0041"},
      {"caf\xc3\xa9", "caf\xc3\xa9"},
      {"caf\xe9", "caf\xEF\xBF\xBD"},
  };
  for (const LabelCase& c : cases) {
    SCOPED_TRACE(c.written);
    PrometheusText text;
    text.sample("m", {{"l", c.value}}, std::uint64_t{1});
    EXPECT_EQ(text.take(), "m{l=\"" + std::string(c.written) + "\"} 1\n");
  }
}

}  // namespace
}  // namespace hawkcache::observe
