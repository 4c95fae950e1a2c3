#include "config/template_syntax.hpp"

#include <gtest/gtest.h>

namespace hawkcache::config {
namespace {

using PartKind = TemplatePart::Kind;
using Parts = std::vector<TemplatePart>;

const std::vector<std::string> kParameters{"user_id", "path"};

struct GoodTemplate {
  const char* text;
  Parts parts;
};

TEST(TemplateSyntax, SplitsATemplateIntoItsParts) {
  const std::vector<GoodTemplate> cases{
      {"", {}},
      {"users", {{PartKind::literal, "users"}}},
      {"user:{user_id}", {{PartKind::literal, "user:"}, {PartKind::path_parameter, "user_id"}}},
      {"{method}{scheme}{host}{query}",
       {{PartKind::method, ""},
        {PartKind::scheme, ""},
        {PartKind::host, ""},
        {PartKind::query, ""}}},
      {"{query.page}", {{PartKind::query_parameter, "page"}}},
      {"{query.a.b c}", {{PartKind::query_parameter, "a.b c"}}},
      {"{header.X-Tenant}", {{PartKind::header, "x-tenant"}}},
      {"{cookie.Session}", {{PartKind::cookie, "Session"}}},
      {"a{host}b{host}c",
       {{PartKind::literal, "a"},
        {PartKind::host, ""},
        {PartKind::literal, "b"},
        {PartKind::host, ""},
        {PartKind::literal, "c"}}},
  };
  for (const GoodTemplate& good : cases) {
    SCOPED_TRACE(good.text);
    const auto parsed = parse_template(good.text, kParameters);
    ASSERT_TRUE(std::holds_alternative<Parts>(parsed)) << std::get<SyntaxError>(parsed).message;
    EXPECT_EQ(std::get<Parts>(parsed), good.parts);
  }
}

TEST(TemplateSyntax, APathParameterWinsOverAFixedName) {
  EXPECT_EQ(std::get<Parts>(parse_template("{path}", kParameters)),
            (Parts{{PartKind::path_parameter, "path"}}));
  EXPECT_EQ(std::get<Parts>(parse_template("{path}", {})), (Parts{{PartKind::path, ""}}));
}

struct BadTemplate {
  const char* text;
  std::size_t offset;
  const char* says;
};

TEST(TemplateSyntax, SaysWhereATemplateIsWrongAndWhichNamesExist) {
  const std::vector<BadTemplate> cases{
      {"{user}", 0, "did you mean {user_id}?"},
      {"a{user_idd}", 1, "did you mean {user_id}?"},
      {"{colour}", 0, "the names here are {user_id}, {path}, {method}"},
      {"{headers.x}", 0, "did you mean {header.x}?"},
      {"{request.x}", 0, "unknown placeholder"},
      {"{user_id:int}", 0, "write {user_id} in a template"},
      {"{header.}", 0, "no header name"},
      {"{header.a b}", 0, "no header name"},
      {"{cookie.}", 0, "no cookie name"},
      {"{query.}", 0, "name is missing"},
      {"{}", 0, "empty placeholder"},
      {"ab{cd", 2, "no }"},
      {"{a{b}}", 0, "no }"},
      {"ab}", 2, "no {"},
      {"a\nb", 1, "control bytes"},
      {"{Host}", 0, "did you mean {host}?"},
  };
  for (const BadTemplate& bad : cases) {
    SCOPED_TRACE(bad.text);
    const auto parsed = parse_template(bad.text, kParameters);
    ASSERT_TRUE(std::holds_alternative<SyntaxError>(parsed));
    const SyntaxError& error = std::get<SyntaxError>(parsed);
    EXPECT_EQ(error.offset, bad.offset) << error.message;
    EXPECT_NE(error.message.find(bad.says), std::string::npos) << error.message;
  }
}

TEST(TemplateSyntax, FindsEveryErrorOfATemplate) {
  const std::vector<SyntaxError> errors = template_errors("{a}{host}{b}}{", kParameters);
  ASSERT_EQ(errors.size(), 4U);
  EXPECT_EQ(errors[0].offset, 0U);
  EXPECT_EQ(errors[1].offset, 9U);
  EXPECT_EQ(errors[2].offset, 12U);
  EXPECT_EQ(errors[3].offset, 13U);
  EXPECT_TRUE(template_errors("x{host}", kParameters).empty());
}

}  // namespace
}  // namespace hawkcache::config
