// The scripts of the shared fence, against a real server.
#include "store/fence_scripts.hpp"

#include "contract/response_maker.hpp"
#include "unit/store/script_runner.hpp"

#include <gtest/gtest.h>

namespace hawkcache::store {
namespace {

using redis::Reply;
using std::chrono::seconds;
using testing_support::RedisCli;
using testing_support::RedisServer;

constexpr std::uint64_t kServer = 0xfeedfeedfeedfeed;
constexpr std::uint64_t kOtherServer = 0x1;

class FenceScripts : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<RedisServer>(); }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override { cli_.text({"FLUSHALL"}); }

  SharedCounter open(std::uint64_t generation, std::uint64_t identity = kServer) {
    const Reply reply = runner_.run(fence_open(names_, identity, generation));
    const auto counter = parse_shared_counter(reply.text);
    if (!counter) throw std::runtime_error("no counter: " + reply.text);
    EXPECT_EQ(cli_.text({"GET", names_.epoch()}), reply.text);
    return *counter;
  }
  // The epoch, or what the script says has changed.
  std::string purge(const SharedCounter& expected,
                    const std::vector<std::string>& members,
                    std::size_t max_log = 1000,
                    WallTime now = kNow) {
    const Reply reply = runner_.run(fence_purge(names_, expected, now, max_log, members));
    return reply.is(Reply::Type::integer) ? std::to_string(reply.integer) : reply.text;
  }
  std::string purge(const SharedCounter& expected, const PurgeRequest& request) {
    return purge(expected, members_of(request));
  }
  // "member:epoch ..." in ascending order.
  std::string log() {
    const auto items = cli_.list({"ZRANGE", names_.log(), "0", "-1", "WITHSCORES"});
    std::string text;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
      text += items[i] + ':' + items[i + 1] + ' ';
    }
    return text;
  }
  std::optional<LogReading> read(const SharedCounter& expected,
                                 Epoch from,
                                 std::size_t limit = 1001) {
    return parse_log_reading(runner_.run(fence_read(names_, expected, from, limit)));
  }
  std::string why_not(const SharedCounter& expected) {
    return runner_.run(fence_read(names_, expected, 0, 1001)).text;
  }
  static std::string text_of(const std::vector<LoggedPurge>& purges) {
    std::string text;
    for (const LoggedPurge& purge : purges) {
      text += std::to_string(purge.epoch) + (purge.request.kind == PurgeKind::soft ? 's' : 'h');
      for (const std::string& member : members_of(purge.request)) text += ' ' + member.substr(1);
      text += "; ";
    }
    return text;
  }
  void set_counter(const SharedCounter& counter) {
    cli_.text({"SET", names_.epoch(), format_shared_counter(counter)});
  }

  static inline std::unique_ptr<RedisServer> server_;
  RedisCli cli_ = server_->cli();
  ScriptRunner runner_{cli_};
  RedisNames names_{"hawk:"};
};

// --- open

TEST_F(FenceScripts, the_first_to_open_starts_a_generation_and_the_others_join_it) {
  EXPECT_EQ(open(0xa), (SharedCounter{0xa, kServer, 1}));
  EXPECT_EQ(log(), "floor:1 ");
  EXPECT_EQ(open(0xb), (SharedCounter{0xa, kServer, 1}));
  EXPECT_EQ(cli_.number({"PTTL", names_.epoch()}), -1);
}

TEST_F(FenceScripts, another_server_is_another_generation_and_the_epoch_goes_on) {
  const SharedCounter first = open(0xa);
  purge(first, purge_of_tag("x", PurgeKind::soft));
  EXPECT_EQ(open(0xb, kOtherServer), (SharedCounter{0xb, kOtherServer, 3}));
  EXPECT_EQ(log(), "floor:3 ");
  EXPECT_EQ(cli_.number({"EXISTS", names_.soft()}), 0);
}

TEST_F(FenceScripts, a_counter_that_was_lost_or_is_none_makes_a_new_generation) {
  const SharedCounter first = open(0xa);
  purge(first, purge_of_tag("x"));
  const std::string good = format_shared_counter({0xa, kServer, 2});
  for (const std::string& text : {std::string(),
                                  std::string("garbage"),
                                  good + " ",
                                  "0" + good,
                                  format_shared_counter({0xa, kServer, 0}),
                                  format_shared_counter({0, kServer, 2}),
                                  format_shared_counter({0xa, kServer, (Epoch{1} << 53) - 1}),
                                  format_shared_counter({0xa, kServer, UINT64_MAX}),
                                  good.substr(0, 34) + "02",
                                  "A" + good.substr(1)}) {
    EXPECT_EQ(parse_shared_counter(text), std::nullopt) << text << ": both must agree";
    cli_.text({"SET", names_.epoch(), text});
    EXPECT_EQ(open(0xc), (SharedCounter{0xc, kServer, 1})) << text;
  }
  cli_.number({"DEL", names_.epoch()});
  EXPECT_EQ(open(0xd), (SharedCounter{0xd, kServer, 1}));
  cli_.number({"DEL", names_.epoch()});
  cli_.number({"RPUSH", names_.epoch(), "x"});
  EXPECT_EQ(open(0xe), (SharedCounter{0xe, kServer, 1}));
}

TEST_F(FenceScripts, the_highest_counter_that_can_be_is_kept) {
  const SharedCounter highest{0xa, kServer, (Epoch{1} << 53) - 2};
  set_counter(highest);
  cli_.number({"ZADD", names_.log(), std::to_string(highest.epoch), "floor"});
  EXPECT_EQ(open(0xb), highest);
  // The next one is beyond it: nobody reads it as a counter, and a new generation begins.
  EXPECT_EQ(purge(highest, purge_of_tag("x")), "9007199254740991");
  EXPECT_EQ(open(0xb), (SharedCounter{0xb, kServer, 1}));
}

TEST_F(FenceScripts, a_log_that_does_not_belong_to_the_counter_makes_a_new_generation) {
  struct Row {
    const char* what;
    std::vector<std::vector<std::string>> changes;
  };
  const std::string name = names_.log();
  const Row rows[] = {
      {"lost", {{"DEL", name}}},
      {"of another type", {{"DEL", name}, {"SET", name, "x"}}},
      {"behind", {{"ZREM", name, "htx"}}},
      {"ahead", {{"ZADD", name, "99", "hty"}}},
      {"without floor", {{"ZREM", name, "floor"}}},
      {"of another kind of number", {{"ZADD", name, "inf", "hty"}}},
  };
  for (const Row& row : rows) {
    cli_.text({"FLUSHALL"});
    const SharedCounter first = open(0xa);
    ASSERT_EQ(purge(first, purge_of_tag("x")), "2");
    for (const auto& change : row.changes) cli_.run(change);
    EXPECT_EQ(purge(first, purge_of_tag("y")), "changed: log") << row.what;
    EXPECT_EQ(why_not(first), "changed: log") << row.what;
    EXPECT_EQ(open(0xb), (SharedCounter{0xb, kServer, 3})) << row.what;
    EXPECT_EQ(log(), "floor:3 ") << row.what;
    EXPECT_EQ(purge({0xb, kServer, 3}, purge_of_tag("y")), "4") << row.what;
  }
}

// --- purge

TEST_F(FenceScripts, a_purge_takes_the_next_epoch_and_raises_what_it_names) {
  const SharedCounter counter = open(0xa);
  PurgeRequest request = purge_of_tag("x");
  request.urls = {{"h", "/a"}};
  EXPECT_EQ(purge(counter, request), "2");
  EXPECT_EQ(cli_.text({"GET", names_.epoch()}), format_shared_counter({0xa, kServer, 2}));
  EXPECT_EQ(purge(counter, purge_of_tag("y")), "3") << "whichever epoch the caller knew";
  EXPECT_EQ(purge(counter, purge_of_tag("x")), "4");
  EXPECT_EQ(log(), std::string("floor:1 huh\0/a:2 hty:3 htx:4 ", 29));
}

TEST_F(FenceScripts, a_purge_is_refused_when_something_changed) {
  const SharedCounter counter = open(0xa);
  const std::string before = log();
  EXPECT_EQ(purge({0xb, kServer, 1}, purge_of_tag("x")), "changed: generation");
  EXPECT_EQ(purge({0xa, kOtherServer, 1}, purge_of_tag("x")), "changed: identity");
  EXPECT_EQ(log(), before);
  EXPECT_EQ(open(0xc), counter);
  cli_.number({"DEL", names_.epoch()});
  EXPECT_EQ(purge(counter, purge_of_tag("x")), "changed: no counter");
  EXPECT_EQ(log(), before);
}

TEST_F(FenceScripts, soft_purges_have_their_times) {
  const SharedCounter counter = open(0xa);
  purge(counter, {"sta"}, 1000, kNow);
  purge(counter, {"stb"}, 1000, kNow + seconds(1));
  purge(counter, {"sta"}, 1000, kNow + seconds(2));
  const auto reading = read(counter, 1);
  ASSERT_TRUE(reading.has_value());
  ASSERT_EQ(text_of(reading->purges), "3s tb; 4s ta; ");
  EXPECT_EQ(reading->purges[0].soft_at, kNow + seconds(1));
  EXPECT_EQ(reading->purges[1].soft_at, kNow + seconds(2));
}

TEST_F(FenceScripts, a_hard_purge_takes_the_soft_one_of_the_same_thing_out) {
  const SharedCounter counter = open(0xa);
  purge(counter, {"sta", "stb"});
  purge(counter, {"hta"});
  EXPECT_EQ(log(), "floor:1 stb:2 hta:3 ");
  EXPECT_EQ(cli_.list({"HKEYS", names_.soft()}), std::vector<std::string>{"stb"});
  purge(counter, {"sta"});
  EXPECT_EQ(log(), "floor:1 stb:2 hta:3 sta:4 ") << "not the other way round";
}

TEST_F(FenceScripts, times_that_are_lost_make_a_soft_purge_a_hard_one) {
  const SharedCounter counter = open(0xa);
  purge(counter, {"sta"});
  cli_.number({"DEL", names_.soft()});
  EXPECT_EQ(text_of(read(counter, 1)->purges), "2h ta; ");
  cli_.number({"RPUSH", names_.soft(), "foreign"});
  EXPECT_EQ(text_of(read(counter, 1)->purges), "2h ta; ");
  EXPECT_EQ(purge(counter, {"stb"}), "3") << "and what is foreign is replaced";
  EXPECT_EQ(text_of(read(counter, 1)->purges), "2h ta; 3s tb; ");
}

TEST_F(FenceScripts, beyond_the_bound_the_oldest_are_forgotten_and_the_floor_rises) {
  const SharedCounter counter = open(0xa);
  purge(counter, {"sta"}, 4);
  purge(counter, {"htb"}, 4);
  purge(counter, {"htc"}, 4);
  EXPECT_EQ(log(), "floor:1 sta:2 htb:3 htc:4 ");
  purge(counter, {"htd"}, 4);
  EXPECT_EQ(log(), "floor:2 htb:3 htc:4 htd:5 ");
  EXPECT_EQ(cli_.number({"HLEN", names_.soft()}), 0);
  purge(counter, {"hte", "htf", "htg", "hth", "hti"}, 4);
  EXPECT_EQ(log(), "floor:6 htg:6 hth:6 hti:6 ");
  EXPECT_EQ(read(counter, 5)->floor, 6u);
  EXPECT_EQ(purge(counter, {"htj"}, 1), "7");
  EXPECT_EQ(log(), "floor:7 ");
  EXPECT_EQ(open(0xb), (SharedCounter{0xa, kServer, 7})) << "the floor is the log's end";
  EXPECT_EQ(purge(counter, {"htk"}, 4), "8");
}

TEST_F(FenceScripts, a_bound_that_was_lowered_is_reached_step_by_step) {
  const SharedCounter counter = open(0xa);
  for (int i = 0; i < 3; ++i) {
    std::vector<std::string> members;
    for (int j = 0; j < 1000; ++j) members.push_back(numbered("ht", 1000 * i + j));
    ASSERT_EQ(purge(counter, members, 10'000), std::to_string(i + 2));
  }
  purge(counter, {"htx"}, 100);
  EXPECT_EQ(cli_.number({"ZCARD", names_.log()}), 2002);
  purge(counter, {"hty"}, 100);
  purge(counter, {"htz"}, 100);
  EXPECT_EQ(cli_.number({"ZCARD", names_.log()}), 100);
  EXPECT_EQ(cli_.text({"ZSCORE", names_.log(), "floor"}), "4");
}

TEST_F(FenceScripts, a_purge_gets_through_where_memory_is_out) {
  cli_.text({"CONFIG", "SET", "maxmemory", "1"});
  const SharedCounter counter = open(0xa);
  const std::string epoch = purge(counter, {"htx", "sty"});
  const auto reading = read(counter, 1);
  cli_.text({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_EQ(epoch, "2");
  ASSERT_TRUE(reading.has_value());
  EXPECT_EQ(text_of(reading->purges), "2s ty; 2h tx; ");
}

// --- read

TEST_F(FenceScripts, what_is_new_is_read_in_order) {
  const SharedCounter counter = open(0xa);
  PurgeRequest request = purge_of_prefix("", "/x");
  request.tags = {"z", "a"};
  purge(counter, purge_of_everything());
  purge(counter, request);
  purge(counter, purge_of_tag("a"));
  const auto all = read(counter, 0);
  ASSERT_TRUE(all.has_value());
  EXPECT_EQ(all->counter, (SharedCounter{0xa, kServer, 4}));
  EXPECT_EQ(all->floor, 1u);
  EXPECT_TRUE(all->is_whole());
  EXPECT_EQ(text_of(all->purges), std::string("2h a; 3h p\0/x tz; 4h ta; ", 25));
  EXPECT_EQ(text_of(read(counter, 3)->purges), "4h ta; ");
  EXPECT_EQ(text_of(read(counter, 4)->purges), "");
  EXPECT_TRUE(read(counter, 4)->is_whole());
}

TEST_F(FenceScripts, a_reader_of_another_generation_is_told_everything) {
  const SharedCounter counter = open(0xa);
  purge(counter, purge_of_tag("x"));
  EXPECT_EQ(text_of(read({0xb, kServer, 9}, 9)->purges), "2h tx; ");
  EXPECT_EQ(read({0xb, kServer, 9}, 9)->counter.generation, 0xau);
  EXPECT_EQ(why_not({0xa, kOtherServer, 1}), "changed: identity");
  cli_.number({"DEL", names_.epoch()});
  EXPECT_EQ(why_not(counter), "changed: no counter");
}

TEST_F(FenceScripts, a_long_log_is_read_in_pieces_of_whole_epochs) {
  const SharedCounter counter = open(0xa);
  for (int i = 0; i < 7; ++i) {
    std::vector<std::string> members;
    for (int j = 0; j < 400; ++j) members.push_back(numbered("ht", 1000 * i + j));
    purge(counter, members, 10'000);
  }
  std::vector<Epoch> ends;
  std::size_t tags = 0;
  for (Epoch from = 1; ends.empty() || ends.back() < 8;) {
    const auto reading = read(counter, from, 1);
    ASSERT_TRUE(reading.has_value());
    for (const LoggedPurge& purge : reading->purges) {
      EXPECT_EQ(purge.request.tags.size(), 400u);
      tags += purge.request.tags.size();
    }
    EXPECT_GT(reading->through, from);
    EXPECT_EQ(reading->is_whole(), reading->through == 8);
    from = reading->through;
    ends.push_back(from);
  }
  EXPECT_EQ(ends, (std::vector<Epoch>{3, 5, 7, 8})) << "1001 at a time";
  EXPECT_EQ(tags, 7 * 400u);
}

TEST_F(FenceScripts, a_full_purge_fits_a_reading) {
  const SharedCounter counter = open(0xa);
  std::vector<std::string> members;
  for (std::size_t j = 0; j < kMostFenceMembers; ++j) members.push_back(numbered("st", j));
  purge(counter, members, 10'000);
  const auto reading = read(counter, 0, 1);
  ASSERT_TRUE(reading.has_value());
  EXPECT_TRUE(reading->is_whole());
  ASSERT_EQ(reading->purges.size(), 1u);
  EXPECT_EQ(reading->purges[0].request.tags.size(), kMostFenceMembers);
  EXPECT_EQ(reading->purges[0].request.kind, PurgeKind::soft);
}

TEST_F(FenceScripts, an_epoch_that_nobody_can_read_whole_is_a_floor) {
  const SharedCounter counter = open(0xa);
  purge(counter, {"hta"}, 10'000);
  std::vector<std::string> words = {"ZADD", names_.log()};
  for (int i = 0; i < 1500; ++i) {
    words.emplace_back("2");
    words.push_back(numbered("htx", i));
  }
  cli_.number(words);
  purge(counter, {"htb"}, 10'000);
  const auto reading = read(counter, 1);
  ASSERT_TRUE(reading.has_value());
  EXPECT_EQ(reading->floor, 2u);
  EXPECT_EQ(reading->through, 2u);
  EXPECT_TRUE(reading->purges.empty());
  EXPECT_EQ(text_of(read(counter, 2)->purges), "3h tb; ");
}

}  // namespace
}  // namespace hawkcache::store
