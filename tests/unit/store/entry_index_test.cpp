#include "store/entry_index.hpp"

#include <algorithm>
#include <random>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::store {
namespace {

std::vector<Entry*> with_hash(const EntryIndex& index, std::uint32_t hash) {
  std::vector<Entry*> found;
  index.visit(hash, [&](Entry& entry) { found.push_back(&entry); });
  return found;
}

std::size_t length_of(const EntryIndex& index, std::size_t bucket) {
  std::size_t length = 0;
  index.visit_bucket(bucket, [&](Entry&) { ++length; });
  return length;
}

TEST(EntryIndex, keeps_entries_of_one_hash_together) {
  EntryIndex index;
  std::vector<Entry> entries(1000);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    entries[i].hash = static_cast<std::uint32_t>(i % 50) * 2'654'435'761u;
    index.insert(entries[i]);
  }
  for (std::size_t i = 0; i < 50; ++i) {
    std::set<Entry*> expected;
    for (std::size_t k = i; k < entries.size(); k += 50) expected.insert(&entries[k]);
    const std::vector<Entry*> found = with_hash(index, entries[i].hash);
    EXPECT_EQ(found.size(), expected.size());
    EXPECT_EQ(std::set<Entry*>(found.begin(), found.end()), expected);
  }
}

// More than a bucket has room for: they go in any order, from line and chain.
TEST(EntryIndex, loses_none_when_crowded_buckets_are_thinned_out) {
  EntryIndex index;
  std::mt19937 random(7);
  std::vector<Entry> entries(40);
  std::set<Entry*> present;
  for (int step = 0; step < 20'000; ++step) {
    Entry& entry = entries[random() % entries.size()];
    if (present.erase(&entry) != 0) {
      index.remove(entry);
    } else {
      entry.hash =
          12'345 + (static_cast<std::uint32_t>(random() % 3) << 8);  // one bucket, three tags
      index.insert(entry);
      present.insert(&entry);
    }
    std::set<Entry*> found;
    for (std::uint32_t tag = 0; tag < 3; ++tag) {
      for (Entry* one : with_hash(index, 12'345 + (tag << 8))) found.insert(one);
    }
    ASSERT_EQ(found, present);
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

TEST(EntryIndex, grows_a_bucket_at_a_time_and_keeps_buckets_small) {
  EntryIndex index;
  std::mt19937 random(7);
  std::vector<Entry> entries(10'000);
  for (Entry& entry : entries) {
    const std::size_t before = index.buckets();
    entry.hash = static_cast<std::uint32_t>(random());
    index.insert(entry);
    EXPECT_LE(index.buckets(), before + 1);
  }
  std::size_t chained = 0;
  for (std::size_t bucket = 0; bucket < index.buckets(); ++bucket) {
    const std::size_t length = length_of(index, bucket);
    EXPECT_LE(length, 24u);
    if (length > 8) chained += length - 8;
  }
  EXPECT_LE(chained, entries.size() / 10);
}

// Beyond 256 buckets they are split by what the links say of their entries' hashes.
TEST(EntryIndex, finds_all_in_a_large_table) {
  EntryIndex index;
  std::mt19937 random(7);
  std::vector<Entry> entries(100'000);
  for (Entry& entry : entries) {
    entry.hash = static_cast<std::uint32_t>(random());
    index.insert(entry);
  }
  for (Entry& entry : entries) {
    const std::vector<Entry*> found = with_hash(index, entry.hash);
    ASSERT_TRUE(std::find(found.begin(), found.end(), &entry) != found.end());
  }
  for (Entry& entry : entries) index.remove(entry);
  EXPECT_EQ(index.size(), 0u);
  for (const Entry& entry : entries) ASSERT_TRUE(with_hash(index, entry.hash).empty());
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
    index.visit_bucket(bucket, [&](const Entry& entry) { seen.insert(&entry); });
    for (int i = 0; i < 12 && inserted < entries.size(); ++i) index.insert(entries[inserted++]);
  }
  EXPECT_GT(inserted, 3000u);
  for (std::size_t i = 0; i < 1000; ++i) EXPECT_TRUE(seen.contains(&entries[i]));
}

TEST(EntryIndex, an_entry_is_lean) { EXPECT_LE(sizeof(Entry), 56u); }

}  // namespace
}  // namespace hawkcache::store
