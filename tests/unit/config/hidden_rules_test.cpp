#include "config/checks.hpp"

#include <gtest/gtest.h>

namespace hawkcache::config {
namespace {

RouteConfig rule(const char* path,
                 std::vector<std::string> methods = {"GET", "HEAD"},
                 std::vector<std::string> hosts = {}) {
  RouteConfig route;
  route.path.value = std::get<PathPattern>(parse_path_pattern(path));
  route.methods = std::move(methods);
  route.hosts = std::move(hosts);
  return route;
}

bool hides(const RouteConfig& first, const RouteConfig& second) {
  return !find_hidden_rules({first, second}).empty();
}

TEST(HiddenRules, AMoreGeneralPathHides) {
  const std::vector<std::pair<const char*, const char*>> hidden{
      {"/a", "/a"},
      {"/", "/"},
      {"/{x}", "/a"},
      {"/{x}", "/{y:int}"},
      {"/{x}", "/{y:uuid}"},
      {"/{x:int}", "/{y:int}"},
      {"/{x:int}", "/42"},
      {"/{x}/b", "/a/b"},
      {"/{x:path}", "/"},
      {"/{x:path}", "/a/b/"},
      {"/a/{x:path}", "/a/"},
      {"/a/{x:path}", "/a/b/{y:path}"},
      {"/{x}/", "/a/"},
      {"/a/{x}/{y:path}", "/a/b/c/{d}/e"},
  };
  for (const auto& [first, second] : hidden)
    EXPECT_TRUE(hides(rule(first), rule(second))) << first << " " << second;
}

TEST(HiddenRules, WhatCanBeReachedIsNotHidden) {
  const std::vector<std::pair<const char*, const char*>> reachable{
      {"/a", "/b"},
      {"/a", "/a/"},
      {"/a/", "/a"},
      {"/a", "/{x}"},
      {"/{x:int}", "/{x}"},
      {"/{x:int}", "/a"},
      {"/{x:float}", "/1"},
      {"/{x:slug}", "/a"},
      {"/a/{x:path}", "/a"},
      {"/{x}", "/"},
      {"/{x}", "/a/b"},
      {"/{x}", "/{y:path}"},
      {"/a/{x}", "/a/"},
      {"/a/{x:path}", "/b/c"},
      {"/{x:uuid}", "/{x:slug}"},
  };
  for (const auto& [first, second] : reachable)
    EXPECT_FALSE(hides(rule(first), rule(second))) << first << " " << second;
}

TEST(HiddenRules, MethodsAndHostsMustBeCoveredToo) {
  EXPECT_TRUE(hides(rule("/a", {"GET", "HEAD", "PUT"}), rule("/a", {"PUT"})));
  EXPECT_TRUE(hides(rule("/a", {"GET"}), rule("/a", {"GET", "HEAD"})));  // HEAD goes where GET goes
  EXPECT_FALSE(hides(rule("/a", {"HEAD"}), rule("/a", {"GET", "HEAD"})));
  EXPECT_FALSE(hides(rule("/a", {"GET"}), rule("/a", {"GET", "PUT"})));
  EXPECT_TRUE(
      hides(rule("/a", {"GET"}, {"x", "[::1]"}), rule("/a", {"GET"}, {"x:80", "[::1]:80"})));
  EXPECT_FALSE(hides(rule("/a", {"GET"}, {"x:80"}), rule("/a", {"GET"}, {"x"})));
  EXPECT_FALSE(hides(rule("/a", {"GET"}, {"x:80"}), rule("/a", {"GET"}, {"x:81"})));
  EXPECT_TRUE(hides(rule("/a", {"GET"}, {}), rule("/a", {"GET"}, {"x"})));
  EXPECT_TRUE(hides(rule("/a", {"GET"}, {"x", "y"}), rule("/a", {"GET"}, {"y"})));
  EXPECT_FALSE(hides(rule("/a", {"GET"}, {"x"}), rule("/a", {"GET"}, {"y"})));
  EXPECT_FALSE(hides(rule("/a", {"GET"}, {"x"}), rule("/a", {"GET"}, {})));
}

TEST(HiddenRules, TheEarlierRuleIsNamed) {
  const auto hidden = find_hidden_rules({rule("/a"), rule("/b/{x}"), rule("/b/c"), rule("/a")});
  ASSERT_EQ(hidden.size(), 2U);
  EXPECT_EQ(hidden[0].rule, 2U);
  EXPECT_EQ(hidden[0].by, 1U);
  EXPECT_EQ(hidden[1].rule, 3U);
  EXPECT_EQ(hidden[1].by, 0U);
}

}  // namespace
}  // namespace hawkcache::config
