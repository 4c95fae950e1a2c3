// The end: nothing in flight is lost.
#include "scenario/support/scenario.hpp"

#include <thread>

namespace hawkcache::scenario {
namespace {

class Drain : public Scenario {};

TEST_F(Drain, WhatIsInFlightIsFinishedAndIdleConnectionsAreClosed) {
  start("- path: /a");
  const auto held = [](OriginExchange& exchange) {
    exchange.hold("held");
    exchange.respond("late " + exchange.request().body);
  };
  origin.on("/held", held);
  origin.on("/posted", held);
  Client idle = client();
  EXPECT_EQ(idle.get("/a").status, 200);
  Client reading = client();
  reading.send_request("GET", "/held");
  Client posting = client();
  posting.send_request("POST", "/posted", {}, "body");
  ASSERT_TRUE(origin.gate("held").wait_for(2));

  const std::uint16_t port = proxy->port();
  proxy->server().stop();
  EXPECT_TRUE(idle.is_closed_by_peer());
  EXPECT_TRUE(eventually([&] { return proxy->admin("GET", "/readyz").status == 503; }));
  EXPECT_EQ(proxy->admin("GET", "/healthz").status, 200);
  EXPECT_TRUE(eventually([&] {
    Client late(port);
    return !late.is_connected() || late.get("/a").status == 0;
  }));
  std::thread waiting([&] { proxy->server().wait(); });
  origin.gate("held").open();
  const Response response = reading.read();
  EXPECT_EQ(response.body, "late ");
  EXPECT_EQ(response["connection"], "close");
  EXPECT_TRUE(reading.is_closed_by_peer());
  EXPECT_EQ(posting.read().body, "late body");
  waiting.join();
}

TEST_F(Drain, AnAnswerIsNotLostToARequestThatNobodyWillRead) {
  start("- path: /large");
  constexpr std::size_t kSize = 7'000'000;  // more than the kernel takes
  origin.on("/large", [](OriginExchange& exchange) { exchange.respond(std::string(kSize, 'x')); });
  EXPECT_EQ(get("/large").body.size(), kSize);
  Client one = client();
  one.wire().shrink_receive_buffer(65'536);
  one.send_request("GET", "/large");
  Response response = one.read_head();
  EXPECT_EQ(response.x_cache(), "HIT");
  proxy->server().stop();
  one.send_request("GET", "/large");
  one.read_rest(response);
  EXPECT_EQ(response.body.size(), kSize);
}

TEST_F(Drain, NothingIsReloadedAtTheEnd) {
  start("- path: /a");
  proxy->server().stop();
  proxy->server().wait();
  EXPECT_EQ(proxy->server().reload().status, server::ReloadOutcome::Status::rejected);
}

TEST_F(Drain, AnUploadUnderWayIsTakenToItsEnd) {
  start("- path: /a");
  Client one = client();
  one.send("POST /upload HTTP/1.1\r\nHost: api.test\r\nContent-Length: 10\r\n\r\nfirst");
  let_requests_arrive();
  proxy->server().stop();
  one.send("later");
  EXPECT_EQ(one.read().status, 200);
  EXPECT_EQ(origin.last("/upload").body, "firstlater");
}

TEST_F(Drain, ItEndsAfterItsTimeoutWhateverHangs) {
  start(Daemon{.routes = "- path: /a", .rest = "drain_timeout: 200ms"});
  origin.on("/held", [](OriginExchange& exchange) { exchange.hold("held"); });
  Client one = client();
  one.send_request("GET", "/held");
  ASSERT_TRUE(origin.gate("held").wait_for());
  const auto before = std::chrono::steady_clock::now();
  proxy->server().stop();
  proxy->server().wait();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
  origin.gate("held").open();
}

TEST_F(Drain, ASecondStopEndsTheRestAtOnce) {
  start("- path: /a");
  origin.on("/held", [](OriginExchange& exchange) { exchange.hold("held"); });
  Client one = client();
  one.send_request("GET", "/held");
  ASSERT_TRUE(origin.gate("held").wait_for());
  const auto before = std::chrono::steady_clock::now();
  proxy->server().stop();
  proxy->server().stop();
  proxy->server().wait();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
  origin.gate("held").open();
}

TEST_F(Drain, ARestartBeginsEmptyAndServes) {
  start("- path: /a");
  get("/a");
  EXPECT_EQ(x_cache("/a"), "HIT");
  start("- path: /a");
  EXPECT_EQ(x_cache("/a"), "MISS");
  EXPECT_EQ(x_cache("/a"), "HIT");
}

}  // namespace
}  // namespace hawkcache::scenario
