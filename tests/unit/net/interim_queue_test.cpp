#include "net/interim_queue.hpp"

#include <gtest/gtest.h>

namespace hawkcache::net {
namespace {

using Continue = InterimQueue::Continue;

constexpr std::string_view kHints = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
constexpr std::string_view kProcessing = "HTTP/1.1 102 Processing\r\n\r\n";
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view kTheirContinue = "HTTP/1.1 100 Go on\r\nX-A: b\r\n\r\n";

TEST(InterimQueue, KeepsTheOrder) {
  InterimQueue queue;
  queue.begin(http::Version::http_1_1, Continue::not_expected);
  queue.add(103, kHints);
  queue.add(102, kProcessing);
  EXPECT_EQ(queue.unsent(), std::string(kHints) + std::string(kProcessing));
  queue.sent(kHints.size() + 3);
  EXPECT_EQ(queue.unsent(), kProcessing.substr(3));
}

TEST(InterimQueue, TakesNothingOutsideOfAnExchange) {
  InterimQueue queue;
  queue.add(103, kHints);
  EXPECT_EQ(queue.unsent(), "");
  queue.begin(http::Version::http_1_1, Continue::expected);
  queue.end();
  queue.add(103, kHints);
  queue.add(100, kTheirContinue);
  queue.add_continue();
  EXPECT_EQ(queue.unsent(), "");
}

TEST(InterimQueue, TakesNothingForHttp10) {
  InterimQueue queue;
  queue.begin(http::Version::http_1_0, Continue::expected);
  queue.add(103, kHints);
  queue.add_continue();
  EXPECT_EQ(queue.unsent(), "");
  EXPECT_FALSE(queue.expects_continue());
  EXPECT_FALSE(queue.owes_continue());
}

TEST(InterimQueue, GivesOne100ToWhoExpectsIt) {
  InterimQueue queue;
  queue.begin(http::Version::http_1_1, Continue::not_expected);
  queue.add(100, kTheirContinue);
  queue.add_continue();
  EXPECT_EQ(queue.unsent(), "");

  queue.begin(http::Version::http_1_1, Continue::expected);
  EXPECT_TRUE(queue.owes_continue());
  queue.add(100, kTheirContinue);
  EXPECT_FALSE(queue.owes_continue());
  EXPECT_TRUE(queue.expects_continue());
  queue.add_continue();
  queue.add(100, kTheirContinue);
  EXPECT_EQ(queue.unsent(), kTheirContinue);
  queue.sent(kTheirContinue.size());

  queue.begin(http::Version::http_1_1, Continue::expected);
  queue.add_continue();
  queue.add(100, kTheirContinue);
  EXPECT_EQ(queue.unsent(), kContinue);
}

TEST(InterimQueue, IsBoundedButForThe100) {
  InterimQueue queue;
  queue.begin(http::Version::http_1_1, Continue::expected);
  const std::string large(InterimQueue::kMaxUnsent - 10, 'x');
  queue.add(103, large);
  queue.add(103, kHints);
  EXPECT_EQ(queue.unsent(), large);
  queue.add(100, kTheirContinue);
  EXPECT_EQ(queue.unsent(), large + std::string(kContinue));
}

}  // namespace
}  // namespace hawkcache::net
