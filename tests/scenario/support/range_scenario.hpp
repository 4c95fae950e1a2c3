// A daemon in front of an origin that understands ranges, under a rule that leaves lifetimes to it.
#pragma once

#include "scenario/support/range_origin.hpp"

#include <string>

namespace hawkcache::scenario {

class RangeScenario : public Scenario {
 protected:
  void SetUp() override {
    start("- path: /{rest:path}\n  ttl: origin");
    origin.otherwise([this](OriginExchange& exchange) { origin_has.get().answer(exchange); });
  }
  Response get_range(const std::string& value) { return get("/a", range(value)); }
  // What comes for bytes [first, last] of "/a": "HIT 234".
  std::string seen(const std::string& value) {
    const Response response = get_range(value);
    EXPECT_TRUE(response.whole);
    return response.x_cache() + " " + std::to_string(response.status) + " " + response.body;
  }
  SharedRepresentation origin_has;
};

}  // namespace hawkcache::scenario
