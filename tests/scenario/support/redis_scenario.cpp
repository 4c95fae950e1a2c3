#include "scenario/support/redis_scenario.hpp"

#include <set>
#include <sstream>

namespace hawkcache::scenario {
namespace {

std::string next_prefix() {
  static int tests = 0;
  return "test" + std::to_string(++tests) + ":";
}

// Of the daemons' followers, and of those who look.
bool is_background(const std::string& command) {
  static const std::set<std::string> all{"info",
                                         "time",
                                         "ping",
                                         "eval",
                                         "evalsha",
                                         "get",
                                         "zrevrange",
                                         "zscore",
                                         "zrangebyscore",
                                         "getrange",
                                         "zrange"};
  return all.contains(command) || command.starts_with("client");
}

}  // namespace

RedisScenario::RedisScenario(Deployment deployment, Redis whose)
    : own_redis(whose == Redis::own ? std::make_unique<RedisDeployment>(deployment) : nullptr),
      redis(own_redis ? *own_redis : RedisDeployment::shared(deployment)),
      prefix(next_prefix()) {}

std::unique_ptr<ProxyUnderTest> RedisScenario::make_node(const NodeOptions& options) {
  const std::string store = "backend: " + name_of(options.backend) + "\nredis: { url: \"" +
                            redis.url(options.credentials) + "\", prefix: \"" + prefix +
                            "\", timeout: " + options.timeout + " }\n";
  auto node = std::make_unique<ProxyUnderTest>(origin.port(),
                                               clock,
                                               Daemon{.routes = options.routes,
                                                      .memory = options.memory,
                                                      .store = store,
                                                      .threads = options.threads});
  EXPECT_TRUE(eventually([&] { return uses_redis(*node); }));
  return node;
}

void RedisScenario::start(const NodeOptions& options) {
  a = make_node(options);
  b = make_node(options);
  // The nodes' clocks stand still, each at the moment at which it looked at Redis's: whatever is
  // fetched after the next step forward is newer on both.
  clock.advance(1s);
}

long long RedisScenario::invalidate_tags(const std::vector<std::string>& tags) const {
  std::vector<std::string> sets;
  for (const std::string& tag : tags) sets.push_back(name("tag:" + tag));
  testing_support::RedisCli::Words sunion{"SUNION"};
  sunion.insert(sunion.end(), sets.begin(), sets.end());
  testing_support::RedisCli::Words del{"DEL"};
  for (std::string& member : cli().list(sunion)) del.push_back(std::move(member));
  del.insert(del.end(), sets.begin(), sets.end());
  return cli().number(del);
}

CommandCounts RedisScenario::command_counts() const {
  CommandCounts counts;
  std::istringstream lines(cli().text({"INFO", "commandstats"}));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t end = line.find(":calls=");
    if (!line.starts_with("cmdstat_") || end == std::string::npos) continue;
    const std::string command = line.substr(8, end - 8);
    if (!is_background(command)) counts[command] = std::atoll(line.c_str() + end + 7);
  }
  return counts;
}

CommandCounts RedisScenario::commands_since(const CommandCounts& before) const {
  CommandCounts counts = command_counts();
  for (const auto& [command, count] : before) counts[command] -= count;
  std::erase_if(counts, [](const auto& one) { return one.second == 0; });
  return counts;
}

void RedisScenario::expect_only(const ProxyUnderTest& node,
                                std::string_view target,
                                const std::string& body,
                                std::chrono::milliseconds lag,
                                std::chrono::steady_clock::time_point since) {
  for (int good = 0; good < 3;) {
    const auto asked = std::chrono::steady_clock::now();
    const Response response = get(node, target);
    EXPECT_EQ(response.status, 200) << response;
    if (response.body == body) {
      ++good;
    } else {
      // Once it is there it stays.
      ASSERT_EQ(good, 0) << response;
      ASSERT_LT(asked, since + lag) << response;
    }
  }
}

}  // namespace hawkcache::scenario
