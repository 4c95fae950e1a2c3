// A tag that very many responses carry never holds Redis for long, whether it is purged or they
// die. How much one command does is held by redis_bounds_test; here is how long it takes, by
// Redis's own slow log. A million members: tests/bench/redis_purge.py.
#include "scenario/support/redis_scenario.hpp"
#include "scenario/support/slowness.hpp"
#include "shared_store/tag_scripts.hpp"

namespace hawkcache::scenario {
namespace {

using testing_support::CliReply;
using testing_support::RedisCli;

constexpr int kMembers = 50'000;
constexpr int kDead = 20'000;
constexpr int kStep = 1000;
constexpr long long kSlow = 10'000;  // microseconds

class RedisLargeTag : public RedisScenario {
 protected:
  RedisLargeTag() : RedisScenario(Deployment::one_server, Redis::own) {
    cli().text({"CONFIG", "SET", "slowlog-log-slower-than", std::to_string(kSlow)});
  }
  // As another node would have put them there, under an older generation.
  void fill() const {
    const std::string value(100, 'x');
    std::vector<RedisCli::Words> commands;
    for (int first = 0; first < kMembers; first += kStep) {
      RedisCli::Words set{"MSET"};
      for (int i = first; i < first + kStep; ++i) set.insert(set.end(), {member(i), value});
      commands.push_back(std::move(set));
    }
    for (const CliReply& reply : cli().run_all(commands)) EXPECT_FALSE(reply.is_error());
    add_names(kMembers);
  }
  // Dead, unless something lies under them.
  void add_names(int count) const {
    std::vector<RedisCli::Words> commands;
    for (int first = 0; first < count; first += kStep) {
      RedisCli::Words add{"SADD", name("tag:many")};
      for (int i = first; i < first + kStep; ++i) add.push_back(member(i));
      commands.push_back(std::move(add));
    }
    for (const CliReply& reply : cli().run_all(commands)) EXPECT_FALSE(reply.is_error());
    cli().text({"SLOWLOG", "RESET"});
  }
  // As soon as the last member has died, instead of a minute after it was added.
  void have_it_visited() const {
    const std::string large_tags = name("{tags}:large");
    EXPECT_TRUE(eventually([&] {
      return cli().number({"PTTL", name("tag:many")}) <= shared_store::kOutliving.count() &&
             cli().number({"EXISTS", large_tags}) == 1;
    }));
    cli().number({"ZADD", large_tags, "0", "many"});
  }
  std::string member(int number) const {
    const std::string digits = std::to_string(number);
    const std::string hash = std::string(32 - digits.size(), '0') + digits;
    return name("r:{" + hash + "}:" + hash);
  }
  std::vector<std::string> slow_commands() const {
    std::vector<std::string> slow;
    for (const CliReply& entry : cli().run({"SLOWLOG", "GET", "-1"}).elements) {
      if (entry.elements.at(2).integer <= slowness() * kSlow) continue;
      slow.push_back(entry.elements.at(2).text +
                     " us: " + entry.elements.at(3).elements.at(0).text);
    }
    return slow;
  }
};

// A busy machine may hold up Redis in the middle of any command: but not every time.
TEST_F(RedisLargeTag, IsPurgedWithoutASlowCommand) {
  start({.routes = "- path: /{n}\n  tags: [many]"});
  std::vector<std::string> slow;
  for (int round = 0; round < 5; ++round) {
    fill();
    const double swept = a->metric("hawkcache_redis_swept_total");
    const PurgeAnswer purged = a->purge(R"({"tags": ["many"]})");
    EXPECT_EQ(purged.status, 200) << purged.body;
    EXPECT_EQ(purged.purged, static_cast<std::uint64_t>(kMembers));
    EXPECT_TRUE(eventually(
        [&] { return a->metric("hawkcache_redis_swept_total") >= swept + kMembers; }, 60s));
    EXPECT_TRUE(eventually([this] { return cli().number({"SCARD", name("tag:many")}) == 0; }));
    slow = slow_commands();
    if (slow.empty()) break;
  }
  EXPECT_THAT(slow, ::testing::IsEmpty());
}

TEST_F(RedisLargeTag, EndsWithoutASlowCommandWhenItsMembersHaveDied) {
  start({.routes = "- path: /{n}\n  tags: [many]\n  ttl: 1s"});
  std::vector<std::string> slow;
  for (int round = 0; round < 5; ++round) {
    add_names(kDead);
    cli().number({"PEXPIRE", name("tag:many"), "60000"});
    get(*a, "/" + std::to_string(round));
    EXPECT_GT(cli().number({"PTTL", name("tag:many")}), shared_store::kOutliving.count());
    have_it_visited();
    EXPECT_TRUE(eventually(
        [this] {
          return cli().number({"EXISTS", name("tag:many")}) == 0;
        },
        60s));
    slow = slow_commands();
    if (slow.empty()) break;
  }
  EXPECT_THAT(slow, ::testing::IsEmpty());
}

}  // namespace
}  // namespace hawkcache::scenario
