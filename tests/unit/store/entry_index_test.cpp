#include "store/entry_index.hpp"

#include <memory>
#include <random>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::store {
namespace {

std::vector<Entry*> with_hash(const EntryIndex& index, std::uint32_t hash) {
  std::vector<Entry*> found;
  for (Entry* entry = index.chain(hash); entry != nullptr; entry = entry->chained) {
    if (entry->hash == hash) found.push_back(entry);
  }
  return found;
}

TEST(EntryIndex, keeps_entries_of_one_hash_together_newest_first) {
  EntryIndex index;
  std::vector<Entry> entries(200);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    entries[i].hash = static_cast<std::uint32_t>(i % 50) * 2'654'435'761u;
    index.insert(entries[i]);
  }
  for (std::size_t i = 0; i < 50; ++i) {
    const std::vector<Entry*> expected{
        &entries[i + 150], &entries[i + 100], &entries[i + 50], &entries[i]};
    EXPECT_EQ(with_hash(index, entries[i].hash), expected);
  }
}

TEST(EntryIndex, finds_what_is_there_and_not_what_was_removed) {
  EntryIndex index;
  std::mt19937 random(7);
  std::vector<Entry> entries(5000);
  std::vector<bool> present(entries.size());
  for (int step = 0; step < 50'000; ++step) {
    const std::size_t i = random() % entries.size();
    if (present[i]) {
      index.remove(entries[i]);
    } else {
      entries[i].hash = static_cast<std::uint32_t>(i) * 2'654'435'761u;
      index.insert(entries[i]);
    }
    present[i] = !present[i];
  }
  std::size_t count = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto found = with_hash(index, static_cast<std::uint32_t>(i) * 2'654'435'761u);
    EXPECT_EQ(found.size(), present[i] ? 1u : 0u);
    count += present[i] ? 1u : 0u;
  }
  EXPECT_EQ(index.size(), count);
}

TEST(EntryIndex, grows_a_bucket_at_a_time_and_keeps_chains_short) {
  EntryIndex index;
  std::mt19937 random(7);
  std::vector<Entry> entries(10'000);
  for (Entry& entry : entries) {
    const std::size_t before = index.buckets();
    entry.hash = static_cast<std::uint32_t>(random());
    index.insert(entry);
    EXPECT_LE(index.buckets(), before + 1);
  }
  std::size_t longest = 0;
  for (std::size_t bucket = 0; bucket < index.buckets(); ++bucket) {
    std::size_t length = 0;
    for (Entry* entry = index.bucket(bucket); entry != nullptr; entry = entry->chained) ++length;
    longest = std::max(longest, length);
  }
  EXPECT_LE(longest, 14u);
}

TEST(EntryIndex, a_walk_interrupted_by_growth_misses_nothing_that_was_there) {
  EntryIndex index;
  std::mt19937 random(7);
  std::vector<Entry> entries(4000);
  for (Entry& entry : entries) entry.hash = static_cast<std::uint32_t>(random());
  for (std::size_t i = 0; i < 1000; ++i) index.insert(entries[i]);
  std::set<const Entry*> seen;
  std::size_t inserted = 1000;
  for (std::size_t bucket = 0; bucket < index.buckets(); ++bucket) {
    for (Entry* entry = index.bucket(bucket); entry != nullptr; entry = entry->chained) {
      seen.insert(entry);
    }
    for (int i = 0; i < 3 && inserted < entries.size(); ++i) index.insert(entries[inserted++]);
  }
  for (std::size_t i = 0; i < 1000; ++i) EXPECT_TRUE(seen.contains(&entries[i]));
}

TEST(EntryIndex, an_entry_is_lean) { EXPECT_LE(sizeof(Entry), 56u); }

}  // namespace
}  // namespace hawkcache::store
