// What is particular to the memory store; what every store must do is in tests/contract.
#include "store/memory_store.hpp"

#include "contract/response_maker.hpp"
#include "store/memory_shard.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::store {
namespace {

using std::chrono::seconds;

class MemoryStoreTest : public testing::Test {
 protected:
  void open(const MemoryStoreSettings& settings) { store_ = make_memory_store(settings); }
  void SetUp() override { open({}); }

  PutResult put(ResponseMaker maker) {
    const FetchTicket ticket = store_->begin_fetch(kNow);
    return store_->put_now(maker.fetched(ticket).made());
  }
  bool has(std::string_view path) {
    const std::string text = key_text("api.example.com", path);
    Found found;
    store_->try_find(caching::make_key(text), found);
    return !found.empty();
  }

  std::unique_ptr<LocalStore> store_;
};

TEST_F(MemoryStoreTest, the_tags_texts_give_way_to_shared_records) {
  const FetchTicket ticket = store_->begin_fetch(kNow);
  const auto stored = response("/a").tags({"a", "users"}).fetched(ticket).made();
  ASSERT_EQ(store_->put_now(stored), PutResult::stored);
  put(response("/b").tags({"b", "users"}));
  EXPECT_EQ(stored->tag_texts(), (std::vector<std::string>{"a", "users"}));
  EXPECT_EQ(store_->stats().tags, 3u);
  EXPECT_EQ(store_->fence().members("users"), 2u);
}

TEST_F(MemoryStoreTest, a_refused_response_keeps_its_tags) {
  const FetchTicket ticket = store_->begin_fetch(kNow);
  const auto late = response("/a").tags({"users"}).fetched(ticket).made();
  store_->purge_now(purge_of_tag("users"), kNow);
  EXPECT_EQ(store_->put_now(late), PutResult::purged_meanwhile);
  EXPECT_EQ(late->tag_texts(), std::vector<std::string>{"users"});
}

TEST_F(MemoryStoreTest, a_response_outlives_the_store_in_its_readers_hands) {
  put(response("/a").tags({"users"}).head("still here"));
  const std::string text = key_text("api.example.com", "/a");
  Found found;
  store_->try_find(caching::make_key(text), found);
  store_.reset();
  EXPECT_EQ(found.at(0)->head(), "still here");
  EXPECT_EQ(found[0]->tag_texts(), std::vector<std::string>{"users"});
}

TEST_F(MemoryStoreTest, lru_evicts_what_was_not_used_for_the_longest_time) {
  open({.max_entries = 3, .eviction = Eviction::lru});
  for (const char* path : {"/a", "/b", "/c"}) put(response(path));
  EXPECT_TRUE(has("/a"));
  put(response("/d"));
  EXPECT_FALSE(has("/b"));
  EXPECT_TRUE(has("/a"));
}

TEST_F(MemoryStoreTest, the_limits_hold_across_shards) {
  open({.max_size = 4 << 20, .max_entries = 100, .shards = 16});
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(put(response(numbered("/", i)).body(3000)), PutResult::stored);
    ASSERT_LE(store_->stats().entries, 100u);
  }
  EXPECT_EQ(store_->stats().entries, 100u);
}

TEST_F(MemoryStoreTest, a_large_object_takes_its_room_from_all_shards) {
  open({.max_size = 8 << 20, .max_object = 4 << 20, .shards = 8});
  for (int i = 0; i < 8000; ++i) put(response(numbered("/", i)).body(1000));
  const std::uint64_t before = store_->stats().evicted;
  ASSERT_EQ(put(response("/big").body(2 << 20)), PutResult::stored);
  const std::uint64_t evicted = store_->stats().evicted - before;
  EXPECT_GT(evicted, 500u);
  EXPECT_LT(evicted, 2000u) << "about as much as it needs";
}

TEST_F(MemoryStoreTest, purges_are_paid_from_the_budget_and_are_carried_out_all_the_same) {
  open({.max_size = 64 << 10, .max_entries = 1000});
  put(response("/a").tags({"users"}).body(20'000));
  PurgeRequest flood;
  for (int i = 0; i < 3000; ++i) flood.tags.push_back(numbered("nobody's tag ", i));
  flood.tags.emplace_back("users");
  store_->purge_now(flood, kNow);
  EXPECT_FALSE(has("/a"));
  EXPECT_EQ(put(response("/b")), PutResult::no_room);
  while (store_->sweep(kNow, 100) == Store::Sweep::more) {
  }
  EXPECT_EQ(put(response("/b")), PutResult::stored);
}

TEST_F(MemoryStoreTest, what_a_repeated_soft_purge_is_remembered_by_is_paid_from_the_budget) {
  constexpr std::uint64_t kBudget = 2 << 20;
  open({.max_size = kBudget});
  PurgeRequest purge;
  purge.kind = PurgeKind::soft;
  for (int i = 0; i < 3000; ++i) purge.tags.push_back(numbered("nobody's tag ", i));
  // As long as this one is remembered, so are the places that the others had before.
  store_->purge_now(purge_of_tag("older", PurgeKind::soft), kNow);
  int number = 0;
  for (int round = 0; round < 2; ++round) {
    const std::uint64_t evicted = store_->stats().evicted;
    while (store_->stats().evicted == evicted) put(response(numbered("/", ++number)).body(500));
    store_->purge_now(purge, kNow + seconds(round));
    EXPECT_LE(store_->stats().bytes, kBudget) << round;
  }
}

TEST_F(MemoryStoreTest, what_the_allocator_holds_unused_is_taken_from_the_budget) {
  constexpr std::uint64_t kBudget = 1 << 20;
  std::uint64_t slack = 3 << 20;
  open({.max_size = kBudget, .heap_slack = [&slack] { return slack; }});
  int number = 0;
  WallTime now = kNow;
  const auto sweep = [&] {
    now += seconds(1);
    while (store_->sweep(now, 1000) == Store::Sweep::more) {
    }
  };
  // Some seconds later, and after some more responses: how many bytes are kept.
  const auto bytes_when_the_slack_is = [&](std::uint64_t bytes) {
    slack = (3 << 20) + bytes;
    for (int second = 0; second < 3; ++second) sweep();
    for (int i = 0; i < 200; ++i) put(response(numbered("/", ++number)).body(10'000));
    return store_->stats().bytes;
  };
  constexpr std::uint64_t kTolerated = kBudget / 40;
  EXPECT_GT(bytes_when_the_slack_is(0), kBudget - 20'000)
      << "what it was at first is not the store's";
  EXPECT_EQ(store_->stats().slack, 0u);
  EXPECT_GT(bytes_when_the_slack_is(kTolerated), kBudget - 20'000);
  EXPECT_LE(bytes_when_the_slack_is(kTolerated + 200'000), kBudget - 200'000);
  EXPECT_GT(store_->stats().bytes, kBudget - 220'000);
  EXPECT_GE(store_->stats().slack, kTolerated + 200'000);
  EXPECT_LT(store_->stats().slack, kTolerated + 220'000) << "that of the index is in it";
  EXPECT_GT(bytes_when_the_slack_is(10 * kBudget), kBudget * 3 / 4 - 20'000)
      << "something is always kept";
  EXPECT_GT(bytes_when_the_slack_is(0), kBudget - 20'000);
}

TEST_F(MemoryStoreTest, what_the_allocator_holds_for_a_moment_evicts_nobody) {
  std::uint64_t slack = 0;
  open({.max_size = 1 << 20, .heap_slack = [&slack] { return slack; }});
  for (int i = 0; i < 50; ++i) put(response(numbered("/", i)).body(10'000));
  slack = 1 << 20;
  for (int second = 1; second <= 2; ++second) store_->sweep(kNow + seconds(second), 1000);
  slack = 0;
  for (int second = 3; second <= 6; ++second) store_->sweep(kNow + seconds(second), 1000);
  EXPECT_EQ(store_->stats().entries, 50u);
}

TEST_F(MemoryStoreTest, while_much_is_put_the_slack_is_measured_more_often) {
  open({.max_size = 1 << 20, .heap_slack = [] { return 0; }});
  const auto last_sweep = [&](int second) {
    auto outcome = Store::Sweep::more;
    while (outcome == Store::Sweep::more) outcome = store_->sweep(kNow + seconds(second), 32);
    return outcome;
  };
  EXPECT_EQ(last_sweep(1), Store::Sweep::done);
  for (int i = 0; i < 50; ++i) put(response(numbered("/", i)).body(10'000));
  store_->purge_now(purge_of_everything(), kNow);
  EXPECT_EQ(last_sweep(2), Store::Sweep::soon) << "also where there was something to sweep";
  EXPECT_EQ(last_sweep(3), Store::Sweep::done);
}

TEST_F(MemoryStoreTest, room_for_the_slack_is_made_in_slices) {
  std::uint64_t slack = 0;
  open({.max_size = 4 << 20, .heap_slack = [&slack] { return slack; }});
  for (int i = 0; i < 390; ++i) put(response(numbered("/", i)).body(10'000));
  slack = 4 << 20;
  for (int second = 1; second <= 2; ++second) store_->sweep(kNow + seconds(second), 1000);
  std::uint64_t before = store_->stats().entries;
  int slices = 0;
  for (auto more = Store::Sweep::more; more == Store::Sweep::more; ++slices) {
    more = store_->sweep(kNow + seconds(3), 1000);
    EXPECT_LE(before - store_->stats().entries, 20u);
    before = store_->stats().entries;
  }
  EXPECT_GE(slices, 8);
  EXPECT_LE(store_->stats().bytes, 3u << 20);
}

TEST_F(MemoryStoreTest, what_can_never_fit_into_the_room_that_is_left_evicts_nobody) {
  std::uint64_t slack = 0;
  open({.max_size = 1 << 20, .max_object = 1 << 20, .heap_slack = [&slack] { return slack; }});
  for (int i = 0; i < 50; ++i) put(response(numbered("/", i)).body(10'000));
  slack = 1 << 20;
  for (int second = 1; second <= 4; ++second) {
    while (store_->sweep(kNow + seconds(second), 1000) == Store::Sweep::more) {
    }
  }
  EXPECT_EQ(put(response("/big").body(900'000)), PutResult::no_room);
  EXPECT_EQ(store_->stats().entries, 50u);
}

TEST_F(MemoryStoreTest, tags_that_slow_readers_hold_do_not_empty_the_store) {
  open({.max_size = 1 << 20, .max_object = 1 << 20, .shards = 4});
  std::vector<StoredResponsePtr> with_slow_readers;
  for (int i = 0; i < 20; ++i) {
    std::vector<std::string> tags;
    for (int n = 0; n < 100; ++n) tags.push_back(numbered(std::string(250, 't'), 100 * i + n));
    const FetchTicket ticket = store_->begin_fetch(kNow);
    auto read = response(numbered("/read/", i)).tags(std::move(tags)).fetched(ticket).made();
    ASSERT_EQ(store_->put_now(read), PutResult::stored);
    with_slow_readers.emplace_back(std::move(read));
  }
  store_->purge_now(purge_of_everything(), kNow);
  while (store_->sweep(kNow, 1000) == Store::Sweep::more) {
  }
  for (int i = 0; i < 500; ++i) ASSERT_EQ(put(response(numbered("/", i))), PutResult::stored);
  const std::uint64_t before = store_->stats().evicted;
  EXPECT_EQ(put(response("/big").body(600'000)), PutResult::no_room);
  EXPECT_LE(store_->stats().evicted - before, EvictionsInVain::kMost);
  with_slow_readers.clear();
  EXPECT_EQ(put(response("/big").body(600'000)), PutResult::stored);
}

TEST_F(MemoryStoreTest, nothing_fits_into_a_store_of_nothing) {
  open({.max_size = 0});
  EXPECT_EQ(put(response("/a")), PutResult::too_large);
  open({.max_entries = 0});
  EXPECT_EQ(put(response("/a")), PutResult::too_large);
  EXPECT_FALSE(has("/a"));
}

TEST_F(MemoryStoreTest, a_sweep_after_a_purge_looks_at_no_more_than_its_budget) {
  for (int i = 0; i < 4000; ++i) put(response(numbered("/", i)).tags({"t"}));
  store_->purge_now(purge_of_tag("t"), kNow);
  std::size_t slices = 0;
  std::uint64_t left = 4000;
  while (store_->sweep(kNow, 200) == Store::Sweep::more) {
    const std::uint64_t now_left = store_->stats().entries;
    EXPECT_GE(now_left + 300, left);
    left = now_left;
    ++slices;
  }
  EXPECT_EQ(store_->stats().entries, 0u);
  EXPECT_GE(slices, 15u);
}

TEST_F(MemoryStoreTest, purges_without_end_do_not_keep_a_store_sweeping_without_end) {
  for (int i = 0; i < 5000; ++i) put(response(numbered("/", i)));
  const auto sweep = [this](WallTime now) {
    while (store_->sweep(now, 1000) == Store::Sweep::more) {
    }
  };
  const auto fences = [this] { return store_->stats().fences; };
  store_->purge_now(purge_of_tag("a"), kNow);
  sweep(kNow);
  EXPECT_EQ(fences(), 0u);
  store_->purge_now(purge_of_tag("b"), kNow);
  sweep(kNow);
  EXPECT_EQ(fences(), 1u) << "it rests for a moment";
  sweep(kNow + seconds(1));
  EXPECT_EQ(fences(), 0u);
}

TEST_F(MemoryStoreTest, the_place_of_an_entry_costs_little) {
  EXPECT_LE(MemoryShard::bytes_per_entry(), 64u);
}

}  // namespace
}  // namespace hawkcache::store
