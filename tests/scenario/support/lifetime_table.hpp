// A table of answers, and for each whether the store answers the next request: at once, and a while
// later.
#pragma once

#include "scenario/support/scenario.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace hawkcache::scenario {

struct Lifetime {
  const char* name;
  std::string rule = {};  // keys of the rule beside the path
  Fields fields = {};     // of the origin's answer
  std::string status = "200 OK";
  std::string at_once = "HIT";
  int later_seconds = 0;  // 0: not asked
  std::string later = {};
};

class LifetimeTable : public Scenario {
 protected:
  // All in one daemon: each row has its own path.
  void check(const std::vector<Lifetime>& table) {
    std::string routes;
    for (std::size_t i = 0; i < table.size(); ++i) {
      routes += "- path: /" + std::to_string(i) + "\n";
      if (!table[i].rule.empty()) routes += "  " + table[i].rule + "\n";
      origin.answer("/" + std::to_string(i), ok("body", table[i].fields, table[i].status));
    }
    start(routes);
    for (std::size_t i = 0; i < table.size(); ++i) check(table[i], "/" + std::to_string(i));
  }

 private:
  void check(const Lifetime& row, const std::string& target) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(x_cache(target), "MISS");
    const Response second = get(target);
    EXPECT_EQ(second.x_cache(), row.at_once) << second;
    EXPECT_EQ(second.body, "body");
    if (row.later_seconds == 0) return;
    clock.advance(std::chrono::seconds(row.later_seconds));
    const Response late = get(target);
    EXPECT_EQ(late.x_cache(), row.later) << late;
  }
};

}  // namespace hawkcache::scenario
