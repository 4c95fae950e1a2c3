#include "observe/counters.hpp"

#include <set>

#include <gtest/gtest.h>

namespace hawkcache::observe {
namespace {

TEST(Counters, SumsWhatAllWorkersCounted) {
  Counters counters(3);
  counters.worker(0).add(Counter::hits);
  counters.worker(2).add(Counter::hits, 41);
  counters.worker(1).add(Counter::misses);
  EXPECT_EQ(counters.total(Counter::hits), 42U);
  EXPECT_EQ(counters.total(Counter::misses), 1U);
  EXPECT_EQ(counters.total(Counter::requests), 0U);
}

TEST(Counters, GivesTheSameRouteCountersToTheSameName) {
  Counters counters(2);
  const auto first = counters.route("user");
  first->add(0, RouteOutcome::hit);
  first->add(1, RouteOutcome::hit);
  counters.route("users")->add(1, RouteOutcome::error);
  EXPECT_EQ(counters.route("user"), first);
  const auto routes = counters.routes();
  ASSERT_EQ(routes.size(), 2U);
  EXPECT_EQ(routes[0].first, "user");
  EXPECT_EQ(routes[0].second->value(RouteOutcome::hit), 2U);
  EXPECT_EQ(routes[1].second->value(RouteOutcome::error), 1U);
}

TEST(Counters, EveryCounterHasItsOwnNameAndAHelpText) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kCounterCount; ++i) {
    const auto counter = static_cast<Counter>(i);
    EXPECT_TRUE(names.insert(name_of(counter)).second) << name_of(counter);
    EXPECT_FALSE(help_of(counter).empty()) << name_of(counter);
    EXPECT_EQ(name_of(counter).find_first_not_of("abcdefghijklmnopqrstuvwxyz_"),
              std::string_view::npos);
  }
}

}  // namespace
}  // namespace hawkcache::observe
