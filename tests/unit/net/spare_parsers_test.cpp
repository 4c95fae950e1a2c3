#include "net/spare_parsers.hpp"

#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::net {
namespace {

using http::Feed;

std::string_view value_of(const http::RequestParser& parser, http::FieldName name) {
  return parser.head().fields().value(name).value_or("");
}

TEST(SpareParsers, WhatComesBackBeginsAnewWithoutAnythingOfTheRequestBefore) {
  SpareParsers parsers({});
  {
    http::RequestParser first = parsers.take();
    ASSERT_EQ(first.feed("GET /a HTTP/1.1\r\nHost: one\r\nCookie: secret\r\n\r\n"), Feed::complete);
    parsers.give_back(std::move(first));
  }
  http::RequestParser next = parsers.take();
  ASSERT_EQ(next.feed("POST /b HTTP/1.1\r\nHost: two\r\n\r\n"), Feed::complete);
  EXPECT_EQ(next.head().method, http::Method::post);
  EXPECT_EQ(next.head().target, "/b");
  EXPECT_EQ(value_of(next, http::FieldName::host), "two");
  EXPECT_FALSE(next.head().fields().contains(http::FieldName::cookie));
}

TEST(SpareParsers, WhatComesBackInTheMiddleOfAHeadOrAfterAnErrorBeginsAnew) {
  for (const std::string_view left :
       {"GET /a HT", "GET /a HTTP/1.1\r\nHost: on", "\x01", "G ET\r\n\r\n"}) {
    SpareParsers parsers({});
    http::RequestParser first = parsers.take();
    ASSERT_NE(first.feed(left), Feed::complete) << left;
    parsers.give_back(std::move(first));
    http::RequestParser next = parsers.take();
    EXPECT_EQ(next.error(), http::HeadError::none) << left;
    ASSERT_EQ(next.feed("GET /b HTTP/1.1\r\nHost: two\r\n\r\n"), Feed::complete) << left;
    EXPECT_EQ(next.head().target, "/b") << left;
  }
}

TEST(SpareParsers, KeepsABoundedNumber) {
  SpareParsers parsers({});
  std::vector<http::RequestParser> taken;
  for (std::size_t i = 0; i < SpareParsers::kMost + 10; ++i) taken.push_back(parsers.take());
  for (http::RequestParser& parser : taken) parsers.give_back(std::move(parser));
  for (std::size_t i = 0; i < SpareParsers::kMost + 10; ++i) {
    ASSERT_EQ(parsers.take().feed("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), Feed::complete);
  }
}

}  // namespace
}  // namespace hawkcache::net
