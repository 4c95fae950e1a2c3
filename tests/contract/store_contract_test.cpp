#include "contract/store_contract.hpp"

#include <algorithm>

namespace hawkcache::store {
namespace {

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
}

TEST_P(StoreContract, clears_what_the_caller_had_in_its_hands) {
  fetch_and_put(response("/a"));
  const Found in_hands = find("/a");
  const std::string text = key_text("api.example.com", "/b");
  EXPECT_TRUE(try_find(caching::make_key(text), in_hands).empty());
  EXPECT_TRUE(find(caching::make_key(text), in_hands).empty());
}

TEST_P(StoreContract, does_not_mix_keys_whose_hashes_are_equal) {
  fetch_and_put(response("/a"));
  const std::string real = key_text("api.example.com", "/a");
  EXPECT_TRUE(try_find({"another text", hash128(real)}, {}).empty());
  EXPECT_TRUE(find({"another text", hash128(real)}).empty());
}

TEST_P(StoreContract, a_newer_response_takes_the_place_of_an_older_one) {
  fetch_and_put(response("/a").head("old"));
  const Found before = find("/a");
  fetch_and_put(response("/a").head("new"));
  const Found after = find("/a");
  ASSERT_EQ(after.size(), 1u);
  EXPECT_EQ(after[0]->head(), "new");
  EXPECT_EQ(before[0]->head(), "old") << "readers keep what they hold";
}

TEST_P(StoreContract, an_older_fetch_never_replaces_a_newer_one) {
  const FetchTicket slow = begin_fetch();
  fetch_and_put(response("/a").head("new"));
  EXPECT_EQ(put(response("/a").head("old").fetched(slow)), PutResult::superseded);
  EXPECT_EQ(find("/a")[0]->head(), "new");
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

TEST_P(StoreContract, a_request_finds_its_variant) {
  fetch_and_put(response("/a").varies({"accept-language"}, "de").head("de"));
  fetch_and_put(response("/a").varies({"accept-language"}, "en").head("en"));
  // Twice: a store that guesses may guess wrong at first.
  for (const char* wanted : {"de", "en", "de", "en"}) {
    const Found found = find_variant("/a", wanted);
    EXPECT_TRUE(std::any_of(found.begin(), found.end(), [wanted](const StoredResponsePtr& one) {
      return one->head() == wanted;
    })) << wanted;
  }
  fetch_and_put(response("/a").head("for all"));
  const Found found = find_variant("/a", "fr");
  EXPECT_TRUE(std::any_of(found.begin(), found.end(), [](const StoredResponsePtr& one) {
    return one->head() == "for all";
  }));
}

TEST_P(StoreContract, a_request_without_a_variant_of_its_own_may_have_them_all) {
  fetch_and_put(response("/a").varies({"accept-language"}, "de").head("de"));
  fetch_and_put(response("/a").varies({"accept-language"}, "en").head("en"));
  for (int i = 0; i < 2; ++i) {
    const Found found = find_variant("/a", "fr", Otherwise::all_variants);
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0]->head(), "en");
    EXPECT_EQ(found[1]->head(), "de");
  }
}

TEST_P(StoreContract, an_older_fetch_of_one_variant_may_come_after_a_newer_one_of_another) {
  const FetchTicket slow = begin_fetch();
  fetch_and_put(response("/a").varies({"accept-language"}, "de").head("de"));
  EXPECT_EQ(put(response("/a").varies({"accept-language"}, "en").head("en").fetched(slow)),
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
  EXPECT_EQ(put(response("/a").varies({"accept"}, "x").fetched(slow)), PutResult::superseded);
  EXPECT_EQ(find("/a").size(), 1u);
}

TEST_P(StoreContract, what_another_rule_stored_later_supersedes_nothing) {
  const FetchTicket slow = begin_fetch();
  const FetchTicket slower = begin_fetch();
  fetch_and_put(response("/a").rule(2).head("the other rule's, for all"));
  EXPECT_EQ(put(response("/a").head("for all").fetched(slow)), PutResult::stored);
  EXPECT_EQ(put(response("/a").varies({"accept"}, "x").rule(3).fetched(slower)), PutResult::stored);
  EXPECT_EQ(find("/a").size(), 3u);
}

TEST_P(StoreContract, the_order_is_that_of_the_requests_whatever_the_epochs_are) {
  const FetchTicket first = begin_fetch();
  purge(purge_of_tag("unrelated"));
  const FetchTicket second = begin_fetch();
  const FetchTicket third = begin_fetch();
  // Put together of the first and the third.
  EXPECT_EQ(put(response("/a").head("third").fetched(third).trusted_like(first)),
            PutResult::stored);
  EXPECT_EQ(put(response("/a").head("second").fetched(second)), PutResult::superseded);
  EXPECT_EQ(find("/a")[0]->head(), "third");
}

TEST_P(StoreContract, a_purged_response_supersedes_nothing) {
  const FetchTicket first = begin_fetch();
  fetch_and_put(response("/a").head("purged"));
  purge(purge_of_url("", "/a"));
  const FetchTicket after = begin_fetch();
  EXPECT_EQ(put(response("/a").head("stays").fetched(after).ordered_like(first)),
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
  EXPECT_EQ(found[0]->secondary_key(), "1999");
  EXPECT_EQ(found.back()->secondary_key(), std::to_string(2000 - found.size()));
}

// --- Limits ---

TEST_P(StoreContract, a_body_may_be_as_large_as_max_object_and_no_larger) {
  open({.max_size = 1 << 20, .max_entries = 100, .max_object = 1000});
  EXPECT_EQ(max_object(), 1000u);
  EXPECT_EQ(fetch_and_put(response("/a").body(1000)), PutResult::stored);
  EXPECT_EQ(fetch_and_put(response("/b").body(1001)), PutResult::too_large);
  EXPECT_FALSE(has("/b"));
}

}  // namespace
}  // namespace hawkcache::store
