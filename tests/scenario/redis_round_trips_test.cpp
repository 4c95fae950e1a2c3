// What a hit costs: one round trip on one server; on a cluster one request each to the master with
// the response and to the one with the counter, neither of which waits for the other; and one more
// where it was guessed wrongly which variant is wanted.
#include "scenario/support/redis_scenario.hpp"
#include "support/redis_monitor.hpp"

#include <algorithm>
#include <map>
#include <sstream>

namespace hawkcache::scenario {
namespace {

using testing_support::RedisCli;
using testing_support::RedisMonitor;
using testing_support::RedisServer;

constexpr int kKeys = 40;

class RedisRoundTrips : public OnDeployment {
 protected:
  RedisRoundTrips() {
    for (const RedisServer* server : redis.servers()) clis_.push_back(server->cli());
  }
  void serve() {
    origin.otherwise([](OriginExchange& exchange) {
      const OriginRequest& request = exchange.request();
      Fields fields;
      if (request.target.starts_with("/varies")) fields.emplace_back("Vary", "X-Lang");
      if (request.target.starts_with("/speaks")) {
        fields = {{"Vary", "Accept-Language"}, {"Content-Language", "de"}};
      }
      exchange.respond(request.target, fields);
    });
    // What selects variants is remembered by each thread for itself.
    start({.routes = kRoutes, .threads = 1});
    // Their connections are there.
    fetch(*a, "/first-");
    expect_hits(*b, "/first-");
    for (const std::string& response : names_of("r:")) {
      cli_of(response).number({"DEL", response});
    }
  }
  // Requests to Redis so far, each of one command or of several. What the daemons do at rest is one
  // command a request; it is not counted, nor is the test's own.
  long long requests() {
    long long all = 0;
    for (RedisCli& cli : clis_) all += requests_to(cli);
    return all;
  }
  // Of one hit on each key: where its response does not lie beside the counter, two masters are
  // asked.
  long long requests_of_a_hit_each() const {
    if (!in_cluster()) return kKeys;
    long long all = 0;
    const RedisServer* with_counter = &redis.server_with(name("{fences}:epoch"));
    for (const std::string& response : names_of("r:")) {
      all += &redis.server_with(response) == with_counter ? 1 : 2;
    }
    return all;
  }
  static void expect_hits(const ProxyUnderTest& node,
                          const std::string& stem,
                          const std::string& languages = "de") {
    Client client = node.client();
    for (int i = 0; i < kKeys; ++i) {
      const std::string target = stem + std::to_string(i);
      const Response hit = client.get(target, in(languages));
      EXPECT_EQ(hit.x_cache(), "HIT") << hit;
      EXPECT_EQ(hit.body, target);
    }
  }
  static void fetch(const ProxyUnderTest& node, const std::string& stem) {
    Client client = node.client();
    for (int i = 0; i < kKeys; ++i) client.get(stem + std::to_string(i), in("de"));
  }
  static Fields in(const std::string& languages) {
    return {{"X-Lang", languages}, {"Accept-Language", languages}};
  }

  static constexpr const char* kRoutes =
      "- path: /{name}\n  ttl: 1h\n  normalize: [accept-language]";

 private:
  // How many requests a command stands for that is none of a look-up. Who connects asks for INFO
  // twice, and sets its name, in one.
  static long long requests_at_rest(const std::string& command) {
    static const std::map<std::string, long long> all{{"info", 1},
                                                      {"client|setname", -1},
                                                      {"ping", 1},
                                                      {"eval", 1},
                                                      {"evalsha", 1},
                                                      {"cluster|slots", 1}};
    const auto found = all.find(command);
    return found == all.end() ? 0 : found->second;
  }
  // Connections that were closed before are seen to be closed before a second command is read.
  static long long requests_to(RedisCli& cli) {
    cli.text({"PING"});
    constexpr std::string_view kReads = "total_reads_processed:";
    constexpr std::string_view kCommand = "cmdstat_";
    long long requests = 0;
    std::istringstream lines(cli.text({"INFO", "all"}));
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with(kReads)) requests += std::atoll(line.c_str() + kReads.size());
      const std::size_t end = line.find(":calls=");
      if (!line.starts_with(kCommand) || end == std::string::npos) continue;
      const std::string command = line.substr(kCommand.size(), end - kCommand.size());
      requests -= requests_at_rest(command) * std::atoll(line.c_str() + end + 7);
    }
    return requests;
  }

  std::vector<RedisCli> clis_;
};

TEST_P(RedisRoundTrips, AHitIsOne) {
  serve();
  fetch(*a, "/plain-");
  const long long of_a_hit_each = requests_of_a_hit_each();
  const long long before = requests();
  expect_hits(*a, "/plain-");
  expect_hits(*b, "/plain-");
  EXPECT_EQ(requests() - before, 2 * of_a_hit_each);
}

TEST_P(RedisRoundTrips, AWrongGuessIsOneMoreAndTheNextHitNone) {
  serve();
  fetch(*a, "/varies-");
  const long long of_a_hit_each = requests_of_a_hit_each();
  long long before = requests();
  expect_hits(*b, "/varies-");  // which has not heard of their Vary
  EXPECT_EQ(requests() - before, of_a_hit_each + kKeys);
  before = requests();
  expect_hits(*b, "/varies-");
  EXPECT_EQ(requests() - before, of_a_hit_each);
}

TEST_P(RedisRoundTrips, AHitInThePreferredLanguageIsOneMore) {
  serve();
  fetch(*a, "/speaks-");
  const long long of_a_hit_each = requests_of_a_hit_each();
  for (int i = 0; i < 2; ++i) {
    const long long before = requests();
    expect_hits(*b, "/speaks-", "de, en;q=0.5");
    EXPECT_EQ(requests() - before, of_a_hit_each + kKeys);
  }
}

INSTANTIATE_TEST_SUITE_P(On,
                         RedisRoundTrips,
                         ::testing::Values(Deployment::one_server, Deployment::cluster),
                         name_of_deployment);

class RedisRoundTripsOnMasters : public RedisRoundTrips {
 protected:
  // Whether a look-up asks for this while the other master hangs. Redis is left when it hangs for
  // long: then it is not asked at all, and nothing is learned.
  bool is_asked(const RedisServer& asked, const std::string& command, RedisServer& hangs) {
    EXPECT_TRUE(eventually([this] { return uses_redis(*a); }));
    RedisMonitor monitor(asked);
    Client client = a->client();
    hangs.freeze();
    client.send_request("GET", target_);
    const bool seen = eventually(
        [&] {
          const auto commands = monitor.take();
          return std::any_of(commands.begin(), commands.end(), [&](const auto& one) {
            return !one.from_script() && one.name == command;
          });
        },
        500ms);
    hangs.thaw();
    EXPECT_EQ(client.read().status, 200);
    return seen;
  }
  // One whose response does not lie beside the counter.
  void fetch_one() {
    RedisServer& with_counter = redis.server_with(name("{fences}:epoch"));
    for (int i = 0; target_.empty(); ++i) {
      const std::string target = "/plain-" + std::to_string(i);
      const std::vector<std::string> before = names_of("r:");
      a->client().get(target);
      for (const std::string& response : names_of("r:")) {
        if (std::find(before.begin(), before.end(), response) != before.end()) continue;
        if (&redis.server_with(response) == &with_counter) continue;
        target_ = target;
        with_response_ = &redis.server_with(response);
      }
    }
  }
  RedisServer& with_response() { return *with_response_; }

 private:
  std::string target_;
  RedisServer* with_response_ = nullptr;
};

TEST_P(RedisRoundTripsOnMasters, BothAreAskedAtOnce) {
  serve();
  fetch_one();
  RedisServer& with_counter = redis.server_with(name("{fences}:epoch"));
  EXPECT_TRUE(eventually([&] { return is_asked(with_response(), "mget", with_counter); }));
  EXPECT_TRUE(eventually([&] { return is_asked(with_counter, "get", with_response()); }));
}

INSTANTIATE_TEST_SUITE_P(On,
                         RedisRoundTripsOnMasters,
                         ::testing::Values(Deployment::cluster),
                         name_of_deployment);

}  // namespace
}  // namespace hawkcache::scenario
