// The scripts of leases, and those that remove, against a real server.
#include "shared_store/redis_scripts.hpp"

#include "unit/shared_store/redis_scripts_fixture.hpp"
#include "unit/store/stored_samples.hpp"

#include <set>

#include <gtest/gtest.h>

namespace hawkcache::shared_store {
namespace {

using redis::Reply;
using std::chrono::seconds;

TEST_F(RedisScriptsTest, have_the_names_that_the_server_gives_them) {
  std::set<std::string_view> names;
  for (const NamedScript& named : all_scripts()) {
    EXPECT_EQ(cli_.text({"SCRIPT", "LOAD", std::string(named.script->source)}), named.script->sha1)
        << named.name;
    names.insert(named.name);
  }
  EXPECT_EQ(names.size(), all_scripts().size());
}

// --- unlink_older

class RedisUnlink : public RedisScriptsTest {
 protected:
  static constexpr std::uint64_t kLargest = 1 << 20;

  void make(const std::string& name, store::SharedStamp stamp) {
    store::StoredParts parts = store::plain_parts();
    parts.shared = stamp;
    cli_.text({"SET", name, encode_response(*store::StoredResponse::make(parts), name)});
  }
  // How many were removed. All names must have been looked at.
  std::size_t unlink(std::vector<std::string_view> names, store::SharedStamp stamp) {
    const auto unlinked = parse_unlinked(runner_.run(unlink_older(names, stamp, kLargest)));
    if (!unlinked) throw std::runtime_error("no such reply");
    EXPECT_EQ(unlinked->looked_at, names.size());
    return unlinked->removed;
  }
};

TEST_F(RedisUnlink, takes_what_is_older_or_of_another_generation) {
  struct Row {
    store::SharedStamp stored;
    store::SharedStamp purge;
    std::size_t removed;
  };
  const Row rows[] = {
      {{7, 5}, {7, 6}, 1},
      {{7, 5}, {7, 5}, 0},
      {{7, 6}, {7, 5}, 0},
      {{8, 6}, {7, 5}, 1},
      {{0, 6}, {7, 5}, 1},
      {{7, 0x7f}, {7, 0x80}, 1},
      {{7, 0x80}, {7, 0x7f}, 0},
      {{7, 0xff}, {7, 0x100}, 1},
      {{7, 0x100}, {7, 0xff}, 0},
      {{7, 0x0a}, {7, 0x41}, 1},
      {{UINT64_MAX, UINT64_MAX - 1}, {UINT64_MAX, UINT64_MAX}, 1},
      {{UINT64_MAX, UINT64_MAX}, {UINT64_MAX, UINT64_MAX - 1}, 0},
  };
  for (const Row& row : rows) {
    make("r", row.stored);
    EXPECT_EQ(unlink({"r"}, row.purge), row.removed)
        << row.stored.generation << ' ' << row.stored.epoch << " by " << row.purge.epoch;
    EXPECT_EQ(exists("r"), row.removed == 0);
  }
}

TEST_F(RedisUnlink, takes_what_is_no_response_and_minds_no_absent_one) {
  const store::SharedStamp stamp{7, 5};
  make("good", {7, 5});
  make("half", {7, 5});
  cli_.text({"SET", "half", cli_.text({"GETRANGE", "half", "0", "38"})});
  make_foreign("string", "string");
  make_foreign("list", "list");
  make_foreign("hash", "hash");
  cli_.text({"SET", "number", "12345"});
  EXPECT_EQ(unlink({"good", "half", "absent", "string", "list", "hash", "number"}, stamp), 5u);
  EXPECT_EQ(cli_.number({"DBSIZE"}), 1);
}

TEST_F(RedisUnlink, ends_early_when_much_is_freed) {
  const std::string large(9 << 20, 'x');
  for (const char* name : {"a", "b", "c"}) cli_.text({"SET", name, large});
  const std::vector<std::string_view> all = {"absent", "a", "b", "c"};
  const auto first = parse_unlinked(runner_.run(unlink_older(all, {7, 5}, kLargest)));
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->removed, 2u);
  EXPECT_EQ(first->looked_at, 3u);
  EXPECT_EQ(unlink({"c"}, {7, 5}), 1u);
}

// What has expired is freed by being looked at, and nobody tells how large it was.
TEST_F(RedisUnlink, ends_early_when_much_may_have_been_freed) {
  const std::vector<std::string> names = {"a", "b", "c", "d", "e"};
  const std::vector<std::string_view> all(names.begin(), names.end());
  struct Row {
    std::uint64_t largest;
    std::size_t looked_at;
  };
  for (const Row& row : {Row{1 << 20, 5}, Row{16 << 20, 4}, Row{40 << 20, 2}, Row{100 << 20, 1}}) {
    const auto seen = parse_unlinked(runner_.run(unlink_older(all, {7, 5}, row.largest)));
    ASSERT_TRUE(seen.has_value());
    EXPECT_EQ(seen->looked_at, row.looked_at) << row.largest;
    EXPECT_EQ(seen->removed, 0u);
  }
}

TEST_F(RedisUnlink, other_replies_are_none) {
  const auto array = [](const std::vector<long long>& numbers) {
    Reply reply;
    reply.type = Reply::Type::array;
    for (const long long number : numbers) {
      reply.elements.emplace_back();
      reply.elements.back().type = Reply::Type::integer;
      reply.elements.back().integer = number;
    }
    return reply;
  };
  EXPECT_TRUE(parse_unlinked(array({0, 1})).has_value());
  EXPECT_FALSE(parse_unlinked(Reply{}).has_value());
  for (const auto& numbers :
       std::vector<std::vector<long long>>{{}, {1}, {1, 1, 1}, {0, 0}, {-1, 1}, {2, 1}, {1, -1}}) {
    EXPECT_FALSE(parse_unlinked(array(numbers)).has_value());
  }
}

// --- drop_variant

class RedisDrop : public RedisScriptsTest {
 protected:
  std::string value(std::uint64_t sequence) {
    store::StoredParts parts = store::plain_parts();
    parts.sequence = sequence;
    return encode_response(*store::StoredResponse::make(parts), response_name(1));
  }
  bool drop(std::string_view seen) {
    return runner_.number(drop_variant(names_, kRedisKey, variant(1), seen)) == 1;
  }
};

TEST_F(RedisDrop, removes_what_was_seen_and_its_record) {
  ASSERT_TRUE(put({.sequence = 5, .value = value(5)}));
  ASSERT_TRUE(put({.variant = 2, .sequence = 6}));
  EXPECT_TRUE(drop(value(5)));
  EXPECT_FALSE(exists(response_name(1)));
  EXPECT_EQ(variants(), "2:6 ");
}

TEST_F(RedisDrop, leaves_what_came_meanwhile) {
  ASSERT_TRUE(put({.sequence = 6, .value = value(6)}));
  EXPECT_FALSE(drop(value(5)));
  EXPECT_FALSE(drop(""));
  EXPECT_EQ(variants(), "1:6 ");
}

TEST_F(RedisDrop, removes_garbage_and_records_without_response) {
  for (const char* type : {"string", "list", "hash"}) {
    ASSERT_TRUE(put({.sequence = 6, .value = value(6)}));
    make_foreign(response_name(1), type);
    EXPECT_TRUE(drop("")) << type;
    EXPECT_EQ(cli_.number({"DBSIZE"}), 0) << type;
  }
  ASSERT_TRUE(put({.sequence = 6, .value = value(6)}));
  cli_.number({"DEL", response_name(1)});
  EXPECT_TRUE(drop(""));
  EXPECT_EQ(cli_.number({"DBSIZE"}), 0);
}

TEST_F(RedisDrop, removes_a_foreign_index) {
  make_foreign(index(), "list");
  EXPECT_TRUE(drop(""));
  EXPECT_FALSE(exists(index()));
}

// --- leases

class RedisLeases : public RedisScriptsTest {
 protected:
  std::optional<LeaseReply> acquire(std::string_view token,
                                    Duration ttl = seconds(10),
                                    std::string_view overtaken = {}) {
    return parse_lease_reply(runner_.run(lease_acquire(names_, kRedisKey, token, ttl, overtaken)));
  }
  bool renew(std::string_view token, Duration ttl = seconds(10)) {
    return runner_.number(lease_renew(names_, kRedisKey, token, ttl)) == 1;
  }
  bool release(std::string_view token, Duration marker = kNoMarker) {
    return runner_.number(lease_release(names_, kRedisKey, token, marker)) == 1;
  }
};

TEST_F(RedisLeases, one_holds_it_until_it_is_released) {
  EXPECT_EQ(acquire("one"), LeaseReply::held);
  expect_ttl(names_.lease(kRedisKey), seconds(10));
  EXPECT_EQ(acquire("other"), LeaseReply::elsewhere);
  EXPECT_FALSE(release("other"));
  EXPECT_EQ(acquire("other"), LeaseReply::elsewhere);
  EXPECT_TRUE(release("one"));
  EXPECT_EQ(acquire("other"), LeaseReply::held);
  EXPECT_FALSE(release("one")) << "lost long ago";
}

TEST_F(RedisLeases, its_holder_keeps_it_up_and_nobody_else) {
  ASSERT_EQ(acquire("one", seconds(30)), LeaseReply::held);
  EXPECT_FALSE(renew("other", seconds(100)));
  expect_ttl(names_.lease(kRedisKey), seconds(30));
  EXPECT_TRUE(renew("one", seconds(100)));
  expect_ttl(names_.lease(kRedisKey), seconds(100));
  EXPECT_EQ(acquire("one", seconds(200)), LeaseReply::held) << "asking again renews";
  expect_ttl(names_.lease(kRedisKey), seconds(200));
  cli_.number({"DEL", names_.lease(kRedisKey)});
  EXPECT_FALSE(renew("one")) << "it ended";
}

TEST_F(RedisLeases, others_hear_that_what_was_fetched_is_not_to_be_shared) {
  ASSERT_EQ(acquire("one"), LeaseReply::held);
  EXPECT_TRUE(release("one", kUnsharedMarker));
  EXPECT_EQ(acquire("other"), LeaseReply::unshared);
  EXPECT_EQ(acquire("one"), LeaseReply::unshared);
  EXPECT_GT(ttl(names_.lease(kRedisKey)), 0);
  EXPECT_LE(ttl(names_.lease(kRedisKey)), kUnsharedMarker.count());
}

TEST_F(RedisLeases, a_holder_that_was_overtaken_loses_it) {
  ASSERT_EQ(acquire("one"), LeaseReply::held);
  const Reply reply = runner_.run(lease_acquire(names_, kRedisKey, "other", seconds(10)));
  EXPECT_EQ(reply.text, "one");
  EXPECT_EQ(acquire("other", seconds(10), "another"), LeaseReply::elsewhere);
  EXPECT_EQ(acquire("other", seconds(10), "one"), LeaseReply::held);
  EXPECT_FALSE(renew("one"));
  EXPECT_FALSE(release("one", kUnsharedMarker));
  EXPECT_EQ(acquire("third", seconds(10), "one"), LeaseReply::elsewhere) << "taken by other since";
  EXPECT_TRUE(release("other"));
}

TEST_F(RedisLeases, what_is_foreign_holds_nothing) {
  for (const char* type : {"string", "list", "hash"}) {
    make_foreign(names_.lease(kRedisKey), type);
    EXPECT_FALSE(renew("one")) << type;
    EXPECT_FALSE(release("one")) << type;
    EXPECT_EQ(acquire("one"), LeaseReply::held) << type;
  }
}

TEST(LeaseReplies, are_nothing_else) {
  Reply reply;
  EXPECT_EQ(parse_lease_reply(reply), std::nullopt);
  reply.type = Reply::Type::integer;
  reply.integer = 3;
  EXPECT_EQ(parse_lease_reply(reply), std::nullopt);
  reply.integer = -1;
  EXPECT_EQ(parse_lease_reply(reply), std::nullopt);
}

}  // namespace
}  // namespace hawkcache::shared_store
