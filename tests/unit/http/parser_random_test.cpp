// Random heads, cut at random points: the outcome depends on the bytes alone. Fixed seeds.
#include "base/ascii.hpp"
#include "unit/http/parsing.hpp"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace hawkcache::http {
namespace {

constexpr HeadLimits kLimits{.start_line = 60, .header_block = 300, .field_count = 6};

class Heads {
 public:
  explicit Heads(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return random_() % bound; }

  std::string request() {
    return "GET /" + std::string(below(50), 'x') + " HTTP/1.1\r\n" + fields();
  }
  std::string response() {
    return "HTTP/1.1 200 " + std::string(below(60), 'O') + "\r\n" + fields();
  }

  // Up to three bytes changed, inserted or removed.
  void spoil(std::string& text) {
    static constexpr std::string_view kBytes("\r\n\r\n \t:,\0\x01\x7f\xff#x/0", 17);
    for (std::size_t changes = below(4); changes > 0 && !text.empty(); --changes) {
      const std::size_t at = below(text.size());
      switch (below(3)) {
        case 0:
          text[at] = kBytes[below(kBytes.size())];
          break;
        case 1:
          text.insert(at, 1, kBytes[below(kBytes.size())]);
          break;
        default:
          text.erase(at, 1 + below(3));
          break;
      }
    }
  }

 private:
  std::string fields() {
    static constexpr std::string_view kLines[] = {"Host: a.example",
                                                  "Connection: close, (",
                                                  "Content-Length: 5",
                                                  "Content-Length: x",
                                                  "Transfer-Encoding: chunked",
                                                  "X-Tenant:\t1 ",
                                                  "cdn-cache-control:",
                                                  "Accept: */*"};
    std::string text;
    for (std::size_t i = below(8); i > 0; --i)
      text.append(kLines[below(std::size(kLines))]).append("\r\n");
    return text + "\r\n";
  }

  std::mt19937 random_;
};

template <class Parser>
void expect_same_outcome(Heads& heads, const std::string& input) {
  const std::string whole = outcome<Parser>(input, input.size(), 1, kLimits);
  ASSERT_EQ(outcome<Parser>(input, 0, 1, kLimits), whole) << input;
  const std::size_t first = heads.below(input.size() + 1);
  ASSERT_EQ(outcome<Parser>(input, first, 1 + heads.below(40), kLimits), whole) << input;
}

TEST(RandomHeads, RequestsGiveTheSameHoweverCut) {
  Heads heads(1);
  for (int i = 0; i < 4000; ++i) {
    std::string input = heads.request();
    heads.spoil(input);
    expect_same_outcome<RequestParser>(heads, input);
  }
}

TEST(RandomHeads, ResponsesGiveTheSameHoweverCut) {
  Heads heads(2);
  for (int i = 0; i < 4000; ++i) {
    std::string input = heads.response();
    heads.spoil(input);
    expect_same_outcome<ResponseParser>(heads, input);
  }
}

// A parser that remembers the fields of the request before gives what a fresh one gives.
TEST(RandomHeads, ReusedParsersGiveTheSameAsFreshOnes) {
  Heads heads(3);
  RequestParser kept(kLimits);
  std::string input = heads.request();
  for (int i = 0; i < 20000; ++i) {
    if (heads.below(3) == 0) input = heads.request();
    std::string spoilt = input;
    if (heads.below(3) == 0) heads.spoil(spoilt);
    kept.reset();
    RequestParser fresh(kLimits);
    const Feed expected = fresh.feed(spoilt);
    ASSERT_EQ(kept.feed(spoilt), expected) << spoilt;
    ASSERT_EQ(kept.error(), fresh.error()) << spoilt;
    if (expected != Feed::complete) continue;
    ASSERT_EQ(show(kept.head()), show(fresh.head())) << spoilt;
    ASSERT_EQ(kept.head_size(), fresh.head_size()) << spoilt;
  }
}

TEST(RandomHeads, WhatIsAcceptedHasNoUnprintableByteAndNoFold) {
  Heads heads(4);
  int accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string input = heads.request();
    heads.spoil(input);
    RequestParser parser(kLimits);
    if (parser.feed(input) != Feed::complete) continue;
    ++accepted;
    for (const char c : parser.head().target)
      ASSERT_TRUE(c > 0x20 && c < 0x7f && c != '#') << input;
    for (const Field& field : parser.head().field_list) {
      ASSERT_TRUE(ascii::is_token(field.name)) << input;
      ASSERT_EQ(ascii::trim(field.value), field.value) << input;
      ASSERT_EQ(field.value.find_first_of(std::string_view("\0\r\n\x01\x7f", 5)),
                std::string_view::npos)
          << input;
    }
  }
  EXPECT_GT(accepted, 5000);
}

// The vector unit looks at sixteen bytes at a time: every offset must see every byte.
TEST(ControlBytes, AreFoundAtEveryOffset) {
  for (std::size_t offset = 0; offset < 40; ++offset) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      std::string value(40, 'v');
      value[offset] = static_cast<char>(byte);
      const bool allowed = (byte >= 0x20 && byte != 0x7f) || byte == '\t';
      RequestParser parser{HeadLimits{}};
      EXPECT_EQ(parser.feed("GET / HTTP/1.1\r\nA: " + value + "\r\n\r\n") == Feed::complete,
                allowed)
          << offset << " " << byte;
    }
  }
}

}  // namespace
}  // namespace hawkcache::http
