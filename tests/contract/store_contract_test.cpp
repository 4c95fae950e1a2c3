#include "contract/store_contract.hpp"

namespace hawkcache::store {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// --- Finding, replacing, variants ---

TEST_P(StoreContract, gives_back_what_was_put) {
  EXPECT_FALSE(has("/users/7"));
  EXPECT_EQ(fetch_and_put(response("/users/7").tags({"users"}).body(10)), PutResult::stored);
  const Found found = find("/users/7");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0]->path_and_query(), "/users/7");
  EXPECT_EQ(found[0]->authority(), "api.example.com");
  EXPECT_EQ(found[0]->head(), "HTTP/1.1 200 OK\r\n");
  EXPECT_EQ(found[0]->body_size(), 10u);
  EXPECT_EQ(found[0]->tag_texts(), std::vector<std::string>{"users"});
  EXPECT_EQ(found[0]->soft_purged_at(), std::nullopt);
  EXPECT_FALSE(has("/users/8"));
  EXPECT_EQ(store().stats().entries, 1u);
}

TEST_P(StoreContract, clears_what_the_caller_had_in_its_hands) {
  fetch_and_put(response("/a"));
  Found found = find("/a");
  const std::string text = key_text("api.example.com", "/b");
  store().try_find(caching::make_key(text), found);
  EXPECT_TRUE(found.empty());
}

TEST_P(StoreContract, does_not_mix_keys_whose_hashes_are_equal) {
  fetch_and_put(response("/a"));
  const std::string real = key_text("api.example.com", "/a");
  Found found;
  store().try_find({"another text", hash128(real)}, found);
  EXPECT_TRUE(found.empty());
}

TEST_P(StoreContract, a_newer_response_takes_the_place_of_an_older_one) {
  fetch_and_put(response("/a").head("old"));
  const Found before = find("/a");
  fetch_and_put(response("/a").head("new"));
  const Found after = find("/a");
  ASSERT_EQ(after.size(), 1u);
  EXPECT_EQ(after[0]->head(), "new");
  EXPECT_EQ(before[0]->head(), "old") << "readers keep what they hold";
  EXPECT_EQ(store().stats().entries, 1u);
}

TEST_P(StoreContract, an_older_fetch_never_replaces_a_newer_one) {
  const FetchTicket slow = begin_fetch();
  fetch_and_put(response("/a").head("new"));
  EXPECT_EQ(store().put(response("/a").head("old").fetched(slow).made()), PutResult::superseded);
  EXPECT_EQ(find("/a")[0]->head(), "new");
  EXPECT_EQ(store().stats().entries, 1u);
}

TEST_P(StoreContract, keeps_variants_side_by_side_newest_first) {
  fetch_and_put(response("/a").varies({"accept-language"}, "de").head("de"));
  fetch_and_put(response("/a").varies({"accept-language"}, "en").head("en"));
  fetch_and_put(response("/a").varies({"accept-language"}, "de").head("de, new"));
  const Found found = find("/a");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0]->head(), "de, new");
  EXPECT_EQ(found[1]->head(), "en");
}

TEST_P(StoreContract, an_older_fetch_of_one_variant_may_come_after_a_newer_one_of_another) {
  const FetchTicket slow = begin_fetch();
  fetch_and_put(response("/a").varies({"accept-language"}, "de").head("de"));
  EXPECT_EQ(
      store().put(response("/a").varies({"accept-language"}, "en").head("en").fetched(slow).made()),
      PutResult::stored);
  const Found found = find("/a");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0]->head(), "de");
  EXPECT_EQ(found[1]->head(), "en");
}

TEST_P(StoreContract, variants_differ_by_their_vary_names_and_by_the_rule_that_stored_them) {
  fetch_and_put(response("/a").varies({"accept"}, "x"));
  fetch_and_put(response("/a").varies({"accept-language"}, "x"));
  fetch_and_put(response("/a").varies({"accept"}, "x").rule(2));
  EXPECT_EQ(find("/a").size(), 3u);
}

TEST_P(StoreContract, a_response_without_vary_stands_beside_those_with_it) {
  fetch_and_put(response("/a").varies({"accept"}, "x").head("x"));
  fetch_and_put(response("/a").head("old, for all"));
  fetch_and_put(response("/a").head("for all"));
  const Found found = find("/a");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0]->head(), "for all");
  EXPECT_EQ(found[1]->head(), "x");
}

TEST_P(StoreContract, an_older_variant_does_not_come_beside_a_newer_response_for_all) {
  const FetchTicket slow = begin_fetch();
  fetch_and_put(response("/a").head("for all"));
  EXPECT_EQ(store().put(response("/a").varies({"accept"}, "x").fetched(slow).made()),
            PutResult::superseded);
  EXPECT_EQ(find("/a").size(), 1u);
}

TEST_P(StoreContract, the_order_is_that_of_the_requests_whatever_the_epochs_are) {
  const FetchTicket first = begin_fetch();
  store().purge(purge_of_tag("unrelated"), kNow);
  const FetchTicket second = begin_fetch();
  const FetchTicket third = begin_fetch();
  // Put together of the first and the third.
  EXPECT_EQ(store().put(response("/a").head("third").fetched(third).trusted_like(first).made()),
            PutResult::stored);
  EXPECT_EQ(store().put(response("/a").head("second").fetched(second).made()),
            PutResult::superseded);
  EXPECT_EQ(find("/a")[0]->head(), "third");
}

TEST_P(StoreContract, a_purged_response_supersedes_nothing) {
  const FetchTicket first = begin_fetch();
  fetch_and_put(response("/a").head("purged"));
  store().purge(purge_of_url("", "/a"), kNow);
  const FetchTicket after = begin_fetch();
  EXPECT_EQ(store().put(response("/a").head("stays").fetched(after).ordered_like(first).made()),
            PutResult::stored);
  const Found found = find("/a");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0]->head(), "stays");
}

TEST_P(StoreContract, the_number_of_variants_under_one_key_is_bounded) {
  for (int i = 0; i < 2000; ++i) {
    fetch_and_put(response("/a").varies({"cookie"}, std::to_string(i)));
  }
  const Found found = find("/a");
  EXPECT_LE(found.size(), 64u);
  EXPECT_EQ(found[0]->meta().secondary_key, "1999");
  EXPECT_EQ(found.back()->meta().secondary_key, std::to_string(2000 - found.size()));
}

// --- Limits ---

TEST_P(StoreContract, never_holds_more_bytes_than_it_may) {
  open({.max_size = 1 << 20, .max_entries = 100'000, .max_object = 256 << 10});
  for (int i = 0; i < 3000; ++i) {
    const std::size_t size = static_cast<std::size_t>(i % 17) * 500;
    EXPECT_EQ(
        fetch_and_put(response(numbered("/", i)).tags({"all", numbered("tag of ", i)}).body(size)),
        PutResult::stored);
    ASSERT_LE(store().stats().bytes, store().stats().max_bytes);
  }
  EXPECT_GT(store().stats().evicted, 0u);
  EXPECT_GT(store().stats().bytes, store().stats().max_bytes / 2);
}

TEST_P(StoreContract, never_holds_more_entries_than_it_may) {
  open({.max_size = 1 << 20, .max_entries = 10, .max_object = 1000});
  for (int i = 0; i < 100; ++i) {
    fetch_and_put(response(numbered("/", i)));
    EXPECT_EQ(store().stats().entries,
              std::min<std::uint64_t>(10, static_cast<std::uint64_t>(i) + 1));
    EXPECT_TRUE(has(numbered("/", i))) << "what came last is there";
  }
  EXPECT_EQ(store().stats().evicted, 90u);
}

TEST_P(StoreContract, a_refresh_in_a_full_store_throws_out_nothing_else) {
  open({.max_size = 1 << 20, .max_entries = 10, .max_object = 1000});
  for (int i = 0; i < 10; ++i) fetch_and_put(response(numbered("/", i)));
  for (int i = 0; i < 10; ++i) fetch_and_put(response("/3"));
  EXPECT_EQ(store().stats().entries, 10u);
  EXPECT_EQ(store().stats().evicted, 0u);
}

TEST_P(StoreContract, an_object_that_can_never_fit_throws_nothing_out) {
  open({.max_size = 1 << 20, .max_entries = 100, .max_object = 4 << 20});
  for (int i = 0; i < 10; ++i) fetch_and_put(response(numbered("/", i)).body(1000));
  EXPECT_EQ(fetch_and_put(response("/big").body(1 << 20)), PutResult::too_large);
  EXPECT_EQ(store().stats().entries, 10u);
  EXPECT_EQ(store().stats().evicted, 0u);
}

TEST_P(StoreContract, a_body_may_be_as_large_as_max_object_and_no_larger) {
  open({.max_size = 1 << 20, .max_entries = 100, .max_object = 1000});
  EXPECT_EQ(store().max_object(), 1000u);
  EXPECT_EQ(fetch_and_put(response("/a").body(1000)), PutResult::stored);
  EXPECT_EQ(fetch_and_put(response("/b").body(1001)), PutResult::too_large);
  EXPECT_FALSE(has("/b"));
}

TEST_P(StoreContract, one_large_object_finds_room_among_many_small_ones) {
  open({.max_size = 1 << 20, .max_entries = 100'000, .max_object = 1 << 20});
  for (int i = 0; i < 3000; ++i) fetch_and_put(response(numbered("/", i)).body(100));
  EXPECT_EQ(fetch_and_put(response("/big").body(800'000)), PutResult::stored);
  EXPECT_TRUE(has("/big"));
  EXPECT_LE(store().stats().bytes, store().stats().max_bytes);
}

TEST_P(StoreContract, bookkeeping_returns_to_where_it_began) {
  const std::uint64_t before = store().stats().bytes;
  for (int i = 0; i < 500; ++i) {
    fetch_and_put(
        response("/a").tags({"x", std::to_string(i)}).varies({"accept"}, std::to_string(i)));
    fetch_and_put(response("/b"));
  }
  sweep_all(kNow + minutes(120));
  EXPECT_EQ(store().stats().entries, 0u);
  EXPECT_EQ(store().stats().bytes, before);
  expect_purged(store().purge(purge_of_tag("x"), kNow), 0, kExact);
  expect_purged(store().purge(purge_of_url("", "/a"), kNow), 0, kExact);
}

// --- Expiry ---

TEST_P(StoreContract, what_is_of_no_use_any_more_goes_without_being_asked_for) {
  fetch_and_put(response("/short").lifetime(seconds(10)));
  fetch_and_put(response("/long").lifetime(minutes(10)));
  sweep_all(kNow + seconds(9));
  EXPECT_EQ(store().stats().entries, 2u);
  sweep_all(kNow + seconds(12));
  EXPECT_EQ(store().stats().entries, 1u);
  EXPECT_FALSE(has("/short"));
  EXPECT_TRUE(has("/long"));
  sweep_all(kNow + minutes(11));
  EXPECT_EQ(store().stats().entries, 0u);
  EXPECT_EQ(store().stats().expired, 2u);
}

TEST_P(StoreContract, expired_content_is_not_counted_by_later_purges) {
  fetch_and_put(response("/a").tags({"users"}).lifetime(seconds(10)));
  fetch_and_put(response("/b").tags({"users"}));
  sweep_all(kNow + seconds(60));
  expect_purged(store().purge(purge_of_tag("users"), kNow), 1, kExact);
}

TEST_P(StoreContract, a_burst_of_expiries_is_worked_off_in_slices) {
  for (int i = 0; i < 5000; ++i) {
    fetch_and_put(response(numbered("/", i)).lifetime(seconds(10)));
  }
  std::size_t slices = 0;
  std::uint64_t left = store().stats().entries;
  while (store().sweep(kNow + seconds(20), 100) == Store::Sweep::more) {
    ++slices;
    EXPECT_GE(store().stats().entries + 200, left);
    left = store().stats().entries;
  }
  EXPECT_GE(slices, 40u);
  EXPECT_EQ(store().stats().entries, 0u);
}

}  // namespace
}  // namespace hawkcache::store
