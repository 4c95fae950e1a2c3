// Readers, writers, purgers and the sweep at once: who begins after a purge was answered never sees
// what was fetched before it, and the limits hold all the while.
#include "contract/store_contract.hpp"

#include <array>
#include <atomic>
#include <latch>
#include <string>
#include <thread>
#include <vector>

namespace hawkcache::store {
namespace {

constexpr std::size_t kPaths = 8;
constexpr std::size_t kThreadsOfAKind = 2;
// The run ends when all of this has happened, or when a thread has gone round this often.
constexpr std::uint64_t kEnoughHits = 20'000;
constexpr std::uint64_t kEnoughPurges = 2'000;
constexpr std::uint64_t kEnoughRefused = 20;
constexpr std::size_t kMostRounds = 20'000'000;

std::string path_of(std::size_t number) { return numbered("/items/", number); }
std::string tag_of(std::size_t number) { return numbered("item:", number); }

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

// The origin: each resource has a version that only rises, and a version below which a purge has
// been answered.
struct Resource {
  std::atomic<std::uint64_t> version{1};
  std::atomic<std::uint64_t> purged_below{0};

  void purged(std::uint64_t below) {
    std::uint64_t known = purged_below.load();
    while (known < below && !purged_below.compare_exchange_weak(known, below)) {
    }
  }
};

struct Tally {
  std::atomic<std::uint64_t> hits{0};
  std::atomic<std::uint64_t> purges{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> outdated{0};
  std::atomic<std::uint64_t> over_limit{0};

  bool enough() const {
    return hits >= kEnoughHits && purges >= kEnoughPurges && refused >= kEnoughRefused;
  }
};

class Race {
 public:
  explicit Race(Store& store) : store_(store) {}

  const Tally& tally() const { return tally_; }
  void run();

 private:
  void write(std::size_t round) {
    const std::size_t item = round * 7 % kPaths;
    const FetchTicket ticket = store_.fence().begin_fetch();
    const std::uint64_t version = origin_[item].version.load();
    std::this_thread::yield();  // the answer is on its way
    const PutResult result = store_.put(response(path_of(item))
                                            .tags({"items", tag_of(item)})
                                            .head(std::to_string(version))
                                            .fetched(ticket)
                                            .made());
    if (result == PutResult::purged_meanwhile) ++tally_.refused;
  }
  void purge(std::size_t round) {
    const std::size_t item = round * 11 % kPaths;
    const std::uint64_t version = origin_[item].version.fetch_add(1) + 1;
    store_.purge(nth_purge(round, item), kNow);
    origin_[item].purged(version);
    ++tally_.purges;
    for (int i = 0; i < 5; ++i) std::this_thread::yield();
  }
  void read(std::size_t round) {
    const std::size_t item = round * 13 % kPaths;
    if (round % 64 == 0) std::this_thread::yield();
    const std::uint64_t oldest_allowed = origin_[item].purged_below.load();
    for (const StoredResponsePtr& found : find_in(store_, path_of(item))) {
      ++tally_.hits;
      if (std::stoull(found->head()) < oldest_allowed) ++tally_.outdated;
    }
  }
  void sweep(std::size_t round) {
    store_.sweep(kNow + std::chrono::seconds(round % 60), 50);
    const StoreStats stats = store_.stats();
    if (stats.bytes > stats.max_bytes || stats.entries > stats.max_entries) ++tally_.over_limit;
    std::this_thread::yield();
  }

  Store& store_;
  std::array<Resource, kPaths> origin_;
  Tally tally_;
};

void Race::run() {
  using Work = void (Race::*)(std::size_t);
  std::vector<Work> works{&Race::sweep};
  for (std::size_t i = 0; i < kThreadsOfAKind; ++i) {
    works.insert(works.end(), {&Race::write, &Race::purge, &Race::read});
  }
  std::latch start(static_cast<std::ptrdiff_t>(works.size()));
  std::atomic<bool> worn_out{false};
  std::vector<std::thread> threads;
  for (std::size_t seed = 0; seed < works.size(); ++seed) {
    threads.emplace_back([&, seed, work = works[seed]] {
      start.arrive_and_wait();
      for (std::size_t round = 0; !tally_.enough() && !worn_out; ++round) {
        (this->*work)(round + seed);
        if (round == kMostRounds) worn_out = true;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_P(StoreStress, no_reader_sees_what_an_answered_purge_removed) {
  open({.max_size = 1 << 20, .max_entries = 6, .max_object = 1 << 20});
  Race race(store());
  race.run();
  const Tally& tally = race.tally();
  EXPECT_EQ(tally.outdated, 0u);
  EXPECT_EQ(tally.over_limit, 0u);
  EXPECT_TRUE(tally.enough()) << tally.hits << " hits, " << tally.purges << " purges, "
                              << tally.refused << " refused";
  store().purge(purge_of_everything(), kNow);
  sweep_all();
  EXPECT_EQ(store().stats().entries, 0u);
  EXPECT_EQ(store().stats().tags, 0u);
  EXPECT_EQ(store().purge(purge_of_tag("items"), kNow).count, 0u);
}

}  // namespace
}  // namespace hawkcache::store
