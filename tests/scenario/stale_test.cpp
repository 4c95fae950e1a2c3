// Stale answers: while a refresh runs, and while the origin fails (RFC 5861).
#include "scenario/support/scenario.hpp"

namespace hawkcache::scenario {
namespace {

using ::testing::HasSubstr;

class Stale : public Scenario {
 protected:
  // The origin's answer is `content`; later ones than the first wait at the gate "later".
  void serve_content(const std::string& target, const Fields& fields = {}) {
    origin.on(target, [this, fields](OriginExchange& exchange) {
      const std::string body = content.get();
      if (exchange.request().number > 1) exchange.hold("later");
      exchange.respond(body, fields);
    });
  }
};

TEST_F(Stale, AStaleAnswerIsServedWhileOneRefreshRunsInTheBackground) {
  start("- path: /a\n  ttl: 60s\n  stale_while_revalidate: 30s");
  serve_content("/a");
  content.set("old");
  get("/a");
  clock.advance(65s);
  content.set("new");
  for (int i = 0; i < 5; ++i) {
    const Response stale = get("/a");
    EXPECT_EQ(stale.x_cache(), "HIT");
    EXPECT_EQ(stale.body, "old");
    EXPECT_EQ(stale["age"], "65");
    EXPECT_THAT(stale.cache_status(), HasSubstr("ttl=-5"));
  }
  EXPECT_TRUE(origin.gate("later").wait_for(1));
  EXPECT_EQ(origin.count("/a"), 2U);
  origin.gate("later").open();
  EXPECT_TRUE(eventually([&] { return get("/a").body == "new"; }));
  EXPECT_EQ(x_cache("/a"), "HIT");
  EXPECT_EQ(origin.count("/a"), 2U);
}

TEST_F(Stale, AfterTheWindowEverybodyWaitsForTheOrigin) {
  start("- path: /a\n  ttl: 60s\n  stale_while_revalidate: 30s");
  get("/a");
  clock.advance(91s);
  const Response response = get("/a");
  EXPECT_EQ(response.x_cache(), "MISS");
  EXPECT_EQ(response.body, "/a #2");
}

TEST_F(Stale, TheOriginsOwnWindowCounts) {
  start("- path: /a");
  origin.gate("later").open();
  serve_content("/a", {{"Cache-Control", "max-age=10, stale-while-revalidate=30"}});
  content.set("old");
  get("/a");
  content.set("new");
  clock.advance(20s);
  EXPECT_EQ(get("/a").body, "old");
  EXPECT_TRUE(eventually([&] { return get("/a").body == "new"; }));
}

TEST_F(Stale, ARefreshThatFailsLeavesTheStaleAnswerInPlace) {
  start("- path: /a\n  ttl: 60s\n  stale_while_revalidate: 30d");
  origin.on("/a", [](OriginExchange& exchange) {
    const std::size_t number = exchange.request().number;
    if (number == 1)
      exchange.respond("old");
    else if (number == 2)
      exchange.respond("sorry", {}, "500 Internal Server Error");
    else if (number == 3)
      exchange.reset();
    else
      exchange.respond("new");
  });
  get("/a");
  clock.advance(61s);
  EXPECT_EQ(get("/a").body, "old");
  EXPECT_TRUE(origin.wait_for_requests("/a", 2));
  EXPECT_TRUE(eventually([&] {
    const Response response = get("/a");
    EXPECT_EQ(response.status, 200);
    clock.advance(1s);
    return response.body == "new";
  }));
}

TEST_F(Stale, ARefreshGoesOnWhenTheClientThatCausedItLeaves) {
  start("- path: /a\n  ttl: 60s\n  stale_while_revalidate: 30s");
  serve_content("/a");
  content.set("old");
  get("/a");
  clock.advance(61s);
  content.set("new");
  {
    Client one = client();
    EXPECT_EQ(one.get("/a").body, "old");
    one.reset();
  }
  EXPECT_TRUE(origin.gate("later").wait_for(1));
  origin.gate("later").open();
  EXPECT_TRUE(eventually([&] { return get("/a").body == "new"; }));
}

// What the origin does instead of answering.
struct Failure {
  const char* name;
  Script script;
  int status_without_stale;
};

std::vector<Failure> failures() {
  const auto status = [](std::string line) {
    return [line](OriginExchange& exchange) { exchange.respond("sorry", {}, line); };
  };
  return {
      {"500", status("500 Internal Server Error"), 500},
      {"502", status("502 Bad Gateway"), 502},
      {"503", status("503 Service Unavailable"), 503},
      {"504", status("504 Gateway Timeout"), 504},
      {"closed", [](OriginExchange& exchange) { exchange.close(); }, 502},
      {"reset", [](OriginExchange& exchange) { exchange.reset(); }, 502},
      {"rubbish",
       [](OriginExchange& exchange) {
         exchange.send("this is not HTTP\r\n\r\n");
         exchange.close();
       },
       502},
      {"silence",
       [](OriginExchange& exchange) {
         (void)exchange.wait_until_peer_leaves();
         exchange.close();
       },
       504},
  };
}

class StaleIfError : public Stale {
 protected:
  void prepare(const std::string& rule, const Fields& fields) {
    const auto all = failures();
    std::string routes;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::string target = "/" + std::to_string(i);
      routes += "- path: " + target + "\n" + rule;
      origin.on(target, [script = all[i].script, fields](OriginExchange& exchange) {
        if (exchange.request().number == 1)
          exchange.respond("good", fields);
        else
          script(exchange);
      });
    }
    start(Daemon{.routes = routes, .upstream = "response_timeout: 200ms"});
    for (std::size_t i = 0; i < all.size(); ++i)
      EXPECT_EQ(get("/" + std::to_string(i)).body, "good");
  }
  void expect_stale(bool served) {
    const auto all = failures();
    for (std::size_t i = 0; i < all.size(); ++i) {
      SCOPED_TRACE(all[i].name);
      const Response response = get("/" + std::to_string(i));
      if (served) {
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(response.body, "good");
        EXPECT_EQ(response.x_cache(), "HIT");
      } else {
        EXPECT_EQ(response.status, all[i].status_without_stale);
        EXPECT_NE(response.body, "good");
        EXPECT_NE(response.x_cache(), "HIT");
      }
    }
  }
};

TEST_F(StaleIfError, TheStoredAnswerIsServedWhileTheOriginFails) {
  prepare("  ttl: 60s\n  stale_if_error: 10m\n", {});
  clock.advance(61s);
  expect_stale(true);
}

TEST_F(StaleIfError, NotBeforeTheRuleOrTheOriginAllowsIt) {
  prepare("  ttl: 60s\n", {});
  clock.advance(61s);
  expect_stale(false);
}

TEST_F(StaleIfError, NotAfterItsWindow) {
  prepare("  ttl: 60s\n  stale_if_error: 10m\n", {});
  clock.advance(60s + 10min + 1s);
  expect_stale(false);
}

TEST_F(StaleIfError, TheOriginsOwnWindowCounts) {
  prepare("  ttl: 60s\n", {{"Cache-Control", "max-age=10, stale-if-error=100"}});
  clock.advance(50s);
  expect_stale(true);
}

TEST_F(StaleIfError, NeverAgainstMustRevalidate) {
  prepare("  ttl: 60s\n  stale_if_error: 10m\n",
          {{"Cache-Control", "max-age=60, must-revalidate"}});
  clock.advance(61s);
  expect_stale(false);
}

TEST_F(StaleIfError, NeverAgainstItsRelatives) {
  start(
      "- path: /proxy\n  stale_if_error: 10m\n  stale_while_revalidate: 10m\n"
      "- path: /shared\n  stale_if_error: 10m\n  stale_while_revalidate: 10m\n"
      "- path: /no-cache\n  stale_if_error: 10m\n  stale_while_revalidate: 10m\n");
  const auto serve = [&](const std::string& target, const std::string& cache_control) {
    origin.on(target, [cache_control](OriginExchange& exchange) {
      if (exchange.request().number == 1)
        exchange.respond("good", {{"Cache-Control", cache_control}, {"ETag", "\"1\""}});
      else
        exchange.close();
    });
    EXPECT_EQ(get(target).status, 200);
  };
  serve("/proxy", "max-age=60, proxy-revalidate");
  serve("/shared", "s-maxage=60");
  serve("/no-cache", "no-cache, max-age=60");
  clock.advance(61s);
  for (const char* target : {"/proxy", "/shared", "/no-cache"})
    EXPECT_EQ(get(target).status, 502) << target;
}

TEST_F(StaleIfError, TheStoredAnswerIsServedWhileNobodyListens) {
  start("- path: /a\n  ttl: 60s\n  stale_if_error: 10m\n- path: /b");
  get("/a");
  get("/b");
  clock.advance(61s);
  origin.refuse();
  EXPECT_EQ(get("/a").x_cache(), "HIT");
  EXPECT_EQ(get("/b").status, 502);
  EXPECT_EQ(get("/unmatched").status, 502);
  origin.resume();
  EXPECT_TRUE(eventually([&] { return get("/b").status == 200; }));
  EXPECT_EQ(get("/a").status, 200);
}

TEST_F(StaleIfError, AnAnswerThatIsNoErrorIsPassedOn) {
  start("- path: /a\n  ttl: 60s\n  stale_if_error: 10m");
  origin.on("/a", [](OriginExchange& exchange) {
    if (exchange.request().number == 1)
      exchange.respond("good");
    else
      exchange.respond("gone", {}, "404 Not Found");
  });
  get("/a");
  clock.advance(61s);
  EXPECT_EQ(get("/a").status, 404);
}

}  // namespace
}  // namespace hawkcache::scenario
