#include "http/body_framing.hpp"

#include "unit/http/heads.hpp"

#include <ostream>

#include <gtest/gtest.h>

namespace hawkcache::http {

void PrintTo(FramingError error, std::ostream* out) {
  constexpr const char* kNames[] = {"none",
                                    "bad_content_length",
                                    "length_and_coding",
                                    "bad_transfer_encoding",
                                    "unsupported_coding"};
  *out << kNames[static_cast<int>(error)];
}

namespace {

constexpr auto kBadLength = FramingError::bad_content_length;
constexpr auto kDiffering = FramingError::differing_lengths;
constexpr auto kBadCoding = FramingError::bad_transfer_encoding;
constexpr auto kUnsupported = FramingError::unsupported_coding;
constexpr auto kBoth = FramingError::length_and_coding;

FramingDecision decide(Lines lines, Version version = Version::http_1_1) {
  RequestHead head = make_request("POST", "/", lines);
  head.version = version;
  return decide_request_framing(head);
}

FramingDecision decide_response(int status,
                                Method method,
                                Lines lines,
                                Version version = Version::http_1_1) {
  ResponseHead head = make_response(status, lines);
  head.version = version;
  return decide_response_framing(head, method);
}

void expect(const FramingDecision& decision, BodyKind kind, std::uint64_t length = 0) {
  EXPECT_EQ(decision.error, FramingError::none);
  EXPECT_EQ(decision.framing.kind, kind);
  EXPECT_EQ(decision.framing.length, length);
}

TEST(RequestFraming, WithoutLengthOrCodingHasNoBody) {
  expect(decide({}), BodyKind::none);
  expect(decide({{"Content-Type", "text/plain"}}, Version::http_1_0), BodyKind::none);
}

TEST(RequestFraming, PlainDigitsAreALength) {
  expect(decide({{"Content-Length", "0"}}), BodyKind::length, 0);
  expect(decide({{"content-length", "42"}}), BodyKind::length, 42);
  expect(decide({{"Content-Length", "0042"}}), BodyKind::length, 42);
  expect(decide({{"Content-Length", "9223372036854775807"}}), BodyKind::length, INT64_MAX);
  expect(decide({{"Content-Length", "5"}}, Version::http_1_0), BodyKind::length, 5);
}

TEST(RequestFraming, EqualLengthsAreOne) {
  expect(decide({{"Content-Length", "5"}, {"CONTENT-LENGTH", "5"}}), BodyKind::length, 5);
  expect(decide({{"Content-Length", "5, 5"}}), BodyKind::length, 5);
  expect(decide({{"Content-Length", "5,5\t, 5"}, {"Content-Length", "5"}}), BodyKind::length, 5);
}

TEST(RequestFraming, EveryOtherLengthIsRefused) {
  for (const std::string_view value : {"",
                                       " ",
                                       "-1",
                                       "+5",
                                       "5 5",
                                       "5;5",
                                       "0x5",
                                       "5.0",
                                       "5e1",
                                       "five",
                                       "\"5\"",
                                       "5,",
                                       ",5",
                                       "5,,5",
                                       "5,-5",
                                       "9223372036854775808",
                                       "18446744073709551616",
                                       "99999999999999999999999999",
                                       "1_000",
                                       "\xd9\xa5"}) {
    SCOPED_TRACE(value);
    EXPECT_EQ(decide({{"Content-Length", value}}).error, kBadLength);
  }
  EXPECT_EQ(decide({{"Content-Length", "1,000"}}).error, kDiffering);
  EXPECT_EQ(decide({{"Content-Length", "5"}, {"Content-Length", "6"}}).error, kDiffering);
  EXPECT_EQ(decide({{"Content-Length", "5"}, {"Content-Length", ""}}).error, kBadLength);
}

TEST(RequestFraming, ChunkedAloneIsTheOnlyCoding) {
  expect(decide({{"Transfer-Encoding", "chunked"}}), BodyKind::chunked);
  expect(decide({{"transfer-encoding", "CHUNKED"}}), BodyKind::chunked);
  expect(decide({{"Transfer-Encoding", " chunked\t"}}), BodyKind::chunked);
}

TEST(RequestFraming, OtherCodingsBeforeChunkedAreNotImplemented) {
  EXPECT_EQ(decide({{"Transfer-Encoding", "gzip, chunked"}}).error, kUnsupported);
  EXPECT_EQ(decide({{"Transfer-Encoding", "gzip"}, {"Transfer-Encoding", "chunked"}}).error,
            kUnsupported);
  EXPECT_EQ(decide({{"Transfer-Encoding", "identity, chunked"}}).error, kUnsupported);
  EXPECT_EQ(decide({{"Transfer-Encoding", "x;q=\"1\", chunked"}}).error, kUnsupported);
  EXPECT_EQ(decide({{"Transfer-Encoding", "xchunked, chunked"}}).error, kUnsupported);
}

TEST(RequestFraming, CodingsThatCouldBeReadInTwoWaysAreRefused) {
  for (const std::string_view value : {"",
                                       ",",
                                       "chunked,",
                                       ",chunked",
                                       "chunked,,chunked",
                                       "chunked, chunked",
                                       "chunked, gzip",
                                       "gzip",
                                       "identity",
                                       "chunked;q=1",
                                       "chunked;x, chunked",
                                       "chunked chunked",
                                       "\"chunked\"",
                                       "'chunked'",
                                       "xchunked",
                                       "chunkedx",
                                       "chunked\v",
                                       "\vchunked",
                                       "chunke",
                                       "cow, , chunked",
                                       "[chunked]",
                                       "chunked\xc3\xbc",
                                       "gzip chunked",
                                       "gz ip, chunked",
                                       ";x, chunked"}) {
    SCOPED_TRACE(value);
    EXPECT_EQ(decide({{"Transfer-Encoding", value}}).error, kBadCoding);
  }
  EXPECT_EQ(decide({{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}).error,
            kBadCoding);
  EXPECT_EQ(decide({{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "identity"}}).error,
            kBadCoding);
  EXPECT_EQ(decide({{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", ""}}).error,
            kBadCoding);
}

TEST(RequestFraming, LengthBesideCodingIsRefused) {
  EXPECT_EQ(decide({{"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}}).error, kBoth);
  EXPECT_EQ(decide({{"Transfer-Encoding", "chunked"}, {"Content-Length", "0"}}).error, kBoth);
  EXPECT_EQ(decide({{"Transfer-Encoding", "nonsense"}, {"Content-Length", "5"}}).error, kBoth);
  EXPECT_EQ(decide({{"Transfer-Encoding", "chunked"}, {"Content-Length", "x"}}).error, kBadLength);
}

TEST(RequestFraming, CodingsDoNotExistInHttp10) {
  EXPECT_EQ(decide({{"Transfer-Encoding", "chunked"}}, Version::http_1_0).error, kBadCoding);
}

TEST(ResponseFraming, FollowsLengthThenCodingThenTheEnd) {
  expect(decide_response(200, Method::get, {}), BodyKind::until_close);
  expect(decide_response(200, Method::get, {}, Version::http_1_0), BodyKind::until_close);
  expect(decide_response(200, Method::get, {{"Content-Length", "7"}}), BodyKind::length, 7);
  expect(decide_response(404, Method::post, {{"Content-Length", "0"}}), BodyKind::length, 0);
  expect(decide_response(200, Method::get, {{"Transfer-Encoding", "chunked"}}), BodyKind::chunked);
  expect(decide_response(205, Method::get, {{"Content-Length", "0"}}), BodyKind::length, 0);
}

TEST(ResponseFraming, AmbiguityIsAnError) {
  EXPECT_EQ(decide_response(200, Method::get, {{"Content-Length", "7, 8"}}).error, kDiffering);
  EXPECT_EQ(decide_response(200, Method::get, {{"Content-Length", "seven"}}).error, kBadLength);
  EXPECT_EQ(
      decide_response(200, Method::get, {{"Content-Length", "7"}, {"Transfer-Encoding", "chunked"}})
          .error,
      kBoth);
  EXPECT_EQ(decide_response(200, Method::get, {{"Transfer-Encoding", "gzip"}}).error, kBadCoding);
  EXPECT_EQ(decide_response(200, Method::get, {{"Transfer-Encoding", "gzip, chunked"}}).error,
            kUnsupported);
  EXPECT_EQ(decide_response(200, Method::get, {{"Transfer-Encoding", "chunked"}}, Version::http_1_0)
                .error,
            kBadCoding);
}

TEST(ResponseFraming, OneCodingThatNobodyKnowsEndsWithTheConnection) {
  for (const std::string_view value : {"asdf", "identity", "x-gzipped", "\tzip "}) {
    SCOPED_TRACE(value);
    expect(decide_response(200, Method::get, {{"Transfer-Encoding", value}}),
           BodyKind::until_close);
    expect(decide_response(404, Method::post, {{"Transfer-Encoding", value}}),
           BodyKind::until_close);
    // A request with it has no end that both sides agree on.
    EXPECT_EQ(decide({{"Transfer-Encoding", value}}).error, kBadCoding);
    EXPECT_EQ(
        decide_response(200, Method::get, {{"Transfer-Encoding", value}}, Version::http_1_0).error,
        kBadCoding);
    EXPECT_EQ(
        decide_response(200, Method::get, {{"Transfer-Encoding", value}, {"Content-Length", "5"}})
            .error,
        kBoth);
  }
}

TEST(ResponseFraming, CodingsThatMeanSomethingToSomebodyAreRefused) {
  for (const std::string_view value :
       {"",           "gzip",        "GZIP",        "x-gzip",        "br",
        "zstd",       "deflate",     "compress",    "X-Compress",    "xchunked",
        "chunkedx",   "x-Chunked-y", "chunked;q=1", "chunked, asdf", "asdf;q=1",
        "asdf, qwer", "asdf,",       ",asdf",       "as df",         "\"asdf\"",
        "chunked\v",  "asdf\xc3\xbc"}) {
    SCOPED_TRACE(value);
    EXPECT_EQ(decide_response(200, Method::get, {{"Transfer-Encoding", value}}).error, kBadCoding);
  }
  EXPECT_EQ(decide_response(200, Method::get, {{"Transfer-Encoding", "asdf, chunked"}}).error,
            kUnsupported);
  EXPECT_EQ(decide_response(
                200, Method::get, {{"Transfer-Encoding", "asdf"}, {"Transfer-Encoding", "asdf"}})
                .error,
            kBadCoding);
}

TEST(ResponseFraming, SomeResponsesNeverHaveABody) {
  for (const int status : {100, 101, 103, 199, 204, 304}) {
    SCOPED_TRACE(status);
    expect(decide_response(status, Method::get, {{"Content-Length", "7"}}), BodyKind::none);
    expect(decide_response(status, Method::get, {{"Transfer-Encoding", "chunked"}}),
           BodyKind::none);
    expect(decide_response(status, Method::get, {{"Content-Length", "nonsense"}}), BodyKind::none);
  }
  expect(decide_response(200, Method::head, {}), BodyKind::none);
  expect(decide_response(200, Method::head, {{"Content-Length", "7"}}), BodyKind::none);
  expect(decide_response(200, Method::head, {{"Transfer-Encoding", "chunked"}}), BodyKind::none);
  EXPECT_EQ(decide_response(200, Method::head, {{"Content-Length", "7, 8"}}).error, kDiffering);
}

TEST(ResponseFraming, TellsTheLengthOfWhatIsNotSentOnlyWhereItIsCertain) {
  struct Case {
    int status;
    Method method;
    Lines lines;
    std::optional<std::uint64_t> announced;
  };
  const Case cases[] = {
      {200, Method::head, {{"Content-Length", "7"}}, 7},
      {200, Method::head, {{"Content-Length", "7, 7"}}, 7},
      {200, Method::head, {}, std::nullopt},
      {200,
       Method::head,
       {{"Content-Length", "7"}, {"Transfer-Encoding", "chunked"}},
       std::nullopt},
      {304, Method::get, {{"Content-Length", "7"}}, 7},
      {304, Method::get, {{"Content-Length", "7"}, {"Content-Length", "8"}}, std::nullopt},
      {304, Method::get, {{"Content-Length", "99999999999999999999999"}}, std::nullopt},
      {304, Method::get, {{"Content-Length", "nonsense"}}, std::nullopt},
      {304, Method::patch, {{"Content-Length", "7"}, {"Transfer-Encoding", "x"}}, std::nullopt},
      {204, Method::get, {{"Content-Length", "7"}}, std::nullopt},
  };
  for (const Case& c : cases) {
    const FramingDecision decision = decide_response(c.status, c.method, c.lines);
    EXPECT_EQ(decision.error, FramingError::none);
    EXPECT_EQ(decision.framing.announced, c.announced) << c.status;
  }
}

TEST(Persistence, FollowsVersionAndConnection) {
  struct Case {
    Version version;
    Lines lines;
    Persistence expected;
  };
  constexpr auto k10 = Version::http_1_0;
  constexpr auto k11 = Version::http_1_1;
  constexpr auto kKeep = Persistence::keep_alive;
  constexpr auto kClose = Persistence::close;
  const Case cases[] = {
      {k11, {}, kKeep},
      {k11, {{"Connection", "keep-alive"}}, kKeep},
      {k11, {{"Connection", "close"}}, kClose},
      {k11, {{"connection", "x-a, CLOSE"}}, kClose},
      {k11, {{"Connection", "keep-alive"}, {"Connection", "close"}}, kClose},
      {k11, {{"Connection", "close,,keep-alive"}}, kClose},
      {k11, {{"Connection", "closed, \"close\""}}, kKeep},
      {k11, {{"Connection", "\"x, close"}}, kClose},
      {k11, {{"Proxy-Connection", "close"}}, kKeep},
      {k10, {}, kClose},
      {k10, {{"Connection", "Keep-Alive"}}, kKeep},
      {k10, {{"Connection", "x"}, {"Connection", "y, keep-alive"}}, kKeep},
      {k10, {{"Connection", "keep-alive, close"}}, kClose},
      {k10, {{"Proxy-Connection", "keep-alive"}}, kClose},
      {k10, {{"Keep-Alive", "timeout=5"}}, kClose},
  };
  for (const Case& c : cases) {
    RequestHead request = make_request("GET", "/", c.lines);
    request.version = c.version;
    ResponseHead response = make_response(200, c.lines);
    response.version = c.version;
    SCOPED_TRACE(request.fields().combined(FieldName::connection).value_or("none"));
    EXPECT_EQ(persistence_of(request), c.expected);
    EXPECT_EQ(persistence_of(response), c.expected);
  }
}

}  // namespace
}  // namespace hawkcache::http
