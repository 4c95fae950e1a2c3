// One parser for all the requests of a connection: nothing of one head shows in the next.
#include "http/parser.hpp"
#include "unit/http/parsing.hpp"

#include <array>
#include <memory>
#include <random>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace hawkcache::http {
namespace {

class KeptConnection : public testing::Test {
 protected:
  // Feeds from a buffer of its own, which is gone when the next one comes.
  std::string next(std::string_view input) {
    parser_.reset();
    buffer_ = std::make_unique<std::string>(input);
    if (parser_.feed(*buffer_) != Feed::complete) return "no head";
    EXPECT_EQ(parser_.head_size(), input.find("\r\n\r\n") + 4);
    return show(parser_.head());
  }

  std::unique_ptr<std::string> buffer_;
  RequestParser parser_{HeadLimits{.start_line = 100, .header_block = 8000, .field_count = 3}};
};

TEST_F(KeptConnection, ReadsEqualAndDifferingFieldsAlike) {
  EXPECT_EQ(next("GET /1 HTTP/1.1\r\nHost: a\r\nA: 1\r\n\r\n"), "GET /1 1.1|Host:a|A:1");
  EXPECT_EQ(next("GET /22 HTTP/1.1\r\nHost: a\r\nA: 1\r\n\r\n"), "GET /22 1.1|Host:a|A:1");
  EXPECT_EQ(next("PUT /3 HTTP/1.0\r\nHost: a\r\nA: 1\r\n\r\nbody\r\n\r\n"),
            "PUT /3 1.0|Host:a|A:1");
  EXPECT_EQ(next("GET /4 HTTP/1.1\r\nHost: a\r\nA: 2\r\n\r\n"), "GET /4 1.1|Host:a|A:2");
  EXPECT_EQ(next("GET /5 HTTP/1.1\r\nHost: a\r\nA: 2\r\nB: 3\r\n\r\n"),
            "GET /5 1.1|Host:a|A:2|B:3");
  EXPECT_EQ(next("GET /6 HTTP/1.1\r\nHost: a\r\n\r\n"), "GET /6 1.1|Host:a");
  EXPECT_EQ(next("GET /7 HTTP/1.1\r\n\r\n"), "GET /7 1.1");
  EXPECT_EQ(next("GET /8 HTTP/1.1\r\n\r\nHost: a\r\n\r\n"), "GET /8 1.1");
  EXPECT_EQ(next("GET /9 HTTP/1.1\r\nHost: a\r\n\r\n"), "GET /9 1.1|Host:a");
}

TEST_F(KeptConnection, ReadsWhatChangedBetweenLinesThatStayed) {
  const std::string begin = " HTTP/1.1\r\nHost: a\r\n";
  RequestParser parser(HeadLimits{});
  const auto read = [&](const std::string& input) {
    parser.reset();
    buffer_ = std::make_unique<std::string>(input);
    return parser.feed(*buffer_) == Feed::complete ? show(parser.head()) : "no head";
  };
  EXPECT_EQ(read("GET /1" + begin + "A: 1\r\nB: 2\r\nC: 3\r\n\r\n"),
            "GET /1 1.1|Host:a|A:1|B:2|C:3");
  EXPECT_EQ(read("GET /2" + begin + "A: 1\r\nB:  22 \r\nC: 3\r\n\r\n"),
            "GET /2 1.1|Host:a|A:1|B:22|C:3");
  EXPECT_EQ(read("GET /3" + begin + "A: 1\r\nX: y\r\nB:  22 \r\nC: 3\r\n\r\n"),
            "GET /3 1.1|Host:a|A:1|X:y|B:22|C:3");
  EXPECT_EQ(read("GET /4" + begin + "X: y\r\nC: 3\r\n\r\n"), "GET /4 1.1|Host:a|X:y|C:3");
  EXPECT_EQ(read("GET /5" + begin + "X: y\r\nC: 34\r\n\r\n"), "GET /5 1.1|Host:a|X:y|C:34");
  EXPECT_EQ(read("GET /6 HTTP/1.1\r\nCookie: c\r\nHost: a\r\n\r\n"), "GET /6 1.1|Cookie:c|Host:a");
  EXPECT_TRUE(parser.head().fields().contains(FieldName::cookie));
  EXPECT_EQ(read("GET /7 HTTP/1.1\r\nHost: a\r\n\r\n"), "GET /7 1.1|Host:a");
  EXPECT_FALSE(parser.head().fields().contains(FieldName::cookie));
  // What follows a line that stayed is looked at all the same.
  EXPECT_EQ(read("GET /8 HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n"), "no head");
  EXPECT_EQ(read("GET /9 HTTP/1.1\r\nHost: a\r\nb c: d\r\n\r\n"), "no head");
  EXPECT_EQ(read("GET /10 HTTP/1.1\r\nHost: a\r\n\r\n"), "GET /10 1.1|Host:a");
}

// Whatever came before, a head reads as it does on a new connection, and byte by byte as in one go.
TEST_F(KeptConnection, ReadsRandomHeadsAsANewParserDoes) {
  const std::array<std::string_view, 9> lines = {"Host: a\r\n",
                                                 "A: 1\r\n",
                                                 "A: 12\r\n",
                                                 "B:\t2 \r\n",
                                                 "Content-Length: x\r\n",
                                                 "Connection: close,\r\n",
                                                 "Cookie: a=b\r\n",
                                                 " folded\r\n",
                                                 "bad name: 1\r\n"};
  std::mt19937 random(1);  // NOLINT: the same heads each time
  const HeadLimits limits{.start_line = 100, .header_block = 102, .field_count = 6};
  RequestParser kept(limits);
  for (int i = 0; i < 20000; ++i) {
    std::string input = "GET / HTTP/1.1\r\n";
    for (auto n = random() % 8; n > 0; --n) {
      input += lines[random() % (random() % 8 == 0 ? lines.size() : lines.size() - 2)];
    }
    input += "\r\n";
    RequestParser fresh(limits);
    const Feed expected = fresh.feed(input);
    kept.reset();
    Feed outcome = Feed::need_more;
    const std::size_t step = random() % 4 == 0 ? 1 + random() % 9 : input.size();
    for (std::size_t end = step; outcome == Feed::need_more; end += step) {
      outcome = kept.feed(std::string_view(input).substr(0, end));
    }
    ASSERT_EQ(outcome, expected) << input;
    ASSERT_EQ(kept.error(), fresh.error()) << input;
    if (outcome != Feed::complete) continue;
    ASSERT_EQ(show(kept.head()), show(fresh.head()));
    ASSERT_EQ(kept.head_size(), fresh.head_size());
    for (const FieldName name : {FieldName::host, FieldName::cookie, FieldName::content_length}) {
      ASSERT_EQ(kept.head().fields().contains(name), fresh.head().fields().contains(name));
    }
  }
}

// The names stay, the values change: in length, to nothing but blanks, to what no value may be.
TEST_F(KeptConnection, ReadsRandomValuesAsANewParserDoes) {
  const std::array<std::string_view, 6> names = {
      "Host:", "A:", "Content-Length:", "Bb: ", "C:\t", "D:"};
  const std::array<std::string_view, 16> values = {"1",
                                                   " 1",
                                                   "12",
                                                   "  123 ",
                                                   "\t",
                                                   "",
                                                   " ",
                                                   "a:b",
                                                   "\x80\xff",
                                                   "x, y;z=\"",
                                                   "v\r\n fold",
                                                   "v\r\nA: again",
                                                   "v\rw",
                                                   "v\nw",
                                                   "\x7f",
                                                   "a\x01"
                                                   "b"};
  constexpr std::size_t kSound = 10;
  std::mt19937 random(2);  // NOLINT: the same heads each time
  const HeadLimits limits{.start_line = 100, .header_block = 122, .field_count = 7};
  RequestParser kept(limits);
  int complete = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string input = "GET / HTTP/1.1\r\n";
    for (const std::string_view name : names) {
      const bool sound = random() % 16 != 0;
      const std::string_view value = values[random() % (sound ? kSound : values.size())];
      input.append(name).append(random() % 3 != 0 ? values[0] : value).append("\r\n");
    }
    input += "\r\nA: behind\r\n\r\n";
    RequestParser fresh(limits);
    const Feed expected = fresh.feed(input);
    kept.reset();
    ASSERT_EQ(kept.feed(input), expected) << input;
    ASSERT_EQ(kept.error(), fresh.error()) << input;
    if (expected != Feed::complete) continue;
    ++complete;
    ASSERT_EQ(show(kept.head()), show(fresh.head())) << input;
    ASSERT_EQ(kept.head_size(), fresh.head_size());
  }
  EXPECT_GT(complete, 10000);
}

TEST(KeptUpstreamConnection, ReadsEqualAndDifferingFieldsAlike) {
  ResponseParser parser(HeadLimits{});
  std::unique_ptr<std::string> buffer;
  const auto read = [&](std::string_view input) {
    parser.reset();
    buffer = std::make_unique<std::string>(input);
    return parser.feed(*buffer) == Feed::complete ? show(parser.head()) : "no head";
  };
  const auto as_new = [](std::string_view input) {
    ResponseParser fresh(HeadLimits{});
    return fresh.feed(input) == Feed::complete ? show(fresh.head()) : "no head";
  };
  for (const std::string_view input : {"HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\n\r\n",
                                       "HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\n\r\nbody",
                                       "HTTP/1.1 404 No\r\nA: 1\r\nB: 22\r\nC: 3\r\n\r\n",
                                       "HTTP/1.0 200 OK\r\nB: 22\r\nC: 3\r\n\r\n",
                                       "HTTP/1.1 200 OK\r\nB: 22\r\nbad name: 1\r\n\r\n",
                                       "HTTP/1.1 204 None\r\n\r\n",
                                       "HTTP/1.1 200 OK\r\nC: 3\r\n\r\n"}) {
    EXPECT_EQ(read(input), as_new(input)) << input;
  }
}

TEST_F(KeptConnection, ReadsLargeHeadsBetweenSmallOnes) {
  const std::string large = "Host: a\r\nA: " + std::string(5000, 'a');
  const std::string shown = "|Host:a|A:" + std::string(5000, 'a');
  EXPECT_EQ(next("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"), "GET /1 1.1|Host:a");
  EXPECT_EQ(next("GET /2 HTTP/1.1\r\n" + large + "\r\n\r\n"), "GET /2 1.1" + shown);
  EXPECT_EQ(next("GET /3 HTTP/1.1\r\n" + large + "\r\n\r\n"), "GET /3 1.1" + shown);
  EXPECT_EQ(next("GET /4 HTTP/1.1\r\nHost: a\r\n\r\n"), "GET /4 1.1|Host:a");
}

TEST_F(KeptConnection, StartsAnewAfterABadHead) {
  EXPECT_EQ(next("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"), "GET /1 1.1|Host:a");
  EXPECT_EQ(next("GET /2 HTTP/1.1\r\nHost: a\r\nb b: c\r\n\r\n"), "no head");
  EXPECT_EQ(next("GET /3 HTTP/1.1\r\nHost: a\r\nb b: c\r\n\r\n"), "no head");
  EXPECT_EQ(next("GET /4 HTTP/1.1\r\nHost: a\r\n\r\n"), "GET /4 1.1|Host:a");
  EXPECT_EQ(next("GET /5 HTTP/3.0\r\nHost: a\r\n\r\n"), "no head");
  EXPECT_EQ(next("GET /6 HTTP/1.1\r\nHost: a\r\n\r\n"), "GET /6 1.1|Host:a");
}

TEST_F(KeptConnection, KeepsTheLimitForFieldsThatCameBefore) {
  const std::string fields = "A: " + std::string(3995, 'a') + "\r\n";
  RequestParser parser(HeadLimits{.start_line = 100, .header_block = 4000, .field_count = 3});
  ASSERT_EQ(parser.feed("GET /1 HTTP/1.1\r\n" + fields + "\r\n"), Feed::complete);
  parser.reset();
  EXPECT_EQ(parser.feed("GET /1 HTTP/1.1\r\n" + fields + "B: 1\r\n\r\n"), Feed::error);
  EXPECT_EQ(parser.error(), HeadError::header_block_too_large);
}

TEST_F(KeptConnection, ReadsPipelinedRequests) {
  const std::string pipelined =
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET /3 "
      "HTTP/1.1\r\nHost: b\r\n\r\n";
  std::string_view rest = pipelined;
  std::string seen;
  while (!rest.empty()) {
    parser_.reset();
    ASSERT_EQ(parser_.feed(rest), Feed::complete);
    seen += show(parser_.head()) + ";";
    rest.remove_prefix(parser_.head_size());
  }
  EXPECT_EQ(seen, "GET /1 1.1|Host:a;GET /2 1.1|Host:a;GET /3 1.1|Host:b;");
}

}  // namespace
}  // namespace hawkcache::http
