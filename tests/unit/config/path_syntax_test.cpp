#include "config/path_syntax.hpp"

#include <gtest/gtest.h>

namespace hawkcache::config {
namespace {

using SegmentKind = PathSegment::Kind;

struct GoodPath {
  const char* text;
  std::vector<PathSegment> segments;
};

TEST(PathSyntax, SplitsAPatternIntoItsSegments) {
  const std::vector<GoodPath> cases{
      {"/", {{SegmentKind::literal, ""}}},
      {"/x", {{SegmentKind::literal, "x"}}},
      {"/x/", {{SegmentKind::literal, "x"}, {SegmentKind::literal, ""}}},
      {"/users/{id}", {{SegmentKind::literal, "users"}, {SegmentKind::str, "id"}}},
      {"/{a:str}/{b:int}/{c:float}/{d:uuid}/{e:slug}/{f:path}",
       {{SegmentKind::str, "a"},
        {SegmentKind::int_, "b"},
        {SegmentKind::float_, "c"},
        {SegmentKind::uuid, "d"},
        {SegmentKind::slug, "e"},
        {SegmentKind::path, "f"}}},
      {"/{rest:path}", {{SegmentKind::path, "rest"}}},
      {"/{id:int}/", {{SegmentKind::int_, "id"}, {SegmentKind::literal, ""}}},
      {"/a b/\xC3\xA9/x.y;z=1,2",
       {{SegmentKind::literal, "a b"},
        {SegmentKind::literal, "\xC3\xA9"},
        {SegmentKind::literal, "x.y;z=1,2"}}},
      {"/.well-known/...", {{SegmentKind::literal, ".well-known"}, {SegmentKind::literal, "..."}}},
      {"/{_a1}", {{SegmentKind::str, "_a1"}}},
  };
  for (const GoodPath& good : cases) {
    SCOPED_TRACE(good.text);
    const auto parsed = parse_path_pattern(good.text);
    ASSERT_TRUE(std::holds_alternative<PathPattern>(parsed))
        << std::get<SyntaxError>(parsed).message;
    EXPECT_EQ(std::get<PathPattern>(parsed).text, good.text);
    EXPECT_EQ(std::get<PathPattern>(parsed).segments, good.segments);
  }
}

TEST(PathSyntax, NamesItsParametersInOrder) {
  const auto pattern = std::get<PathPattern>(parse_path_pattern("/a/{x}/b/{y:int}/{z:path}"));
  EXPECT_EQ(pattern.parameter_names(), (std::vector<std::string>{"x", "y", "z"}));
}

struct BadPath {
  std::string text;
  std::size_t offset;
  const char* says;  // a part of the message
};

TEST(PathSyntax, SaysWhereAPatternIsWrongAndWhatToWrite) {
  const std::vector<BadPath> cases{
      {"", 0, "write \"/\""},
      {"users", 0, "write \"/users\""},
      {"//", 1, "empty segments"},
      {"/a//b", 3, "empty segments"},
      {"/a//", 3, "empty segments"},
      {"/./a", 1, "dot segments"},
      {"/a/..", 3, "dot segments"},
      {"/%41", 1, "write the character itself"},
      {"/a%2Fb", 2, "write the character itself"},
      {"/a\\b", 2, "backslash"},
      {"/a?b", 2, "no query"},
      {"/a#b", 2, "no fragment"},
      {"/a\x01", 2, "control bytes"},
      {"/a\x7F", 2, "control bytes"},
      {std::string("/a\0", 3), 2, "control bytes"},
      {"/x{id}", 2, "whole segment"},
      {"/{id}x", 1, "whole segment"},
      {"/{a}{b}", 1, "whole segment"},
      {"/{{a}}", 1, "whole segment"},
      {"/a}", 2, "whole segment"},
      {"/{a", 1, "no }"},
      {"/{a/b}", 1, "no }"},
      {"/{}", 2, "no parameter name"},
      {"/{1a}", 2, "no parameter name"},
      {"/{a-b}", 2, "no parameter name"},
      {"/{ a }", 2, "no parameter name"},
      {"/{a:}", 4, "unknown converter"},
      {"/{a:Int}", 4, "did you mean \"int\"?"},
      {"/{a:string}", 4, "did you mean \"str\"?"},
      {"/{a:number}", 4, "did you mean \"float\"?"},
      {"/{a:paht}", 4, "did you mean \"path\"?"},
      {"/{a:regex}", 4, "the converters are str, int, float, uuid, slug, path"},
      {"/{a}/{a:int}", 5, "appears twice"},
      {"/{a:path}/b", 10, "put it last"},
      {"/{a:path}/", 10, "put it last"},
  };
  for (const BadPath& bad : cases) {
    SCOPED_TRACE(bad.text);
    const auto parsed = parse_path_pattern(bad.text);
    ASSERT_TRUE(std::holds_alternative<SyntaxError>(parsed));
    const SyntaxError& error = std::get<SyntaxError>(parsed);
    EXPECT_EQ(error.offset, bad.offset) << error.message;
    EXPECT_NE(error.message.find(bad.says), std::string::npos) << error.message;
  }
}

}  // namespace
}  // namespace hawkcache::config
