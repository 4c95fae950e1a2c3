// Readers, writers, purgers and the sweep at once: who begins after a purge was answered never sees
// what was fetched before it, and the limits hold all the while.
#include "contract/store_contract.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <future>
#include <latch>
#include <memory>
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

// One of those who take part: on a worker of its own, with that worker's store. Lives as long as
// the race.
class Racer {
 public:
  enum class Work : std::uint8_t { write, purge, read, sweep };
  Racer(
      Work work, std::size_t seed, Store& store, std::array<Resource, kPaths>& origin, Tally& tally)
      : work_(work), seed_(seed), store_(store), origin_(origin), tally_(tally) {}

  // Goes round until everything has happened; whether it did before it was worn out.
  Awaitable<bool> run(std::latch& start) {
    start.arrive_and_wait();
    for (std::size_t round = 0; round < kMostRounds; ++round) {
      if (tally_.enough()) co_return true;
      co_await do_once(round + seed_);
    }
    co_return false;
  }

 private:
  Awaitable<void> do_once(std::size_t round) {
    switch (work_) {
      case Work::write:
        return write(round);
      case Work::purge:
        return purge(round);
      case Work::read:
        return read(round);
      case Work::sweep:
        break;
    }
    return sweep(round);
  }
  Awaitable<void> write(std::size_t round);
  Awaitable<void> purge(std::size_t round);
  Awaitable<void> read(std::size_t round);
  Awaitable<void> sweep(std::size_t round);

  const Work work_;
  const std::size_t seed_;
  Store& store_;
  std::array<Resource, kPaths>& origin_;
  Tally& tally_;
};

Awaitable<void> Racer::write(std::size_t round) {
  const std::size_t item = round * 7 % kPaths;
  const FetchTicket ticket = store_.begin_fetch(kNow);
  const std::uint64_t version = origin_[item].version.load();
  std::this_thread::yield();  // the answer is on its way
  auto fetched = response(path_of(item))
                     .tags({"items", tag_of(item)})
                     .head(std::to_string(version))
                     .fetched(ticket)
                     .made();
  Patience patience = store_.patience();
  const PutResult result = co_await store_.put(std::move(fetched), patience);
  if (result == PutResult::purged_meanwhile) ++tally_.refused;
}

Awaitable<void> Racer::purge(std::size_t round) {
  const std::size_t item = round * 11 % kPaths;
  const std::uint64_t version = origin_[item].version.fetch_add(1) + 1;
  const auto purged = co_await store_.purge(nth_purge(round, item), kNow);
  if (purged.has_error()) co_return;
  origin_[item].purged(version);
  ++tally_.purges;
  for (int i = 0; i < 5; ++i) std::this_thread::yield();
}

Awaitable<void> Racer::read(std::size_t round) {
  const std::size_t item = round * 13 % kPaths;
  if (round % 64 == 0) std::this_thread::yield();
  const std::uint64_t oldest_allowed = origin_[item].purged_below.load();
  const std::string text = key_text("api.example.com", path_of(item));
  Found found;
  if (store_.reach() == Reach::remote) {
    Patience patience = store_.patience();
    [[maybe_unused]] const auto outcome =
        co_await store_.find_all(caching::make_key(text), found, patience);
  } else {
    store_.try_find(caching::make_key(text), found);
  }
  for (const StoredResponsePtr& one : found) {
    ++tally_.hits;
    if (std::stoull(std::string(one->head())) < oldest_allowed) ++tally_.outdated;
  }
}

Awaitable<void> Racer::sweep(std::size_t round) {
  store_.sweep(kNow + std::chrono::seconds(round % 60), 50);
  const StoreStats stats = store_.stats();
  const bool bounded = stats.max_bytes != 0;
  if (bounded && (stats.bytes > stats.max_bytes || stats.entries > stats.max_entries)) {
    ++tally_.over_limit;
  }
  std::this_thread::yield();
  co_return;
}

std::vector<Racer::Work> works() {
  std::vector<Racer::Work> works{Racer::Work::sweep};
  for (std::size_t i = 0; i < kThreadsOfAKind; ++i) {
    works.insert(works.end(), {Racer::Work::write, Racer::Work::purge, Racer::Work::read});
  }
  return works;
}

TEST_P(StoreStress, no_reader_sees_what_an_answered_purge_removed) {
  const std::vector<Racer::Work> kinds = works();
  StoreWorld world(GetParam().make,
                   {.max_size = 1 << 20, .max_entries = 6, .max_object = 1 << 20},
                   kinds.size());
  std::array<Resource, kPaths> origin;
  Tally tally;
  std::vector<std::unique_ptr<Racer>> racers;
  std::latch start(static_cast<std::ptrdiff_t>(kinds.size()));
  std::vector<std::future<bool>> ends;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    racers.push_back(std::make_unique<Racer>(kinds[i], i, world.store(i), origin, tally));
    ends.push_back(
        world.start(i, [racer = racers.back().get(), &start] { return racer->run(start); }));
  }
  for (std::future<bool>& end : ends) {
    EXPECT_TRUE(end.get()) << tally.hits << " hits, " << tally.purges << " purges, "
                           << tally.refused << " refused";
  }
  EXPECT_EQ(tally.outdated, 0u);
  EXPECT_EQ(tally.over_limit, 0u);
  if (world.store(0).reach() == Reach::remote) return;
  Store& store = world.store(0);
  world.run([&store] { return store.purge(purge_of_everything(), kNow); });
  while (store.sweep(kNow, 1000) == Store::Sweep::more) {
  }
  EXPECT_EQ(store.stats().entries, 0u);
  EXPECT_EQ(store.stats().tags, 0u);
  const auto purged = world.run([&store] { return store.purge(purge_of_tag("items"), kNow); });
  EXPECT_EQ(purged.value().count, 0u);
}

}  // namespace
}  // namespace hawkcache::store
