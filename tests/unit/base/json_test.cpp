#include "base/json.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace hawkcache {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(Json, PutsCommasWhereTheyBelong) {
  JsonWriter json;
  json.begin_object()
      .member("a", 1)
      .key("b")
      .begin_array()
      .value("x")
      .begin_object()
      .end_object()
      .value(true);
  json.begin_array().end_array().null().end_array().member("c", -2.5).key("d").begin_object();
  json.member("e", false).end_object().member("f", "g").end_object();
  EXPECT_EQ(json.text(), R"({"a":1,"b":["x",{},true,[],null],"c":-2.5,"d":{"e":false},"f":"g"})");
}

TEST(Json, WritesNumbersWhole) {
  JsonWriter json;
  json.begin_array()
      .value(std::numeric_limits<std::uint64_t>::max())
      .value(std::int64_t{-1})
      .value(0.1);
  json.value(std::nan("")).value(INFINITY).end_array();
  EXPECT_EQ(json.take(), "[18446744073709551615,-1,0.1,null,null]");
}

TEST(Json, EscapesWhatMustBeEscaped) {
  EXPECT_EQ(quoted(R"(a"b\c/)"), R"("a\"b\\c/")");
  EXPECT_EQ(quoted(std::string_view("\0\n\r\t\x1b\x7f", 6)), R"("\u0000\n\r\t\u001b\u007f")");
}

TEST(Json, KeepsUtf8AndReplacesWhatIsNot) {
  const struct {
    std::string_view text;
    std::string_view expected;
  } cases[] = {{"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\""},
               {"a\xFFz", "\"a\xEF\xBF\xBDz\""},
               {"\xC3", "\"\xEF\xBF\xBD\""},
               {"\xC0\xAF", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},                  // overlong
               {"\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},  // a surrogate
               {"\xE2\x82", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},                  // cut off
               {"\xF4\x90\x80\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""}};
  for (const auto& given : cases) EXPECT_EQ(quoted(given.text), given.expected);
}

}  // namespace
}  // namespace hawkcache
