#include "caching/vary.hpp"

#include "caching/cache_key.hpp"
#include "support.hpp"

#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hawkcache::caching {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

VaryNames names_of(const Fields& fields) {
  const auto parsed = parse_vary(fields);
  const auto* names = std::get_if<std::shared_ptr<const VaryNames>>(&parsed);
  return names != nullptr && *names ? **names : VaryNames{};
}

std::string secondary(const VaryNames& names,
                      const Fields& request,
                      const std::vector<std::string>& normalize = {}) {
  std::string key;
  append_secondary_key(key, names, request, normalize);
  return key;
}

TEST(Vary, IsReadOverAllLinesLowerCaseSortedOnce) {
  EXPECT_THAT(names_of({{"Vary", "Foo, ,BAR"}, {"Vary", "foo"}, {"vary", "Accept"}}),
              ElementsAre("accept", "bar", "foo"));
  EXPECT_TRUE(names_of({}).empty());
  EXPECT_TRUE(names_of({{"Vary", " , "}}).empty());
}

TEST(Vary, IsNeverMatchedWithAStarAnywhere) {
  for (const char* value : {"*", "*, *", ", *", "*, Foo", "Foo, *", "foo bar"}) {
    SCOPED_TRACE(value);
    EXPECT_TRUE(std::holds_alternative<VaryStar>(parse_vary(Fields{{"Vary", value}})));
  }
  EXPECT_TRUE(std::holds_alternative<VaryStar>(parse_vary(Fields{{"Vary", ""}, {"Vary", "*"}})));
}

TEST(Vary, OnFieldsThatTheProxyWritesCannotBeToldFromTheRequest) {
  for (const char* value : {"X-Forwarded-For", "Accept, x-request-id", "VIA", "cdn-loop"}) {
    SCOPED_TRACE(value);
    EXPECT_TRUE(std::holds_alternative<VaryStar>(parse_vary(Fields{{"Vary", value}})));
  }
  // Scheme and host are in the key.
  EXPECT_THAT(names_of({{"Vary", "X-Forwarded-Proto, Accept, X-Forwarded-Host"}}),
              ElementsAre("accept"));
  EXPECT_TRUE(names_of({{"Vary", "X-Forwarded-Proto"}}).empty());
}

TEST(SecondaryKey, MatchesWhereAllSelectingFieldsDo) {
  const VaryNames names{"bar", "foo"};
  const std::string key = secondary(names, {{"Foo", "1"}, {"Bar", "abc"}, {"Other", "2"}});
  EXPECT_EQ(key, secondary(names, {{"BAR", "abc"}, {"foo", "1"}, {"Other", "3"}}));
  EXPECT_NE(key, secondary(names, {{"Foo", "2"}, {"Bar", "abc"}}));
  EXPECT_NE(key, secondary(names, {{"Foo", "1"}}));
  EXPECT_NE(key, secondary(names, {}));
  EXPECT_EQ(secondary(names, {{"Foo", "1"}}), secondary(names, {{"Foo", "1"}}));
}

TEST(SecondaryKey, TakesSeveralLinesAsOneValue) {
  EXPECT_EQ(secondary({"foo"}, {{"Foo", "1, 2"}}),
            secondary({"foo"}, {{"Foo", "1"}, {"Foo", "2"}}));
  EXPECT_NE(secondary({"foo"}, {{"Foo", "1"}}), secondary({"foo"}, {{"Foo", "1"}, {"Foo", "2"}}));
}

TEST(SecondaryKey, LetsNoValueForgeAnother) {
  const VaryNames names{"a", "b"};
  std::string nul("x");
  nul += '\0';
  const std::string escape("x\x01");
  const std::vector<Fields> requests = {
      {},
      {{"a", ""}},
      {{"b", ""}},
      {{"a", ""}, {"b", ""}},
      {{"a", "-"}},
      {{"a", "x"}, {"b", "y"}},
      {{"a", "x, b=y"}},
      {{"a", "x=y"}, {"b", ""}},
      {{"a", nul}},
      {{"a", nul + "pfb"}},
      {{"a", escape + "0"}},
      {{"a", escape + "1"}},
      {{"a", escape}},
  };
  std::set<std::string> keys;
  for (const Fields& request : requests) keys.insert(secondary(names, request));
  EXPECT_EQ(keys.size(), requests.size());
}

TEST(SecondaryKey, HoldsCredentialsOnlyAsDigests) {
  for (const char* name : {"cookie",
                           "authorization",
                           "proxy-authorization",
                           "x-api-key",
                           "x-auth-token",
                           "x-access-token",
                           "x-csrf-token"}) {
    SCOPED_TRACE(name);
    EXPECT_TRUE(is_credential(name));
    const std::string key = secondary({name}, {{name, "secret-value"}});
    EXPECT_THAT(key, Not(HasSubstr("secret")));
    EXPECT_EQ(key, secondary({name}, {{name, "secret-value"}}));
    EXPECT_NE(key, secondary({name}, {{name, "secret-other"}}));
    EXPECT_NE(key, secondary({name}, {}));
    // A clear value that looks like the digest is not taken for it.
    EXPECT_NE(key, secondary({name}, {{name, credential_digest("secret-value")}}));
  }
  EXPECT_FALSE(is_credential("accept"));
}

TEST(SecondaryKey, NormalizesOnlyWhatIsListed) {
  const VaryNames names{"accept-language"};
  const std::vector<std::string> listed{"accept-language"};
  const Fields a{{"Accept-Language", "en, de"}};
  const Fields b{{"Accept-Language", " De ,  eN"}};
  EXPECT_NE(secondary(names, a), secondary(names, b));
  EXPECT_EQ(secondary(names, a, listed), secondary(names, b, listed));
  EXPECT_EQ(secondary({"foo"}, {{"Foo", "1,2"}}, {"foo"}),
            secondary({"foo"}, {{"Foo", "1, 2"}}, {"foo"}));
}

TEST(SecondaryKey, DoesNotMindBlanksAroundTheCommasOfAList) {
  const char* const alike[] = {"1,2", "1, 2", "1 ,2", "1 \t,\t 2"};
  for (const char* value : alike) {
    SCOPED_TRACE(value);
    EXPECT_EQ(secondary({"foo"}, {{"Foo", value}}), secondary({"foo"}, {{"Foo", "1,2"}}));
  }
  EXPECT_EQ(secondary({"foo"}, {{"Foo", "1 "}, {"Foo", "2"}}),
            secondary({"foo"}, {{"Foo", "1,2"}}));
  struct Case {
    const char* name;
    const char* one;
    const char* other;
  };
  const Case different[] = {
      {"foo", "1 2", "12"},
      {"foo", "1, 2", "1 2"},
      {"foo", "\"a, b\"", "\"a,b\""},
      {"foo", "\"a\\\", b\"", "\"a\\\",b\""},
      {"foo", "\"open, 1", "\"open,1"},
      // No lists: a comma is part of the text.
      {"user-agent", "x (KHTML, like y)", "x (KHTML,like y)"},
      {"referer", "http://h/a, b", "http://h/a,b"},
  };
  for (const Case& c : different) {
    SCOPED_TRACE(c.one);
    EXPECT_NE(secondary({c.name}, {{c.name, c.one}}), secondary({c.name}, {{c.name, c.other}}));
  }
  // Not across the border of two fields.
  EXPECT_NE(secondary({"a", "b"}, {{"a", "1,"}, {"b", "2"}}),
            secondary({"a", "b"}, {{"a", "1"}, {"b", ",2"}}));
}

TEST(PreferredLanguage, IsTheOneThatOutweighsAllOthers) {
  struct Case {
    const char* accept_language;
    const char* expected;
  };
  const Case cases[] = {
      {"de", "de"},
      {"DE", "de"},
      {"fr;q=0.5, de;q=1.0", "de"},
      {"de;q=0.3, en;q=0.2", "de"},
      // Equal weights leave the choice to the origin.
      {"en, de", ""},
      {"en;q=0.5, de;q=0.5, fr;q=0.1", ""},
      {"de-AT, de;q=0.9", "de-at"},
      {"*", "*"},
      {"*, de;q=0.5", "*"},
      {"de;q=0", ""},
      {"", ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.accept_language);
    EXPECT_EQ(preferred_language(c.accept_language), c.expected);
  }
}

std::string ranges(std::size_t count) {
  std::string list = "de";
  for (std::size_t i = 1; i < count; ++i) list += ", x" + std::to_string(i) + ";q=0.5";
  return list;
}

TEST(PreferredLanguage, IsNotSoughtInAnOverlongList) {
  EXPECT_EQ(preferred_language(ranges(64)), "de");
  EXPECT_EQ(preferred_language(ranges(65)), "");
  EXPECT_EQ(preferred_language("de, " + std::string(1020, 'x') + ";q=0.5"), "");
}

TEST(LanguageMatch, TakesAVariantInThePreferredLanguage) {
  const VaryNames names{"accept-language", "foo"};
  const std::vector<std::string> normalize{"accept-language"};
  const std::string stored =
      secondary(names, {{"Accept-Language", "en, de"}, {"Foo", "1"}}, normalize);
  const auto matches = [&](const Fields& request, const std::vector<std::string>& normalized) {
    const SelectedByLanguage selected{
        .names = names, .secondary_key = stored, .content_language = "de"};
    return matches_by_language(
        selected,
        secondary(names, request, normalized),
        preferred_language(
            http::FieldsView(request).combined(http::FieldName::accept_language).value_or("")),
        normalized);
  };
  EXPECT_TRUE(matches({{"Accept-Language", "fr;q=0.5, de"}, {"Foo", "1"}}, normalize));
  EXPECT_FALSE(matches({{"Accept-Language", "fr;q=0.5, de"}, {"Foo", "2"}}, normalize));
  EXPECT_FALSE(matches({{"Accept-Language", "fr;q=0.5, de"}}, normalize));
  EXPECT_FALSE(matches({{"Accept-Language", "fr, de;q=0.5"}, {"Foo", "1"}}, normalize));
  EXPECT_FALSE(matches({{"Foo", "1"}}, normalize));
  EXPECT_FALSE(matches({{"Accept-Language", "fr;q=0.5, de"}, {"Foo", "1"}}, {}));
  EXPECT_FALSE(matches({{"Accept-Language", "fr;q=0.5, de"}, {"Foo", "1"}}, {"foo"}));
}

TEST(NormalizedValue, OrdersByWeightThenByName) {
  struct Case {
    const char* name;
    const char* value;
    const char* expected;
  };
  const Case cases[] = {
      {"accept-language", "en, de", "de,en"},
      {"accept-language", "fr;q=0.5, de;q=1.0", "de,fr;q=0.5"},
      {"accept-language", "fr; q=0.50 , de ;Q=1", "de,fr;q=0.5"},
      {"accept-language", "a;q=0.001, b;q=0.12, c;q=0.999", "c;q=0.999,b;q=0.12,a;q=0.001"},
      {"accept-encoding", "identity;q=0, gzip, br", "br,gzip,identity;q=0"},
      {"accept-encoding", "*;q=0.000, ,gzip", "gzip,*;q=0"},
      // What is no weight is part of the name.
      {"accept-encoding", "gzip;q=2, br;q=0.1234, x;q=", "br;q=0.1234,gzip;q=2,x;q="},
      {"accept-language", "", ""},
      {"foo", " 1 ,2,, 3", "1,2,3"},
      {"foo", "b, A", "b,A"},
      {"foo", "\"a, b\" , c", "\"a, b\",c"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.value);
    EXPECT_EQ(normalize_value(c.name, c.value), c.expected);
  }
}

TEST(NormalizedValue, LeavesAnOverlongListAsItCame) {
  const std::string longest = ranges(64);
  const std::string too_many = ranges(65);
  const std::string too_long = "fr;q=0.5, " + std::string(1020, 'X');
  EXPECT_NE(normalize_value("accept-language", longest), longest);
  EXPECT_EQ(normalize_value("accept-language", too_many), too_many);
  EXPECT_EQ(normalize_value("accept-encoding", too_long), too_long);
}

}  // namespace
}  // namespace hawkcache::caching
