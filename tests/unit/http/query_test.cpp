#include "http/query.hpp"

#include <gtest/gtest.h>

namespace hawkcache::http {
namespace {

using Names = std::vector<std::string>;

QueryRule ignoring(Names names) { return {.ignore = std::move(names), .only = {}}; }
QueryRule only(Names names) { return {.ignore = {}, .only = std::move(names)}; }
QueryRule sorted() { return {.ignore = {}, .only = {}, .order = QueryRule::Order::sorted}; }

TEST(QueryRule, WithoutEffectLeavesTheQueryAsItCame) {
  EXPECT_FALSE(QueryRule{}.changes_anything());
  for (const std::string_view query : {"", "a", "&&a=1&", "b=2&a=%31&a", "?", "=", "a=1;b=2"}) {
    EXPECT_EQ(apply_query_rule(query, {}), query);
  }
}

TEST(QueryRule, IgnoredParametersGo) {
  const QueryRule rule = ignoring({"utm_*", "fbclid"});
  EXPECT_TRUE(rule.changes_anything());
  EXPECT_EQ(apply_query_rule("utm_source=a&page=1&utm_=2&fbclid&limit=2", rule), "page=1&limit=2");
  EXPECT_EQ(apply_query_rule("utm=1&fbclid2=2&UTM_x=3", rule), "utm=1&fbclid2=2&UTM_x=3");
  EXPECT_EQ(apply_query_rule("utm_source=a", rule), "");
  EXPECT_EQ(apply_query_rule("", rule), "");
}

TEST(QueryRule, NamesAreComparedDecoded) {
  EXPECT_EQ(apply_query_rule("%75tm%5fsource=a&p%61ge=%31", ignoring({"utm_*"})), "p%61ge=%31");
  EXPECT_EQ(apply_query_rule("my+name=1&my%20name=2&other=3", only({"my name"})),
            "my+name=1&my%20name=2");
  EXPECT_EQ(apply_query_rule("%zz=1&%4=2&%=3", only({"%zz", "%4", "%"})), "%zz=1&%4=2&%=3");
}

TEST(QueryRule, OnlyNamedParametersStay) {
  EXPECT_EQ(apply_query_rule("x=1&page=2&limit=3&page=4", only({"page", "lim*"})),
            "page=2&limit=3&page=4");
  EXPECT_EQ(apply_query_rule("x=1", only({})), "");
  EXPECT_EQ(apply_query_rule("a=1&b=2", only({"*"})), "a=1&b=2");
  EXPECT_EQ(apply_query_rule("page=1&pagex=2", {.ignore = {"pagex"}, .only = Names{"page*"}}),
            "page=1");
}

TEST(QueryRule, SortingIsByNameAndKeepsRepetitionsInOrder) {
  EXPECT_EQ(apply_query_rule("b=2&a=9&c&a=1&b=1", sorted()), "a=9&a=1&b=2&b=1&c");
  EXPECT_EQ(apply_query_rule("b=1&%61=2", sorted()), "%61=2&b=1");
  EXPECT_EQ(apply_query_rule("&b=1&&a=2&", sorted()), "a=2&b=1");
}

TEST(QueryParameter, IsTheFirstOfThatNameDecoded) {
  EXPECT_EQ(query_parameter("a=1&b=2&a=3", "a"), "1");
  EXPECT_EQ(query_parameter("q=caf%C3%A9+au%20lait", "q"), "caf\xc3\xa9 au lait");
  EXPECT_EQ(query_parameter("%61=1", "a"), "1");
  EXPECT_EQ(query_parameter("a=b=c", "a"), "b=c");
  EXPECT_EQ(query_parameter("a=100%", "a"), "100%");
  EXPECT_EQ(query_parameter("a=%4", "a"), "%4");
  EXPECT_EQ(query_parameter("a=%41", "a"), "A");
}

TEST(QueryParameter, WithoutValueIsEmptyAndAbsentIsNone) {
  EXPECT_EQ(query_parameter("a", "a"), "");
  EXPECT_EQ(query_parameter("a=", "a"), "");
  EXPECT_EQ(query_parameter("&&a&", "a"), "");
  EXPECT_EQ(query_parameter("=x", ""), "x");
  for (const std::string_view query : {"", "b=1", "A=1", "aa=1", "x=a"}) {
    EXPECT_EQ(query_parameter(query, "a"), std::nullopt) << query;
  }
}

}  // namespace
}  // namespace hawkcache::http
