#include "config/environment.hpp"

#include "config/suggest.hpp"

#include <map>

#include <gtest/gtest.h>

namespace hawkcache::config {
namespace {

std::optional<std::string> lookup(std::string_view name) {
  if (name == "A") return "one";
  if (name == "EMPTY") return "";
  if (name == "NESTED") return "${A}";
  return std::nullopt;
}

TEST(Substitute, FillsInVariables) {
  const std::vector<std::pair<const char*, const char*>> cases{
      {"", ""},
      {"plain", "plain"},
      {"${A}", "one"},
      {"x${A}y${A}z", "xoneyonez"},
      {"${B:-two}", "two"},
      {"${B:-}", ""},
      {"${A:-two}", "one"},
      {"${EMPTY}", ""},
      {"${EMPTY:-two}", "two"},
      {"${B:-http://h:1/a b}", "http://h:1/a b"},
      {"$A {A} $ {A}", "$A {A} $ {A}"},
      {"$${A}", "${A}"},
      {"a$${host}${A}", "a${host}one"},
      {"${NESTED}", "${A}"},  // what comes from the environment is not looked at again
      {"user:{user_id}", "user:{user_id}"},
  };
  for (const auto& [text, expected] : cases) {
    SCOPED_TRACE(text);
    const auto result = substitute(text, lookup);
    ASSERT_TRUE(std::holds_alternative<std::string>(result))
        << std::get<SyntaxError>(result).message;
    EXPECT_EQ(std::get<std::string>(result), expected);
  }
}

TEST(Substitute, SaysWhatIsWrong) {
  const std::vector<std::tuple<const char*, std::size_t, const char*>> cases{
      {"x${B}", 1, "B is not set"},
      {"${A", 0, "no }"},
      {"${}", 0, "is no variable"},
      {"${1}", 0, "is no variable"},
      {"${A-x}", 0, "is no variable"},
      {"${A:x}", 0, "is no variable"},
      {"${A:+x}", 0, "is no variable"},
      {"${A:?x}", 0, "is no variable"},
      {"a${A}${B}", 5, "write ${B:-default}"},
  };
  for (const auto& [text, offset, says] : cases) {
    SCOPED_TRACE(text);
    const auto result = substitute(text, lookup);
    ASSERT_TRUE(std::holds_alternative<SyntaxError>(result));
    EXPECT_EQ(std::get<SyntaxError>(result).offset, offset);
    EXPECT_NE(std::get<SyntaxError>(result).message.find(says), std::string::npos)
        << std::get<SyntaxError>(result).message;
  }
}

TEST(Substitute, WithoutAnEnvironmentNothingIsSet) {
  EXPECT_TRUE(std::holds_alternative<SyntaxError>(substitute("${A}", Environment())));
}

TEST(Suggestions, TheClosestNameIsFound) {
  const std::vector<std::string> names{"ttl", "tags", "stale_if_error", "methods", "warn"};
  EXPECT_EQ(closest("tll", names), "ttl");
  EXPECT_EQ(closest("tag", names), "tags");
  EXPECT_EQ(closest("stale-if-error", names), "stale_if_error");
  EXPECT_EQ(closest("Methods", names), "methods");
  EXPECT_EQ(closest("mehtods", names), "methods");
  EXPECT_EQ(closest("warning", names), "warn");
  EXPECT_EQ(closest("colour", names), std::nullopt);
  EXPECT_EQ(closest("", names), std::nullopt);
  EXPECT_EQ(closest(std::string(1'000'000, 'x'), names), std::nullopt);
}

TEST(Suggestions, DistancesCountEdits) {
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", "abc"), 0U);
  EXPECT_EQ(edit_distance("abc", "acb"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("a-b", "A_B"), 0U);
}

TEST(Suggestions, QuotedTextIsShortAndVisible) {
  EXPECT_EQ(in_quotes("a\nb"), "\"a\\x0ab\"");
  EXPECT_EQ(in_quotes(std::string(100, 'x')), "\"" + std::string(80, 'x') + "...\"");
  EXPECT_EQ(in_quotes(std::string(79, 'x') + "\xC3\xA9z"),
            "\"" + std::string(79, 'x') + "\xC3\xA9...\"");
}

}  // namespace
}  // namespace hawkcache::config
