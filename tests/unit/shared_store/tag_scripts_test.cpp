// The scripts of tags, against a real server: each tag's set, and the register of the large ones.
#include "shared_store/tag_scripts.hpp"

#include "unit/shared_store/redis_scripts_fixture.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::shared_store {
namespace {

using redis::Reply;
using std::chrono::seconds;
using testing_support::RedisCli;

class RedisTags : public RedisScriptsTest {
 protected:
  long long tag(const std::string& name, Duration ttl = kAnHour, std::size_t sample = 0) {
    return runner_.number(tag_response(names_, "users", name, ttl, sample));
  }
  void make(const std::string& name) { cli_.text({"SET", name, "there"}); }
  std::string set() const { return names_.tag("users"); }
  long long size() { return cli_.number({"SCARD", set()}); }
  void add(std::size_t members) {
    std::vector<std::string> words{"SADD", set()};
    for (std::size_t i = 0; i < members; ++i)
      words.push_back(store::numbered("m", static_cast<int>(i)));
    cli_.number(words);
  }
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
    expect_ttl(set(), kAnHour);
  }
}

TEST_F(RedisTags, the_dead_among_a_sample_are_removed) {
  make("alive");
  cli_.number({"SADD", set(), "alive", "dead", "dead too"});
  EXPECT_EQ(tag("fresh", kAnHour, 0), 4);
  EXPECT_EQ(tag("fresh", kAnHour, 10), 2);
  std::vector<std::string> members = cli_.list({"SMEMBERS", set()});
  std::sort(members.begin(), members.end());
  EXPECT_EQ(members, (std::vector<std::string>{"alive", "fresh"})) << "and never the one added";
}

TEST_F(RedisTags, the_dead_among_given_members_are_removed) {
  make("alive");
  cli_.number({"SADD", set(), "alive", "dead", "dead too", "not asked about"});
  const std::vector<std::string_view> asked = {"alive", "dead", "dead too", "no member"};
  EXPECT_EQ(runner_.number(forget_dead(names_, "users", asked)), 2);
  EXPECT_EQ(size(), 2);
  EXPECT_EQ(runner_.number(forget_dead(names_, "users", asked)), 0);
  make_foreign(set(), "list");
  EXPECT_EQ(runner_.number(forget_dead(names_, "users", asked)), 0);
}

// Responses live for as long as 200 others take to come: of 1000 that came, 800 are dead.
TEST_F(RedisTags, the_dead_do_not_pile_up) {
  constexpr int kAlive = 200;
  for (int i = 0; i < 3000; ++i) {
    make(store::numbered("r", i));
    tag(store::numbered("r", i), kAnHour, 4);
    if (i >= kAlive) cli_.number({"DEL", store::numbered("r", i - kAlive)});
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
  EXPECT_EQ(ScriptRunner(app).number(tag_response(names_, "users", "hawk:new", kAnHour, 10)), 2);
  EXPECT_EQ(cli_.number({"SISMEMBER", set(), "elsewhere"}), 1);
}

// --- large sets

constexpr auto kLarge = static_cast<std::size_t>(kLargeSet);

TEST_F(RedisTags, a_large_set_outlives_its_members) {
  add(kLarge - 1);
  EXPECT_EQ(tag("r", kAnHour), static_cast<long long>(kLarge));
  EXPECT_EQ(ttl(set()), -1) << "it was there, and had no end";
  cli_.number({"PEXPIRE", set(), "1000"});
  tag("r", kAnHour);
  expect_ttl(set(), kAnHour);
  EXPECT_EQ(tag("one more", seconds(100)), static_cast<long long>(kLarge) + 1);
  expect_ttl(set(), seconds(100) + kOutliving);
  tag("one that goes sooner", seconds(10));
  expect_ttl(set(), seconds(100) + kOutliving);
}

TEST_F(RedisTags, a_large_set_does_not_outlive_what_came_while_it_was_small) {
  tag("long-lived", 10 * kAnHour);
  add(kLarge);
  tag("r", kAnHour);
  expect_ttl(set(), 10 * kAnHour);
}

class LargeTags : public RedisScriptsTest {
 protected:
  void enter(const std::string& tag, Duration due, EnterTag when = EnterTag::if_new) {
    EXPECT_EQ(runner_.number(enter_large_tag(names_, tag, due, when)), 1);
  }
  // As that of a tag that is due for so long.
  void set_due_for(const std::string& tag, Duration due) {
    const long long now = std::stoll(cli_.list({"TIME"}).at(0)) * 1000;
    cli_.number({"ZADD", names_.large_tags(), std::to_string(now - due.count()), tag});
  }
  std::string claim(Duration claim = kAnHour) {
    const Reply reply = runner_.run(claim_large_tag(names_, claim));
    return reply.is(Reply::Type::text) ? reply.text : "";
  }
  void expect_due_in(const std::string& tag, Duration expected) {
    const long long now = std::stoll(cli_.list({"TIME"}).at(0)) * 1000;
    const long long due = std::stoll(cli_.text({"ZSCORE", names_.large_tags(), tag})) - now;
    EXPECT_LE(due, expected.count() + 1000) << tag;
    EXPECT_GT(due, expected.count() - 20'000) << tag;
  }
};

TEST_F(LargeTags, are_claimed_when_they_are_due_the_first_one_first) {
  EXPECT_EQ(claim(), "");
  enter("later", kAnHour);
  set_due_for("second", seconds(5));
  set_due_for("first", seconds(9));
  EXPECT_EQ(claim(2 * kAnHour), "first");
  EXPECT_EQ(claim(), "second");
  EXPECT_EQ(claim(), "");
  expect_due_in("first", 2 * kAnHour);
  expect_due_in("second", kAnHour);
  expect_due_in("later", kAnHour);
}

TEST_F(LargeTags, keep_their_time_unless_they_are_entered_anew) {
  enter("t", kAnHour);
  enter("t", seconds(60));
  expect_due_in("t", kAnHour);
  enter("t", seconds(60), EnterTag::anew);
  expect_due_in("t", seconds(60));
}

TEST_F(LargeTags, stand_in_a_register_that_outlives_them) {
  enter("t", kAnHour);
  expect_ttl(names_.large_tags(), kAnHour + kOutliving);
  enter("sooner", seconds(1));
  expect_ttl(names_.large_tags(), kAnHour + kOutliving);
  cli_.number({"DEL", names_.large_tags()});
  set_due_for("t", seconds(1));
  EXPECT_EQ(claim(seconds(100)), "t");
  expect_ttl(names_.large_tags(), seconds(100) + kOutliving);
}

TEST_F(LargeTags, take_the_place_of_what_is_foreign) {
  for (const char* type : {"string", "list", "hash", "set", "stream"}) {
    make_foreign(names_.large_tags(), type);
    EXPECT_EQ(claim(), "") << type;
    EXPECT_FALSE(exists(names_.large_tags())) << type;
    make_foreign(names_.large_tags(), type);
    enter("t", kAnHour);
    expect_due_in("t", kAnHour);
  }
}

TEST_F(LargeTags, are_entered_and_claimed_where_memory_is_out) {
  set_due_for("t", seconds(1));
  cli_.text({"CONFIG", "SET", "maxmemory", "1"});
  enter("another", seconds(100));
  const std::string claimed = claim();
  cli_.text({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_EQ(claimed, "t");
  expect_due_in("t", kAnHour);
  expect_due_in("another", seconds(100));
}

}  // namespace
}  // namespace hawkcache::shared_store
