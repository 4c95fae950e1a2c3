// The scripts of responses, tags and leases, against a real server.
#include "store/redis_scripts.hpp"

#include "store/hex.hpp"
#include "unit/store/script_runner.hpp"
#include "unit/store/stored_samples.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

namespace hawkcache::store {
namespace {

using redis::Reply;
using std::chrono::seconds;
using testing_support::CliReply;
using testing_support::RedisCli;
using testing_support::RedisServer;

constexpr Hash128 kKey{.low = 7, .high = 1};
constexpr Duration kLong = std::chrono::hours(1);

class RedisScripts : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<RedisServer>(); }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override { cli_.text({"FLUSHALL"}); }

  struct Put {
    std::uint64_t variant = 1;
    std::uint64_t sequence = 1;
    caching::VaryNames vary{};
    Duration ttl = kLong;
    std::size_t max_variants = 10;
    WallTime now = kNow;
    std::string value = "value";
  };
  bool put(const Put& put) {
    PutArguments arguments;
    arguments.key = kKey;
    arguments.variant = variant(put.variant);
    arguments.sequence = put.sequence;
    arguments.vary = &put.vary;
    arguments.value = put.value;
    arguments.now = put.now;
    arguments.ttl = put.ttl;
    arguments.max_variants = put.max_variants;
    return runner_.number(put_response(names_, arguments)) == 1;
  }
  static Hash128 variant(std::uint64_t number) { return {.low = number, .high = 0}; }
  std::string response_name(std::uint64_t number) const {
    return names_.response(kKey, variant(number));
  }
  std::string index() const { return names_.index(kKey); }
  VariantIndex read_index() {
    return parse_variant_index(to_reply(cli_.run({"HGETALL", index()})));
  }
  // "variant:sequence ..." in the order of sequences, and for each its response must be there.
  std::string variants() {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> sorted;
    for (const IndexedVariant& indexed : read_index().variants) {
      sorted.emplace_back(indexed.record.sequence, indexed.variant.low);
    }
    std::sort(sorted.begin(), sorted.end());
    std::string text;
    for (const auto& [sequence, number] : sorted) {
      text += std::to_string(number) + ':' + std::to_string(sequence) + ' ';
      EXPECT_EQ(cli_.number({"EXISTS", response_name(number)}), 1) << number;
    }
    return text;
  }
  std::string value_of(std::uint64_t number) { return cli_.text({"GET", response_name(number)}); }
  bool exists(const std::string& name) { return cli_.number({"EXISTS", name}) == 1; }
  long long ttl(const std::string& name) { return cli_.number({"PTTL", name}); }
  void expect_ttl(const std::string& name, Duration expected) {
    EXPECT_LE(ttl(name), expected.count()) << name;
    EXPECT_GT(ttl(name), expected.count() - 20'000) << name;
  }
  // Under this name, something of each type that is no STRING, HASH or SET where one is expected.
  void make_foreign(const std::string& name, const std::string& type) {
    cli_.number({"DEL", name});
    if (type == "string") cli_.text({"SET", name, "foreign"});
    if (type == "list") cli_.number({"RPUSH", name, "foreign"});
    if (type == "set") cli_.number({"SADD", name, "foreign"});
    if (type == "hash") cli_.number({"HSET", name, "foreign", "foreign"});
    if (type == "zset") cli_.number({"ZADD", name, "1", "foreign"});
    if (type == "stream") cli_.text({"XADD", name, "*", "foreign", "foreign"});
  }

  static inline std::unique_ptr<RedisServer> server_;
  RedisCli cli_ = server_->cli();
  ScriptRunner runner_{cli_};
  RedisNames names_{"hawk:"};
};

TEST_F(RedisScripts, have_the_names_that_the_server_gives_them) {
  std::set<std::string_view> names;
  for (const NamedScript& named : all_scripts()) {
    EXPECT_EQ(cli_.text({"SCRIPT", "LOAD", std::string(named.script->source)}), named.script->sha1)
        << named.name;
    names.insert(named.name);
  }
  EXPECT_EQ(names.size(), all_scripts().size());
}

// --- put_response

TEST_F(RedisScripts, put_stores_the_value_and_its_record_for_its_time) {
  const std::string value("bytes\0\r\n\xff", 9);
  EXPECT_TRUE(put({.variant = 1, .sequence = 5, .vary = {"accept"}, .value = value}));
  EXPECT_EQ(value_of(1), value);
  const VariantIndex index = read_index();
  ASSERT_EQ(index.variants.size(), 1u);
  EXPECT_EQ(index.variants[0].record, (VariantRecord{5, kNow + kLong, {"accept"}}));
  expect_ttl(response_name(1), kLong);
  expect_ttl(this->index(), kLong);
}

TEST_F(RedisScripts, put_brings_a_ttl_within_what_a_server_takes) {
  EXPECT_TRUE(put({.ttl = Duration(-5)}));
  EXPECT_TRUE(put({.variant = 2, .sequence = 2, .ttl = Duration::max()}));
  EXPECT_GT(ttl(response_name(2)), 0);
}

// What is there, what comes, and what is there then. Variants 1 and 2 are two different ones; those
// with names have a Vary.
struct PutRow {
  const char* what;
  std::uint64_t there_sequence;
  bool there_varies;
  std::uint64_t fresh_variant;
  std::uint64_t fresh_sequence;
  bool fresh_varies;
  bool stored;
  const char* after;
};
class RedisPutTable : public RedisScripts, public testing::WithParamInterface<PutRow> {};

TEST_P(RedisPutTable, is_that_of_the_memory_store) {
  const PutRow& row = GetParam();
  const auto names = [](bool varies) {
    return varies ? caching::VaryNames{"accept"} : caching::VaryNames{};
  };
  ASSERT_TRUE(put({.variant = 1, .sequence = row.there_sequence, .vary = names(row.there_varies)}));
  EXPECT_EQ(put({.variant = row.fresh_variant,
                 .sequence = row.fresh_sequence,
                 .vary = names(row.fresh_varies),
                 .value = "fresh"}),
            row.stored);
  EXPECT_EQ(variants(), row.after);
  if (row.stored) {
    EXPECT_EQ(value_of(row.fresh_variant), "fresh");
  } else {
    EXPECT_EQ(value_of(1), "value");
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rows,
    RedisPutTable,
    testing::Values(PutRow{"newer_same", 5, false, 1, 6, false, true, "1:6 "},
                    PutRow{"equal_same", 5, false, 1, 5, false, true, "1:5 "},
                    PutRow{"older_same", 5, false, 1, 4, false, false, "1:5 "},
                    PutRow{"newer_same_varied", 5, true, 1, 6, true, true, "1:6 "},
                    PutRow{"equal_same_varied", 5, true, 1, 5, true, true, "1:5 "},
                    PutRow{"older_same_varied", 5, true, 1, 4, true, false, "1:5 "},
                    PutRow{"newer_other", 5, false, 2, 6, false, true, "1:5 2:6 "},
                    PutRow{"equal_other", 5, false, 2, 5, false, true, "1:5 2:5 "},
                    PutRow{"older_other", 5, false, 2, 4, false, false, "1:5 "},
                    PutRow{"newer_other_varied", 5, true, 2, 6, true, true, "1:5 2:6 "},
                    PutRow{"equal_other_varied", 5, true, 2, 5, true, true, "1:5 2:5 "},
                    PutRow{"older_other_varied", 5, true, 2, 4, true, true, "2:4 1:5 "},
                    PutRow{"older_varied_beside_plain", 5, false, 2, 4, true, false, "1:5 "},
                    PutRow{"newer_varied_beside_plain", 5, false, 2, 6, true, true, "1:5 2:6 "},
                    PutRow{"older_plain_beside_varied", 5, true, 2, 4, false, true, "2:4 1:5 "},
                    PutRow{"newer_plain_beside_varied", 5, true, 2, 6, false, true, "1:5 2:6 "},
                    PutRow{"all_of_64_bits_count",
                           UINT64_MAX,
                           false,
                           1,
                           UINT64_MAX - 1,
                           false,
                           false,
                           "1:18446744073709551615 "}),
    [](const auto& test) { return test.param.what; });

TEST_F(RedisScripts, put_is_refused_whatever_else_is_there) {
  ASSERT_TRUE(put({.variant = 1, .sequence = 5, .vary = {"accept"}}));
  ASSERT_TRUE(put({.variant = 2, .sequence = 9}));
  ASSERT_TRUE(put({.variant = 3, .sequence = 10, .vary = {"accept"}}));
  EXPECT_FALSE(put({.variant = 4, .sequence = 8, .vary = {"accept"}}));
  EXPECT_FALSE(exists(response_name(4)));
  EXPECT_EQ(variants(), "1:5 2:9 3:10 ");
}

TEST_F(RedisScripts, put_evicts_the_oldest_beyond_the_bound_but_never_the_new_one) {
  for (const std::uint64_t number : {3u, 1u, 2u}) {
    ASSERT_TRUE(put({.variant = number, .sequence = number, .vary = {"a"}, .max_variants = 3}));
  }
  ASSERT_TRUE(put({.variant = 9, .sequence = 9, .vary = {"a"}, .max_variants = 3}));
  EXPECT_EQ(variants(), "2:2 3:3 9:9 ");
  EXPECT_FALSE(exists(response_name(1)));
  // An older fetch's, of another variant: the oldest of the others goes.
  ASSERT_TRUE(put({.variant = 4, .sequence = 1, .vary = {"a"}, .max_variants = 3}));
  EXPECT_EQ(variants(), "4:1 3:3 9:9 ");
  // A bound that was lowered.
  ASSERT_TRUE(put({.variant = 5, .sequence = 10, .vary = {"a"}, .max_variants = 1}));
  EXPECT_EQ(variants(), "5:10 ");
  EXPECT_EQ(cli_.number({"DBSIZE"}), 2);
}

TEST_F(RedisScripts, put_forgets_records_past_their_end_and_is_not_refused_by_them) {
  ASSERT_TRUE(put({.variant = 1, .sequence = 9, .ttl = seconds(10)}));
  ASSERT_TRUE(put({.variant = 2, .sequence = 10, .vary = {"a"}}));
  EXPECT_FALSE(put({.variant = 3, .sequence = 5, .vary = {"a"}, .now = kNow + Duration(9999)}));
  EXPECT_TRUE(put({.variant = 3, .sequence = 5, .vary = {"a"}, .now = kNow + seconds(10)}));
  EXPECT_EQ(variants(), "3:5 2:10 ");
  // Of the same variant, too.
  EXPECT_TRUE(put({.variant = 2, .sequence = 3, .vary = {"a"}, .now = kNow + kLong}));
}

TEST_F(RedisScripts, an_index_lives_as_long_as_its_longest_lived_record) {
  ASSERT_TRUE(put({.variant = 1, .sequence = 1, .ttl = seconds(1000)}));
  ASSERT_TRUE(put({.variant = 2, .sequence = 2, .ttl = seconds(100)}));
  expect_ttl(index(), seconds(1000));
  expect_ttl(response_name(2), seconds(100));
  // The longest-lived one is replaced by a shorter-lived one.
  ASSERT_TRUE(put({.variant = 1, .sequence = 3, .ttl = seconds(200)}));
  expect_ttl(index(), seconds(200));
  // And one that is evicted does not count.
  ASSERT_TRUE(put({.variant = 3, .sequence = 4, .ttl = seconds(50), .max_variants = 1}));
  expect_ttl(index(), seconds(50));
}

TEST_F(RedisScripts, put_replaces_what_is_foreign_under_its_names) {
  for (const char* type : {"string", "list", "set", "zset", "stream"}) {
    make_foreign(index(), type);
    make_foreign(response_name(1), type);
    EXPECT_TRUE(put({})) << type;
    EXPECT_EQ(variants(), "1:1 ") << type;
    expect_ttl(index(), kLong);
  }
  make_foreign(response_name(1), "hash");
  EXPECT_TRUE(put({}));
  EXPECT_EQ(variants(), "1:1 ");
}

TEST_F(RedisScripts, put_drops_records_that_are_none) {
  cli_.number({"HSET",
               index(),
               "foreign",
               "text",
               to_hex(variant(2)),
               "",
               to_hex(variant(3)),
               "0000000000000009",
               to_hex(variant(1)),
               "ffffffffffffffff x"});
  EXPECT_TRUE(put({}));
  EXPECT_EQ(variants(), "1:1 ");
  EXPECT_EQ(read_index().malformed, 0u);
}

TEST_F(RedisScripts, put_does_not_read_a_hash_that_is_far_too_large_for_an_index) {
  std::vector<std::string> words = {"HSET", index()};
  for (std::uint64_t i = 0; i < 100; ++i) {
    words.push_back(to_hex(variant(i)));
    words.push_back(format_variant_record({50, kNow + kLong, {}}));
  }
  cli_.number(words);
  EXPECT_TRUE(put({.max_variants = 10}));
  EXPECT_EQ(read_index().variants.size(), 1u);
}

// --- tag_response

class RedisTags : public RedisScripts {
 protected:
  long long tag(const std::string& name, Duration ttl = kLong, std::size_t sample = 0) {
    return runner_.number(tag_response(names_, "users", name, ttl, sample));
  }
  void make(const std::string& name) { cli_.text({"SET", name, "there"}); }
  std::string set() const { return names_.tag("users"); }
  long long size() { return cli_.number({"SCARD", set()}); }
};

TEST_F(RedisTags, a_set_holds_the_full_names) {
  tag("hawk:r:{1}:1");
  tag("hawk:r:{1}:2");
  tag("hawk:r:{1}:2");
  std::vector<std::string> members = cli_.list({"SMEMBERS", "hawk:tag:users"});
  std::sort(members.begin(), members.end());
  EXPECT_EQ(members, (std::vector<std::string>{"hawk:r:{1}:1", "hawk:r:{1}:2"}));
}

TEST_F(RedisTags, the_time_of_a_set_only_grows) {
  tag("a", seconds(100));
  expect_ttl(set(), seconds(100));
  tag("b", seconds(1000));
  expect_ttl(set(), seconds(1000));
  tag("c", seconds(10));
  expect_ttl(set(), seconds(1000));
}

TEST_F(RedisTags, a_set_that_lives_for_ever_goes_on_doing_so) {
  cli_.number({"SADD", set(), "theirs"});
  tag("ours", seconds(10));
  EXPECT_EQ(ttl(set()), -1);
}

TEST_F(RedisTags, what_is_foreign_under_its_name_is_replaced) {
  for (const char* type : {"string", "list", "hash", "zset", "stream"}) {
    make_foreign(set(), type);
    tag("a");
    EXPECT_EQ(cli_.list({"SMEMBERS", set()}), std::vector<std::string>{"a"}) << type;
    expect_ttl(set(), kLong);
  }
}

TEST_F(RedisTags, the_dead_among_a_sample_are_removed) {
  make("alive");
  cli_.number({"SADD", set(), "alive", "dead", "dead too"});
  EXPECT_EQ(tag("fresh", kLong, 0), 0);
  EXPECT_EQ(size(), 4);
  EXPECT_EQ(tag("fresh", kLong, 10), 2);
  std::vector<std::string> members = cli_.list({"SMEMBERS", set()});
  std::sort(members.begin(), members.end());
  EXPECT_EQ(members, (std::vector<std::string>{"alive", "fresh"})) << "and never the one added";
}

// Responses live for as long as 200 others take to come: of 1000 that came, 800 are dead.
TEST_F(RedisTags, the_dead_do_not_pile_up) {
  constexpr int kAlive = 200;
  for (int i = 0; i < 3000; ++i) {
    make(numbered("r", i));
    tag(numbered("r", i), kLong, 4);
    if (i >= kAlive) cli_.number({"DEL", numbered("r", i - kAlive)});
  }
  // A quarter dead, and room for chance.
  EXPECT_LT(size(), kAlive * 2);
  EXPECT_GE(size(), kAlive);
}

TEST_F(RedisTags, a_member_that_must_not_be_looked_at_stays) {
  cli_.text({"ACL", "SETUSER", "app", "on", ">secret", "~hawk:*", "+@all"});
  cli_.number({"SADD", set(), "elsewhere", "hawk:dead"});
  RedisCli app(server_->port());
  app.text({"AUTH", "app", "secret"});
  EXPECT_EQ(ScriptRunner(app).number(tag_response(names_, "users", "hawk:new", kLong, 10)), 1);
  EXPECT_EQ(cli_.number({"SISMEMBER", set(), "elsewhere"}), 1);
}

// --- unlink_older

class RedisUnlink : public RedisScripts {
 protected:
  void make(const std::string& name, SharedStamp stamp) {
    StoredParts parts = plain_parts();
    parts.shared = stamp;
    cli_.text({"SET", name, encode_response(StoredResponse(parts), name)});
  }
  long long unlink(std::vector<std::string_view> names, SharedStamp stamp) {
    return runner_.number(unlink_older(names, stamp));
  }
};

TEST_F(RedisUnlink, takes_what_is_older_or_of_another_generation) {
  struct Row {
    SharedStamp stored;
    SharedStamp purge;
    long long removed;
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
  const SharedStamp stamp{7, 5};
  make("good", {7, 5});
  make("half", {7, 5});
  cli_.text({"SET", "half", cli_.text({"GETRANGE", "half", "0", "38"})});
  make_foreign("string", "string");
  make_foreign("list", "list");
  make_foreign("hash", "hash");
  cli_.text({"SET", "number", "12345"});
  EXPECT_EQ(unlink({"good", "half", "absent", "string", "list", "hash", "number"}, stamp), 5);
  EXPECT_EQ(cli_.number({"DBSIZE"}), 1);
}

// --- drop_variant

class RedisDrop : public RedisScripts {
 protected:
  std::string value(std::uint64_t sequence) {
    StoredParts parts = plain_parts();
    parts.sequence = sequence;
    return encode_response(StoredResponse(parts), response_name(1));
  }
  bool drop(std::string_view seen) {
    return runner_.number(drop_variant(names_, kKey, variant(1), seen)) == 1;
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

class RedisLeases : public RedisScripts {
 protected:
  std::optional<LeaseReply> acquire(std::string_view token, Duration ttl = seconds(10)) {
    return parse_lease_reply(runner_.run(lease_acquire(names_, kKey, token, ttl)));
  }
  bool renew(std::string_view token, Duration ttl = seconds(10)) {
    return runner_.number(lease_renew(names_, kKey, token, ttl)) == 1;
  }
  bool release(std::string_view token, Duration marker = kNoMarker) {
    return runner_.number(lease_release(names_, kKey, token, marker)) == 1;
  }
};

TEST_F(RedisLeases, one_holds_it_until_it_is_released) {
  EXPECT_EQ(acquire("one"), LeaseReply::held);
  expect_ttl(names_.lease(kKey), seconds(10));
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
  expect_ttl(names_.lease(kKey), seconds(30));
  EXPECT_TRUE(renew("one", seconds(100)));
  expect_ttl(names_.lease(kKey), seconds(100));
  EXPECT_EQ(acquire("one", seconds(200)), LeaseReply::held) << "asking again renews";
  expect_ttl(names_.lease(kKey), seconds(200));
  cli_.number({"DEL", names_.lease(kKey)});
  EXPECT_FALSE(renew("one")) << "it ended";
}

TEST_F(RedisLeases, others_hear_that_what_was_fetched_is_not_to_be_shared) {
  ASSERT_EQ(acquire("one"), LeaseReply::held);
  EXPECT_TRUE(release("one", kUnsharedMarker));
  EXPECT_EQ(acquire("other"), LeaseReply::unshared);
  EXPECT_EQ(acquire("one"), LeaseReply::unshared);
  EXPECT_GT(ttl(names_.lease(kKey)), 0);
  EXPECT_LE(ttl(names_.lease(kKey)), kUnsharedMarker.count());
}

TEST_F(RedisLeases, what_is_foreign_holds_nothing) {
  for (const char* type : {"string", "list", "hash"}) {
    make_foreign(names_.lease(kKey), type);
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

// --- out of memory

TEST_F(RedisScripts, where_memory_is_out_nothing_is_stored_and_nothing_half) {
  ASSERT_TRUE(put({.variant = 1, .sequence = 1, .ttl = seconds(1)}));
  cli_.text({"CONFIG", "SET", "maxmemory", "1"});
  PutArguments arguments;
  arguments.key = kKey;
  arguments.variant = variant(1);
  arguments.sequence = 9;
  arguments.value = "new";
  arguments.now = kNow + seconds(5);
  arguments.ttl = kLong;
  const Reply refused = runner_.run(put_response(names_, arguments));
  const Reply untagged = runner_.run(tag_response(names_, "t", "a", kLong, 4));
  const long long dropped = runner_.number(drop_variant(names_, kKey, variant(2), ""));
  cli_.text({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_TRUE(refused.is(Reply::Type::error));
  EXPECT_TRUE(refused.text.starts_with("OOM ")) << refused.text;
  EXPECT_TRUE(untagged.text.starts_with("OOM ")) << untagged.text;
  EXPECT_EQ(dropped, 1);
  const VariantIndex index = read_index();
  ASSERT_EQ(index.variants.size(), 1u);
  EXPECT_EQ(index.variants[0].record.sequence, 1u);
}

}  // namespace
}  // namespace hawkcache::store
