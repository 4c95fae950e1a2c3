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
  purge(purge_of_tag("users"));
  EXPECT_FALSE(has("/users"));
  EXPECT_FALSE(has("/users/7"));
  EXPECT_TRUE(has("/posts"));
}

// The sweep cannot condemn what is in no store any more, and forgets the purge that concerns it.
TEST_P(StoreContract, what_is_still_held_of_a_replaced_response_outlives_no_forgotten_purge) {
  for (const PurgeRequest& request : {purge_of_url("", "/a"),
                                      purge_of_prefix("", "/a"),
                                      purge_of_tag("t"),
                                      purge_of_everything()}) {
    fetch_and_put(response("/a").tags({"t"}).head("held"));
    const StoredResponsePtr held = find("/a")[0];
    fetch_and_put(response("/a").tags({"t"}).head("newer"));
    purge(request);
    sweep_all();
    EXPECT_EQ(held->vouch(fence()), Trust::distrusted);
  }
}

// Under a rule's own key a response may answer for URLs that did not bring it. What is read from a
// shared store after the purge is as old as before.
TEST_P(StoreContract, a_response_does_not_stand_for_a_url_that_was_purged_after_its_fetch) {
  for (const PurgeRequest& request : {purge_of_url("b.test", "/k"),
                                      purge_of_prefix("b.test", "/"),
                                      purge_of_url("b.test", "/k", PurgeKind::soft)}) {
    fetch_and_put(response("/k").host("a.test"));
    const StoredResponsePtr held = find("/k", "a.test")[0];
    EXPECT_TRUE(stands_for(*held, "b.test", "/k"));
    purge(request);
    sweep_all();
    const StoredResponsePtr found = find("/k", "a.test")[0];
    for (const StoredResponsePtr& stored : {held, found}) {
      EXPECT_FALSE(stands_for(*stored, "b.test", "/k"));
      EXPECT_TRUE(stands_for(*stored, "c.test", "/k"));
    }
  }
}

TEST_P(StoreContract, tags_are_literal) {
  fetch_and_put(response("/a").tags({"user:7"}));
  for (const char* tag : {"user:*", "user", "user:", "user:7 ", "user:7,x", "USER:7", ""}) {
    SCOPED_TRACE(tag);
    purge(purge_of_tag(tag));
    EXPECT_TRUE(has("/a"));
  }
}

TEST_P(StoreContract, a_purge_of_a_url_takes_all_variants_but_not_other_queries) {
  fetch_and_put(response("/a?x=1").varies({"accept"}, "j"));
  fetch_and_put(response("/a?x=1").varies({"accept"}, "h"));
  fetch_and_put(response("/a?x=2"));
  fetch_and_put(response("/a"));
  purge(purge_of_url("", "/a?x=1"));
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
  purge(purge_of_url("one.example", "/a"));
  EXPECT_FALSE(has("/a", "one.example"));
  EXPECT_TRUE(has("/a", "two.example:8080"));
  fill();
  purge(purge_of_url("two.example", "/a"));
  EXPECT_TRUE(has("/a", "two.example:8080")) << "another port is another host";
  purge(purge_of_url("", "/a"));
  EXPECT_FALSE(has("/a", "one.example"));
  EXPECT_FALSE(has("/a", "two.example:8080"));
}

TEST_P(StoreContract, hosts_are_compared_without_case_and_default_port) {
  for (const char* named : {"API.example.com", "api.example.com:80", "api.example.com:443"}) {
    SCOPED_TRACE(named);
    fetch_and_put(response("/a"));
    purge(purge_of_url(named, "/a"));
    EXPECT_FALSE(has("/a"));
  }
  fetch_and_put(response("/a").host("Api.Example.com:80"));
  purge(purge_of_url("api.example.com", "/a"));
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
    purge(purge_of_prefix(row.authority, row.prefix));
    EXPECT_EQ(has(row.path), row.stays);
  }
}

TEST_P(StoreContract, a_purge_of_everything_leaves_nothing) {
  for (int i = 0; i < 100; ++i) fetch_and_put(response(numbered("/", i)));
  expect_purged_about(purge(purge_of_everything()), 100);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(has(numbered("/", i)));
}

TEST_P(StoreContract, a_purge_that_names_nothing_purges_nothing) {
  fetch_and_put(response("/a"));
  EXPECT_EQ(purge(PurgeRequest{}).count, 0u);
  EXPECT_TRUE(has("/a"));
}

TEST_P(StoreContract, what_is_fetched_after_a_purge_is_kept) {
  purge(purge_of_tag("users"));
  purge(purge_of_prefix("", "/"));
  purge(purge_of_everything());
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
    purge(race.purge);
    EXPECT_EQ(put(fetched), PutResult::purged_meanwhile);
    EXPECT_FALSE(has("/users/7"));
  }
}

TEST_P(StoreContract, a_purge_that_is_swept_and_forgotten_still_refuses_what_was_being_fetched) {
  for (const Race& race : races()) {
    SCOPED_TRACE(race.name);
    const FetchTicket ticket = begin_fetch();
    purge(race.purge);
    sweep_all();
    EXPECT_EQ(put(response("/users/7").tags({"users"}).fetched(ticket)),
              PutResult::purged_meanwhile);
  }
}

TEST_P(StoreContract, a_fetch_from_before_a_purge_does_not_replace_one_from_after_it) {
  for (const Race& race : races()) {
    SCOPED_TRACE(race.name);
    const FetchTicket slow = begin_fetch();
    purge(race.purge);
    EXPECT_EQ(fetch_and_put(response("/users/7").tags({"users"}).head("new")), PutResult::stored);
    EXPECT_EQ(put(response("/users/7").tags({"users"}).head("old").fetched(slow)),
              PutResult::purged_meanwhile);
    EXPECT_EQ(find("/users/7")[0]->head(), "new");
  }
}

TEST_P(StoreContract, purges_of_other_things_do_not_stop_a_fetch) {
  const FetchTicket ticket = begin_fetch();
  purge(purge_of_tag("posts"));
  purge(purge_of_url("", "/users/8"));
  purge(purge_of_url("other.example.com", "/users/7"));
  purge(purge_of_prefix("", "/posts"));
  EXPECT_EQ(put(response("/users/7").tags({"users"}).fetched(ticket)), PutResult::stored);
  EXPECT_TRUE(has("/users/7"));
}

TEST_P(StoreContract, a_soft_purge_expires_what_was_being_fetched_before_it) {
  const FetchTicket ticket = begin_fetch();
  purge(purge_of_tag("users", PurgeKind::soft));
  EXPECT_EQ(put(response("/users/7").tags({"users"}).fetched(ticket)), PutResult::stored);
  ASSERT_TRUE(has("/users/7"));
  EXPECT_TRUE(is_soft_purged_at("/users/7", kNow));
}

// --- Soft purges ---

TEST_P(StoreContract, a_soft_purge_marks_its_time_and_keeps_the_response) {
  const PurgeRequest purges[] = {purge_of_tag("users", PurgeKind::soft),
                                 purge_of_url("", "/users/7", PurgeKind::soft),
                                 purge_of_url("api.example.com", "/users/7", PurgeKind::soft),
                                 purge_of_prefix("", "/users", PurgeKind::soft),
                                 purge_of_everything(PurgeKind::soft)};
  WallTime now = kNow - seconds(10);
  for (const PurgeRequest& request : purges) {
    fetch_and_put(response("/users/7").tags({"users"}));
    fetch_and_put(response("/posts").tags({"posts"}).host("other.example.com"));
    ASSERT_EQ(find("/users/7").at(0)->soft_purged_at(), std::nullopt);
    now += seconds(1);
    expect_purged_about(purge(request, now), request.scope == PurgeRequest::Scope::named ? 1 : 2);
    ASSERT_TRUE(has("/users/7"));
    EXPECT_TRUE(is_soft_purged_at("/users/7", now));
    if (request.scope == PurgeRequest::Scope::named) {
      EXPECT_EQ(find("/posts", "other.example.com").at(0)->soft_purged_at(), std::nullopt);
    }
    sweep_all(now);
    EXPECT_TRUE(is_soft_purged_at("/users/7", now)) << "also when the fence is forgotten";
  }
}

TEST_P(StoreContract, the_first_soft_purge_counts) {
  fetch_and_put(response("/a").tags({"one", "two"}));
  purge(purge_of_tag("one", PurgeKind::soft), kNow - seconds(5));
  EXPECT_TRUE(is_soft_purged_at("/a", kNow - seconds(5)));
  purge(purge_of_tag("two", PurgeKind::soft), kNow - seconds(1));
  EXPECT_TRUE(is_soft_purged_at("/a", kNow - seconds(5)));
}

TEST_P(StoreContract, the_first_soft_purge_counts_though_nobody_asked_before_the_next) {
  fetch_and_put(response("/a").tags({"users"}));
  for (const int ago : {9, 5, 1})
    purge(purge_of_tag("users", PurgeKind::soft), kNow - seconds(ago));
  EXPECT_TRUE(is_soft_purged_at("/a", kNow - seconds(9)));
}

TEST_P(StoreContract, a_refresh_is_not_concerned_by_the_soft_purge_before_it) {
  fetch_and_put(response("/a").tags({"users"}));
  purge(purge_of_tag("users", PurgeKind::soft));
  fetch_and_put(response("/a").tags({"users"}));
  EXPECT_EQ(find("/a").at(0)->soft_purged_at(), std::nullopt);
}

TEST_P(StoreContract, a_hard_purge_wins_over_a_soft_one_in_either_order) {
  for (const bool hard_first : {true, false}) {
    fetch_and_put(response("/a").tags({"users"}));
    const auto first = hard_first ? PurgeKind::hard : PurgeKind::soft;
    const auto second = hard_first ? PurgeKind::soft : PurgeKind::hard;
    purge(purge_of_tag("users", first));
    purge(purge_of_tag("users", second));
    EXPECT_FALSE(has("/a"));
  }
}

// --- What a purge says it purged ---

TEST_P(StoreContract, the_count_is_never_too_low_without_saying_that_it_is_an_estimate) {
  fetch_and_put(response("/a").tags({"one", "two"}).varies({"accept"}, "x"));
  fetch_and_put(response("/a").tags({"one", "two"}).varies({"accept"}, "y"));
  fetch_and_put(response("/b").tags({"two"}));
  expect_purged_about(purge(purge_of_tag("nobody's")), 0);
  expect_purged_about(purge(purge_of_tag("one")), 2);
  expect_purged_about(purge(purge_of_url("", "/b")), 1);
}

}  // namespace
}  // namespace hawkcache::store
