// What is neither stored nor fetched is no miss (`X-Cache: MISS`: "over a fetch"); and what failed
// at the origin is said by name.
#include "scenario/support/scenario.hpp"
#include "support/temporary_directory.hpp"

#include <fstream>
#include <iterator>

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

// Not why it was not answered from the store, which `fwd` says.
TEST_F(Unanswered, WhatFailedIsTheDetailOfWhatIsAnsweredInstead) {
  const testing_support::TemporaryDirectory directory;
  const std::string file = directory.file("access.log");
  start(Daemon{.routes = "- path: /{x}\n  bypass: [{ header: x-round }]", .access_log = file});
  origin.otherwise([](OriginExchange& exchange) { exchange.close(); });
  origin.answer("/rubbish", "rubbish\r\n\r\n");
  const std::string closed = R"(detail="the upstream closed before its response was whole")";
  const std::string rubbish =
      R"(detail="the upstream's response has no status line of HTTP/1.1 or HTTP/1.0")";
  EXPECT_EQ(get("/missed").cache_status(), "hawkcache; fwd=uri-miss; " + closed);
  EXPECT_EQ(get("/rubbish").cache_status(), "hawkcache; fwd=uri-miss; " + rubbish);
  EXPECT_EQ(get("/round", {{"X-Round", "1"}}).cache_status(), "hawkcache; fwd=bypass; " + closed);
  EXPECT_EQ(get("/no/rule").status, 502);
  origin.on("/cut", [](OriginExchange& exchange) {
    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    exchange.close();
  });
  EXPECT_FALSE(get("/cut").whole);
  proxy.reset();
  std::ifstream stream(file);
  const std::string lines(std::istreambuf_iterator<char>(stream), {});
  for (const char* line :
       {"/missed\" 502 ",
        "/{x} MISS the_upstream_closed_before_its_response_was_whole\n",
        "/{x} MISS the_upstream's_response_has_no_status_line_of_HTTP/1.1_or_HTTP/1.0\n",
        "/{x} BYPASS the_upstream_closed_before_its_response_was_whole\n",
        " - - the_upstream_closed_before_its_response_was_whole\n"}) {
    EXPECT_THAT(lines, HasSubstr(line));
  }
  EXPECT_THAT(lines.substr(lines.find("/cut\" 200")), HasSubstr("before_its_response_was_whole"));
}

TEST_F(Unanswered, WhereTheOriginWasNotAskedItIsNotBlamed) {
  const testing_support::TemporaryDirectory directory;
  const std::string file = directory.file("access.log");
  start(Daemon{.routes = "- path: /a\n  request_cache_control: honor", .access_log = file});
  EXPECT_EQ(get("/a", {{"Cache-Control", "only-if-cached"}}).status, 504);
  proxy.reset();
  std::ifstream stream(file);
  const std::string lines(std::istreambuf_iterator<char>(stream), {});
  EXPECT_THAT(lines, HasSubstr(" BYPASS only-if-cached\n"));
}

// The origin failed all the same.
TEST_F(Unanswered, AFailureCountsAsOneThoughItsClientHasGone) {
  start("- path: /a\n  name: a");
  origin.on("/a", [](OriginExchange& exchange) {
    exchange.hold("failure");
    exchange.close();
  });
  Client gone = client();
  gone.send_request("GET", "/a");
  EXPECT_TRUE(origin.gate("failure").wait_for());
  gone.reset();
  origin.gate("failure").open();
  const auto failures = [&] {
    return proxy->metric(R"(hawkcache_route_requests_total{route="a",outcome="error"})");
  };
  EXPECT_TRUE(eventually([&] { return failures() == 1; }));
}

}  // namespace
}  // namespace hawkcache::scenario
