#include "admin/strict_json.hpp"

#include <gtest/gtest.h>

namespace hawkcache::admin {
namespace {

struct BadJson {
  std::string_view text;
  std::string_view says;  // part of the message
};

TEST(StrictJson, TakesOneObject) {
  for (const std::string_view text :
       {"{}", " {\"a\": [\"b\"], \"c\": true}\r\n\t", "{\"a\":{\"b\":{\"a\":1}}}"}) {
    SCOPED_TRACE(text);
    EXPECT_TRUE(std::holds_alternative<boost::json::object>(parse_strict_object(text)));
  }
}

TEST(StrictJson, RefusesEverythingElse) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  const BadJson cases[] = {
      {"", "breaks off"},
      {"   ", "breaks off"},
      {"{\"a\": 1", "breaks off"},
      {"{\"a\": 1,}", "at byte 8"},
      {"{'a': 1}", "at byte 1"},
      {"{a: 1}", "at byte 1"},
      {"{} {}", "something follows"},
      {"{}x", "something follows"},
      {"{\"a\": 1} // why", "something follows"},
      {"/* why */ {}", "no valid JSON"},
      {"[\"a\"]", "the body is an array"},
      {"\"all\"", "the body is a string"},
      {"true", "the body is a boolean"},
      {"null", "the body is null"},
      {"1", "the body is a number"},
      {"{\"a\": NaN}", "no valid JSON"},
      {"{\"a\": 01}", "no valid JSON"},
      {"{\"a\": \"\xff\"}", "no valid JSON"},
      {"{\"a\": \"\\ud800\"}", "no valid JSON"},
      {"\xEF\xBB\xBF{}", "no valid JSON"},
      {"{\"a\": 1, \"a\": 1}", "\"a\" is there twice"},
      {"{\"a\": 1, \"\\u0061\": 2}", "\"a\" is there twice"},
      {"{\"x\": {\"b\": 1, \"b\": 2}}", "\"b\" is there twice"},
      {"{\"a\": [[[[1]]]]}", "nested deeper"},
      {deep, "nested deeper"},
      {std::string_view("{}\0", 3), "something follows"},
  };
  for (const BadJson& c : cases) {
    SCOPED_TRACE(c.text.substr(0, 40));
    const auto parsed = parse_strict_object(c.text);
    const auto* error = std::get_if<JsonError>(&parsed);
    ASSERT_NE(error, nullptr);
    EXPECT_NE(error->message.find(c.says), std::string::npos) << error->message;
  }
}

}  // namespace
}  // namespace hawkcache::admin
