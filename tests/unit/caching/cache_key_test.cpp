#include "caching/cache_key.hpp"

#include <functional>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hawkcache::caching {
namespace {

using Build = std::function<void(std::string&)>;

std::string built(const Build& build) {
  std::string key;
  build(key);
  return key;
}

void expect_all_different(const std::vector<Build>& builds) {
  std::set<std::string> keys;
  for (const Build& build : builds) keys.insert(built(build));
  EXPECT_EQ(keys.size(), builds.size());
}

Build uri(std::string scheme,
          std::string authority,
          std::string path,
          std::optional<std::string> query = std::nullopt) {
  return [=](std::string& out) { append_key_uri(out, scheme, authority, path, query); };
}

TEST(UriKey, KeepsEveryPartApart) {
  expect_all_different({
      uri("http", "a", "/"),
      uri("https", "a", "/"),
      uri("http", "a:80", "/"),
      uri("http", "a", "/", ""),
      uri("http", "a", "/", "x"),
      uri("http", "a", "/?x"),
      uri("http", "a", "/x"),
      uri("http", "a/x", ""),
      uri("http", "A", "/"),
  });
}

TEST(UriKey, HashesAsItsText) {
  const std::string text = built(uri("http", "a", "/", "x"));
  EXPECT_EQ(make_key(text).hash, hash128(text));
  EXPECT_EQ(make_key(text).text, text);
}

TEST(TemplateKey, LetsNoValueForgeALiteralOrANeighbour) {
  const auto pair = [](std::string a, std::string b) -> Build {
    return [=](std::string& out) {
      begin_key_template(out);
      append_key_value(out, a);
      append_key_literal(out, ":");
      append_key_value(out, b);
    };
  };
  std::string forged("x");
  forged += '\0';
  forged += "l:";
  expect_all_different({pair("x:y", "z"),
                        pair("x", "y:z"),
                        pair("x", ""),
                        pair("", "x"),
                        pair(forged, "y"),
                        pair("x", "y"),
                        pair("\x01", "y"),
                        pair("\x01"
                             "1",
                             "y")});
}

TEST(TemplateKey, TellsAbsentFromEmptyAndFromADash) {
  const auto one = [](const std::function<void(std::string&)>& add) -> Build {
    return [=](std::string& out) {
      begin_key_template(out);
      add(out);
    };
  };
  expect_all_different({
      one([](std::string& out) { append_key_absent(out); }),
      one([](std::string& out) { append_key_value(out, ""); }),
      one([](std::string& out) { append_key_value(out, "-"); }),
      one([](std::string& out) { append_key_literal(out, "-"); }),
      one([](std::string& out) { append_key_secret(out, ""); }),
      one([](std::string&) {}),
  });
}

TEST(KeyParts, AreKeptApart) {
  const auto part = [](char kind, std::string name, std::optional<std::string> value) -> Build {
    return [=](std::string& out) {
      append_key_uri(out, "http", "a", "/", std::nullopt);
      append_key_part(out, kind, name, value);
    };
  };
  expect_all_different({
      uri("http", "a", "/"),
      part('f', "x", std::nullopt),
      part('f', "x", ""),
      part('f', "x", "-"),
      part('c', "x", std::nullopt),
      part('c', "x", ""),
      part('f', "xy", ""),
      part('f', "x", "y"),
  });
}

TEST(KeyParts, HoldCookiesAsDigests) {
  const std::string key = built([](std::string& out) {
    append_key_part(out, kCookiePart, "session", "topsecret");
    append_secret_key_part(out, kFieldPart, "authorization", "topsecret");
    begin_key_template(out);
    append_key_secret(out, "topsecret");
  });
  EXPECT_THAT(key, testing::Not(testing::HasSubstr("topsecret")));
  EXPECT_THAT(key, testing::HasSubstr(credential_digest("topsecret")));
}

TEST(PrintableKey, ReadsLikeAnAddressAndItsConditions) {
  EXPECT_EQ(printable_key(built(uri("http", "api:8080", "/users/42", "x=1"))),
            "http://api:8080/users/42?x=1");
  EXPECT_EQ(printable_key(built(uri("http", "api", "/", ""))), "http://api/?");
  const std::string with_parts = built([](std::string& out) {
    append_key_uri(out, "http", "a", "/x", std::nullopt);
    append_key_part(out, kFieldPart, "accept-language", "de");
    append_key_part(out, kFieldPart, "x-tenant", std::nullopt);
    append_key_part(out, kCookiePart, "session", std::nullopt);
    append_key_part(out, 'z', "other", "1");
  });
  EXPECT_EQ(printable_key(with_parts),
            "http://a/x accept-language=de x-tenant=- cookie:session=- z:other=1");
}

TEST(PrintableKey, ShowsTemplatesPlainly) {
  const std::string key = built([](std::string& out) {
    begin_key_template(out);
    append_key_literal(out, "my:");
    append_key_value(out, "/users/42");
    append_key_literal(out, ":");
    append_key_absent(out);
    append_key_secret(out, "s");
  });
  EXPECT_EQ(printable_key(key), "my:/users/42:-#" + credential_digest("s"));
}

TEST(PrintableKey, IsAlwaysPrintableAscii) {
  std::string odd("a b\n\xc3\xa4\"");
  odd += '\0';
  odd += '\x01';
  const std::string key = built([&](std::string& out) { append_key_literal(out, odd); });
  EXPECT_EQ(printable_key(key), "a%20b%0A%C3%A4\"%00%01");
  EXPECT_EQ(printable_key("garbage"), "");
  EXPECT_EQ(printable_key("u"), "://");
  EXPECT_EQ(printable_key(""), "");
  EXPECT_EQ(printable_key("p"), "%00:=-") << "cut short";
}

TEST(KeyParts, AreTakenOffOneByOne) {
  std::string text;
  append_key_part(text, kFieldPart, "a", "x=y");
  append_key_part(text, kFieldPart, "b", std::nullopt);
  append_secret_key_part(text, kFieldPart, "c", "secret");
  append_key_part(text, kFieldPart, "d", "");
  std::string_view rest = text;
  std::string again;
  std::size_t count = 0;
  while (!rest.empty() && count < 9) {
    const std::string_view part = take_key_part(rest);
    EXPECT_EQ(part.substr(0, 2), "pf");
    EXPECT_EQ(part[2], static_cast<char>('a' + count));
    again += part;
    ++count;
  }
  EXPECT_EQ(count, 4U);
  EXPECT_EQ(again, text);
  // What is no part is taken whole, so that a walk ends.
  std::string_view odd = "p";
  EXPECT_EQ(take_key_part(odd), "p");
  EXPECT_TRUE(odd.empty());
}

}  // namespace
}  // namespace hawkcache::caching
