#include "net/upstream_response.hpp"

#include <algorithm>
#include <cstring>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

namespace hawkcache::net {
namespace {

using HeadState = UpstreamResponse::HeadState;
using PieceState = UpstreamResponse::PieceState;

constexpr http::HeadLimits kLimits{
    .start_line = 1024, .header_block = 64 * 1024, .field_count = 100};
constexpr std::size_t kMaxInterim = 5;

// What became of a response that came in pieces of `step` bytes, followed by the end of the stream.
struct Outcome {
  HeadState head = HeadState::need_input;
  int status = 0;
  std::string body;
  PieceState end = PieceState::need_input;
  std::string interim;  // "103 </a>;" for each
  ErrorCode error;
  bool usable = false;  // the connection, for another request
};

class Feeder {
 public:
  Feeder(UpstreamResponse& response, std::string_view bytes, std::size_t step)
      : response_(response), rest_(bytes), step_(step) {}

  bool more() {
    if (rest_.empty()) return false;
    const std::span<char> space = response_.space();
    const std::size_t size = std::min({rest_.size(), step_, space.size()});
    std::memcpy(space.data(), rest_.data(), size);
    rest_.remove_prefix(size);
    response_.received(size);
    return true;
  }
  bool empty() const { return rest_.empty(); }

 private:
  UpstreamResponse& response_;
  std::string_view rest_;
  std::size_t step_;
};

enum class AtEnd { closes, stays };

Outcome receive(UpstreamResponse& response,
                std::string_view bytes,
                std::size_t step,
                http::Method method = http::Method::get,
                AtEnd at_end = AtEnd::stays) {
  Outcome outcome;
  response.begin(method);
  Feeder feeder(response, bytes, step);
  while (outcome.head == HeadState::need_input && feeder.more()) {
    outcome.head = response.next_head();
    for (; outcome.head == HeadState::interim; outcome.head = response.next_head()) {
      const auto link = response.head().fields().combined("Link");
      outcome.interim += std::to_string(response.head().status) + " " + link.value_or("") + ";";
    }
  }
  if (outcome.head != HeadState::complete) return outcome;
  outcome.status = response.head().status;
  for (;;) {
    const UpstreamResponse::Piece piece = response.next_piece();
    outcome.end = piece.state;
    outcome.error = piece.error;
    outcome.usable = response.leaves_connection_usable() && feeder.empty();
    if (piece.state == PieceState::data) {
      outcome.body += piece.data;
      continue;
    }
    if (piece.state != PieceState::need_input) return outcome;
    if (feeder.more()) continue;
    if (at_end == AtEnd::stays) return outcome;
    response.received_end();
    at_end = AtEnd::stays;
  }
}

struct Case {
  const char* name;
  std::string bytes;
  int status;
  std::string body;
  PieceState end = PieceState::end;
  bool usable = true;
  http::Method method = http::Method::get;
  AtEnd at_end = AtEnd::stays;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

const std::string kOk = "HTTP/1.1 200 OK\r\n";

const Case kCases[] = {
    // Lengths
    {"length", kOk + "Content-Length: 5\r\n\r\nhello", 200, "hello"},
    {"length of nothing", kOk + "Content-Length: 0\r\n\r\n", 200, ""},
    {"shorter than the length",
     kOk + "Content-Length: 9\r\n\r\nhello",
     200,
     "hello",
     PieceState::error,
     false,
     http::Method::get,
     AtEnd::closes},
    {"length and close",
     kOk + "Connection: close\r\nContent-Length: 5\r\n\r\nhello",
     200,
     "hello",
     PieceState::end,
     false},
    // Chunks
    {"chunks",
     kOk + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n",
     200,
     "hello!"},
    {"trailers are dropped",
     kOk + "Transfer-Encoding: chunked\r\n\r\n1\r\n!\r\n0\r\nA: b\r\n\r\n",
     200,
     "!"},
    {"bytes after the last chunk",
     kOk + "Transfer-Encoding: chunked\r\n\r\n1\r\n!\r\n0\r\n\r\nX",
     200,
     "!",
     PieceState::end,
     false},
    {"a chunk too long",
     kOk + "Transfer-Encoding: chunked\r\n\r\n1\r\n!!\r\n0\r\n\r\n",
     200,
     "!",
     PieceState::error,
     false},
    {"chunks cut off",
     kOk + "Transfer-Encoding: chunked\r\n\r\n5\r\nhel",
     200,
     "hel",
     PieceState::error,
     false,
     http::Method::get,
     AtEnd::closes},
    {"no last chunk",
     kOk + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
     200,
     "hello",
     PieceState::error,
     false,
     http::Method::get,
     AtEnd::closes},
    // Until the end of the stream
    {"until close",
     kOk + "\r\nhello",
     200,
     "hello",
     PieceState::end,
     false,
     http::Method::get,
     AtEnd::closes},
    {"1.0 until close",
     "HTTP/1.0 200 OK\r\n\r\nhello",
     200,
     "hello",
     PieceState::end,
     false,
     http::Method::get,
     AtEnd::closes},
    // No body
    {"HEAD", kOk + "Content-Length: 5\r\n\r\n", 200, "", PieceState::end, true, http::Method::head},
    {"HEAD with a body",
     kOk + "Content-Length: 5\r\n\r\nhello",
     200,
     "",
     PieceState::end,
     false,
     http::Method::head},
    {"204", "HTTP/1.1 204 No Content\r\n\r\n", 204, ""},
    {"204 with a body", "HTTP/1.1 204 No Content\r\n\r\nhello", 204, "", PieceState::end, false},
    {"304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, ""},
    // A coding that nobody knows (RFC 9112 section 6.3, rule 4)
    {"unknown coding",
     kOk + "Transfer-Encoding: asdf\r\n\r\nhello",
     200,
     "hello",
     PieceState::end,
     false,
     http::Method::get,
     AtEnd::closes},
    // Interim responses (RFC 9110 section 15.2)
    {"after 100", "HTTP/1.1 100 Continue\r\n\r\n" + kOk + "Content-Length: 1\r\n\r\n!", 200, "!"},
    {"length of a 1xx",
     "HTTP/1.1 103 Early Hints\r\nContent-Length: 9\r\n\r\n" + kOk + "Content-Length: 1\r\n\r\n!",
     200,
     "!"},
};

class CompleteResponse : public testing::TestWithParam<Case> {};

TEST_P(CompleteResponse, IsReadAlikeInOnePieceAndByteByByte) {
  const Case& c = GetParam();
  UpstreamResponse response(kLimits, kMaxInterim);
  for (const std::size_t step : {c.bytes.size(), std::size_t{1}, std::size_t{7}}) {
    SCOPED_TRACE(step);
    const Outcome outcome = receive(response, c.bytes, step, c.method, c.at_end);
    EXPECT_EQ(outcome.head, HeadState::complete);
    EXPECT_EQ(outcome.status, c.status);
    EXPECT_EQ(outcome.body, c.body);
    EXPECT_EQ(outcome.end, c.end);
    EXPECT_EQ(outcome.usable, c.usable);
    response.shrink();
  }
}

INSTANTIATE_TEST_SUITE_P(All, CompleteResponse, testing::ValuesIn(kCases));

TEST(UpstreamResponse, RefusesWhatIsNoFinalResponse) {
  std::string flood;
  for (std::size_t i = 0; i <= kMaxInterim; ++i) flood += "HTTP/1.1 103 Early Hints\r\n\r\n";
  const std::string big_hints =
      "HTTP/1.1 103 Early Hints\r\nLink: " + std::string(40 * 1024, 'x') + "\r\n\r\n";
  std::string fields;
  for (std::size_t i = 0; i <= kLimits.field_count; ++i) fields += "A: b\r\n";
  const std::string line = "HTTP/1.1 200 " + std::string(kLimits.start_line, 'x') + "\r\n\r\n";
  const std::string head = kOk + "A: " + std::string(kLimits.header_block, 'x') + "\r\n\r\n";
  const std::pair<Errc, std::string> cases[] = {
      {Errc::upstream_control_byte, "\x16\x03\x01 noise\r\n\r\n"},
      {Errc::upstream_bad_status_line, "HTTP/1.1 2x0 OK\r\n\r\n"},
      {Errc::upstream_bad_status_line, "HTTP/2.0 200 OK\r\n\r\n"},
      {Errc::upstream_long_status_line, line},
      {Errc::upstream_control_byte, kOk + "A: \x01\r\n\r\n"},
      {Errc::upstream_control_byte, kOk + "A: b\n\r\n"},
      {Errc::upstream_folded_line, kOk + "A: b\r\n c\r\n\r\n"},
      {Errc::upstream_bad_field_line, kOk + "A : b\r\n\r\n"},
      {Errc::upstream_switched, "HTTP/1.1 101 Switching Protocols\r\n\r\n"},
      {Errc::upstream_bad_length, kOk + "Content-Length: x\r\n\r\n"},
      {Errc::upstream_differing_lengths, kOk + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n"},
      {Errc::upstream_length_and_coding,
       kOk + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {Errc::upstream_bad_coding, kOk + "Transfer-Encoding: chunked, gzip\r\n\r\n"},
      {Errc::upstream_interim_flood, flood + kOk + "\r\n"},
      {Errc::upstream_interim_flood, big_hints + big_hints + kOk + "\r\n"},
      {Errc::upstream_large_head, head},
      {Errc::upstream_many_fields, kOk + fields + "\r\n"},
  };
  for (const auto& [error, bytes] : cases) {
    SCOPED_TRACE(bytes.substr(0, 80));
    for (const std::size_t step : {bytes.size(), std::size_t{100}}) {
      UpstreamResponse response(kLimits, kMaxInterim);
      EXPECT_EQ(receive(response, bytes, step).head, HeadState::malformed);
      EXPECT_EQ(response.error(), error);
    }
  }
}

TEST(UpstreamResponse, ShowsInterimHeadsOneByOne) {
  const std::string bytes =
      "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 103 "
      "Early Hints\r\nLink: </b>\r\n\r\n" +
      kOk + "Link: </c>\r\nContent-Length: 1\r\n\r\n!";
  UpstreamResponse response(kLimits, kMaxInterim);
  for (const std::size_t step : {bytes.size(), std::size_t{1}, std::size_t{7}}) {
    SCOPED_TRACE(step);
    const Outcome outcome = receive(response, bytes, step);
    EXPECT_EQ(outcome.interim, "102 ;103 </a>;103 </b>;");
    EXPECT_EQ(outcome.status, 200);
    EXPECT_EQ(response.head().fields().combined("Link"), "</c>");
    EXPECT_EQ(outcome.body, "!");
    EXPECT_TRUE(outcome.usable);
  }
}

TEST(UpstreamResponse, WaitsForTheRestOfAHead) {
  UpstreamResponse response(kLimits, kMaxInterim);
  const Outcome outcome = receive(response, kOk + "Content-Le", 100);
  EXPECT_EQ(outcome.head, HeadState::need_input);
  EXPECT_TRUE(response.any_received());
  response.begin(http::Method::get);
  EXPECT_FALSE(response.any_received());
}

TEST(UpstreamResponse, NamesTheErrorOfABody) {
  UpstreamResponse response(kLimits, kMaxInterim);
  const std::string chunked = kOk + "Transfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(receive(response, chunked + "zz\r\n", 100).error, Errc::upstream_bad_chunk);
  EXPECT_EQ(receive(response, chunked + "5\r\n", 100, http::Method::get, AtEnd::closes).error,
            Errc::upstream_closed);
}

TEST(UpstreamResponse, NeverLooksWholeWithMoreThanItsLength) {
  UpstreamResponse response(kLimits, kMaxInterim);
  const std::string bytes = kOk + "Content-Length: 2\r\n\r\nhello";
  const Outcome at_once = receive(response, bytes, bytes.size());
  EXPECT_EQ(at_once.error, Errc::upstream_surplus);
  EXPECT_EQ(at_once.body, "");
  // What comes after the response was handed on whole only spoils the connection.
  const Outcome byte_by_byte = receive(response, bytes, 1);
  EXPECT_EQ(byte_by_byte.body, "he");
  EXPECT_FALSE(byte_by_byte.usable);
}

TEST(UpstreamResponse, JoinsSmallChunksIntoOnePiece) {
  std::string bytes = kOk + "Transfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 100; ++i) bytes += "2\r\nab\r\n";
  bytes += "0\r\n\r\n";
  UpstreamResponse response(kLimits, kMaxInterim);
  response.begin(http::Method::get);
  Feeder(response, bytes, bytes.size()).more();
  ASSERT_EQ(response.next_head(), HeadState::complete);
  EXPECT_EQ(response.next_piece().data.size(), 200U);
  EXPECT_EQ(response.next_piece().state, PieceState::end);
}

TEST(UpstreamResponse, KeepsTheHeadWhileALongBodyComes) {
  const std::string body(300 * 1024, 'b');
  const std::string bytes =
      kOk + "ETag: \"v1\"\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  UpstreamResponse response(kLimits, kMaxInterim);
  const Outcome outcome = receive(response, bytes, bytes.size());
  EXPECT_EQ(outcome.body, body);
  EXPECT_TRUE(outcome.usable);
  EXPECT_EQ(response.head().fields().value(http::FieldName::etag), "\"v1\"");
}

}  // namespace
}  // namespace hawkcache::net
