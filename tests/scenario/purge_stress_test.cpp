// Readers, writers and purgers at once, for a bounded time.
#include "scenario/support/scenario.hpp"

#include <atomic>
#include <thread>

namespace hawkcache::scenario {
namespace {

// A reader that began after a purge was answered must not see an older version.
class PurgeStress : public Scenario {
 protected:
  static constexpr std::size_t kItems = 4;
  struct Item {
    std::atomic<int> database{0};
    std::atomic<int> purged{0};  // the version that every later reader must at least see
  };
  static std::string target(std::size_t item) { return "/items/" + std::to_string(item); }

  void SetUp() override {
    start(
        "- path: /items/{id:int}\n  tags: [item, \"item:{id}\"]\n  stale_while_revalidate: 1h\n"
        "- path: /items/{id:int}\n  methods: [PUT]\n  invalidates: [\"item:{id}\"]\n");
    for (std::size_t i = 0; i < kItems; ++i) {
      origin.on(target(i), [this, i](OriginExchange& exchange) {
        if (exchange.request().method == "PUT") {
          exchange.respond("done");
          return;
        }
        const std::string body = std::to_string(items_[i].database.load());
        for (std::size_t turn = 0; turn < exchange.request().number % 5; ++turn)
          std::this_thread::yield();
        const std::string raw = ok(body, {{"Surrogate-Key", "origin:" + std::to_string(i)}});
        const std::size_t half = raw.size() - 1;
        exchange.send(raw.substr(0, half));
        for (std::size_t turn = 0; turn < exchange.request().number % 3; ++turn)
          std::this_thread::yield();
        exchange.send(raw.substr(half));
      });
    }
  }

  void write(std::size_t i, std::size_t turn) {
    const std::string id = std::to_string(i);
    const int version = ++items_[i].database;
    int status = 0;
    switch (turn % 6) {
      case 0:
        status = request("PUT", target(i), {}, "x").status;
        break;
      case 1:
        status = purge(R"({"tags": ["item:)" + id + R"("]})").status;
        break;
      case 2:
        status = purge(R"({"tags": ["origin:)" + id + R"("]})").status;
        break;
      case 3:
        status = purge(R"({"urls": ["/items/)" + id + R"("]})").status;
        break;
      case 4:
        status = purge(R"({"prefixes": ["/items/)" + id + R"("]})").status;
        break;
      default:
        status = purge(R"({"all": true})").status;
        break;
    }
    if (status == 200)
      items_[i].purged = version;
    else
      ++failed_;
  }

  void read(std::size_t turn) {
    const std::size_t i = turn % kItems;
    const int at_least = items_[i].purged;
    const Response response = get(target(i));
    if (response.status != 200)
      ++failed_;
    else if (std::atoi(response.body.c_str()) < at_least)
      ++stale_;
    ++reads_;
  }

  Item items_[kItems];
  std::atomic<int> failed_{0};
  std::atomic<int> stale_{0};
  std::atomic<int> reads_{0};
};

TEST_F(PurgeStress, NobodySeesOldContentAfterAPurge) {
  const auto begun = std::chrono::steady_clock::now();
  // Long enough to mean something on a busy machine too.
  const auto busy = [&] {
    const auto passed = std::chrono::steady_clock::now() - begun;
    return passed < 1500ms || (reads_ < 200 && passed < 10s);
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
      for (std::size_t turn = writer; busy(); ++turn) write(writer, turn);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(stale_, 0) << "of " << reads_;
  EXPECT_EQ(failed_, 0) << "of " << reads_;
  EXPECT_GT(reads_, 20);
}

}  // namespace
}  // namespace hawkcache::scenario
