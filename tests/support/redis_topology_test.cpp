#include "support/redis_cluster.hpp"
#include "support/redis_sentinels.hpp"

#include <gtest/gtest.h>

namespace hawkcache::testing_support {
namespace {

TEST(RedisClusterTest, MovesSlotsAndSurvivesTheLossOfAMaster) {
  RedisCluster cluster({.replicas = true});
  const std::uint16_t slot = cluster.slot_of("a");
  const std::string other = cluster.key_in(slot);
  const std::size_t owner = cluster.owner_of(slot);
  const std::size_t next = (owner + 1) % cluster.masters();
  EXPECT_EQ(cluster.node(owner).cli().text({"SET", "a", "1"}), "OK");
  EXPECT_EQ(cluster.node(owner).cli().text({"SET", other, "2"}), "OK");

  cluster.begin_move(slot, next);
  cluster.move_key("a", next);
  EXPECT_TRUE(cluster.node(owner).cli().run({"GET", "a"}).text.starts_with("ASK "));
  EXPECT_EQ(cluster.node(owner).cli().text({"GET", other}), "2");
  cluster.move_keys(slot, next);
  cluster.finish_move(slot, next);
  EXPECT_TRUE(cluster.node(owner).cli().run({"GET", "a"}).text.starts_with("MOVED "));
  EXPECT_EQ(cluster.owner_of(slot), next);
  EXPECT_EQ(cluster.node(next).cli().text({"GET", other}), "2");

  ASSERT_EQ(cluster.node(next).cli().replicas_up_to_date(1), 1);
  const std::size_t promoted = cluster.fail_over(next);
  EXPECT_EQ(cluster.owner_of(slot), promoted);
  EXPECT_EQ(cluster.node(promoted).cli().text({"GET", "a"}), "1");
}

TEST(RedisSentinelsTest, NameAnotherMasterWhenTheFirstIsGone) {
  RedisSentinels sentinels;
  const std::uint16_t first = sentinels.master_port();
  EXPECT_EQ(first, sentinels.server(0).port());
  sentinels.fail_over();
  EXPECT_NE(sentinels.master_port(), first);
  EXPECT_EQ(sentinels.master().cli().text({"SET", "a", "1"}), "OK");
}

}  // namespace
}  // namespace hawkcache::testing_support
