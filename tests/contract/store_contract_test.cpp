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

TEST_P(StoreContract, a_response_without_vary_takes_the_place_of_all_variants) {
  fetch_and_put(response("/a").varies({"accept"}, "x"));
  fetch_and_put(response("/a").varies({"accept"}, "y").rule(2));
  fetch_and_put(response("/a").head("for all"));
  const Found found = find("/a");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0]->head(), "for all");
}

TEST_P(StoreContract, an_older_variant_does_not_come_beside_a_newer_response_for_all) {
  const FetchTicket slow = begin_fetch();
  fetch_and_put(response("/a").head("for all"));
  EXPECT_EQ(store().put(response("/a").varies({"accept"}, "x").fetched(slow).made()),
            PutResult::superseded);
  EXPECT_EQ(find("/a").size(), 1u);
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

// --- Purging ---

TEST_P(StoreContract, a_purge_of_a_tag_removes_what_carries_it_and_nothing_else) {
  fetch_and_put(response("/users").tags({"users"}));
  fetch_and_put(response("/users/7").tags({"user:7", "users"}));
  fetch_and_put(response("/posts").tags({"posts"}));
  store().purge(purge_of_tag("users"), kNow);
  EXPECT_FALSE(has("/users"));
  EXPECT_FALSE(has("/users/7"));
  EXPECT_TRUE(has("/posts"));
}

TEST_P(StoreContract, tags_are_literal) {
  fetch_and_put(response("/a").tags({"user:7"}));
  for (const char* tag : {"user:*", "user", "user:", "user:7 ", "user:7,x", "USER:7", ""}) {
    SCOPED_TRACE(tag);
    store().purge(purge_of_tag(tag), kNow);
    EXPECT_TRUE(has("/a"));
  }
}

TEST_P(StoreContract, a_purge_of_a_url_takes_all_variants_but_not_other_queries) {
  fetch_and_put(response("/a?x=1").varies({"accept"}, "j"));
  fetch_and_put(response("/a?x=1").varies({"accept"}, "h"));
  fetch_and_put(response("/a?x=2"));
  fetch_and_put(response("/a"));
  store().purge(purge_of_url("", "/a?x=1"), kNow);
  EXPECT_FALSE(has("/a?x=1"));
  EXPECT_TRUE(has("/a?x=2"));
  EXPECT_TRUE(has("/a"));
}

TEST_P(StoreContract, an_absolute_url_means_one_host_and_a_path_means_every_host) {
  const auto fill = [this] {
    fetch_and_put(response("/a").host("one.example"));
    fetch_and_put(response("/a").host("two.example:8080"));
  };
  fill();
  store().purge(purge_of_url("one.example", "/a"), kNow);
  EXPECT_FALSE(has("/a", "one.example"));
  EXPECT_TRUE(has("/a", "two.example:8080"));
  fill();
  store().purge(purge_of_url("two.example", "/a"), kNow);
  EXPECT_TRUE(has("/a", "two.example:8080")) << "another port is another host";
  store().purge(purge_of_url("", "/a"), kNow);
  EXPECT_FALSE(has("/a", "one.example"));
  EXPECT_FALSE(has("/a", "two.example:8080"));
}

TEST_P(StoreContract, hosts_are_compared_without_case_and_default_port) {
  for (const char* named : {"API.example.com", "api.example.com:80", "api.example.com:443"}) {
    SCOPED_TRACE(named);
    fetch_and_put(response("/a"));
    store().purge(purge_of_url(named, "/a"), kNow);
    EXPECT_FALSE(has("/a"));
  }
  fetch_and_put(response("/a").host("Api.Example.com:80"));
  store().purge(purge_of_url("api.example.com", "/a"), kNow);
  EXPECT_FALSE(has("/a", "Api.Example.com:80"));
}

TEST_P(StoreContract, a_purge_of_a_prefix_is_a_plain_string_prefix) {
  struct Row {
    const char* authority;
    const char* prefix;
    const char* path;
    bool stays;
  };
  const Row rows[] = {
      {"", "/", "/users/7", false},
      {"", "/users/", "/users/7", false},
      {"", "/users/7", "/users/7", false},
      {"", "/users/7", "/users/77?x=1", false},
      {"", "/users/7?", "/users/7?x=1", false},
      {"", "/users/7?", "/users/7", true},
      {"", "/users/", "/users", true},
      {"", "/USERS/", "/users/7", true},
      {"", "/users/*", "/users/7", true},
      {"api.example.com", "/users/", "/users/7", false},
      {"API.example.com:80", "/users/", "/users/7", false},
      {"api.example.com", "", "/users/7", false},  // https://api.example.com
      {"other.example.com", "/users/", "/users/7", true},
      {"other.example.com", "", "/users/7", true},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string(row.authority) + " " + row.prefix + " " + row.path);
    fetch_and_put(response(row.path));
    store().purge(purge_of_prefix(row.authority, row.prefix), kNow);
    EXPECT_EQ(has(row.path), row.stays);
  }
}

TEST_P(StoreContract, a_purge_of_everything_leaves_nothing) {
  for (int i = 0; i < 100; ++i) fetch_and_put(response("/" + std::to_string(i)));
  EXPECT_EQ(store().purge(purge_of_everything(), kNow).count, 100u);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(has("/" + std::to_string(i)));
  EXPECT_EQ(store().stats().entries, 0u);
}

TEST_P(StoreContract, a_purge_that_names_nothing_purges_nothing) {
  fetch_and_put(response("/a"));
  EXPECT_EQ(store().purge(PurgeRequest{}, kNow).count, 0u);
  EXPECT_TRUE(has("/a"));
}

TEST_P(StoreContract, what_is_fetched_after_a_purge_is_kept) {
  store().purge(purge_of_tag("users"), kNow);
  store().purge(purge_of_prefix("", "/"), kNow);
  store().purge(purge_of_everything(), kNow);
  EXPECT_EQ(fetch_and_put(response("/a").tags({"users"})), PutResult::stored);
  EXPECT_TRUE(has("/a"));
}

// --- Purges that overtake a fetch ---

struct Race {
  const char* name;
  PurgeRequest purge;
};

std::vector<Race> races() {
  return {{"tag", purge_of_tag("users")},
          {"URL on every host", purge_of_url("", "/users/7")},
          {"URL on one host", purge_of_url("api.example.com", "/users/7")},
          {"prefix on every host", purge_of_prefix("", "/users")},
          {"prefix on one host", purge_of_prefix("api.example.com", "")},
          {"everything", purge_of_everything()}};
}

TEST_P(StoreContract, a_purge_refuses_what_was_being_fetched_before_it) {
  for (const Race& race : races()) {
    SCOPED_TRACE(race.name);
    const FetchTicket ticket = begin_fetch();
    auto fetched = response("/users/7").tags({"users"}).fetched(ticket).made();
    store().purge(race.purge, kNow);
    EXPECT_EQ(store().put(fetched), PutResult::purged_meanwhile);
    EXPECT_FALSE(has("/users/7"));
  }
}

TEST_P(StoreContract, a_purge_that_is_swept_and_forgotten_still_refuses_what_was_being_fetched) {
  for (const Race& race : races()) {
    SCOPED_TRACE(race.name);
    const FetchTicket ticket = begin_fetch();
    store().purge(race.purge, kNow);
    sweep_all();
    EXPECT_EQ(store().put(response("/users/7").tags({"users"}).fetched(ticket).made()),
              PutResult::purged_meanwhile);
  }
}

TEST_P(StoreContract, a_fetch_from_before_a_purge_does_not_replace_one_from_after_it) {
  for (const Race& race : races()) {
    SCOPED_TRACE(race.name);
    const FetchTicket slow = begin_fetch();
    store().purge(race.purge, kNow);
    EXPECT_EQ(fetch_and_put(response("/users/7").tags({"users"}).head("new")), PutResult::stored);
    EXPECT_EQ(store().put(response("/users/7").tags({"users"}).head("old").fetched(slow).made()),
              PutResult::purged_meanwhile);
    EXPECT_EQ(find("/users/7")[0]->head(), "new");
  }
}

TEST_P(StoreContract, purges_of_other_things_do_not_stop_a_fetch) {
  const FetchTicket ticket = begin_fetch();
  store().purge(purge_of_tag("posts"), kNow);
  store().purge(purge_of_url("", "/users/8"), kNow);
  store().purge(purge_of_url("other.example.com", "/users/7"), kNow);
  store().purge(purge_of_prefix("", "/posts"), kNow);
  EXPECT_EQ(store().put(response("/users/7").tags({"users"}).fetched(ticket).made()),
            PutResult::stored);
  EXPECT_TRUE(has("/users/7"));
}

TEST_P(StoreContract, a_soft_purge_expires_what_was_being_fetched_before_it) {
  const FetchTicket ticket = begin_fetch();
  store().purge(purge_of_tag("users", PurgeKind::soft), kNow);
  EXPECT_EQ(store().put(response("/users/7").tags({"users"}).fetched(ticket).made()),
            PutResult::stored);
  ASSERT_TRUE(has("/users/7"));
  EXPECT_EQ(find("/users/7")[0]->soft_purged_at(), kNow);
}

// --- Soft purges ---

TEST_P(StoreContract, a_soft_purge_marks_its_time_and_keeps_the_response) {
  const PurgeRequest purges[] = {purge_of_tag("users", PurgeKind::soft),
                                 purge_of_url("", "/users/7", PurgeKind::soft),
                                 purge_of_url("api.example.com", "/users/7", PurgeKind::soft),
                                 purge_of_prefix("", "/users", PurgeKind::soft),
                                 purge_of_everything(PurgeKind::soft)};
  WallTime now = kNow;
  for (const PurgeRequest& purge : purges) {
    fetch_and_put(response("/users/7").tags({"users"}));
    fetch_and_put(response("/posts").tags({"posts"}).host("other.example.com"));
    ASSERT_EQ(find("/users/7").at(0)->soft_purged_at(), std::nullopt);
    now += seconds(1);
    EXPECT_EQ(store().purge(purge, now).accuracy,
              purge.prefixes.empty() ? Purged::Accuracy::exact : Purged::Accuracy::estimate);
    ASSERT_TRUE(has("/users/7"));
    EXPECT_EQ(find("/users/7")[0]->soft_purged_at(), now);
    if (purge.scope == PurgeRequest::Scope::named) {
      EXPECT_EQ(find("/posts", "other.example.com").at(0)->soft_purged_at(), std::nullopt);
    }
    sweep_all(now);
    EXPECT_EQ(find("/users/7").at(0)->soft_purged_at(), now) << "also when the fence is forgotten";
  }
}

TEST_P(StoreContract, the_newest_soft_purge_counts) {
  fetch_and_put(response("/a").tags({"one", "two"}));
  store().purge(purge_of_tag("one", PurgeKind::soft), kNow + seconds(1));
  store().purge(purge_of_tag("two", PurgeKind::soft), kNow + seconds(5));
  store().purge(purge_of_tag("one", PurgeKind::soft), kNow + seconds(3));
  EXPECT_EQ(find("/a").at(0)->soft_purged_at(), kNow + seconds(5));
}

TEST_P(StoreContract, a_refresh_is_not_concerned_by_the_soft_purge_before_it) {
  fetch_and_put(response("/a").tags({"users"}));
  store().purge(purge_of_tag("users", PurgeKind::soft), kNow);
  fetch_and_put(response("/a").tags({"users"}));
  EXPECT_EQ(find("/a").at(0)->soft_purged_at(), std::nullopt);
}

TEST_P(StoreContract, a_hard_purge_wins_over_a_soft_one_in_either_order) {
  for (const bool hard_first : {true, false}) {
    fetch_and_put(response("/a").tags({"users"}));
    const auto first = hard_first ? PurgeKind::hard : PurgeKind::soft;
    const auto second = hard_first ? PurgeKind::soft : PurgeKind::hard;
    store().purge(purge_of_tag("users", first), kNow);
    store().purge(purge_of_tag("users", second), kNow);
    EXPECT_FALSE(has("/a"));
  }
}

// --- What a purge says it purged ---

void expect_purged(const Purged& purged, std::uint64_t count, Purged::Accuracy accuracy) {
  EXPECT_EQ(purged.count, count);
  EXPECT_EQ(purged.accuracy, accuracy);
}
constexpr auto kExact = Purged::Accuracy::exact;
constexpr auto kEstimate = Purged::Accuracy::estimate;

TEST_P(StoreContract, the_count_is_exact_for_one_tag_each_variant_counted) {
  fetch_and_put(response("/a").tags({"users"}).varies({"accept"}, "x"));
  fetch_and_put(response("/a").tags({"users"}).varies({"accept"}, "y"));
  fetch_and_put(response("/b").tags({"users", "b"}));
  fetch_and_put(response("/c").tags({"posts"}));
  expect_purged(store().purge(purge_of_tag("nobody's"), kNow), 0, kExact);
  expect_purged(store().purge(purge_of_tag("users"), kNow), 3, kExact);
}

TEST_P(StoreContract, the_count_is_exact_for_one_url) {
  const auto fill = [this] {
    fetch_and_put(response("/a").host("one.example").varies({"accept"}, "x"));
    fetch_and_put(response("/a").host("one.example").varies({"accept"}, "y"));
    fetch_and_put(response("/a").host("two.example"));
    fetch_and_put(response("/a?b"));
  };
  const auto purged = [&](const char* authority, const char* path) {
    sweep_all();
    fill();
    return store().purge(purge_of_url(authority, path), kNow);
  };
  expect_purged(purged("", "/a"), 3, kExact);
  expect_purged(purged("one.example", "/a"), 2, kExact);
  expect_purged(purged("TWO.example:443", "/a"), 1, kExact);
  expect_purged(purged("three.example", "/a"), 0, kExact);
  expect_purged(purged("", "/b"), 0, kExact);
}

TEST_P(StoreContract, the_count_is_an_upper_bound_where_several_things_are_named) {
  fetch_and_put(response("/a").tags({"one", "two"}));
  fetch_and_put(response("/b").tags({"two"}));
  PurgeRequest request = purge_of_tag("one");
  request.tags.emplace_back("two");
  request.urls = {{"", "/a"}};
  expect_purged(store().purge(request, kNow), 2, kEstimate);
}

TEST_P(StoreContract, the_count_of_a_prefix_is_an_estimate) {
  fetch_and_put(response("/a"));
  EXPECT_EQ(store().purge(purge_of_prefix("", "/a"), kNow).accuracy, kEstimate);
}

TEST_P(StoreContract, the_count_is_exact_again_after_the_sweep) {
  fetch_and_put(response("/a").tags({"users"}));
  fetch_and_put(response("/b").tags({"users"}));
  expect_purged(store().purge(purge_of_tag("users"), kNow), 2, kExact);
  fetch_and_put(response("/a").tags({"users"}));
  const Purged again = store().purge(purge_of_tag("users"), kNow);
  EXPECT_EQ(again.accuracy, kEstimate);
  EXPECT_GE(again.count, 1u);
  EXPECT_EQ(store().purge(purge_of_everything(), kNow).accuracy, kEstimate);
  sweep_all();
  EXPECT_EQ(store().stats().entries, 0u);
  fetch_and_put(response("/a").tags({"users"}));
  expect_purged(store().purge(purge_of_tag("users"), kNow), 1, kExact);
}

TEST_P(StoreContract, a_look_up_of_purged_content_removes_it_at_once) {
  fetch_and_put(response("/a").tags({"users"}));
  store().purge(purge_of_tag("users"), kNow);
  EXPECT_FALSE(has("/a"));
  EXPECT_EQ(store().stats().entries, 0u);
  EXPECT_EQ(store().stats().purged, 1u);
}

TEST_P(StoreContract, a_sweep_gives_the_memory_of_purged_content_back) {
  const std::uint64_t before = store().stats().bytes;
  for (int i = 0; i < 1000; ++i) {
    fetch_and_put(response("/" + std::to_string(i)).tags({"t", "t" + std::to_string(i)}).body(100));
  }
  store().purge(purge_of_tag("t"), kNow);
  sweep_all();
  EXPECT_EQ(store().stats().entries, 0u);
  EXPECT_EQ(store().stats().purged, 1000u);
  EXPECT_EQ(store().stats().fences, 0u);
  EXPECT_EQ(store().stats().tags, 0u);
  EXPECT_EQ(store().stats().bytes, before);
}

TEST_P(StoreContract, fences_are_remembered_as_long_as_a_fetch_needs_them) {
  FetchTicket ticket = begin_fetch();
  store().purge(purge_of_tag("users"), kNow);
  store().purge(purge_of_url("", "/a"), kNow);
  sweep_all();
  EXPECT_EQ(store().stats().fences, 2u);
  ticket = FetchTicket();
  sweep_all();
  EXPECT_EQ(store().stats().fences, 0u);
  EXPECT_EQ(fence().floor(), 0u);
}

// --- Limits ---

TEST_P(StoreContract, never_holds_more_bytes_than_it_may) {
  open({.max_size = 1 << 20, .max_entries = 100'000, .max_object = 256 << 10});
  for (int i = 0; i < 3000; ++i) {
    const std::size_t size = static_cast<std::size_t>(i % 17) * 500;
    EXPECT_EQ(fetch_and_put(response("/" + std::to_string(i))
                                .tags({"all", "tag of " + std::to_string(i)})
                                .body(size)),
              PutResult::stored);
    ASSERT_LE(store().stats().bytes, store().stats().max_bytes);
  }
  EXPECT_GT(store().stats().evicted, 0u);
  EXPECT_GT(store().stats().bytes, store().stats().max_bytes / 2);
}

TEST_P(StoreContract, never_holds_more_entries_than_it_may) {
  open({.max_size = 1 << 20, .max_entries = 10, .max_object = 1000});
  for (int i = 0; i < 100; ++i) {
    fetch_and_put(response("/" + std::to_string(i)));
    EXPECT_EQ(store().stats().entries,
              std::min<std::uint64_t>(10, static_cast<std::uint64_t>(i) + 1));
    EXPECT_TRUE(has("/" + std::to_string(i))) << "what came last is there";
  }
  EXPECT_EQ(store().stats().evicted, 90u);
}

TEST_P(StoreContract, a_refresh_in_a_full_store_throws_out_nothing_else) {
  open({.max_size = 1 << 20, .max_entries = 10, .max_object = 1000});
  for (int i = 0; i < 10; ++i) fetch_and_put(response("/" + std::to_string(i)));
  for (int i = 0; i < 10; ++i) fetch_and_put(response("/3"));
  EXPECT_EQ(store().stats().entries, 10u);
  EXPECT_EQ(store().stats().evicted, 0u);
}

TEST_P(StoreContract, an_object_that_can_never_fit_throws_nothing_out) {
  open({.max_size = 1 << 20, .max_entries = 100, .max_object = 4 << 20});
  for (int i = 0; i < 10; ++i) fetch_and_put(response("/" + std::to_string(i)).body(1000));
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
  for (int i = 0; i < 3000; ++i) fetch_and_put(response("/" + std::to_string(i)).body(100));
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
    fetch_and_put(response("/" + std::to_string(i)).lifetime(seconds(10)));
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
