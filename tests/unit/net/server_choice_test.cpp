#include "net/server_choice.hpp"

#include <gtest/gtest.h>

namespace hawkcache::net {
namespace {

using Order = std::vector<std::size_t>;

constexpr SteadyTime kNow{std::chrono::hours(1)};

// The servers that one request would try, in order.
Order order(ServerChoice& choice, SteadyTime now) {
  Order servers;
  ServerChoice::Tried tried;
  while (const auto server = choice.next(tried, now)) servers.push_back(*server);
  return servers;
}

std::size_t first(ServerChoice& choice, SteadyTime now) {
  ServerChoice::Tried tried;
  return choice.next(tried, now).value();
}

TEST(ServerChoice, OffersEachServerOncePerRequest) {
  ServerChoice choice(3, Duration(1000));
  EXPECT_EQ(order(choice, kNow), (Order{0, 1, 2}));
}

TEST(ServerChoice, StartsEachRequestOneServerFurther) {
  ServerChoice choice(3, Duration(1000));
  EXPECT_EQ(first(choice, kNow), 0U);
  EXPECT_EQ(first(choice, kNow), 1U);
  EXPECT_EQ(first(choice, kNow), 2U);
  EXPECT_EQ(first(choice, kNow), 0U);
}

TEST(ServerChoice, PassesAFailedServerOverUntilItsTimeIsUp) {
  ServerChoice choice(2, Duration(1000));
  choice.failed(0, kNow);
  EXPECT_EQ(first(choice, kNow), 1U);
  EXPECT_EQ(first(choice, kNow + Duration(999)), 1U);
  EXPECT_EQ(first(choice, kNow + Duration(1000)), 0U);
}

TEST(ServerChoice, OffersFailedServersWhenNoOtherIsLeft) {
  ServerChoice choice(3, Duration(1000));
  choice.failed(0, kNow);
  EXPECT_EQ(order(choice, kNow), (Order{1, 2, 0}));
  choice.failed(1, kNow);
  choice.failed(2, kNow);
  EXPECT_EQ(order(choice, kNow).size(), 3U);
}

TEST(ServerChoice, TrustsAServerAgainThatWorked) {
  ServerChoice choice(2, Duration(1000));
  choice.failed(0, kNow);
  choice.worked(0);
  EXPECT_EQ(first(choice, kNow), 0U);
}

TEST(ServerChoice, HasNothingToOfferWithoutServers) {
  ServerChoice choice(0, Duration(1000));
  EXPECT_TRUE(order(choice, kNow).empty());
}

}  // namespace
}  // namespace hawkcache::net
