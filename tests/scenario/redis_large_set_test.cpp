// A large set of a tag outlives its members, and is emptied before Redis would free it in one go
// (docs/redis.md).
#include "scenario/support/redis_scenario.hpp"
#include "shared_store/tag_scripts.hpp"
#include "support/redis_cli.hpp"

#include <algorithm>

namespace hawkcache::scenario {
namespace {

using shared_store::kLargeSet;
using shared_store::kOutliving;
using ::testing::UnorderedElementsAreArray;
using testing_support::RedisCli;

constexpr std::size_t kDead = 3 * kLargeSet;
constexpr std::size_t kLiving = kLargeSet + 200;
constexpr std::chrono::milliseconds kLife = 1h;

class RedisLargeSet : public OnDeployment {
 protected:
  RedisLargeSet() : set(name("tag:many")), large_tags(name("{tags}:large")) {}

  std::unique_ptr<ProxyUnderTest> make_node() {
    return OnDeployment::make_node({.routes = "- path: /{n}\n  tags: [many]\n  ttl: 1h\n"});
  }
  long long left() const { return cli_of(set).number({"PTTL", set}); }
  long long members() const { return cli_of(set).number({"SCARD", set}); }
  bool is_entered() const {
    return !cli_of(large_tags).run({"ZSCORE", large_tags, "many"}).text.starts_with("(nil)");
  }
  // Names of what has ended.
  void add_dead() const {
    RedisCli::Words words{"SADD", set};
    for (std::size_t i = 0; i < kDead; ++i) words.push_back(name("dead-" + std::to_string(i)));
    cli_of(set).number(words);
  }
  // Names of what lives on. Returns them.
  std::vector<std::string> add_living() const {
    std::vector<std::string> living;
    RedisCli::Words put{"MSET"};
    RedisCli::Words add{"SADD", set};
    for (std::size_t i = 0; i < kLiving; ++i) {
      living.push_back(name("{living}:" + std::to_string(i)));
      put.insert(put.end(), {living.back(), "there"});
      add.push_back(living.back());
    }
    cli_of(living.front()).text(put);
    cli_of(set).number(add);
    return living;
  }
  // One large set with something in it that lives, known to all. Returns how many members it has.
  long long fill_by(const ProxyUnderTest& node) const {
    add_dead();
    cli_of(set).number({"PEXPIRE", set, "60000"});
    EXPECT_EQ(node.client().get("/1").status, 200);
    EXPECT_TRUE(eventually([this] { return is_entered(); }));
    return members();
  }
  // As after an hour and a little more.
  void let_the_last_response_die() const {
    for (const std::string& response : names_of("r:")) cli_of(response).number({"DEL", response});
    set_due();
  }
  void set_due() const {
    const std::string rest = std::to_string((kOutliving - 1s).count());
    cli_of(set).number({"PEXPIRE", set, rest});
    ask_for_a_visit();
  }
  // In milliseconds.
  long long due_in() const {
    const long long now = std::stoll(cli_of(large_tags).list({"TIME"}).at(0)) * 1000;
    return std::stoll(cli_of(large_tags).text({"ZSCORE", large_tags, "many"})) - now;
  }
  void expect_due_in(std::chrono::milliseconds expected) const {
    const long long least = (expected - 60s).count();
    EXPECT_TRUE(eventually([&] { return due_in() > least; }, 60s)) << due_in();
    EXPECT_LE(due_in(), (expected + 60s).count());
  }
  void ask_for_a_visit() const { cli_of(large_tags).number({"ZADD", large_tags, "0", "many"}); }

  const std::string set;
  const std::string large_tags;
};

TEST_P(RedisLargeSet, OutlivesItsMembersAndEndsByBecomingEmpty) {
  a = make_node();
  const long long filled = fill_by(*a);
  EXPECT_GT(left(), (kLife + kOutliving - 60s).count());
  let_the_last_response_die();
  EXPECT_TRUE(eventually([this] { return members() == 0; }, 60s));
  EXPECT_TRUE(eventually([this] { return !is_entered(); }));
  EXPECT_GE(a->metric("hawkcache_redis_swept_total"), static_cast<double>(filled));
}

TEST_P(RedisLargeSet, IsEmptiedByWhoeverIsThere) {
  a = make_node();
  const long long filled = fill_by(*a);
  a.reset();
  let_the_last_response_die();
  EXPECT_EQ(members(), filled);
  b = make_node();
  EXPECT_TRUE(eventually([this] { return members() == 0; }, 60s));
}

// In a cluster nothing else takes the dead out while others live.
TEST_P(RedisLargeSet, IsLookedThroughBeforeThatInAClusterOnly) {
  a = make_node();
  const long long filled = fill_by(*a);
  std::vector<std::string> living = add_living();
  ask_for_a_visit();
  if (!in_cluster()) {
    expect_due_in(kLife);
    EXPECT_EQ(members(), filled + static_cast<long long>(kLiving));
    return;
  }
  for (const std::string& response : names_of("r:")) living.push_back(response);
  const auto as_many = static_cast<long long>(living.size());
  EXPECT_TRUE(eventually([&] { return members() == as_many; }, 60s));
  expect_due_in(15min);
  EXPECT_THAT(cli_of(set).list({"SMEMBERS", set}), UnorderedElementsAreArray(living));
}

TEST_P(RedisLargeSet, WithoutAnEndIsLookedThroughOnceAnHour) {
  a = make_node();
  fill_by(*a);
  add_living();
  cli_of(set).number({"PERSIST", set});
  ask_for_a_visit();
  EXPECT_TRUE(eventually([&] { return members() == static_cast<long long>(kLiving) + 1; }, 60s));
  expect_due_in(1h);
}

TEST_P(RedisLargeSet, IsLookedAtAfterAMinuteAtTheEarliest) {
  a = OnDeployment::make_node({.routes = "- path: /{n}\n  tags: [many]\n  ttl: 1s\n"});
  fill_by(*a);
  EXPECT_GT(due_in(), 1000);
  EXPECT_LE(due_in(), 61'000);
}

// What the Python app has put there, and what lives of ours.
TEST_P(RedisLargeSet, KeepsWhatLives) {
  a = make_node();
  fill_by(*a);
  std::vector<std::string> living = names_of("r:");
  ASSERT_EQ(living.size(), 1U);
  for (int i = 0; i < 20; ++i) {
    living.push_back(name("views:list:" + std::to_string(i)));
    RedisCli::Words put{"SET", living.back(), "pickled"};
    if (i % 2 == 0) put.insert(put.end(), {"EX", "600"});
    cli_of(living.back()).text(put);
    cli_of(set).number({"SADD", set, living.back()});
  }
  set_due();
  const auto as_many = static_cast<long long>(living.size());
  EXPECT_TRUE(eventually([&] { return members() == as_many; }, 60s));
  EXPECT_TRUE(eventually([this] { return !is_entered(); }));
  EXPECT_THAT(cli_of(set).list({"SMEMBERS", set}), UnorderedElementsAreArray(living));
  EXPECT_GT(left(), (kOutliving - 120s).count());
  if (in_cluster()) return;  // where its DEL fails
  living.insert(living.begin(), "DEL");
  living.push_back(set);
  EXPECT_EQ(cli_of(set).number(living), as_many + 1);
  EXPECT_EQ(a->client().get("/1").x_cache(), "MISS");
}

INSTANTIATE_TEST_SUITE_P(On,
                         RedisLargeSet,
                         ::testing::Values(Deployment::one_server, Deployment::cluster),
                         name_of_deployment);

}  // namespace
}  // namespace hawkcache::scenario
