// Readers, writers and purgers at once on two nodes that share a Redis, for a bounded time.
#include "scenario/support/redis_scenario.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <thread>
#include <utility>

namespace hawkcache::scenario {
namespace {

using SteadyClock = std::chrono::steady_clock;

// What the purges of one thing promise to those who read it from now on.
class Promise {
 public:
  // `version` and everything newer, as of now.
  void give(std::size_t node, int version) {
    const std::scoped_lock lock(mutex_);
    on_node_[node] = version;
    everywhere_.emplace_back(SteadyClock::now(), version);
  }
  // The oldest version that whoever asks this node now may get. What another node has purged may
  // take that long to get there.
  int at_least(std::size_t node, std::chrono::milliseconds lag) const {
    const std::scoped_lock lock(mutex_);
    int version = on_node_[node];
    const auto known_since = SteadyClock::now() - lag;
    for (auto one = everywhere_.rbegin(); one != everywhere_.rend(); ++one) {
      if (one->first <= known_since) return std::max(version, one->second);
    }
    return version;
  }

 private:
  mutable std::mutex mutex_;
  std::array<int, 2> on_node_{};
  std::deque<std::pair<SteadyClock::time_point, int>> everywhere_;
};

// A reader that began after a purge was answered must not see an older version.
class RedisPurgeStress : public RedisScenario, public ::testing::WithParamInterface<Setting> {
 protected:
  RedisPurgeStress() : RedisScenario(std::get<Deployment>(GetParam())) {}

  static constexpr std::size_t kItems = 4;
  struct Item {
    std::atomic<int> database{0};
    Promise purged;
  };
  static std::string target(std::size_t item) { return "/items/" + std::to_string(item); }

  static Backend backend() { return std::get<Backend>(GetParam()); }
  void SetUp() override {
    start({.backend = backend(),
           .routes = "- path: /items/{id:int}\n  tags: [item, \"item:{id}\"]\n"
                     "  stale_while_revalidate: 1h\n"
                     "- path: /items/{id:int}\n  methods: [PUT]\n"
                     "  invalidates: [\"item:{id}\"]\n"});
    for (std::size_t i = 0; i < kItems; ++i) {
      origin.on(target(i), [this, i](OriginExchange& exchange) { answer(i, exchange); });
    }
  }

  void answer(std::size_t i, OriginExchange& exchange) {
    if (exchange.request().method == "PUT") {
      exchange.respond("done");
      return;
    }
    const std::string body = std::to_string(items_[i].database.load());
    for (std::size_t turn = 0; turn < exchange.request().number % 5; ++turn)
      std::this_thread::yield();
    const std::string raw = ok(body, {{"Surrogate-Key", "origin:" + std::to_string(i)}});
    exchange.send(raw.substr(0, raw.size() - 1));
    for (std::size_t turn = 0; turn < exchange.request().number % 3; ++turn)
      std::this_thread::yield();
    exchange.send(raw.substr(raw.size() - 1));
  }

  const ProxyUnderTest& node(std::size_t number) const { return number == 0 ? *a : *b; }

  int status_of_write(const ProxyUnderTest& on, std::size_t i, std::size_t turn) {
    const std::string id = std::to_string(i);
    switch (turn % 6) {
      case 0:
        return on.client().request("PUT", target(i), {}, "x").status;
      case 1:
        return on.purge(R"({"tags": ["item:)" + id + R"("]})").status;
      case 2:
        return on.purge(R"({"tags": ["origin:)" + id + R"("]})").status;
      case 3:
        return on.purge(R"({"urls": ["/items/)" + id + R"("]})").status;
      case 4:
        return on.purge(R"({"prefixes": ["/items/)" + id + R"("]})").status;
      default:
        return on.purge(R"({"all": true})").status;
    }
  }

  void write(std::size_t i, std::size_t turn) {
    const int version = ++items_[i].database;
    const std::size_t on = turn / 6 % 2;
    if (status_of_write(node(on), i, turn) == 200) {
      items_[i].purged.give(on, version);
    } else {
      ++failed_;
    }
  }

  void read(std::size_t turn) {
    const std::size_t i = turn % kItems;
    const std::size_t on = turn / kItems % 2;
    const auto lag = backend() == Backend::tiered ? kLongestLag : std::chrono::milliseconds(0);
    const int at_least = items_[i].purged.at_least(on, lag);
    const Response response = get(node(on), target(i));
    if (response.status != 200)
      ++failed_;
    else if (std::atoi(response.body.c_str()) < at_least)
      ++stale_;
    if (response.x_cache() == "HIT") ++hits_;
    ++reads_;
  }

  std::array<Item, kItems> items_;
  std::atomic<int> failed_{0};
  std::atomic<int> stale_{0};
  std::atomic<int> hits_{0};
  std::atomic<int> reads_{0};
};

TEST_P(RedisPurgeStress, NobodySeesOldContentAfterAPurge) {
  const auto begun = SteadyClock::now();
  // Long enough to mean something on a busy machine too.
  const auto busy = [&] {
    const auto passed = SteadyClock::now() - begun;
    return passed < 2s || (reads_ < 200 && passed < 10s);
  };
  std::vector<std::thread> threads;
  for (std::size_t reader = 0; reader < 4; ++reader) {
    threads.emplace_back([&, reader] {
      for (std::size_t turn = reader; busy(); ++turn) {
        read(turn);
        if (turn % 40 == 0) clock.advance(20s);
      }
    });
  }
  // One writer per item, so that its versions come in order.
  for (std::size_t writer = 0; writer < kItems; ++writer) {
    threads.emplace_back([&, writer] {
      for (std::size_t turn = writer; busy(); ++turn) {
        write(writer, turn);
        const int seen = reads_;
        // So that some of what is read is a hit.
        while (reads_ < seen + 8 && busy()) std::this_thread::yield();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(stale_, 0) << "of " << reads_;
  EXPECT_EQ(failed_, 0) << "of " << reads_;
  EXPECT_GT(reads_, 20);
  EXPECT_GT(hits_, 0);
}

INSTANTIATE_TEST_SUITE_P(Settings, RedisPurgeStress, every_setting(), name_of_setting);

}  // namespace
}  // namespace hawkcache::scenario
