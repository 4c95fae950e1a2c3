#include "http/parser.hpp"
#include "http/refusal.hpp"
#include "unit/http/parsing.hpp"

#include <string>

#include <gtest/gtest.h>

namespace hawkcache::http {
namespace {

TEST(ResponseParser, ReadsHeads) {
  struct Case {
    std::string_view input;
    std::string_view expected;
  };
  for (const Case& c : {
           Case{"HTTP/1.1 200 OK\r\n\r\n", "200 OK 1.1"},
           Case{"HTTP/1.0 404 Not Found\r\nAge: 1\r\n\r\n", "404 Not Found 1.0|Age:1"},
           Case{"HTTP/1.1 200 \r\n\r\n", "200  1.1"},
           Case{"HTTP/1.1 200\r\n\r\n", "200  1.1"},
           Case{"HTTP/1.1 200  two  blanks \r\n\r\n", "200  two  blanks  1.1"},
           Case{"HTTP/1.1 200 sch\xc3\xb6n\tgut\r\n\r\n", "200 sch\xc3\xb6n\tgut 1.1"},
           Case{"HTTP/1.2 100 Continue\r\n\r\n", "100 Continue 1.1"},
           Case{"HTTP/1.1 599 Last\r\n\r\n", "599 Last 1.1"},
           Case{"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
                "101 Switching 1.1|Upgrade:h2c|Connection:Upgrade"},
           Case{"HTTP/1.1 204 No Content\r\nContent-Length: nonsense\r\nETag: \"a\"\r\n\r\n",
                "204 No Content 1.1|Content-Length:nonsense|ETag:\"a\""},
           Case{"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nSurrogate-Key: x "
                "y\r\n\r\n",
                "200 OK 1.1|Set-Cookie:a=1|Set-Cookie:b=2|Surrogate-Key:x y"},
       }) {
    SCOPED_TRACE(c.input);
    ResponseParser parser{HeadLimits{}};
    const std::string buffer = std::string(c.input) + "\r\nbody";
    ASSERT_EQ(parser.feed(buffer), Feed::complete);
    EXPECT_EQ(show(parser.head()), c.expected);
    EXPECT_EQ(parser.head_size(), c.input.size());
    expect_same_however_cut<ResponseParser>(buffer);
  }
}

TEST(ResponseParser, RefusesMalformedHeads) {
  for (const std::string_view input : {
           "\r\nHTTP/1.1 200 OK\r\n\r\n",
           " HTTP/1.1 200 OK\r\n\r\n",
           "http/1.1 200 OK\r\n\r\n",
           "HTTP/1.1200 OK\r\n\r\n",
           "HTTP/1.1  200 OK\r\n\r\n",
           "HTTP/1.1\t200 OK\r\n\r\n",
           "HTTP/1.1 20 OK\r\n\r\n",
           "HTTP/1.1 2000 OK\r\n\r\n",
           "HTTP/1.1 2x0 OK\r\n\r\n",
           "HTTP/1.1 +20 OK\r\n\r\n",
           "HTTP/1.1 -20 OK\r\n\r\n",
           "HTTP/1.1 099 OK\r\n\r\n",
           "HTTP/1.1 000 OK\r\n\r\n",
           "HTTP/1.1 600 OK\r\n\r\n",
           "HTTP/1.1 999 OK\r\n\r\n",
           "HTTP/1.1 200\tOK\r\n\r\n",
           "HTTP/1.1 200OK\r\n\r\n",
           "HTTP/1.1 OK\r\n\r\n",
           "HTTP/1.1\r\n\r\n",
           "HTTP/1.1 \r\n\r\n",
           "HTTP/1 200 OK\r\n\r\n",
           "HTTP/1.1 200 OK\n\n",
           "HTTP/1.1 200 OK\r\r\n\r\n",
           "HTTP/1.1 200 O\x01K\r\n\r\n",
           "HTTP/1.1 200 O\x7fK\r\n\r\n",
           "ICY 200 OK\r\n\r\n",
           "SSH-2.0-OpenSSH\r\n",
           "220 mail.example ESMTP\r\n",
           "<html>",
           "\x15\x03\x01",
           "H2",
           "x",
           "HTTP/1.1 200 OK\r\nA : 1\r\n\r\n",
           "HTTP/1.1 200 OK\r\n A: 1\r\n\r\n",
           "HTTP/1.1 200 OK\r\nA: 1\r\n 2\r\n\r\n",
           "HTTP/1.1 200 OK\r\nA: 1\n\r\n",
           "HTTP/1.1 200 OK\r\nA\r\n\r\n",
           "HTTP/1.1 200 OK\r\nA: \x01\r\n\r\n",
           "HTTP/1.1 200 OK\r\n: 1\r\n\r\n",
           "HTTP/1.1 200 OK\r\nA B: 1\r\n\r\n",
       }) {
    SCOPED_TRACE(input);
    ResponseParser parser{HeadLimits{}};
    EXPECT_EQ(parser.feed(input), Feed::error);
    EXPECT_EQ(refusal_of(parser.error()).status, 400);
    expect_same_however_cut<ResponseParser>(input);
  }
  EXPECT_EQ(
      ResponseParser(HeadLimits{}).feed(std::string_view("HTTP/1.1 200 OK\r\nA: \0\r\n\r\n", 25)),
      Feed::error);
}

TEST(ResponseParser, RefusesOtherMajorVersions) {
  for (const std::string_view input :
       {"HTTP/2.0 200 OK\r\n", "HTTP/0.9 200 OK\r\n", "HTTP/3.0 200\r\n"}) {
    ResponseParser parser{HeadLimits{}};
    EXPECT_EQ(parser.feed(input), Feed::error);
    EXPECT_EQ(parser.error(), HeadError::bad_version);
  }
}

TEST(ResponseParser, HasLimits) {
  const HeadLimits limits{.start_line = 20, .header_block = 60, .field_count = 2};
  const std::string line = "HTTP/1.1 200 OK\r\n";
  struct Limited {
    std::string input;
    HeadError error;
  };
  for (const Limited& c : {
           Limited{"HTTP/1.1 200 1234567\r\n\r\n", HeadError::none},
           Limited{"HTTP/1.1 200 12345678\r\n\r\n", HeadError::start_line_too_long},
           Limited{line + "A: 1\r\nB: 2\r\n\r\n", HeadError::none},
           Limited{line + "A: 1\r\nB: 2\r\nC: 3\r\n\r\n", HeadError::too_many_fields},
           Limited{line + "A: " + std::string(500, 'a'), HeadError::header_block_too_large},
       }) {
    SCOPED_TRACE(c.input);
    ResponseParser parser(limits);
    EXPECT_EQ(parser.feed(c.input), c.error == HeadError::none ? Feed::complete : Feed::error);
    EXPECT_EQ(parser.error(), c.error);
    expect_same_however_cut<ResponseParser>(c.input, limits);
  }
}

TEST(ResponseParser, ReadsInterimResponsesOneAfterTheOther) {
  std::string_view rest =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 "
      "OK\r\nAge: 1\r\n\r\nbody";
  ResponseParser parser{HeadLimits{}};
  std::string seen;
  for (int i = 0; i < 3; ++i) {
    parser.reset();
    ASSERT_EQ(parser.feed(rest), Feed::complete);
    seen += show(parser.head()) + ";";
    rest.remove_prefix(parser.head_size());
  }
  EXPECT_EQ(seen, "100 Continue 1.1;103 Early Hints 1.1|Link:</x>;200 OK 1.1|Age:1;");
  EXPECT_EQ(rest, "body");
}

TEST(ResponseParser, TakesTenThousandFieldsWhereTheLimitsSaySo) {
  std::string input = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 10000; ++i)
    input += "X-" + std::to_string(i) + ": " + std::to_string(i) + "\r\n";
  input += "\r\n";
  const HeadLimits limits{.start_line = 1000, .header_block = 1 << 20, .field_count = 10000};
  ResponseParser parser(limits);
  ASSERT_EQ(parser.feed(input), Feed::complete);
  EXPECT_EQ(parser.head().field_list.size(), 10000U);
  EXPECT_EQ(ResponseParser(HeadLimits{}).feed(input), Feed::error);
}

}  // namespace
}  // namespace hawkcache::http
