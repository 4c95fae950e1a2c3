#include "store/purge_fence.hpp"

#include "contract/response_maker.hpp"
#include "store/fetch_sequence.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::store {
namespace {

using std::chrono::seconds;

const std::vector<std::string> kTags{"users", "user:7"};

FenceSubject subject(Epoch epoch) { return {epoch, "api.example.com", "/users/7"}; }

Trust ask(const PurgeFence& fence, Epoch epoch, TagsKnown known = TagsKnown::all) {
  return fence.check(subject(epoch), kTags, known).trust;
}

Trust ask_by_record(PurgeFence& fence, Epoch epoch) {
  const std::vector<TagRef> records{fence.intern("users"), fence.intern("user:7")};
  return fence.check(subject(epoch), records).trust;
}

TEST(PurgeFence, each_purge_takes_the_next_epoch) {
  PurgeFence fence;
  const Epoch start = fence.current();
  EXPECT_EQ(fence.raise(purge_of_tag("a"), kNow), start + 1);
  EXPECT_EQ(fence.raise(purge_of_everything(PurgeKind::soft), kNow), start + 2);
  EXPECT_EQ(fence.current(), start + 2);
  EXPECT_EQ(fence.raise(PurgeRequest{}, kNow), start + 2) << "nothing named, nothing purged";
}

TEST(PurgeFence, tickets_carry_the_epoch_and_rise) {
  PurgeFence fence;
  const FetchTicket one = fence.begin_fetch(kNow);
  fence.raise(purge_of_tag("a"), kNow);
  const FetchTicket two = fence.begin_fetch(kNow);
  EXPECT_EQ(one.epoch() + 1, two.epoch());
  EXPECT_LT(one.sequence(), two.sequence());
}

TEST(PurgeFence, sequences_go_by_time_whatever_the_time) {
  PurgeFence fence;
  for (const WallTime time : {WallTime::min(), WallTime(), kNow, WallTime::max(), kNow}) {
    const std::uint64_t before = fence.begin_fetch(kNow).sequence();
    const std::uint64_t sequence = fence.begin_fetch(time).sequence();
    EXPECT_GT(sequence, before);
    EXPECT_GE(sequence, first_sequence_at(time));
  }
}

TEST(PurgeFence, where_the_clock_was_set_back_all_is_of_before_and_distrusted_or_of_after) {
  PurgeFence fence;
  const FetchTicket before = fence.begin_fetch(kNow + std::chrono::hours(2));
  const Epoch epoch = fence.current();
  EXPECT_EQ(fence.keep_order(before.sequence(), kNow), PurgeFence::Order::kept);
  EXPECT_EQ(fence.current(), epoch);
  EXPECT_EQ(ask(fence, before.epoch()), Trust::trusted);

  EXPECT_EQ(fence.keep_order(before.sequence() - 1, kNow), PurgeFence::Order::begun_anew);
  EXPECT_EQ(ask(fence, before.epoch()), Trust::distrusted);
  const FetchTicket after = fence.begin_fetch(kNow);
  EXPECT_EQ(after.sequence(), first_sequence_at(kNow));
  EXPECT_EQ(ask(fence, after.epoch()), Trust::trusted);
  EXPECT_EQ(fence.keep_order(after.sequence(), kNow), PurgeFence::Order::kept);
}

TEST(PurgeFence, distrusts_what_was_fetched_before_a_purge_that_concerns_it) {
  struct Row {
    const char* name;
    PurgeRequest purge;
    bool concerns;
  };
  const Row rows[] = {
      {"its tag", purge_of_tag("users"), true},
      {"its other tag", purge_of_tag("user:7"), true},
      {"another tag", purge_of_tag("user:8"), false},
      {"its URL anywhere", purge_of_url("", "/users/7"), true},
      {"its URL on its host", purge_of_url("API.example.com:443", "/users/7"), true},
      {"its URL on another host", purge_of_url("example.com", "/users/7"), false},
      {"another URL", purge_of_url("", "/users/7?x"), false},
      {"a prefix of it", purge_of_prefix("", "/users"), true},
      {"its whole host", purge_of_prefix("api.example.com", ""), true},
      {"another prefix", purge_of_prefix("", "/users/7/"), false},
      {"everything", purge_of_everything(), true},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    PurgeFence fence;
    const Epoch before = fence.current();
    const Epoch after = fence.raise(row.purge, kNow);
    const Trust expected = row.concerns ? Trust::distrusted : Trust::trusted;
    EXPECT_EQ(ask(fence, before), expected);
    EXPECT_EQ(ask_by_record(fence, before), expected);
    EXPECT_EQ(ask(fence, after), Trust::trusted);
    EXPECT_EQ(ask_by_record(fence, after), Trust::trusted);
  }
}

TEST(PurgeFence, while_the_origin_s_tags_are_unknown_any_purge_of_a_tag_concerns_a_fetch) {
  PurgeFence fence;
  const Epoch before = fence.current();
  fence.raise(purge_of_url("", "/posts"), kNow);
  EXPECT_EQ(ask(fence, before, TagsKnown::rule_tags_only), Trust::trusted);
  fence.raise(purge_of_tag("nobody's", PurgeKind::soft), kNow);
  EXPECT_EQ(ask(fence, before, TagsKnown::rule_tags_only), Trust::expired_by_soft_purge);
  const Epoch after = fence.raise(purge_of_tag("nobody's"), kNow);
  EXPECT_EQ(ask(fence, before, TagsKnown::rule_tags_only), Trust::distrusted);
  EXPECT_EQ(ask(fence, before, TagsKnown::all), Trust::trusted);
  EXPECT_EQ(ask(fence, after, TagsKnown::rule_tags_only), Trust::trusted);
}

TEST(PurgeFence, a_recheck_looks_only_at_what_is_new) {
  PurgeFence fence;
  const Epoch before = fence.current();
  const std::vector<TagRef> records{fence.intern("users")};
  const auto recheck = [&](Epoch checked) {
    return fence.recheck(subject(before), records, checked).trust;
  };
  Epoch checked = fence.raise(purge_of_tag("posts"), kNow);
  EXPECT_EQ(recheck(checked), Trust::trusted);
  checked = fence.raise(purge_of_url("", "/posts"), kNow);
  EXPECT_EQ(recheck(checked), Trust::trusted);
  fence.raise(purge_of_prefix("", "/users"), kNow);
  EXPECT_EQ(recheck(checked), Trust::distrusted);
}

TEST(PurgeFence, the_oldest_fetch_is_the_one_that_began_first_among_those_under_way) {
  PurgeFence fence;
  EXPECT_EQ(fence.oldest_fetch(), fence.current());
  FetchTicket one = fence.begin_fetch(kNow);
  FetchTicket same = fence.begin_fetch(kNow);
  fence.raise(purge_of_tag("a"), kNow);
  FetchTicket two = fence.begin_fetch(kNow);
  fence.raise(purge_of_tag("a"), kNow);
  EXPECT_EQ(fence.oldest_fetch(), one.epoch());
  one = FetchTicket();
  EXPECT_EQ(fence.oldest_fetch(), same.epoch());
  same = std::move(two);
  EXPECT_EQ(fence.oldest_fetch(), same.epoch());
  same = FetchTicket();
  EXPECT_EQ(fence.oldest_fetch(), fence.current());
}

TEST(PurgeFence, retired_fences_are_forgotten_and_the_floor_stays) {
  PurgeFence fence;
  fence.raise(purge_of_tag("a"), kNow);
  fence.raise(purge_of_url("", "/b"), kNow);
  const Epoch third = fence.raise(purge_of_prefix("", "/c"), kNow);
  fence.raise(purge_of_tag("d"), kNow);
  EXPECT_EQ(fence.fence_count(), 4u);
  fence.retire_through(third);
  EXPECT_EQ(fence.fence_count(), 1u);
  EXPECT_EQ(fence.tag_count(), 1u);
  EXPECT_EQ(fence.floor(), 0u);
  fence.retire_through(fence.current());
  EXPECT_EQ(fence.fence_count(), 0u);
  EXPECT_EQ(fence.bytes(), PurgeFence().bytes());
}

TEST(PurgeFence, many_fences_are_forgotten_a_batch_at_a_time) {
  PurgeFence fence;
  for (int i = 0; i < 1000; ++i) fence.raise(purge_of_tag(numbered("t", i)), kNow);
  int batches = 1;
  while (fence.retire_through(fence.current()) == PurgeFence::Retired::in_part) ++batches;
  EXPECT_GT(batches, 2);
  EXPECT_EQ(fence.fence_count(), 0u);
}

// Purges of one thing that are followed together are one step of this node's.
TEST(PurgeFence, between_two_tickets_all_nodes_purges_count) {
  struct Case {
    const char* what;
    int purges_here;
    SharedStamp before;
    SharedStamp after;
    bool one;
  };
  const Case cases[] = {
      {"its own, and no other node", 1, {}, {}, true},
      {"none", 0, {}, {}, false},
      {"two here", 2, {}, {}, false},
      {"its own, shared", 1, {7, 3}, {7, 4}, true},
      {"another's of the same thing, followed along with it", 1, {7, 3}, {7, 5}, false},
      {"its own, not followed yet", 1, {7, 3}, {7, 3}, false},
      {"Redis was emptied meanwhile", 1, {7, 3}, {8, 4}, false},
      {"Redis came into use meanwhile", 1, {}, {7, 1}, false},
      {"Redis went out of use meanwhile", 1, {7, 3}, {}, false},
  };
  for (const Case& one : cases) {
    PurgeFence fence;
    FetchTicket before = fence.begin_fetch(kNow);
    before.set_shared(one.before);
    for (int i = 0; i < one.purges_here; ++i) fence.raise(purge_of_tag("t"), kNow);
    FetchTicket after = fence.begin_fetch(kNow);
    after.set_shared(one.after);
    EXPECT_EQ(is_one_purge_after(after, before), one.one) << one.what;
  }
}

TEST(PurgeFence, a_purged_url_is_remembered_for_what_other_urls_brought) {
  PurgeFence fence({.fences = 32, .prefixes = 16});
  const auto ask_for = [&](Epoch epoch, std::string_view path) {
    return fence.check_url({.epoch = epoch, .authority = "api.example.com", .path_and_query = path})
        .trust;
  };
  const Epoch before = fence.current();
  EXPECT_EQ(ask_for(before, "/other"), Trust::trusted);
  fence.raise(purge_of_url("", "/other"), kNow);
  fence.raise(purge_of_prefix("api.example.com", "/p"), kNow);
  fence.raise(purge_of_tag("a"), kNow);
  fence.retire_through(fence.current());
  EXPECT_EQ(fence.fence_count(), 2u);
  EXPECT_EQ(ask_for(before, "/other"), Trust::distrusted);
  EXPECT_EQ(ask_for(before, "/p/1"), Trust::distrusted);
  EXPECT_EQ(ask_for(before, "/users/7"), Trust::trusted);
  EXPECT_EQ(ask_for(fence.current(), "/other"), Trust::trusted);
  for (int i = 0; i < 4; ++i) fence.raise(purge_of_url("", numbered("/", i)), kNow);
  fence.retire_through(fence.current());
  EXPECT_EQ(fence.fence_count(), 4u);
  EXPECT_EQ(ask_for(before, "/users/7"), Trust::distrusted) << "older than what is forgotten";
}

TEST(PurgeFence, where_no_other_urls_are_asked_for_any_more_nothing_is_kept_for_them) {
  PurgeFence fence;
  const FenceSubject before{
      .epoch = fence.current(), .authority = "api.example.com", .path_and_query = "/users/7"};
  EXPECT_EQ(fence.check_url(before).trust, Trust::trusted);
  fence.raise(purge_of_url("", "/users/7"), kNow);
  fence.raise(purge_of_url("", "/other"), kNow);
  fence.retire_through(fence.current());
  EXPECT_EQ(fence.fence_count(), 2u);
  fence.expect_no_other_urls();
  fence.retire_through(fence.current());
  EXPECT_EQ(fence.fence_count(), 0u);
  EXPECT_EQ(fence.check_url(before).trust, Trust::distrusted) << "its purge is not known any more";
}

TEST(PurgeFence, a_fence_raised_again_is_not_retired_with_its_former_epoch) {
  PurgeFence fence;
  const Epoch first = fence.raise(purge_of_tag("users"), kNow);
  const Epoch between = fence.current();
  fence.raise(purge_of_tag("users"), kNow);
  fence.retire_through(first);
  EXPECT_EQ(fence.fence_count(), 1u);
  EXPECT_EQ(ask(fence, between), Trust::distrusted);
}

TEST(PurgeFence, too_many_fences_raise_the_floor_and_never_revive_what_was_purged) {
  PurgeFence fence({.fences = 10, .prefixes = 10});
  const Epoch before = fence.current();
  fence.raise(purge_of_tag("users"), kNow);
  EXPECT_EQ(ask(fence, before), Trust::distrusted);
  for (int i = 0; i < 30; ++i) {
    const std::string other = numbered("/other/", i);
    fence.raise(i % 3 == 0   ? purge_of_tag(other)
                : i % 3 == 1 ? purge_of_url("", other)
                             : purge_of_prefix("", other),
                kNow);
    EXPECT_EQ(ask(fence, before), Trust::distrusted);
    EXPECT_EQ(ask_by_record(fence, before), Trust::distrusted);
    EXPECT_LE(fence.fence_count(), 10u);
  }
  EXPECT_GT(fence.floor(), before);
  EXPECT_LT(fence.floor(), fence.current());
  EXPECT_EQ(ask(fence, fence.floor()), Trust::trusted);
  EXPECT_EQ(ask(fence, fence.floor() - 1), Trust::distrusted);
}

TEST(PurgeFence, prefixes_have_a_limit_of_their_own) {
  PurgeFence fence({.fences = 1000, .prefixes = 3});
  const Epoch before = fence.current();
  fence.raise(purge_of_prefix("", "/users"), kNow);
  for (int i = 0; i < 5; ++i) fence.raise(purge_of_prefix("", numbered("/", i)), kNow);
  EXPECT_EQ(fence.fence_count(), 3u);
  EXPECT_EQ(ask(fence, before), Trust::distrusted);
}

TEST(PurgeFence, what_was_measured_after_the_floor_rose_need_not_be_newer_than_it) {
  PurgeFence fence({.fences = 1, .prefixes = 1});
  const Epoch before = fence.current();
  fence.raise(purge_of_tag("posts"), kNow);
  const Epoch checked = fence.current();
  EXPECT_EQ(ask(fence, before), Trust::trusted);
  fence.raise(purge_of_tag("comments"), kNow);  // forgets "posts"
  EXPECT_EQ(fence.floor(), checked);
  EXPECT_EQ(ask(fence, before), Trust::distrusted) << "nobody knows any more what was purged";
  EXPECT_EQ(fence.recheck(subject(before), std::span<const TagRef>(), checked).trust,
            Trust::trusted);
}

TEST(PurgeFence, members_are_what_the_store_counts) {
  PurgeFence fence;
  EXPECT_EQ(fence.members("users"), 0u);
  const TagRef users = fence.intern("users");
  users->add_member();
  users->add_member();
  users->remove_member();
  EXPECT_EQ(fence.members("users"), 1u);
  EXPECT_FALSE(fence.find_tag("posts"));
}

}  // namespace
}  // namespace hawkcache::store
