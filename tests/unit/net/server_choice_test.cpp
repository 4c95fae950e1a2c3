#include "net/server_choice.hpp"

#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::net {
namespace {

using Order = std::vector<std::size_t>;

constexpr SteadyTime kNow{std::chrono::hours(1)};

std::shared_ptr<ServerFailures> failures_of(std::size_t servers) {
  return std::make_shared<ServerFailures>(servers, Duration(1000));
}

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
  ServerChoice choice(failures_of(3));
  EXPECT_EQ(order(choice, kNow), (Order{0, 1, 2}));
}

TEST(ServerChoice, StartsEachRequestOneServerFurther) {
  ServerChoice choice(failures_of(3));
  EXPECT_EQ(first(choice, kNow), 0U);
  EXPECT_EQ(first(choice, kNow), 1U);
  EXPECT_EQ(first(choice, kNow), 2U);
  EXPECT_EQ(first(choice, kNow), 0U);
}

TEST(ServerChoice, PassesAFailedServerOverUntilItsTimeIsUp) {
  ServerChoice choice(failures_of(2));
  choice.failed(0, kNow);
  EXPECT_EQ(first(choice, kNow), 1U);
  EXPECT_EQ(first(choice, kNow + Duration(999)), 1U);
  EXPECT_EQ(first(choice, kNow + Duration(1000)), 0U);
}

TEST(ServerChoice, OffersFailedServersWhenNoOtherIsLeft) {
  ServerChoice choice(failures_of(3));
  choice.failed(0, kNow);
  EXPECT_EQ(order(choice, kNow), (Order{1, 2, 0}));
  choice.failed(1, kNow);
  choice.failed(2, kNow);
  EXPECT_EQ(order(choice, kNow).size(), 3U);
}

TEST(ServerChoice, TrustsAServerAgainThatWorked) {
  ServerChoice choice(failures_of(2));
  choice.failed(0, kNow);
  choice.worked(0);
  EXPECT_EQ(first(choice, kNow), 0U);
}

// What one worker finds out, in order, and where another one's request goes first then.
struct Heard {
  const char* what;
  std::size_t server;
  enum class Said { failed, worked_again } said;
  Duration later;
  std::size_t first_of_other;
};

TEST(ServerChoice, KnowsWhatOtherWorkersFoundOut) {
  using Said = Heard::Said;
  const Heard rows[] = {
      {"it failed", 0, Said::failed, Duration(0), 1},
      {"shortly before its time is up", 0, Said::failed, Duration(999), 1},
      {"its time is up", 0, Said::failed, Duration(1000), 0},
      {"it worked again", 0, Said::worked_again, Duration(0), 0},
      {"another one failed", 1, Said::failed, Duration(0), 0},
  };
  for (const Heard& row : rows) {
    const auto failures = failures_of(2);
    ServerChoice one(failures);
    ServerChoice other(failures);
    one.failed(row.server, kNow);
    if (row.said == Said::worked_again) one.worked(row.server);
    EXPECT_EQ(first(other, kNow + row.later), row.first_of_other) << row.what;
  }
}

TEST(ServerChoice, HasNothingToOfferWithoutServers) {
  ServerChoice choice(failures_of(0));
  EXPECT_TRUE(order(choice, kNow).empty());
}

}  // namespace
}  // namespace hawkcache::net
