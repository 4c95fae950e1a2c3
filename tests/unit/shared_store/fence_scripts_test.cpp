// The scripts that open the shared fence and purge, against a real server.
#include "unit/shared_store/fence_scripts_fixture.hpp"

#include <gtest/gtest.h>

namespace hawkcache::shared_store {
namespace {

using std::chrono::seconds;

using FenceScripts = FenceScriptsTest;

// --- open

TEST_F(FenceScripts, the_first_to_open_starts_a_generation_and_the_others_join_it) {
  EXPECT_EQ(open(0xa), (SharedCounter{0xa, kFenceServer, 1}));
  EXPECT_EQ(log(), "floor:1 ");
  EXPECT_EQ(open(0xb), (SharedCounter{0xa, kFenceServer, 1}));
  EXPECT_EQ(cli_.number({"PTTL", names_.epoch()}), -1);
}

TEST_F(FenceScripts, another_server_is_another_generation_and_the_epoch_goes_on) {
  const SharedCounter first = open(0xa);
  purge(first, store::purge_of_tag("x", store::PurgeKind::soft));
  EXPECT_EQ(open(0xb, kOtherServer), (SharedCounter{0xb, kOtherServer, 3}));
  EXPECT_EQ(log(), "floor:3 ");
  EXPECT_EQ(cli_.number({"EXISTS", names_.soft()}), 0);
}

TEST_F(FenceScripts, a_counter_that_was_lost_or_is_none_makes_a_new_generation) {
  const SharedCounter first = open(0xa);
  purge(first, store::purge_of_tag("x"));
  const std::string good = format_shared_counter({0xa, kFenceServer, 2});
  for (const std::string& text :
       {std::string(),
        std::string("garbage"),
        good + " ",
        "0" + good,
        format_shared_counter({0xa, kFenceServer, 0}),
        format_shared_counter({0, kFenceServer, 2}),
        format_shared_counter({0xa, kFenceServer, (store::Epoch{1} << 53) - 1}),
        format_shared_counter({0xa, kFenceServer, UINT64_MAX}),
        good.substr(0, 34) + "02",
        "A" + good.substr(1)}) {
    EXPECT_EQ(parse_shared_counter(text), std::nullopt) << text << ": both must agree";
    cli_.text({"SET", names_.epoch(), text});
    EXPECT_EQ(open(0xc), (SharedCounter{0xc, kFenceServer, 1})) << text;
  }
  cli_.number({"DEL", names_.epoch()});
  EXPECT_EQ(open(0xd), (SharedCounter{0xd, kFenceServer, 1}));
  cli_.number({"DEL", names_.epoch()});
  cli_.number({"RPUSH", names_.epoch(), "x"});
  EXPECT_EQ(open(0xe), (SharedCounter{0xe, kFenceServer, 1}));
}

TEST_F(FenceScripts, the_highest_counter_that_can_be_is_kept) {
  const SharedCounter highest{0xa, kFenceServer, (store::Epoch{1} << 53) - 2};
  set_counter(highest);
  cli_.number({"ZADD", names_.log(), std::to_string(highest.epoch), "floor"});
  EXPECT_EQ(open(0xb), highest);
  // The next one is beyond it: nobody reads it as a counter, and a new generation begins.
  EXPECT_EQ(purge(highest, store::purge_of_tag("x")), "9007199254740991");
  EXPECT_EQ(open(0xb), (SharedCounter{0xb, kFenceServer, 1}));
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
    ASSERT_EQ(purge(first, store::purge_of_tag("x")), "2");
    for (const auto& change : row.changes) cli_.run(change);
    EXPECT_EQ(purge(first, store::purge_of_tag("y")), "changed: log") << row.what;
    EXPECT_EQ(why_not(first), "changed: log") << row.what;
    EXPECT_EQ(open(0xb), (SharedCounter{0xb, kFenceServer, 3})) << row.what;
    EXPECT_EQ(log(), "floor:3 ") << row.what;
    EXPECT_EQ(purge({0xb, kFenceServer, 3}, store::purge_of_tag("y")), "4") << row.what;
  }
}

// --- purge

TEST_F(FenceScripts, a_purge_takes_the_next_epoch_and_raises_what_it_names) {
  const SharedCounter counter = open(0xa);
  store::PurgeRequest request = store::purge_of_tag("x");
  request.urls = {{"h", "/a"}};
  EXPECT_EQ(purge(counter, request), "2");
  EXPECT_EQ(cli_.text({"GET", names_.epoch()}), format_shared_counter({0xa, kFenceServer, 2}));
  EXPECT_EQ(purge(counter, store::purge_of_tag("y")), "3") << "whichever epoch the caller knew";
  EXPECT_EQ(purge(counter, store::purge_of_tag("x")), "4");
  EXPECT_EQ(log(), std::string("floor:1 huh\0/a:2 hty:3 htx:4 ", 29));
}

TEST_F(FenceScripts, a_purge_is_refused_when_something_changed) {
  const SharedCounter counter = open(0xa);
  const std::string before = log();
  EXPECT_EQ(purge({0xb, kFenceServer, 1}, store::purge_of_tag("x")), "changed: generation");
  EXPECT_EQ(purge({0xa, kOtherServer, 1}, store::purge_of_tag("x")), "changed: identity");
  EXPECT_EQ(log(), before);
  EXPECT_EQ(open(0xc), counter);
  cli_.number({"DEL", names_.epoch()});
  EXPECT_EQ(purge(counter, store::purge_of_tag("x")), "changed: no counter");
  EXPECT_EQ(log(), before);
}

TEST_F(FenceScripts, soft_purges_have_their_times) {
  const SharedCounter counter = open(0xa);
  purge(counter, {"sta"}, 1000, store::kNow);
  purge(counter, {"stb"}, 1000, store::kNow + seconds(1));
  purge(counter, {"sta"}, 1000, store::kNow + seconds(2));
  const auto reading = read(counter, 1);
  ASSERT_TRUE(reading.has_value());
  ASSERT_EQ(text_of(reading->purges), "3s tb; 4s ta; ");
  EXPECT_EQ(reading->purges[0].soft_at, store::kNow + seconds(1));
  EXPECT_EQ(reading->purges[1].soft_at, store::kNow + seconds(2));
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
  EXPECT_EQ(open(0xb), (SharedCounter{0xa, kFenceServer, 7})) << "the floor is the log's end";
  EXPECT_EQ(purge(counter, {"htk"}, 4), "8");
}

TEST_F(FenceScripts, a_bound_that_was_lowered_is_reached_step_by_step) {
  const SharedCounter counter = open(0xa);
  for (int i = 0; i < 3; ++i) {
    std::vector<std::string> members;
    for (int j = 0; j < 500; ++j) members.push_back(store::numbered("ht", 1000 * i + j));
    ASSERT_EQ(purge(counter, members, 10'000), std::to_string(i + 2));
  }
  purge(counter, {"htx"}, 100);
  EXPECT_EQ(cli_.number({"ZCARD", names_.log()}), 1002);
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

}  // namespace
}  // namespace hawkcache::shared_store
