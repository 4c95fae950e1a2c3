// The figures of Redis in /metrics after traffic that is known: exact where it decides them alone,
// within bounds where the daemon asks Redis on its own account as well.
#include "scenario/support/redis_trouble.hpp"
#include "support/redis_monitor.hpp"

#include <functional>
#include <map>
#include <optional>

namespace hawkcache::scenario {
namespace {

using testing_support::RedisMonitor;
using testing_support::SeenCommand;

class RedisMetrics : public RedisTrouble {
 protected:
  static constexpr int kTargets = 5;
  static constexpr double kBody = 100'000;
  // Names, fields and what else goes with a body; and what the daemon asks at rest meanwhile.
  static constexpr double kBesideABody = 4000;
  static constexpr double kAtRest = 200'000;

  RedisMetrics() {
    timeout = 2s;  // nothing hangs unless it is told to
    content.set(std::string(static_cast<std::size_t>(kBody), 'x'));
  }
  static std::string target_of(int number) { return "/items/" + std::to_string(number); }
  double count_up_to(const std::string& seconds) const {
    return metric("command_duration_seconds_bucket{le=\"" + seconds + "\"}");
  }
  void expect_metrics(const std::map<std::string, double>& values) const {
    for (const auto& [name, value] : values) EXPECT_EQ(metric(name), value) << name;
  }
  // A daemon has carried this traffic, and never waited for Redis in vain: on a machine that is too
  // busy for it, once more.
  using Step = std::function<void()>;
  void serve(
      const Step& traffic, const Step& before_it_starts = [] {}) {
    for (int i = 0; i < 5; ++i) {
      proxy.reset();
      redis.cli().text({"FLUSHALL"});
      before_it_starts();
      use(redis.url(), "redis");
      EXPECT_TRUE(comes_up());
      traffic();
      if (metric("timeouts_total") == 0) return;
    }
  }
  // Each a miss, and a hit twice.
  void ask() {
    for (int round = 0; round < 3; ++round) {
      for (int i = 0; i < kTargets; ++i) get(target_of(i));
    }
  }
  // Requests that wait for Redis, each on a connection of its own.
  std::vector<Client> ask_and_wait(int count) {
    std::vector<Client> clients;
    for (int i = 0; i < count; ++i) {
      clients.push_back(client());
      clients.back().send_request("GET", next_target());
    }
    return clients;
  }

  RedisServer redis;
};

// What the daemon has sent: all but what a new connection says first, which is three commands.
class SentCommands {
 public:
  explicit SentCommands(const RedisServer& server) : monitor_(server) {}
  void look() {
    for (const SeenCommand& command : monitor_.take()) {
      if (command.from_script()) continue;
      ++sent_;
      const bool names = command.name == "client" && command.arguments.front() == "SETNAME";
      if (names) ++connections_;
    }
  }
  double count() const { return sent_ - 3 * connections_; }
  double connections() const { return connections_; }

 private:
  RedisMonitor monitor_;
  int sent_ = 0;
  int connections_ = 0;
};

TEST_F(RedisMetrics, LookUpsStoresAndPurges) {
  serve([this] {
    ask();
    purge(R"({"tags": ["item:1"]})");
    get(target_of(1));
  });
  expect_metrics({{"state", 0},
                  {"state_changes_total", 2},  // down, joining, up
                  {"finds_total", 3 * kTargets + 1},
                  {"hits_total", 2 * kTargets},
                  {"misses_total", kTargets + 1},
                  {"stores_total", kTargets + 1},
                  {"purges_total", 1},
                  {"finds_unavailable_total", 0},
                  {"puts_unavailable_total", 0},
                  {"purges_deferred_total", 0},
                  {"values_rejected_total", 0},
                  {"command_errors_total", 0},
                  {"timeouts_total", 0},
                  {"commands_refused_total", 0},
                  {"connect_failures_total", 0},
                  {"disconnects_total", 0}});
}

TEST_F(RedisMetrics, CommandsAndHowLongTheyTook) {
  std::optional<SentCommands> sent;
  const auto traffic = [this] {
    ask();
    purge(R"({"tags": ["items"]})");
  };
  serve(traffic, [&] { sent.emplace(redis); });
  const auto count = [this] { return metric("command_duration_seconds_count"); };
  EXPECT_TRUE(eventually([&] {
    sent->look();
    const double counted = metric("commands_total");
    return counted == sent->count() && counted == count();
  })) << metric("commands_total")
      << " " << sent->count() << " " << count();
  // A look-up is two commands; storing one, and one more for each tag; a purge two.
  EXPECT_GE(count(), 2 * 3 * kTargets + 3 * kTargets + 2);
  EXPECT_EQ(metric("connects_total"), sent->connections());
  EXPECT_EQ(metric("connections"), sent->connections());
  EXPECT_TRUE(eventually([&] { return metric("commands_waiting") == 0; }));
  EXPECT_TRUE(eventually([&] { return count_up_to("+Inf") == count(); }));
  EXPECT_LE(count_up_to("0.001"), count_up_to("0.1"));
  EXPECT_GT(metric("command_duration_seconds_sum"), 0);
}

TEST_F(RedisMetrics, Bytes) {
  serve([this] { ask(); });
  const auto expect_about = [](double bytes, int bodies) {
    EXPECT_GE(bytes, bodies * kBody);
    EXPECT_LE(bytes, bodies * (kBody + kBesideABody) + kAtRest);
  };
  expect_about(metric("bytes_sent_total"), kTargets);
  expect_about(metric("bytes_received_total"), 2 * kTargets);
}

// Each look-up of what is of another type is one, and finds what was put in its place afterwards.
TEST_F(RedisMetrics, ErrorsOfTheServer) {
  serve([this] {
    ask();
    RedisCli cli = redis.cli();
    for (const std::string& index : cli.list({"KEYS", "hawkcache:i:*"})) {
      cli.text({"SET", index, "no index"});
    }
    ask();
  });
  expect_metrics({{"command_errors_total", kTargets}, {"state", 0}, {"state_changes_total", 2}});
}

TEST_F(RedisMetrics, WaitingTimedOutAndLeft) {
  constexpr int kRequests = 6;
  timeout = 1s;
  use(redis.url(), "redis");
  warm(target_of(0));
  redis.freeze();
  std::vector<Client> clients = ask_and_wait(kRequests);
  EXPECT_TRUE(eventually([&] { return metric("commands_waiting") >= 2 * kRequests; }));
  EXPECT_LE(metric("commands_waiting"), 2 * kRequests + 4) << "some are the daemon's own";
  const double answered = metric("command_duration_seconds_count");
  for (Client& client : clients) EXPECT_EQ(client.read().status, 200);
  EXPECT_GE(metric("timeouts_total"), kRequests);
  EXPECT_GE(metric("finds_unavailable_total"), kRequests);
  EXPECT_TRUE(eventually([&] { return metric("state") == 2; }));
  EXPECT_EQ(metric("command_duration_seconds_count"), answered);
  redis.thaw();
  EXPECT_TRUE(comes_up());
  EXPECT_EQ(metric("state"), 0);
  EXPECT_TRUE(eventually([&] { return metric("commands_waiting") == 0; }));
}

TEST_F(RedisMetrics, AnswersThatTookLong) {
  use(redis.url(), "redis");
  warm(target_of(0));
  const auto slow = [this] { return count_up_to("+Inf") - count_up_to("0.1"); };
  const double before = slow();
  redis.freeze();
  const auto since = std::chrono::steady_clock::now();
  std::vector<Client> clients = ask_and_wait(1);
  EXPECT_TRUE(eventually([&] { return metric("commands_waiting") >= 2; }));
  EXPECT_TRUE(eventually([&] { return std::chrono::steady_clock::now() > since + 300ms; }));
  redis.thaw();
  EXPECT_EQ(clients.front().read().status, 200);
  EXPECT_GE(slow(), before + 2) << "both commands of the look-up";
  EXPECT_GE(metric("command_duration_seconds_sum"), 0.4);
}

// More in one go than may wait for its answers is not sent.
TEST_F(RedisMetrics, RefusedForWantOfRoom) {
  constexpr int kTags = 10'000;
  Daemon daemon = daemon_on(redis.url(), "redis");
  daemon.limits = "tags_per_response: 20000\nresponse_header_block: 1MiB";
  start(daemon);
  EXPECT_TRUE(comes_up());
  origin.on("/items/many", [](OriginExchange& exchange) {
    std::string tags;
    for (int i = 0; i < kTags; ++i) tags += std::to_string(i) + ' ';
    exchange.respond("much", {{"Surrogate-Key", tags}});
  });
  for (int i = 1; i <= 2; ++i) {
    EXPECT_EQ(get("/items/many").x_cache(), "MISS");
    expect_metrics({{"commands_refused_total", i}, {"puts_unavailable_total", i}});
  }
  warm(target_of(0));
  expect_metrics({{"commands_refused_total", 2}, {"state", 0}, {"state_changes_total", 2}});
}

}  // namespace
}  // namespace hawkcache::scenario
