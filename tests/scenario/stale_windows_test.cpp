// The edges of stale-while-revalidate and stale-if-error (RFC 5861), and what forbids both (RFC
// 9111 section 4.2.4).
#include "scenario/support/scenario.hpp"

namespace hawkcache::scenario {
namespace {

struct Window {
  const char* name;
  std::string rule = {};
  std::string cache_control = {};  // "": none
  Duration stale_for{};            // beyond the ten seconds of freshness
  bool served = false;
};

class StaleWindows : public Scenario {
 protected:
  // Every answer lives ten seconds; each row has its own path and is asked once, at its moment.
  template <class Respond>
  void check(const std::vector<Window>& table, Respond second_answer) {
    std::string routes;
    for (std::size_t i = 0; i < table.size(); ++i) {
      const std::string target = "/" + std::to_string(i);
      routes += "- path: " + target + "\n  ttl: 10s\n" + table[i].rule;
      Fields fields;
      if (!table[i].cache_control.empty()) {
        fields.emplace_back("Cache-Control", table[i].cache_control);
      }
      origin.on(target, [fields, second_answer](OriginExchange& exchange) {
        if (exchange.request().number == 1)
          exchange.respond("old", fields);
        else
          second_answer(exchange);
      });
    }
    start(routes);
    for (std::size_t i = 0; i < table.size(); ++i) {
      SCOPED_TRACE(table[i].name);
      const std::string target = "/" + std::to_string(i);
      EXPECT_EQ(get(target).body, "old");
      clock.advance(10s + table[i].stale_for);
      const Response response = get(target);
      EXPECT_EQ(response.body == "old", table[i].served) << response;
      EXPECT_EQ(response.x_cache() == "HIT", table[i].served) << response;
    }
  }
};

TEST_F(StaleWindows, StaleWhileRevalidateServesUpToItsLastMoment) {
  const std::string rule = "  stale_while_revalidate: 30s\n";
  check(
      {
          {.name = "the rule's, first moment", .rule = rule, .stale_for = 0ms, .served = true},
          {.name = "the rule's, last moment", .rule = rule, .stale_for = 29999ms, .served = true},
          {.name = "the rule's, over", .rule = rule, .stale_for = 30s},
          {.name = "the origin's, first moment",
           .cache_control = "max-age=10, stale-while-revalidate=4",
           .stale_for = 0ms,
           .served = true},
          {.name = "the origin's, last moment",
           .cache_control = "max-age=10, stale-while-revalidate=4",
           .stale_for = 3999ms,
           .served = true},
          {.name = "the origin's, over",
           .cache_control = "max-age=10, stale-while-revalidate=4",
           .stale_for = 4s},
          {.name = "the origin's, shorter than the rule's",
           .rule = rule,
           .cache_control = "max-age=10, stale-while-revalidate=4",
           .stale_for = 5s},
          {.name = "the origin's, longer than the rule's",
           .rule = rule,
           .cache_control = "max-age=10, stale-while-revalidate=60",
           .stale_for = 59s,
           .served = true},
          {.name = "the origin's 0",
           .rule = rule,
           .cache_control = "max-age=10, stale-while-revalidate=0",
           .stale_for = 0ms},
          {.name = "quoted",
           .cache_control = "max-age=10, stale-while-revalidate=\"4\"",
           .stale_for = 3s,
           .served = true},
          {.name = "unreadable",
           .rule = rule,
           .cache_control = "max-age=10, stale-while-revalidate=long",
           .stale_for = 1s},
          {.name = "twice: the shorter",
           .cache_control = "max-age=10, stale-while-revalidate=60, stale-while-revalidate=4",
           .stale_for = 5s},
          {.name = "larger than any time",
           .cache_control = "max-age=10, stale-while-revalidate=99999999999",
           .stale_for = 24h,
           .served = true},
          {.name = "on the rule's lifetime",
           .cache_control = "stale-while-revalidate=4",
           .stale_for = 3s,
           .served = true},
      },
      [](OriginExchange& exchange) { exchange.respond("new"); });
}

TEST_F(StaleWindows, DirectivesThatForbidStaleAnswersBeatBoth) {
  std::vector<Window> table;
  const std::string rule = "  stale_while_revalidate: 1h\n  stale_if_error: 1h\n";
  const std::string windows = ", stale-while-revalidate=3600, stale-if-error=3600";
  for (const char* directives : {"max-age=10, must-revalidate",
                                 "max-age=10, proxy-revalidate",
                                 "s-maxage=10",
                                 "max-age=10, MUST-REVALIDATE",
                                 "max-age=10, must-revalidate=\"x\""}) {
    table.push_back({.name = directives, .rule = rule, .cache_control = directives + windows});
  }
  check(table, [](OriginExchange& exchange) { exchange.close(); });
}

TEST_F(StaleWindows, StaleIfErrorServesUpToItsLastMoment) {
  const std::string rule = "  stale_if_error: 30s\n";
  check(
      {
          {.name = "the rule's, first moment", .rule = rule, .stale_for = 0ms, .served = true},
          {.name = "the rule's, last moment", .rule = rule, .stale_for = 29999ms, .served = true},
          {.name = "the rule's, over", .rule = rule, .stale_for = 30s},
          {.name = "the origin's, last moment",
           .cache_control = "max-age=10, stale-if-error=4",
           .stale_for = 3999ms,
           .served = true},
          {.name = "the origin's, over",
           .cache_control = "max-age=10, stale-if-error=4",
           .stale_for = 4s},
          {.name = "the origin's 0",
           .rule = rule,
           .cache_control = "max-age=10, stale-if-error=0",
           .stale_for = 0ms},
          {.name = "after stale-while-revalidate has ended",
           .cache_control = "max-age=10, stale-while-revalidate=4, stale-if-error=60",
           .stale_for = 59s,
           .served = true},
      },
      [](OriginExchange& exchange) { exchange.close(); });
}

// A refresh that brings another version within the window: the next to ask gets that one, and not
// the old for as long as its window would have lasted.
TEST_F(StaleWindows, ARefreshEndsTheWindowOfWhatItReplaced) {
  start("- path: /a");
  origin.on("/a", [](OriginExchange& exchange) {
    const std::size_t number = exchange.request().number;
    if (number == 1)
      exchange.respond(
          "old", {{"Cache-Control", "max-age=1, stale-while-revalidate=4"}, {"ETag", "\"1\""}});
    else
      exchange.respond("new", {{"Cache-Control", "no-cache"}, {"ETag", "\"2\""}});
  });
  get("/a");
  clock.advance(3s);
  EXPECT_EQ(get("/a").body, "old");
  EXPECT_TRUE(eventually([&] { return get("/a").body == "new"; }));
  clock.advance(3s);
  const std::size_t asked = origin.count("/a");
  const Response after = get("/a");
  EXPECT_EQ(after.body, "new");
  EXPECT_EQ(after.x_cache(), "MISS") << "no-cache: asked before each use";
  EXPECT_EQ(origin.count("/a"), asked + 1);
}

}  // namespace
}  // namespace hawkcache::scenario
