#include "http/refusal.hpp"

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hawkcache::http {
namespace {

using testing::HasSubstr;

const Refusal* judge(std::string_view text) {
  RequestParser parser({.start_line = 100, .header_block = 200, .field_count = 4});
  if (parser.feed(text) != Feed::complete) return &refusal_of(parser.error());
  const FramingDecision framing = decide_request_framing(parser.head());
  if (framing.error != FramingError::none) return &refusal_of(framing.error);
  const TargetDecision target = parse_target(parser.head());
  return target.error != TargetError::none ? &refusal_of(target.error) : nullptr;
}

struct Refused {
  const char* name;
  std::string request;
  int status;
  const char* named;
};

class RefusalTest : public testing::TestWithParam<Refused> {};

TEST_P(RefusalTest, NamesWhatTheRequestBreaks) {
  const Refusal* refusal = judge(GetParam().request);
  ASSERT_NE(refusal, nullptr);
  EXPECT_EQ(refusal->status, GetParam().status);
  EXPECT_THAT(std::string(refusal->detail), HasSubstr(GetParam().named));
}

const std::string kLine = "GET / HTTP/1.1\r\n";
const std::string kBegin = kLine + "Host: a\r\n";

INSTANTIATE_TEST_SUITE_P(
    OfEachKind,
    RefusalTest,
    testing::Values(
        Refused{"noise", "\x16\x03\x01", 400, "control byte"},
        Refused{"two_blanks", "GET  / HTTP/1.1\r\n\r\n", 400, "request line"},
        Refused{"no_method", "(GET / HTTP/1.1\r\n\r\n", 400, "request line"},
        Refused{"bare_lf", kLine + "Host: a\n\r\n", 400, "CR or LF by itself"},
        Refused{"bare_cr", kLine + "Host: a\rb\r\n\r\n", 400, "CR or LF by itself"},
        Refused{"control_byte", kLine + "Host: \x01\r\n\r\n", 400, "control byte"},
        Refused{"folded", kBegin + "A: 1\r\n 2\r\n\r\n", 400, "folded"},
        Refused{"blank_before_colon", kBegin + "A : 1\r\n\r\n", 400, "right behind it"},
        Refused{"no_colon", kBegin + "A\r\n\r\n", 400, "no field line"},
        Refused{"long_method", std::string(99, 'A') + " / HTTP/1.1\r\n", 501, "method"},
        Refused{"version", "GET / HTTP/2.0\r\n\r\n", 505, "HTTP/1.1"},
        Refused{"long_target", "GET /" + std::string(200, 'x'), 414, "limits.request_line"},
        Refused{"large", kBegin + "A: " + std::string(300, 'x'), 431, "limits.header_block"},
        Refused{"many", kBegin + "A:\r\nB:\r\nC:\r\nD:\r\n\r\n", 431, "limits.header_count"},
        Refused{"length", kBegin + "Content-Length: +1\r\n\r\n", 400, "no plain number"},
        Refused{"lengths",
                kBegin + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
                400,
                "two values that differ"},
        Refused{"length_list", kBegin + "Content-Length: 1, 2\r\n\r\n", 400, "values that differ"},
        Refused{"both",
                kBegin + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                400,
                "both Content-Length and Transfer-Encoding"},
        Refused{"coding", kBegin + "Transfer-Encoding: gzip\r\n\r\n", 400, "chunked"},
        Refused{
            "unknown_coding", kBegin + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501, "known"},
        Refused{"target", "GET x HTTP/1.1\r\nHost: a\r\n\r\n", 400, "request target"},
        Refused{"no_host", kLine + "\r\n", 400, "needs a Host"},
        Refused{"two_hosts", kBegin + "Host: b\r\n\r\n", 400, "more than one Host"},
        Refused{"bad_host", kLine + "Host: a b\r\n\r\n", 400, "host[:port]"},
        Refused{"scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "scheme"}),
    [](const auto& row) { return row.param.name; });

TEST(Refusal, IsNoneForASoundRequest) { EXPECT_EQ(judge(kBegin + "\r\n"), nullptr); }

}  // namespace
}  // namespace hawkcache::http
