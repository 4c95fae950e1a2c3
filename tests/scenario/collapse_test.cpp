// Many clients, one cold key: one fetch, shared as it grows where it may be shared, and never where
// it may not.
#include "scenario/support/crowd.hpp"

namespace hawkcache::scenario {
namespace {

using ::testing::AnyOf;

class Collapse : public CrowdScenario {};

TEST_F(Collapse, ManyClientsOfAColdKeyMakeOneFetch) {
  start("- path: /a");
  hold_heads("/a", {});
  auto all = clients(20);
  ask(all, "/a", "head");
  EXPECT_EQ(origin.count("/a"), 1U);
  origin.gate("head").open();
  std::size_t collapsed = 0;
  for (Client& one : all) {
    const Response response = one.read();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "#1");
    EXPECT_EQ(response.x_cache(), "MISS");
    if (response.cache_status().find("collapsed") != std::string::npos) ++collapsed;
  }
  EXPECT_EQ(collapsed, 19U);
  EXPECT_EQ(origin.count("/a"), 1U);
  EXPECT_EQ(x_cache("/a"), "HIT");
}

// Whoever asks just as the fetch ends finds either the fetch or what it stored.
TEST_F(Collapse, AColdKeyIsFetchedOnceHoweverCloseTheRequestsCome) {
  start("- path: /{name}");
  auto all = clients(6);
  for (int i = 0; i < 150; ++i) {
    const std::string target = "/cold-" + std::to_string(i);
    origin.on(target, [](OriginExchange& exchange) { exchange.respond("x", {}); });
    for (Client& one : all) one.send_request("GET", target);
    for (Client& one : all) EXPECT_EQ(one.read().body, "x");
    EXPECT_EQ(origin.count(target), 1U) << target;
  }
}

TEST_F(Collapse, FollowersStreamFromTheFillAsItGrows) {
  start("- path: /a");
  origin.on("/a", [](OriginExchange& exchange) {
    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\nfirst");
    exchange.hold("one");
    exchange.send("later");
    exchange.hold("two");
    exchange.send("final");
  });
  auto all = clients(6);
  ask(all, "/a", "one");
  std::vector<Response> responses;
  for (Client& one : all) {
    responses.push_back(one.read_head());
    EXPECT_TRUE(one.read_body(responses.back(), 5));
    EXPECT_EQ(responses.back().body, "first");
  }
  origin.gate("one").open();
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_TRUE(all[i].read_body(responses[i], 10));
  }
  Client late = client();
  late.send_request("GET", "/a");
  Response late_response = late.read_head();
  EXPECT_TRUE(late.read_body(late_response, 10));
  origin.gate("two").open();
  late.read_rest(late_response);
  EXPECT_EQ(late_response.body, "firstlaterfinal");
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].read_rest(responses[i]);
    EXPECT_EQ(responses[i].body, "firstlaterfinal");
    EXPECT_TRUE(responses[i].whole);
  }
  EXPECT_EQ(origin.count("/a"), 1U);
}

TEST_F(Collapse, AClientThatLeavesStopsNobody) {
  start("- path: /head\n- path: /body");
  hold_heads("/head", {});
  auto all = clients(4);
  ask(all, "/head", "head");
  all[0].reset();
  all[2].close();
  let_requests_arrive();
  origin.gate("head").open();
  EXPECT_EQ(all[1].read().body, "#1");
  EXPECT_EQ(all[3].read().body, "#1");
  EXPECT_EQ(origin.count("/head"), 1U);

  origin.on("/body", [](OriginExchange& exchange) {
    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst");
    exchange.hold("middle");
    exchange.send("later");
  });
  auto more = clients(3);
  ask(more, "/body", "middle");
  Response leader = more[0].read_head();
  EXPECT_TRUE(more[0].read_body(leader, 5));
  more[0].reset();
  let_requests_arrive();
  origin.gate("middle").open();
  EXPECT_EQ(more[1].read().body, "firstlater");
  EXPECT_EQ(more[2].read().body, "firstlater");
  EXPECT_EQ(origin.count("/body"), 1U);
  EXPECT_EQ(x_cache("/body"), "HIT");
}

TEST_F(Collapse, TheFetchGoesOnAndIsStoredWhenItsOnlyClientLeaves) {
  start("- path: /a");
  origin.on("/a", [](OriginExchange& exchange) {
    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst");
    exchange.hold("middle");
    exchange.send("later");
  });
  Client one = client();
  one.send_request("GET", "/a");
  Response response = one.read_head();
  EXPECT_TRUE(one.read_body(response, 5));
  one.reset();
  let_requests_arrive();
  origin.gate("middle").open();
  EXPECT_TRUE(eventually([&] { return get("/a").body == "firstlater"; }));
  EXPECT_EQ(x_cache("/a"), "HIT");
}

TEST_F(Collapse, TheFirstClientsSpecialWishesAreItsOwn) {
  start("- path: /{rest:path}");
  const std::vector<std::pair<std::string, Fields>> leaders{
      {"HEAD", {}},
      {"GET", {{"Range", "bytes=0-1"}}},
      {"GET", {{"If-None-Match", "\"v1\""}}},
      {"GET", {{"If-Modified-Since", clock.http_date()}}},
      {"GET", {{"Range", "bytes=0-1"}, {"If-Range", "\"v1\""}}},
  };
  for (std::size_t i = 0; i < leaders.size(); ++i) {
    const auto& [method, fields] = leaders[i];
    SCOPED_TRACE(method + " " + to_lines(fields));
    const std::string target = "/" + std::to_string(i);
    const std::string gate = "gate" + target;
    origin.on(target, [gate](OriginExchange& exchange) {
      const Fields& asked = exchange.request().fields;
      if (exchange.request().number == 1) exchange.hold(gate);
      if (asked.has("range")) {
        exchange.respond(
            "01", {{"ETag", "\"v1\""}, {"Content-Range", "bytes 0-1/10"}}, "206 Partial Content");
      } else if (asked.has("if-none-match") || asked.has("if-modified-since")) {
        exchange.send("HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\n\r\n");
      } else {
        exchange.respond("0123456789", {{"ETag", "\"v1\""}});
      }
    });
    Client leader = client();
    leader.send_request(method, target, fields);
    ASSERT_TRUE(origin.gate(gate).wait_for());
    auto followers = clients(3);
    for (Client& one : followers) one.send_request("GET", target);
    let_requests_arrive();
    origin.gate(gate).open();
    for (Client& one : followers) {
      const Response response = one.read();
      EXPECT_EQ(response.status, 200);
      EXPECT_EQ(response.body, "0123456789");
    }
    const Response own = leader.read(method);
    EXPECT_THAT(own.status, AnyOf(200, 206, 304));
    EXPECT_LE(origin.count(target), 2U);
    const Response later = get(target);
    EXPECT_EQ(later.status, 200);
    EXPECT_EQ(later.body, "0123456789");
  }
}

TEST_F(Collapse, AFailedFetchDoesNotBlockItsKey) {
  start("- path: /a");
  origin.on("/a", [](OriginExchange& exchange) {
    if (exchange.request().number > 1) {
      exchange.respond("well again");
      return;
    }
    exchange.hold("head");
    exchange.send("rubbish\r\n\r\n");
    exchange.close();
  });
  auto all = clients(4);
  ask(all, "/a", "head");
  origin.gate("head").open();
  for (Client& one : all) {
    const Response response = one.read();
    EXPECT_THAT(response.status, AnyOf(502, 200));
  }
  const Response later = get("/a");
  EXPECT_EQ(later.status, 200);
  EXPECT_EQ(later.body, "well again");
}

TEST_F(Collapse, AFetchThatBreaksOffIsVisiblyCutForAllAndNotStored) {
  start("- path: /length\n- path: /chunked");
  for (const std::string target : {"/length", "/chunked"}) {
    SCOPED_TRACE(target);
    const std::string gate = "gate" + target;
    const std::string framing = target == "/length"
                                    ? "Content-Length: 100\r\n\r\nfirst"
                                    : "Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n";
    origin.on(target, [=](OriginExchange& exchange) {
      if (exchange.request().number > 1) {
        exchange.respond("whole");
        return;
      }
      exchange.send("HTTP/1.1 200 OK\r\n" + framing);
      exchange.hold(gate);
      exchange.close();
    });
    auto all = clients(4);
    ask(all, target, gate);
    std::vector<Response> responses;
    for (Client& one : all) {
      responses.push_back(one.read_head());
      EXPECT_TRUE(one.read_body(responses.back(), 5));
    }
    origin.gate(gate).open();
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i].read_rest(responses[i]);
      EXPECT_FALSE(responses[i].whole);
      EXPECT_EQ(responses[i].body, "first");
    }
    EXPECT_EQ(get(target).body, "whole");
  }
}

TEST_F(Collapse, ALeaderThatDoesNotReadHoldsNobodyUp) {
  start("- path: /a");
  const std::string big(4'000'000, 'x');
  origin.on("/a", [big](OriginExchange& exchange) {
    exchange.hold("head");
    exchange.respond(big);
  });
  auto all = clients(4);
  all[0].wire().shrink_receive_buffer(4096);
  ask(all, "/a", "head");
  origin.gate("head").open();
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_EQ(all[i].read().body.size(), big.size());
  EXPECT_EQ(get("/a").body.size(), big.size());
  EXPECT_EQ(origin.count("/a"), 1U);
}

TEST_F(Collapse, AnAnswerTooLargeForTheStoreReachesAllWhoWait) {
  start(Daemon{.routes = "- path: /a", .memory = "max_object: 64KiB"});
  const std::string big(1'000'000, 'x');
  origin.on("/a", [big](OriginExchange& exchange) {
    exchange.hold("head");
    exchange.respond(big);
  });
  auto all = clients(4);
  ask(all, "/a", "head");
  origin.gate("head").open();
  for (Client& one : all) {
    const Response response = one.read();
    EXPECT_TRUE(response.whole);
    EXPECT_EQ(response.body.size(), big.size());
  }
}

TEST_F(Collapse, DifferentKeysDoNotWaitForEachOther) {
  start("- path: /{rest:path}");
  hold_heads("/slow", {});
  Client slow = client();
  slow.send_request("GET", "/slow");
  ASSERT_TRUE(origin.gate("head").wait_for());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(get("/quick" + std::to_string(i)).status, 200);
  EXPECT_EQ(request("POST", "/slow2").status, 200);
  origin.gate("head").open();
  EXPECT_EQ(slow.read().body, "#1");
}

}  // namespace
}  // namespace hawkcache::scenario
