#include "store/redis_link.hpp"

#include <gtest/gtest.h>

namespace hawkcache::store {
namespace {

PurgeRequest purge_of(std::string tag) {
  PurgeRequest request;
  request.tags.push_back(std::move(tag));
  return request;
}

TEST(RedisLinkTest, IsLeftAfterThreeFailuresInARow) {
  RedisLink link;
  ASSERT_TRUE(link.try_go_up({}));
  link.report_failure();
  link.report_failure();
  link.report_answer();
  link.report_failure();
  link.report_failure();
  EXPECT_TRUE(link.usable());
  link.report_failure();
  EXPECT_FALSE(link.usable());
  EXPECT_EQ(link.take_cause(), RedisLink::Cause::failures);
}

TEST(RedisLinkTest, IsNotUsedWhileAPurgeWaits) {
  RedisLink link;
  ASSERT_TRUE(link.try_go_up({}));
  const std::uint64_t number = link.defer(purge_of("a"));
  EXPECT_FALSE(link.usable());
  EXPECT_FALSE(link.try_go_up({}));
  EXPECT_FALSE(link.is_handed_on(number));
  link.handed_on_through(number);
  EXPECT_TRUE(link.is_handed_on(number));
  EXPECT_TRUE(link.try_go_up({}));
}

TEST(RedisLinkTest, KeepsThoseThatCameWhileOthersWereHandedOn) {
  RedisLink link;
  link.defer(purge_of("a"));
  const RedisLink::Deferred first = link.deferred_purges();
  link.defer(purge_of("b"));
  link.handed_on_through(first.through);
  const RedisLink::Deferred rest = link.deferred_purges();
  ASSERT_EQ(rest.purges.size(), 1U);
  EXPECT_EQ(rest.purges.front().tags, std::vector<std::string>{"b"});
}

TEST(RedisLinkTest, TooManyPurgesBecomeOneOfEverything) {
  RedisLink link;
  for (int i = 0; i < 10'000; ++i) link.defer(purge_of(std::to_string(i)));
  EXPECT_EQ(link.deferred(), 10'000U);
  const RedisLink::Deferred under_way = link.deferred_purges();
  const std::uint64_t last = link.defer(purge_of("one too many"));
  ASSERT_EQ(link.deferred(), 1U);
  EXPECT_EQ(link.deferred_purges().purges.front().scope, PurgeRequest::Scope::everything);
  // What was being handed on meanwhile does not stand for it.
  link.handed_on_through(under_way.through);
  EXPECT_EQ(link.deferred(), 1U);
  EXPECT_FALSE(link.is_handed_on(last));
  link.handed_on_through(link.deferred_purges().through);
  EXPECT_EQ(link.deferred(), 0U);
  EXPECT_TRUE(link.is_handed_on(last));
}

}  // namespace
}  // namespace hawkcache::store
