#include "http/parser.hpp"
#include "http/refusal.hpp"
#include "unit/http/parsing.hpp"

#include <string>

#include <gtest/gtest.h>

namespace hawkcache::http {
namespace {

struct RequestCase {
  std::string_view input;
  std::string_view expected;  // as show() writes it
};

TEST(RequestParser, ReadsHeads) {
  for (const RequestCase& c : {
           RequestCase{"GET / HTTP/1.1\r\n\r\n", "GET / 1.1"},
           RequestCase{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / 1.1|Host:a"},
           RequestCase{"HEAD /x?y=1 HTTP/1.0\r\nHost:a\r\nAccept:\t */* \t\r\n\r\n",
                       "HEAD /x?y=1 1.0|Host:a|Accept:*/*"},
           RequestCase{"M-SEARCH * HTTP/1.1\r\n\r\n", "M-SEARCH * 1.1"},
           RequestCase{"get / HTTP/1.1\r\n\r\n", "get / 1.1"},
           RequestCase{"!#$%&'*+-.^_`|~ / HTTP/1.1\r\n\r\n", "!#$%&'*+-.^_`|~ / 1.1"},
           RequestCase{"GET http://h/x HTTP/1.1\r\n\r\n", "GET http://h/x 1.1"},
           RequestCase{"GET /\"<>\\^`{|}~%zz HTTP/1.1\r\n\r\n", "GET /\"<>\\^`{|}~%zz 1.1"},
           // a higher minor version counts as 1
           RequestCase{"GET / HTTP/1.2\r\n\r\n", "GET / 1.1"},
           RequestCase{"GET / HTTP/1.9\r\n\r\n", "GET / 1.1"},
           // empty lines before
           RequestCase{"\r\nGET / HTTP/1.1\r\n\r\n", "GET / 1.1"},
           RequestCase{"\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n", "GET / 1.1"},
           // values
           RequestCase{"GET / HTTP/1.1\r\nA:\r\nB: \t \r\nC: x y\tz\r\n\r\n",
                       "GET / 1.1|A:|B:|C:x y\tz"},
           RequestCase{"GET / HTTP/1.1\r\nA: \xc3\xbc\xff\x80\r\n\r\n",
                       "GET / 1.1|A:\xc3\xbc\xff\x80"},
           RequestCase{"GET / HTTP/1.1\r\nA: :b:\r\nA: 2\r\n\r\n", "GET / 1.1|A::b:|A:2"},
           RequestCase{"GET / HTTP/1.1\r\n!#$%&'*+-.^_`|~09aZ: x\r\n\r\n",
                       "GET / 1.1|!#$%&'*+-.^_`|~09aZ:x"},
           // what Beast would judge by itself
           RequestCase{"GET / HTTP/1.1\r\nConnection: close,,keep-alive\r\n\r\n",
                       "GET / 1.1|Connection:close,,keep-alive"},
           RequestCase{"GET / HTTP/1.1\r\nConnection: a b; \"c\r\nHost: a\r\n\r\n",
                       "GET / 1.1|Connection:a b; \"c|Host:a"},
           RequestCase{"GET / HTTP/1.1\r\nConnection:\r\nProxy-Connection: @\r\n\r\n",
                       "GET / 1.1|Connection:|Proxy-Connection:@"},
           RequestCase{"GET / HTTP/1.1\r\nUpgrade: ,(\r\nHost: a\r\n\r\n",
                       "GET / 1.1|Upgrade:,(|Host:a"},
           RequestCase{"GET / HTTP/1.1\r\nContent-Length: \tx \r\nHost: a\r\n\r\n",
                       "GET / 1.1|Content-Length:x|Host:a"},
           RequestCase{"GET / HTTP/1.1\r\ncontent-length: 5\r\nContent-Length: 6\r\nA: 1\r\n\r\n",
                       "GET / 1.1|content-length:5|Content-Length:6|A:1"},
           RequestCase{"GET / HTTP/1.1\r\nContent-Length: 99999999\r\nA: 1\r\n\r\n",
                       "GET / 1.1|Content-Length:99999999|A:1"},
           RequestCase{
               "GET / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nA: 1\r\n\r\n",
               "GET / 1.1|Content-Length:5|Transfer-Encoding:chunked|A:1"},
           RequestCase{"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
                       "x\r\nContent-Length: 5\r\n\r\n",
                       "GET / 1.1|Transfer-Encoding:chunked|Transfer-Encoding:x|Content-Length:5"},
       }) {
    SCOPED_TRACE(c.input);
    RequestParser parser{HeadLimits{}};
    const std::string buffer = std::string(c.input) + "next";
    ASSERT_EQ(parser.feed(buffer), Feed::complete);
    EXPECT_EQ(show(parser.head()), c.expected);
    EXPECT_EQ(parser.head_size(), c.input.size());
    EXPECT_EQ(parser.error(), HeadError::none);
    expect_same_however_cut<RequestParser>(buffer);
  }
}

TEST(RequestParser, SaysWhichMethodARefusedRequestHas) {
  RequestParser parser{HeadLimits{}};
  EXPECT_EQ(parser.feed("HEAD /a b HTTP/1.1\r\n\r\n"), Feed::error);
  EXPECT_EQ(parser.head().method, Method::head);
  parser.reset();
  EXPECT_EQ(parser.feed("\x16\x03\x01"), Feed::error);
  EXPECT_EQ(parser.head().method, Method::unknown);
}

TEST(RequestParser, RefusesAMethodOfMoreThan64BytesByItsOwnName) {
  const std::string longest(64, 'M');
  RequestParser parser{HeadLimits{}};
  EXPECT_EQ(parser.feed(longest + " / HTTP/1.1\r\nHost: a\r\n\r\n"), Feed::complete);
  for (const std::string& input : {longest + "M / HTTP/1.1\r\n", longest + "MM"}) {
    parser.reset();
    EXPECT_EQ(parser.feed(input), Feed::error);
    EXPECT_EQ(parser.error(), HeadError::method_too_long);
  }
}

TEST(RequestParser, GivesFieldsTheirIds) {
  RequestParser parser{HeadLimits{}};
  const std::string_view input =
      "POST / HTTP/1.1\r\nhOST: a\r\nCONTENT-LENGTH: x\r\ncdn-cache-control: 1\r\nCache-groups: "
      "2\r\nReferer: 3\r\n"
      "X-Tenant: 4\r\nsurrogate-KEY: 5\r\nX-Forwarded-For: 6\r\n\r\n";
  ASSERT_EQ(parser.feed(input), Feed::complete);
  const auto& fields = parser.head().field_list;
  ASSERT_EQ(fields.size(), 8U);
  EXPECT_EQ(parser.head().method, Method::post);
  EXPECT_EQ(fields[0].id, FieldName::host);
  EXPECT_EQ(fields[1].id, FieldName::content_length);
  EXPECT_EQ(fields[2].id, FieldName::cdn_cache_control);
  EXPECT_EQ(fields[3].id, FieldName::cache_groups);
  EXPECT_EQ(fields[4].id, FieldName::unknown);
  EXPECT_EQ(fields[5].id, FieldName::unknown);
  EXPECT_EQ(fields[6].id, FieldName::surrogate_key);
  EXPECT_EQ(fields[7].id, FieldName::x_forwarded_for);
}

TEST(RequestParser, KnowsEveryNameOfTheTable) {
  struct Known {
    FieldName id;
    std::string_view text;
  };
  constexpr Known kKnown[] = {
#define X(enumerator, text) {FieldName::enumerator, text},
      HAWKCACHE_FIELD_NAMES(X)
#undef X
  };
  std::string input = "GET / HTTP/1.1\r\n";
  for (const Known& known : kKnown) input.append(known.text).append(": 1\r\n");
  input += "\r\n";
  RequestParser parser{HeadLimits{}};
  ASSERT_EQ(parser.feed(input), Feed::complete);
  ASSERT_EQ(parser.head().field_list.size(), std::size(kKnown));
  for (std::size_t i = 0; i < std::size(kKnown); ++i) {
    EXPECT_EQ(parser.head().field_list[i].id, kKnown[i].id) << kKnown[i].text;
  }
}

TEST(RequestParser, RefusesMalformedHeads) {
  for (const std::string_view input : {
           // request lines
           "GET /\r\n\r\n",
           "GET\r\n\r\n",
           "GET  / HTTP/1.1\r\n\r\n",
           "GET /  HTTP/1.1\r\n\r\n",
           "GET / HTTP/1.1 \r\n\r\n",
           " GET / HTTP/1.1\r\n\r\n",
           "\tGET / HTTP/1.1\r\n\r\n",
           "GET\t/ HTTP/1.1\r\n\r\n",
           "GET /\tHTTP/1.1\r\n\r\n",
           "GET / x HTTP/1.1\r\n\r\n",
           "GET /x y HTTP/1.1\r\n\r\n",
           "GE(T / HTTP/1.1\r\n\r\n",
           "GE:T / HTTP/1.1\r\n\r\n",
           "G\xc3\x84T / HTTP/1.1\r\n\r\n",
           "/ HTTP/1.1\r\n\r\n",
           "GET HTTP/1.1\r\n\r\n",
           "GET  HTTP/1.1\r\n\r\n",
           "GET /#x HTTP/1.1\r\n\r\n",
           "GET /\xc3\xbc HTTP/1.1\r\n\r\n",
           "GET /\x80 HTTP/1.1\r\n\r\n",
           "GET /\x7f HTTP/1.1\r\n\r\n",
           "GET /\x01 HTTP/1.1\r\n\r\n",
           "GET / http/1.1\r\n\r\n",
           "GET / HTTP/1\r\n\r\n",
           "GET / HTTP/1.\r\n\r\n",
           "GET / HTTP/11.1\r\n\r\n",
           "GET / HTTP/1.10\r\n\r\n",
           "GET / HTTP/1,1\r\n\r\n",
           "GET / HTTP/-1.1\r\n\r\n",
           "GET / HTTPS/1.1\r\n\r\n",
           "GET / HTP/1.1\r\n\r\n",
           "GET / HTTP 1.1\r\n\r\n",
           "GET /HTTP/1.1\r\n\r\n",
           "GET / HTTP/a.b\r\n\r\n",
           "\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n",
           "\r\n GET / HTTP/1.1\r\n\r\n",
           // line ends
           "GET / HTTP/1.1\nHost: a\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n",
           "GET / HTTP/1.1\rHost: a\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\rB: c\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\n\n",
           "\nGET / HTTP/1.1\r\n\r\n",
           "\rGET / HTTP/1.1\r\n\r\n",
           // field names
           "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
           "GET / HTTP/1.1\r\nHost\t: a\r\n\r\n",
           "GET / HTTP/1.1\r\nHost\r\n\r\n",
           "GET / HTTP/1.1\r\n: a\r\n\r\n",
           "GET / HTTP/1.1\r\nHo st: a\r\n\r\n",
           "GET / HTTP/1.1\r\nHo\xc3\xb6st: a\r\n\r\n",
           "GET / HTTP/1.1\r\n\"Host\": a\r\n\r\n",
           "GET / HTTP/1.1\r\nHo@st: a\r\n\r\n",
           "GET / HTTP/1.1\r\nHo(st): a\r\n\r\n",
           "GET / HTTP/1.1\r\nA: 1\r\nnocolon\r\nB: 2\r\n\r\n",
           "GET / HTTP/1.1\r\n\x7f: a\r\n\r\n",
           // folding
           "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
           "GET / HTTP/1.1\r\nA: 1\r\n 2\r\n\r\n",
           "GET / HTTP/1.1\r\nA: 1\r\n\t2\r\n\r\n",
           "GET / HTTP/1.1\r\nA:\r\n \r\n\r\n",
           "GET / HTTP/1.1\r\nA: 1\r\n \r\n",
           // control bytes in values
           "GET / HTTP/1.1\r\nA: \x01\r\n\r\n",
           "GET / HTTP/1.1\r\nA: x\x1fy\r\n\r\n",
           "GET / HTTP/1.1\r\nA: \x7f\r\n\r\n",
           "GET / HTTP/1.1\r\nA: \v\r\n\r\n",
           "GET / HTTP/1.1\r\nA: \b\r\n\r\n",
           // after a line that was only read by itself
           "GET / HTTP/1.1\r\nConnection: (\r\nHost : a\r\n\r\n",
           "GET / HTTP/1.1\r\nContent-Length: x\r\nbad\r\n\r\n",
       }) {
    SCOPED_TRACE(input);
    RequestParser parser{HeadLimits{}};
    EXPECT_EQ(parser.feed(input), Feed::error);
    EXPECT_EQ(refusal_of(parser.error()).status, 400);
    EXPECT_EQ(parser.feed(input), Feed::error);
    expect_same_however_cut<RequestParser>(input);
  }
  for (const std::string_view input : {std::string_view("GET /\0 HTTP/1.1\r\n\r\n", 20),
                                       std::string_view("GET / HTTP/1.1\r\nA: \0\r\n\r\n", 24),
                                       std::string_view("GET / HTTP/1.1\r\nA\0: \r\n\r\n", 24),
                                       std::string_view("\0", 1)}) {
    EXPECT_EQ(RequestParser(HeadLimits{}).feed(input), Feed::error);
  }
}

TEST(RequestParser, RefusesOtherMajorVersions) {
  for (const std::string_view version : {"0.9", "0.0", "2.0", "2.1", "3.0", "9.9"}) {
    SCOPED_TRACE(version);
    RequestParser parser{HeadLimits{}};
    const std::string input = "GET / HTTP/" + std::string(version) + "\r\n";
    EXPECT_EQ(parser.feed(input), Feed::error);  // as soon as the line is there
    EXPECT_EQ(parser.error(), HeadError::bad_version);
    expect_same_however_cut<RequestParser>(input);
  }
}

TEST(RequestParser, FindsOutAtOnceThatAHeadCanNeverBecomeValid) {
  for (const std::string_view input : {
           "\x16\x03\x01\x02",  // TLS
           "\x80",              // noise
           "\xff",
           " ",
           "(",
           "GET\t",
           "GE\xc3",
           "{\"json\"",
           "<xml",
           "GET / HTTP/1.1\n",
           "GET / HTTP/1.1\nHost: x\n\n",
           "GET / HTTP/1.1\rH",
           "GET / HTTP/1.1\r\nA: 1\nB",
           "GET / HTTP/1.1\r\nA: \x01",
           "GET / HTTP/1.1\r\nA: 1\r\n b: 2\r\n",
           "GET /\r\n",  // HTTP/0.9
           "PRI * HTTP/2.0\r\n",
           "GET / FTP/1.1\r\n",
           "EHLO mail.example\r\n",
           "\r\n\r\n\r\n\r\n\r\n",
       }) {
    SCOPED_TRACE(input);
    EXPECT_EQ(RequestParser(HeadLimits{}).feed(input), Feed::error);
  }
  EXPECT_EQ(RequestParser(HeadLimits{}).feed(std::string(65, 'A')), Feed::error);
}

TEST(RequestParser, WaitsWhileAHeadMayStillBecomeValid) {
  for (const std::string_view input : {"",
                                       "\r",
                                       "\r\n",
                                       "\r\n\r",
                                       "G",
                                       "GET",
                                       "GET ",
                                       "GET /",
                                       "GET / HTT",
                                       "GET / HTTP/1.1\r",
                                       "GET / HTTP/1.1\r\n",
                                       "GET / HTTP/1.1\r\nHost",
                                       "GET / HTTP/1.1\r\nHost: a\r\n",
                                       "GET / HTTP/1.1\r\nHost: a\r\n\r"}) {
    SCOPED_TRACE(input);
    RequestParser parser{HeadLimits{}};
    EXPECT_EQ(parser.feed(input), Feed::need_more);
    EXPECT_EQ(parser.error(), HeadError::none);
  }
  EXPECT_EQ(RequestParser(HeadLimits{}).feed(std::string(64, 'A')), Feed::need_more);
}

TEST(RequestParser, HasLimits) {
  const HeadLimits limits{.start_line = 30, .header_block = 100, .field_count = 3};
  struct Limited {
    std::string input;
    HeadError error;
  };
  const std::string path(16, 'x');  // "GET / HTTP/1.1" and 16 are 30
  const std::string line = "GET / HTTP/1.1\r\n";
  for (const Limited& c : {
           Limited{"GET /" + path + " HTTP/1.1\r\n\r\n", HeadError::none},
           Limited{"GET /" + path + "x HTTP/1.1\r\n\r\n", HeadError::start_line_too_long},
           Limited{"\r\nGET /" + path + " HTTP/1.1\r\n\r\n", HeadError::none},
           Limited{"GET /" + std::string(1000, 'x'), HeadError::start_line_too_long},
           Limited{"GET /" + std::string(1000, 'x') + " HTTP/1.1\r\n\r\n",
                   HeadError::start_line_too_long},
           Limited{"(GET /" + std::string(1000, 'x'), HeadError::bad_start_line},
           Limited{line + "A: 1\r\nB: 2\r\nC: 3\r\n\r\n", HeadError::none},
           Limited{line + "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n\r\n", HeadError::too_many_fields},
           Limited{"GET /" + path + " HTTP/1.1\r\nA: " + std::string(95, 'a') + "\r\n\r\n",
                   HeadError::none},
           Limited{"GET /" + path + " HTTP/1.1\r\nA: " + std::string(96, 'a') + "\r\n\r\n",
                   HeadError::header_block_too_large},
           Limited{line + "A: " + std::string(95, 'a') + "\r\n\r\n", HeadError::none},
           Limited{line + "A: " + std::string(96, 'a') + "\r\n\r\n",
                   HeadError::header_block_too_large},
           Limited{line + "A: " + std::string(9000, 'a'), HeadError::header_block_too_large},
           Limited{line + "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nbad", HeadError::too_many_fields},
           Limited{line + "bad\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n\r\n",
                   HeadError::too_many_fields},
       }) {
    SCOPED_TRACE(c.input);
    RequestParser parser(limits);
    EXPECT_EQ(parser.feed(c.input), c.error == HeadError::none ? Feed::complete : Feed::error);
    EXPECT_EQ(parser.error(), c.error);
    expect_same_however_cut<RequestParser>(c.input, limits);
  }
}

TEST(RequestParser, ALongRequestLineIsNoMatterOfTheFieldLines) {
  const HeadLimits limits{.start_line = 200, .header_block = 100, .field_count = 3};
  const std::string line = "GET /" + std::string(150, 'x') + " HTTP/1.1\r\n";
  EXPECT_EQ(RequestParser(limits).feed(line + "Host: a\r\n\r\n"), Feed::complete);
  expect_same_however_cut<RequestParser>(line + "Host: a\r\n\r\n", limits);
}

TEST(RequestParser, LimitsAreGenerousEnoughByDefault) {
  const std::string long_target =
      "GET /" + std::string(7 * 1024, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(RequestParser(HeadLimits{}).feed(long_target), Feed::complete);
  std::string many = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 256; ++i) many += "X-Field: value\r\n";
  EXPECT_EQ(RequestParser(HeadLimits{}).feed(many + "\r\n"), Feed::complete);
}

TEST(RequestParser, MovesWithItsState) {
  RequestParser first{HeadLimits{}};
  EXPECT_EQ(first.feed("GET / HT"), Feed::need_more);
  RequestParser second(std::move(first));
  EXPECT_EQ(second.feed("GET / HTTP/1.1\r\nA: 1\r\n\r\n"), Feed::complete);
}

}  // namespace
}  // namespace hawkcache::http
