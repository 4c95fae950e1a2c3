// Every way to purge /items/1 of a rule with the tags "item" and "item:{id}", whose answers carry
// the origin's own tag "from-origin". For suites that hold with each of them.
#pragma once

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace hawkcache::scenario {

struct PurgeKind {
  const char* name;
  const char* json;  // the body of POST /purge
};

inline constexpr std::array kPurgeKinds{
    PurgeKind{"RuleTag", R"({"tags": ["item"]})"},
    PurgeKind{"TagFromThePath", R"({"tags": ["item:1"]})"},
    PurgeKind{"TagOfTheOrigin", R"({"tags": ["from-origin"]})"},
    PurgeKind{"Url", R"({"urls": ["/items/1"]})"},
    PurgeKind{"AbsoluteUrl", R"({"urls": ["http://api.test/items/1"]})"},
    PurgeKind{"Prefix", R"({"prefixes": ["/items"]})"},
    PurgeKind{"Everything", R"({"all": true})"},
};

inline std::string name_of_kind(const ::testing::TestParamInfo<PurgeKind>& kind) {
  return kind.param.name;
}

}  // namespace hawkcache::scenario
