#include "shared_store/redis_clock.hpp"

#include "store/fetch_sequence.hpp"

#include <cstdint>
#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace hawkcache::shared_store {
namespace {

using redis::Reply;
using std::chrono::hours;
using std::chrono::milliseconds;

class SetClock final : public Clock {
 public:
  WallTime wall() const noexcept override { return wall_time; }
  SteadyTime steady() const noexcept override { return steady_time; }
  void pass(Duration time) {
    wall_time += time;
    steady_time += time;
  }

  WallTime wall_time{Duration(1'800'000'000'000)};
  SteadyTime steady_time{hours(3)};
};

class RedisClockTest : public testing::Test {
 protected:
  SetClock node;
  RedisClock clock{node};
};

TEST_F(RedisClockTest, until_it_was_measured_it_is_the_nodes_own) {
  EXPECT_EQ(clock.now(), node.wall_time);
  node.pass(Duration(70));
  EXPECT_EQ(clock.now(), node.wall_time);
}

TEST_F(RedisClockTest, whoever_sets_the_nodes_clock_does_not_move_it) {
  const WallTime said = node.wall_time + hours(1);
  clock.measure(said, node.steady_time, node.steady_time);
  for (const Duration step : {Duration(hours(2)), Duration(-hours(4))}) {
    node.wall_time += step;
    EXPECT_EQ(clock.now(), said);
  }
  node.pass(Duration(5));
  EXPECT_EQ(clock.now(), said + Duration(5));
}

TEST_F(RedisClockTest, times_of_both_clocks_are_as_long_ago_by_one_as_by_the_other) {
  clock.measure(node.wall_time - hours(1), node.steady_time, node.steady_time);
  const WallTime local = node.wall_time - Duration(250);
  EXPECT_EQ(clock.of_redis(local), clock.now() - Duration(250));
  EXPECT_EQ(clock.of_this_node(clock.of_redis(local)), local);
}

// What was said between 100 ms and 180 ms of the steady time, by how much the clock moves.
struct MeasureRow {
  const char* what;
  Duration said;
  Duration moved;
};
class Measuring : public RedisClockTest, public testing::WithParamInterface<MeasureRow> {};

TEST_P(Measuring, moves_it_no_further_than_it_is_proven_wrong) {
  const WallTime begun = clock.now();
  const SteadyTime asked = node.steady_time + milliseconds(100);
  const SteadyTime answered = node.steady_time + milliseconds(180);
  EXPECT_EQ(clock.measure(begun + GetParam().said, asked, answered), GetParam().moved);
  EXPECT_EQ(clock.now(), begun + GetParam().moved);
}

INSTANTIATE_TEST_SUITE_P(
    Rows,
    Measuring,
    testing::Values(MeasureRow{"as_it_was_asked", Duration(100), Duration(0)},
                    MeasureRow{"meanwhile", Duration(130), Duration(0)},
                    MeasureRow{"as_it_answered", Duration(180), Duration(0)},
                    MeasureRow{"before", Duration(99), Duration(-1)},
                    MeasureRow{"after", Duration(181), Duration(1)},
                    MeasureRow{"far_before", -hours(2), -hours(2) - Duration(100)},
                    MeasureRow{"far_after", hours(2), hours(2) - Duration(180)}),
    [](const auto& test) { return test.param.what; });

TEST_F(RedisClockTest, no_sequence_is_above_the_highest_but_one_of_another_clock) {
  EXPECT_GT(clock.highest_sequence(), store::first_sequence_at(clock.now() + Duration(1000)));
  EXPECT_LT(clock.highest_sequence(), store::first_sequence_at(clock.now() + Duration(10'000)));
}

Reply text(std::string content, Reply::Type type = Reply::Type::text) {
  Reply reply;
  reply.type = type;
  reply.text = std::move(content);
  return reply;
}
Reply array(std::vector<Reply> elements) {
  Reply reply;
  reply.type = Reply::Type::array;
  reply.elements = std::move(elements);
  return reply;
}

TEST(ParseTimeReply, reads_seconds_and_microseconds) {
  EXPECT_EQ(parse_time_reply(array({text("1800000000"), text("123999")})),
            WallTime(Duration(1'800'000'000'123)));
  EXPECT_EQ(parse_time_reply(array({text("0"), text("0")})), WallTime());
  EXPECT_EQ(parse_time_reply(array({text("8000000000"), text("999999")})),
            WallTime(Duration(8'000'000'000'999)));
}

TEST(ParseTimeReply, of_anything_else_there_is_none) {
  const std::string largest = std::to_string(std::numeric_limits<std::int64_t>::max());
  const std::vector<Reply> others = {
      Reply(),
      text("1800000000"),
      text("NOPERM this user has no permissions", Reply::Type::error),
      Reply::failed(Errc::store_timeout),
      array({}),
      array({text("1800000000")}),
      array({text("1800000000"), text("0"), text("0")}),
      array({text("1800000000"), Reply()}),
      array({text("1800000000", Reply::Type::status), text("0")}),
      array({array({}), array({})}),
      array({text(""), text("")}),
      array({text("noon"), text("0")}),
      array({text("-1"), text("0")}),
      array({text("+1800000000"), text("0")}),
      array({text("1800000000 "), text("0")}),
      array({text("8000000001"), text("0")}),
      array({text(largest), text("0")}),
      array({text("99999999999999999999999"), text("0")}),
      array({text("1800000000"), text("1000000")}),
      array({text("1800000000"), text(largest)}),
  };
  for (std::size_t i = 0; i < others.size(); ++i) {
    EXPECT_FALSE(parse_time_reply(others[i])) << i;
  }
}

}  // namespace
}  // namespace hawkcache::shared_store
