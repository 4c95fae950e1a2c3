#include "shared_store/redis_link.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace hawkcache::shared_store {
namespace {

using State = RedisLink::State;
using Cause = RedisLink::Cause;

KeptPurge kept_purge(std::string tag) {
  KeptPurge purge;
  purge.request.tags = {std::move(tag)};
  return purge;
}

TEST(RedisLink, is_not_used_before_the_follower_says_so) {
  RedisLink link;
  EXPECT_FALSE(link.usable());
  EXPECT_EQ(link.membership(), nullptr);
  EXPECT_TRUE(link.try_go_up({.generation = 7, .server = 8}));
  EXPECT_TRUE(link.usable());
  EXPECT_EQ(link.membership()->generation, 7u);
}

TEST(RedisLink, is_left_after_failures_in_a_row) {
  RedisLink link;
  link.try_go_up({});
  link.report_failure();
  link.report_failure();
  link.report_answer();
  link.report_failure();
  link.report_failure();
  EXPECT_TRUE(link.usable());
  link.report_failure();
  EXPECT_EQ(link.state(), State::joining);
  EXPECT_EQ(link.take_cause(), Cause::failures);
  EXPECT_EQ(link.take_cause(), Cause::none);
}

TEST(RedisLink, the_first_cause_counts) {
  RedisLink link;
  link.try_go_up({});
  link.report_suspicion();
  link.leave(Cause::unconfirmed);
  EXPECT_EQ(link.take_cause(), Cause::suspicion);
}

TEST(RedisLink, what_is_reported_while_it_is_away_does_not_bring_it_back) {
  RedisLink link;
  link.set_down();
  link.report_suspicion();
  EXPECT_EQ(link.state(), State::down);
  link.report_answer();
  EXPECT_EQ(link.state(), State::down);
}

TEST(RedisLink, is_not_used_while_a_purge_waits_to_be_handed_on) {
  RedisLink link;
  link.try_go_up({});
  const std::uint64_t number = link.defer(kept_purge("a")).number;
  EXPECT_FALSE(link.usable());
  EXPECT_FALSE(link.is_handed_on(number));
  EXPECT_FALSE(link.try_go_up({}));
  const RedisLink::Deferred deferred = link.deferred_purges();
  ASSERT_EQ(deferred.purges.size(), 1u);
  EXPECT_EQ(deferred.purges[0].request.tags, std::vector<std::string>{"a"});
  link.handed_on_through(deferred.through);
  EXPECT_TRUE(link.is_handed_on(number));
  EXPECT_TRUE(link.try_go_up({}));
}

TEST(RedisLink, a_purge_that_comes_while_others_are_handed_on_keeps_it_away) {
  RedisLink link;
  link.defer(kept_purge("a"));
  const RedisLink::Deferred deferred = link.deferred_purges();
  const std::uint64_t later = link.defer(kept_purge("b")).number;
  link.handed_on_through(deferred.through);
  EXPECT_FALSE(link.is_handed_on(later));
  EXPECT_FALSE(link.try_go_up({}));
  ASSERT_EQ(link.deferred_purges().purges.size(), 1u);
  EXPECT_EQ(link.deferred_purges().purges[0].request.tags, std::vector<std::string>{"b"});
}

TEST(RedisLink, too_many_purges_become_one_of_everything) {
  RedisLink link;
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_EQ(link.defer(kept_purge(std::to_string(i))).room, RedisLink::Room::left);
  }
  EXPECT_EQ(link.defer(kept_purge("one more")).room, RedisLink::Room::overflowed);
  const RedisLink::Deferred deferred = link.deferred_purges();
  ASSERT_EQ(deferred.purges.size(), 1u);
  EXPECT_EQ(deferred.purges[0].request.scope, store::PurgeRequest::Scope::everything);
  const std::uint64_t later = link.defer(kept_purge("later")).number;
  link.handed_on_through(deferred.through);
  EXPECT_EQ(link.deferred(), 1u);
  link.handed_on_through(later);
  EXPECT_EQ(link.deferred(), 0u);
}

TEST(RedisLink, purges_of_too_many_things_become_one_of_everything) {
  RedisLink link;
  KeptPurge large;
  large.request.tags.assign(30'000, "a");
  link.defer(large);
  EXPECT_EQ(link.deferred_purges().purges[0].request.tags.size(), 30'000u);
  EXPECT_EQ(link.defer(large).room, RedisLink::Room::overflowed);
  ASSERT_EQ(link.deferred(), 1u);
  EXPECT_EQ(link.deferred_purges().purges[0].request.scope, store::PurgeRequest::Scope::everything);
}

TEST(RedisLink, memory_is_given_out_as_long_as_it_is_vouched_for) {
  RedisLink link;
  const SteadyTime now{std::chrono::hours(1)};
  link.try_go_up({});
  EXPECT_FALSE(link.memory_is_readable(now));
  link.vouch_for_memory_until(now + Duration(900));
  EXPECT_TRUE(link.memory_is_readable(now));
  EXPECT_TRUE(link.memory_is_readable(now + Duration(899)));
  EXPECT_FALSE(link.memory_is_readable(now + Duration(900)));
}

TEST(RedisLink, what_was_fetched_is_distrusted_before_anybody_sees_that_redis_was_left) {
  int distrusted = 0;
  RedisLink* watched = nullptr;
  RedisLink link(RedisLink::MemoryWhileAway::fetched_since, [&] {
    ++distrusted;
    EXPECT_TRUE(watched->usable());
    EXPECT_FALSE(watched->admits()) << "what is admitted from now on would be missed";
  });
  watched = &link;
  const SteadyTime now{std::chrono::hours(1)};
  link.try_go_up({});
  EXPECT_TRUE(link.admits());
  EXPECT_FALSE(link.memory_is_readable(now)) << "not vouched for";
  link.leave(Cause::failures);
  EXPECT_EQ(distrusted, 1);
  EXPECT_TRUE(link.memory_is_readable(now));
  link.leave(Cause::suspicion);
  EXPECT_EQ(distrusted, 1) << "it was left already";
}

TEST(RedisLink, memory_is_given_out_as_it_is_where_the_origin_is_protected) {
  RedisLink link(RedisLink::MemoryWhileAway::as_it_is, [] { FAIL(); });
  const SteadyTime now{std::chrono::hours(1)};
  link.try_go_up({});
  EXPECT_FALSE(link.memory_is_readable(now)) << "not vouched for";
  link.leave(Cause::failures);
  EXPECT_TRUE(link.memory_is_readable(now));
}

}  // namespace
}  // namespace hawkcache::shared_store
