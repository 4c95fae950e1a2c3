// Origins that are endless, silent or not there: bounded in time and memory, and only for those who
// need them.
#include "scenario/support/hostile.hpp"

#include <utility>
#include <vector>

namespace hawkcache::scenario {
namespace {

class SlowOrigin : public HostileRequests {};

TEST_F(SlowOrigin, AnEndlessBodyIsNotReadOnOnceItsClientHasLeft) {
  for (const std::string target : {"/cached/endless", "/pass/endless"}) {
    SCOPED_TRACE(target);
    origin.on(target, [](OriginExchange& exchange) {
      exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      const std::string piece = chunk(std::string(65'536, 'x'));
      while (exchange.send(piece)) {
      }
      exchange.hold("noticed");
      exchange.close();
    });
    origin.gate("noticed").open();
    const std::size_t arrivals = origin.gate("noticed").arrivals();
    Client one = client();
    one.send_request("GET", target);
    Response response = one.read_head();
    EXPECT_TRUE(one.read_body(response, 20'000'000));
    one.reset();
    EXPECT_TRUE(origin.gate("noticed").wait_for(arrivals + 1)) << "the origin can still send";
  }
}

TEST_F(SlowOrigin, TimeoutsAreGatewayTimeoutsAndCostOnlyThoseWhoNeedTheOrigin) {
  start(Daemon{.routes = "- path: /cached/{rest:path}",
               .upstream = "response_timeout: 150ms\nidle_timeout: 150ms"});
  get("/cached/hit");
  const auto silent = [](OriginExchange& exchange) {
    (void)exchange.wait_until_peer_leaves();
    exchange.close();
  };
  for (const std::string target : {"/cached/silent", "/pass/silent"}) {
    origin.on(target, silent);
    const Response response = get(target);
    EXPECT_EQ(response.status, 504) << target;
    EXPECT_EQ(response["content-type"], "application/problem+json");
    EXPECT_EQ(x_cache("/cached/hit"), "HIT");
    origin.answer(target, ok("well again"));
    EXPECT_EQ(get(target).body, "well again");
  }
  for (const std::string target : {"/cached/stalls", "/pass/stalls"}) {
    origin.on(target, [silent](OriginExchange& exchange) {
      exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
      silent(exchange);
    });
    const Response response = get(target);
    EXPECT_EQ(response.status, 200);
    EXPECT_FALSE(response.whole);
    EXPECT_EQ(response.body, "part");
  }
}

TEST_F(SlowOrigin, ErrorPagesOfOurOwnAreNeverStored) {
  start("- path: /a\n  statuses: { 502: 1h, 504: 1h }");
  origin.refuse();
  const Response refused = get("/a");
  EXPECT_EQ(refused.status, 502);
  EXPECT_EQ(refused["content-type"], "application/problem+json");
  EXPECT_EQ(refused["cache-control"], "no-store");
  origin.resume();
  EXPECT_TRUE(eventually([&] { return get("/a").status == 200; }, 3s));
}

TEST_F(SlowOrigin, AServerThatRefusesIsPassedOverWhileAnotherIsThere) {
  FakeOrigin second;
  start(Daemon{.routes = "- path: /cached/{rest:path}", .more_origins = {second.port()}});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(get("/pass").status, 200);
  EXPECT_GT(origin.count(), 0U);
  EXPECT_GT(second.count(), 0U);
  second.refuse();
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(get("/pass").status, 200);
    EXPECT_EQ(request("POST", "/pass", {}, "body").status, 200);
  }
  second.resume();
  const std::size_t before = second.count();
  EXPECT_TRUE(eventually([&] {
    EXPECT_EQ(get("/pass").status, 200);
    return second.count() > before;
  }));
}

TEST_F(SlowOrigin, ThePoolIsUsableAtOnceAfterAllServersWereDown) {
  FakeOrigin second;
  start(Daemon{.routes = "- path: /cached/{rest:path}", .more_origins = {second.port()}});
  get("/pass");
  origin.refuse();
  second.refuse();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(get("/pass").status, 502);
  origin.resume();
  EXPECT_TRUE(eventually([&] { return get("/pass").status == 200; }, 2s));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(get("/pass").status, 200);
}

// Two bodies on their way that have no room beside each other: 700 KB each, of which the last part
// is held back.
TEST_F(SlowOrigin, BodiesOnTheirWayToASmallStoreAreKeptAsFarAsThereIsRoom) {
  start(Daemon{.routes = "- path: /cached/{rest:path}\n  ttl: 60s",
               .memory = "max_size: 2MiB\nmax_object: 1MiB"});
  const std::string most(600'000, 'x');
  const std::string rest(100'000, 'y');
  origin.otherwise([most, rest](OriginExchange& exchange) {
    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 700000\r\n\r\n" + most);
    exchange.hold("rest");
    exchange.send(rest);
  });
  std::vector<std::pair<Client, Response>> asking;
  for (const std::string target : {"/cached/first", "/cached/second"}) {
    Client& one = asking.emplace_back(client(), Response{}).first;
    one.send_request("GET", target);
    asking.back().second = one.read_head();
    ASSERT_TRUE(one.read_body(asking.back().second, most.size()));
  }
  origin.gate("rest").open();
  for (auto& [one, response] : asking) {
    ASSERT_TRUE(one.read_body(response, most.size() + rest.size()));
    EXPECT_EQ(response.body, most + rest);
  }
  EXPECT_EQ(proxy->metric("hawkcache_not_stored_in_flight_total"), 1);
  EXPECT_EQ(x_cache("/cached/first"), "HIT");
  EXPECT_EQ(x_cache("/cached/second"), "MISS");
  EXPECT_EQ(x_cache("/cached/second"), "HIT") << "there is room again";
}

}  // namespace
}  // namespace hawkcache::scenario
