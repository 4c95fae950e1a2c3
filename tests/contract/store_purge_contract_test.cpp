// Purges, their races with fetches, and what they say they purged.
#include "contract/store_contract.hpp"

namespace hawkcache::store {
namespace {

using std::chrono::seconds;

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

// The sweep cannot condemn what is in no store any more, and forgets the purge that concerns it.
TEST_P(StoreContract, what_is_still_held_of_a_replaced_response_outlives_no_forgotten_purge) {
  for (const PurgeRequest& purge : {purge_of_url("", "/a"),
                                    purge_of_prefix("", "/a"),
                                    purge_of_tag("t"),
                                    purge_of_everything()}) {
    fetch_and_put(response("/a").tags({"t"}).head("held"));
    const StoredResponsePtr held = find("/a")[0];
    fetch_and_put(response("/a").tags({"t"}).head("newer"));
    store().purge(purge, kNow);
    sweep_all();
    EXPECT_EQ(held->vouch(fence()), Trust::distrusted);
  }
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
  for (int i = 0; i < 100; ++i) fetch_and_put(response(numbered("/", i)));
  EXPECT_EQ(store().purge(purge_of_everything(), kNow).count, 100u);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(has(numbered("/", i)));
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
    fetch_and_put(response(numbered("/", i)).tags({"t", numbered("t", i)}).body(100));
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

}  // namespace
}  // namespace hawkcache::store
