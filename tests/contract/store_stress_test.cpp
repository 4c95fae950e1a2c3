// Readers, writers, purgers and the sweep at once: who begins after a purge was answered never sees
// what was fetched before it, and the limits hold all the while.
#include "contract/store_contract.hpp"

#include <array>
#include <atomic>
#include <thread>
#include <vector>

namespace hawkcache::store {
namespace {

constexpr std::size_t kPaths = 40;
constexpr int kFetches = 4000;
constexpr int kPurges = 1500;
constexpr int kReads = 8000;

// The origin: each path has a version that only rises, and a version below which a purge has been
// answered.
struct Origin {
  struct Resource {
    std::atomic<std::uint64_t> version{1};
    std::atomic<std::uint64_t> purged_below{0};
  };
  std::array<Resource, kPaths> resources;
};

std::string path_of(std::size_t number) { return "/items/" + std::to_string(number); }
std::string tag_of(std::size_t number) { return "item:" + std::to_string(number); }

PurgeRequest nth_purge(std::size_t n, std::size_t item) {
  switch (n % 5) {
    case 0:
      return purge_of_url("", path_of(item));
    case 1:
      return purge_of_url("api.example.com", path_of(item));
    case 2:
      return purge_of_prefix("", path_of(item));
    default:
      return purge_of_tag(tag_of(item));
  }
}

TEST_P(StoreStress, no_reader_sees_what_an_answered_purge_removed) {
  open({.max_size = 1 << 20, .max_entries = 30, .max_object = 1 << 20});
  Origin origin;
  std::atomic<bool> running{true};
  std::atomic<std::uint64_t> hits{0};
  std::atomic<std::uint64_t> outdated{0};
  std::atomic<std::uint64_t> over_limit{0};

  const auto write = [&](std::size_t seed) {
    for (std::size_t i = 0; i < kFetches; ++i) {
      const std::size_t item = (i * 7 + seed) % kPaths;
      const FetchTicket ticket = fence().begin_fetch();
      const std::uint64_t version = origin.resources[item].version.load();
      if (i % 3 == 0) std::this_thread::yield();  // the answer is on its way
      store().put(response(path_of(item))
                      .tags({"items", tag_of(item)})
                      .head(std::to_string(version))
                      .fetched(ticket)
                      .made());
    }
  };
  const auto purge = [&](std::size_t seed) {
    for (std::size_t i = 0; i < kPurges; ++i) {
      const std::size_t item = (i * 11 + seed) % kPaths;
      const std::uint64_t version = origin.resources[item].version.fetch_add(1) + 1;
      store().purge(nth_purge(i + seed, item), kNow);
      auto& below = origin.resources[item].purged_below;
      std::uint64_t known = below.load();
      while (known < version && !below.compare_exchange_weak(known, version)) {
      }
    }
  };
  const auto read = [&](std::size_t seed) {
    for (std::size_t i = 0; i < kReads; ++i) {
      const std::size_t item = (i * 13 + seed) % kPaths;
      const std::uint64_t oldest_allowed = origin.resources[item].purged_below.load();
      for (const StoredResponsePtr& found : find(path_of(item))) {
        hits.fetch_add(1);
        if (std::stoull(found->head()) < oldest_allowed) outdated.fetch_add(1);
      }
    }
  };
  const auto sweep = [&] {
    for (int second = 0; running.load(); ++second) {
      store().sweep(kNow + std::chrono::seconds(second % 60), 50);
      const StoreStats stats = store().stats();
      if (stats.bytes > stats.max_bytes || stats.entries > stats.max_entries)
        over_limit.fetch_add(1);
      std::this_thread::yield();
    }
  };

  std::thread sweeper(sweep);
  std::vector<std::thread> threads;
  for (std::size_t seed = 0; seed < 2; ++seed) {
    threads.emplace_back(write, seed);
    threads.emplace_back(purge, seed);
    threads.emplace_back(read, seed);
  }
  for (std::thread& thread : threads) thread.join();
  running = false;
  sweeper.join();

  EXPECT_GT(hits.load(), 0u);
  EXPECT_EQ(outdated.load(), 0u);
  EXPECT_EQ(over_limit.load(), 0u);
  store().purge(purge_of_everything(), kNow);
  sweep_all();
  EXPECT_EQ(store().stats().entries, 0u);
  EXPECT_EQ(store().stats().tags, 0u);
  EXPECT_EQ(store().purge(purge_of_tag("items"), kNow).count, 0u);
}

}  // namespace
}  // namespace hawkcache::store
