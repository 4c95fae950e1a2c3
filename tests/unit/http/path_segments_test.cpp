#include "http/target.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::http {
namespace {

std::vector<std::string> all(const PathSegments& segments) {
  std::vector<std::string> list;
  for (std::size_t i = 0; i < segments.size(); ++i) list.emplace_back(segments[i]);
  return list;
}

using List = std::vector<std::string>;

TEST(PathSegments, AreSplitFirstAndDecodedAfterwards) {
  struct Case {
    std::string_view path;
    List segments;
  };
  const Case cases[] = {
      {"/", {""}},
      {"/users", {"users"}},
      {"/users/", {"users", ""}},
      {"/users/42", {"users", "42"}},
      {"/users/%34%32", {"users", "42"}},
      {"/%75sers/caf%c3%A9/x", {"users", "caf\xc3\xa9", "x"}},
      {"/a+b/c%20d;e=f/@:!$&'()*,=~", {"a+b", "c d;e=f", "@:!$&'()*,=~"}},
      {"/%252F/%25", {"%2F", "%"}},
      {"/.../..a/a../.a", {"...", "..a", "a..", ".a"}},
      {"/{id}|\"<>^`", {"{id}|\"<>^`"}},
      {"", {}},
      {"*", {}},
  };
  PathSegments segments;
  for (const Case& c : cases) {
    SCOPED_TRACE(c.path);
    EXPECT_EQ(segments.assign(c.path), PathHazard::none);
    EXPECT_EQ(all(segments), c.segments);
  }
}

TEST(PathSegments, SpellingsThatServersReadDifferentlyAreHazards) {
  struct Case {
    std::string_view path;
    PathHazard hazard;
  };
  for (const Case& c : {
           Case{"/.", PathHazard::dot_segment},
           Case{"/..", PathHazard::dot_segment},
           Case{"/a/../b", PathHazard::dot_segment},
           Case{"/a/./b", PathHazard::dot_segment},
           Case{"/a/%2e%2E/b", PathHazard::dot_segment},
           Case{"/a/.%2e", PathHazard::dot_segment},
           Case{"/%2E", PathHazard::dot_segment},
           Case{"//", PathHazard::empty_segment},
           Case{"//a", PathHazard::empty_segment},
           Case{"/a//b", PathHazard::empty_segment},
           Case{"/a//", PathHazard::empty_segment},
           Case{"/a%2Fb", PathHazard::encoded_slash},
           Case{"/a%2fb", PathHazard::encoded_slash},
           Case{"/a%5cb", PathHazard::encoded_backslash_or_backslash},
           Case{"/a%5Cb", PathHazard::encoded_backslash_or_backslash},
           Case{"/a\\b", PathHazard::encoded_backslash_or_backslash},
           Case{"/a%00", PathHazard::control_byte},
           Case{"/a%0d%0a", PathHazard::control_byte},
           Case{"/a%1F", PathHazard::control_byte},
           Case{"/a%09", PathHazard::control_byte},
           Case{"/a%7f", PathHazard::control_byte},
           Case{"/a\tb", PathHazard::control_byte},
           Case{"/a\x7f", PathHazard::control_byte},
           Case{"/a%", PathHazard::bad_escape},
           Case{"/a%4", PathHazard::bad_escape},
           Case{"/a%4/1", PathHazard::bad_escape},
           Case{"/a%zz", PathHazard::bad_escape},
           Case{"/a%4g/..", PathHazard::bad_escape},
           Case{"/%u002e", PathHazard::bad_escape},
       }) {
    SCOPED_TRACE(c.path);
    PathSegments segments;
    EXPECT_EQ(segments.assign(c.path), c.hazard);
    EXPECT_EQ(segments.size(), 0U);
  }
}

TEST(PathSegments, TheTailIsTheRestOfThePathDecoded) {
  PathSegments segments;
  ASSERT_EQ(segments.assign("/files/a%20b/c/"), PathHazard::none);
  EXPECT_EQ(segments.tail(0), "files/a b/c/");
  EXPECT_EQ(segments.tail(1), "a b/c/");
  EXPECT_EQ(segments.tail(3), "");
  EXPECT_EQ(segments.tail(4), "");
  ASSERT_EQ(segments.assign("/"), PathHazard::none);
  EXPECT_EQ(segments.tail(0), "");
  EXPECT_EQ(segments.tail(1), "");
}

TEST(PathSegments, AreReusableAndCopyable) {
  PathSegments segments;
  ASSERT_EQ(segments.assign("/a%62c"), PathHazard::none);
  const PathSegments copy = segments;
  ASSERT_EQ(segments.assign("/x/y"), PathHazard::none);
  EXPECT_EQ(all(copy), List{"abc"});
  EXPECT_EQ(all(segments), (List{"x", "y"}));
  EXPECT_EQ(segments.assign("/.."), PathHazard::dot_segment);
  EXPECT_EQ(segments.assign("/z"), PathHazard::none);
  EXPECT_EQ(all(segments), List{"z"});
}

}  // namespace
}  // namespace hawkcache::http
