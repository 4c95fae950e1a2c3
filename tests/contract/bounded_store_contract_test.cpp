// What only a store can do that keeps everything itself, within bounds: budgets, exact books,
// sweeps.
//
// The tiered store is none: what its memory has evicted, swept or not been given comes back from
// Redis with the next look-up, and its purges count what Redis has. Its memory tier by itself is:
// make_memory_store() makes that too, and it is here as such.
#include "contract/store_contract.hpp"

namespace hawkcache::store {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// --- Books ---

TEST_P(BoundedStoreContract, what_takes_the_place_of_another_is_counted_once) {
  const FetchTicket slow = begin_fetch();
  fetch_and_put(response("/a").head("old"));
  EXPECT_EQ(stats().entries, 1u);
  fetch_and_put(response("/a").head("new"));
  EXPECT_EQ(put(response("/a").head("oldest").fetched(slow)), PutResult::superseded);
  EXPECT_EQ(stats().entries, 1u);
}

TEST_P(BoundedStoreContract, what_is_looked_up_after_a_purge_of_everything_is_gone_from_the_books) {
  for (int i = 0; i < 100; ++i) fetch_and_put(response(numbered("/", i)));
  expect_purged(purge(purge_of_everything()), 100, kExact);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(has(numbered("/", i)));
  EXPECT_EQ(stats().entries, 0u);
}

// --- Limits ---

TEST_P(BoundedStoreContract, never_holds_more_bytes_than_it_may) {
  open({.max_size = 1 << 20, .max_entries = 100'000, .max_object = 256 << 10});
  for (int i = 0; i < 3000; ++i) {
    const std::size_t size = static_cast<std::size_t>(i % 17) * 500;
    EXPECT_EQ(
        fetch_and_put(response(numbered("/", i)).tags({"all", numbered("tag of ", i)}).body(size)),
        PutResult::stored);
    ASSERT_LE(stats().bytes, stats().max_bytes);
  }
  EXPECT_GT(stats().evicted, 0u);
  EXPECT_GT(stats().bytes, stats().max_bytes / 2);
}

TEST_P(BoundedStoreContract, never_holds_more_entries_than_it_may) {
  open({.max_size = 1 << 20, .max_entries = 10, .max_object = 1000});
  for (int i = 0; i < 100; ++i) {
    fetch_and_put(response(numbered("/", i)));
    EXPECT_EQ(stats().entries, std::min<std::uint64_t>(10, static_cast<std::uint64_t>(i) + 1));
    EXPECT_TRUE(has(numbered("/", i))) << "what came last is there";
  }
  EXPECT_EQ(stats().evicted, 90u);
}

TEST_P(BoundedStoreContract, a_refresh_in_a_full_store_throws_out_nothing_else) {
  open({.max_size = 1 << 20, .max_entries = 10, .max_object = 1000});
  for (int i = 0; i < 10; ++i) fetch_and_put(response(numbered("/", i)));
  for (int i = 0; i < 10; ++i) fetch_and_put(response("/3"));
  EXPECT_EQ(stats().entries, 10u);
  EXPECT_EQ(stats().evicted, 0u);
}

TEST_P(BoundedStoreContract, an_object_that_can_never_fit_throws_nothing_out) {
  open({.max_size = 1 << 20, .max_entries = 100, .max_object = 4 << 20});
  for (int i = 0; i < 10; ++i) fetch_and_put(response(numbered("/", i)).body(1000));
  EXPECT_EQ(fetch_and_put(response("/big").body(1 << 20)), PutResult::too_large);
  EXPECT_EQ(stats().entries, 10u);
  EXPECT_EQ(stats().evicted, 0u);
}

TEST_P(BoundedStoreContract, what_is_as_large_as_an_object_may_be_is_stored) {
  for (const std::uint64_t max_size : {256u << 10, 1u << 20, 16u << 20}) {
    open({.max_size = max_size, .max_entries = 100, .max_object = max_size});
    EXPECT_EQ(fetch_and_put(response("/big").body(max_object())), PutResult::stored);
    EXPECT_GT(max_object(), max_size / 10 * 9);
  }
}

// Their records are not in the entries, but go with them.
TEST_P(BoundedStoreContract, makes_room_where_tags_have_filled_it) {
  open({.max_size = 1 << 20, .max_entries = 100'000, .max_object = 256 << 10});
  for (int i = 0; i < 40; ++i) {
    std::vector<std::string> tags;
    for (int k = 0; k < 1000; ++k) {
      tags.push_back(numbered("t", i * 1000 + k));
      tags.back().resize(95, '-');
    }
    EXPECT_EQ(fetch_and_put(response(numbered("/", i)).tags(std::move(tags))), PutResult::stored);
    ASSERT_LE(stats().bytes, stats().max_bytes);
    EXPECT_GE(stats().entries, std::min<std::uint64_t>(3, static_cast<std::uint64_t>(i) + 1))
        << "no more go than need be";
  }
  EXPECT_GT(stats().evicted, 20u);
}

TEST_P(BoundedStoreContract, one_large_object_finds_room_among_many_small_ones) {
  open({.max_size = 1 << 20, .max_entries = 100'000, .max_object = 1 << 20});
  for (int i = 0; i < 3000; ++i) fetch_and_put(response(numbered("/", i)).body(100));
  EXPECT_EQ(fetch_and_put(response("/big").body(800'000)), PutResult::stored);
  EXPECT_TRUE(has("/big"));
  EXPECT_LE(stats().bytes, stats().max_bytes);
}

TEST_P(BoundedStoreContract, bookkeeping_returns_to_where_it_began) {
  const std::uint64_t before = stats().bytes;
  for (int i = 0; i < 500; ++i) {
    fetch_and_put(
        response("/a").tags({"x", std::to_string(i)}).varies({"accept"}, std::to_string(i)));
    fetch_and_put(response("/b"));
  }
  sweep_all(kNow + minutes(120));
  EXPECT_EQ(stats().entries, 0u);
  EXPECT_EQ(stats().bytes, before);
  expect_purged(purge(purge_of_tag("x")), 0, kExact);
  expect_purged(purge(purge_of_url("", "/a")), 0, kExact);
}

// --- Expiry ---

TEST_P(BoundedStoreContract, what_is_of_no_use_any_more_goes_without_being_asked_for) {
  fetch_and_put(response("/short").lifetime(seconds(10)));
  fetch_and_put(response("/long").lifetime(minutes(10)));
  sweep_all(kNow + seconds(9));
  EXPECT_EQ(stats().entries, 2u);
  sweep_all(kNow + seconds(12));
  EXPECT_EQ(stats().entries, 1u);
  EXPECT_FALSE(has("/short"));
  EXPECT_TRUE(has("/long"));
  sweep_all(kNow + minutes(11));
  EXPECT_EQ(stats().entries, 0u);
  EXPECT_EQ(stats().expired, 2u);
}

TEST_P(BoundedStoreContract, expired_content_is_not_counted_by_later_purges) {
  fetch_and_put(response("/a").tags({"users"}).lifetime(seconds(10)));
  fetch_and_put(response("/b").tags({"users"}));
  sweep_all(kNow + seconds(60));
  expect_purged(purge(purge_of_tag("users")), 1, kExact);
}

TEST_P(BoundedStoreContract, a_burst_of_expiries_is_worked_off_in_slices) {
  for (int i = 0; i < 5000; ++i) {
    fetch_and_put(response(numbered("/", i)).lifetime(seconds(10)));
  }
  std::size_t slices = 0;
  std::uint64_t left = stats().entries;
  while (sweep(kNow + seconds(20), 100) == Store::Sweep::more) {
    ++slices;
    EXPECT_GE(stats().entries + 200, left);
    left = stats().entries;
  }
  EXPECT_GE(slices, 40u);
  EXPECT_EQ(stats().entries, 0u);
}

// --- What a purge says it purged ---

TEST_P(BoundedStoreContract, the_count_of_a_soft_purge_is_exact) {
  fetch_and_put(response("/a").tags({"users"}));
  expect_purged(purge(purge_of_tag("users", PurgeKind::soft)), 1, kExact);
  expect_purged(purge(purge_of_url("", "/a", PurgeKind::soft)), 1, kExact);
  expect_purged(purge(purge_of_everything(PurgeKind::soft)), 1, kExact);
}

TEST_P(BoundedStoreContract, the_count_is_exact_for_one_tag_each_variant_counted) {
  fetch_and_put(response("/a").tags({"users"}).varies({"accept"}, "x"));
  fetch_and_put(response("/a").tags({"users"}).varies({"accept"}, "y"));
  fetch_and_put(response("/b").tags({"users", "b"}));
  fetch_and_put(response("/c").tags({"posts"}));
  expect_purged(purge(purge_of_tag("nobody's")), 0, kExact);
  expect_purged(purge(purge_of_tag("users")), 3, kExact);
}

TEST_P(BoundedStoreContract, the_count_is_exact_for_one_url) {
  const auto fill = [this] {
    fetch_and_put(response("/a").host("one.example").varies({"accept"}, "x"));
    fetch_and_put(response("/a").host("one.example").varies({"accept"}, "y"));
    fetch_and_put(response("/a").host("two.example"));
    fetch_and_put(response("/a?b"));
  };
  const auto purged = [&](const char* authority, const char* path) {
    sweep_all();
    fill();
    return purge(purge_of_url(authority, path));
  };
  expect_purged(purged("", "/a"), 3, kExact);
  expect_purged(purged("one.example", "/a"), 2, kExact);
  expect_purged(purged("TWO.example:443", "/a"), 1, kExact);
  expect_purged(purged("three.example", "/a"), 0, kExact);
  expect_purged(purged("", "/b"), 0, kExact);
}

TEST_P(BoundedStoreContract, the_count_is_an_upper_bound_where_several_things_are_named) {
  fetch_and_put(response("/a").tags({"one", "two"}));
  fetch_and_put(response("/b").tags({"two"}));
  PurgeRequest request = purge_of_tag("one");
  request.tags.emplace_back("two");
  request.urls = {{"", "/a"}};
  expect_purged(purge(request), 2, kEstimate);
}

TEST_P(BoundedStoreContract, the_count_of_a_prefix_is_an_estimate) {
  fetch_and_put(response("/a"));
  EXPECT_EQ(purge(purge_of_prefix("", "/a")).accuracy, kEstimate);
}

TEST_P(BoundedStoreContract, the_count_is_exact_again_after_the_sweep) {
  fetch_and_put(response("/a").tags({"users"}));
  fetch_and_put(response("/b").tags({"users"}));
  expect_purged(purge(purge_of_tag("users")), 2, kExact);
  fetch_and_put(response("/a").tags({"users"}));
  const Purged again = purge(purge_of_tag("users"));
  EXPECT_EQ(again.accuracy, kEstimate);
  EXPECT_GE(again.count, 1u);
  EXPECT_EQ(purge(purge_of_everything()).accuracy, kEstimate);
  sweep_all();
  EXPECT_EQ(stats().entries, 0u);
  fetch_and_put(response("/a").tags({"users"}));
  expect_purged(purge(purge_of_tag("users")), 1, kExact);
}

// --- What is left of what was purged ---

TEST_P(BoundedStoreContract, a_look_up_of_purged_content_removes_it_at_once) {
  fetch_and_put(response("/a").tags({"users"}));
  purge(purge_of_tag("users"));
  EXPECT_FALSE(has("/a"));
  EXPECT_EQ(stats().entries, 0u);
  EXPECT_EQ(stats().purged, 1u);
}

TEST_P(BoundedStoreContract, a_sweep_gives_the_memory_of_purged_content_back) {
  const std::uint64_t before = stats().bytes;
  for (int i = 0; i < 1000; ++i) {
    fetch_and_put(response(numbered("/", i)).tags({"t", numbered("t", i)}).body(100));
  }
  purge(purge_of_tag("t"));
  sweep_all();
  EXPECT_EQ(stats().entries, 0u);
  EXPECT_EQ(stats().purged, 1000u);
  EXPECT_EQ(stats().fences, 0u);
  EXPECT_EQ(stats().tags, 0u);
  EXPECT_EQ(stats().bytes, before);
}

TEST_P(BoundedStoreContract, fences_are_remembered_as_long_as_a_fetch_needs_them) {
  FetchTicket ticket = begin_fetch();
  purge(purge_of_tag("users"));
  purge(purge_of_url("", "/a"));
  sweep_all();
  EXPECT_EQ(stats().fences, 2u);
  ticket = FetchTicket();
  sweep_all();
  EXPECT_EQ(stats().fences, 0u);
  EXPECT_EQ(fence().floor(), 0u);
}

}  // namespace
}  // namespace hawkcache::store
