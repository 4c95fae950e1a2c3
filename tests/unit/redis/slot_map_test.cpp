#include "redis/slot_map.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::redis {
namespace {

const Endpoint kAsked{"10.0.0.9", 7000};

Reply text(std::string value) {
  Reply reply;
  reply.type = Reply::Type::text;
  reply.text = std::move(value);
  return reply;
}

Reply number(std::int64_t value) {
  Reply reply;
  reply.type = Reply::Type::integer;
  reply.integer = value;
  return reply;
}

Reply list(std::vector<Reply> elements) {
  Reply reply;
  reply.type = Reply::Type::array;
  reply.elements = std::move(elements);
  return reply;
}

Reply error(std::string value) {
  Reply reply = text(std::move(value));
  reply.type = Reply::Type::error;
  return reply;
}

Reply node(std::string host, std::int64_t port) {
  return list({text(std::move(host)), number(port), text("an id"), list({})});
}

Reply range(std::int64_t first, std::int64_t last, std::vector<Reply> nodes) {
  std::vector<Reply> parts{number(first), number(last)};
  for (Reply& each : nodes) parts.push_back(std::move(each));
  return list(std::move(parts));
}

TEST(SlotMapTest, KnowsWhoServesWhat) {
  const auto map =
      SlotMap::from_reply(list({
                              range(8192, 16383, {node("10.0.0.2", 7002)}),
                              range(0, 100, {node("10.0.0.1", 7001)}),
                              range(102, 8191, {node("10.0.0.1", 7001), node("10.0.0.3", 7003)}),
                          }),
                          kAsked);
  ASSERT_TRUE(map);
  EXPECT_EQ(map->masters(), (std::vector<Endpoint>{{"10.0.0.1", 7001}, {"10.0.0.2", 7002}}));
  EXPECT_EQ(map->replicas(), (std::vector<Endpoint>{{"10.0.0.3", 7003}}));
  EXPECT_EQ(map->master_of(0), 0U);
  EXPECT_EQ(map->master_of(100), 0U);
  EXPECT_EQ(map->master_of(101), std::nullopt);
  EXPECT_EQ(map->master_of(8191), 0U);
  EXPECT_EQ(map->master_of(8192), 1U);
  EXPECT_EQ(map->master_of(16383), 1U);
  EXPECT_EQ(map->master_of(16384), std::nullopt);
}

TEST(SlotMapTest, AtFirstKnowsNobody) {
  EXPECT_TRUE(SlotMap().masters().empty());
  EXPECT_EQ(SlotMap().master_of(0), std::nullopt);
}

TEST(SlotMapTest, AHostWithoutANameIsTheOneThatWasAsked) {
  for (const Reply& host : {text(""), Reply()}) {
    const auto map =
        SlotMap::from_reply(list({range(0, 16383, {list({host, number(7001)})})}), kAsked);
    ASSERT_TRUE(map);
    EXPECT_EQ(map->masters(), (std::vector<Endpoint>{{"10.0.0.9", 7001}}));
  }
}

TEST(SlotMapTest, IsTheSameWhoeverNamesItsPartsInWhateverOrder) {
  const Reply low = range(0, 8191, {node("a", 1), node("c", 3)});
  const Reply high = range(8192, 16383, {node("b", 2)});
  const Reply high_elsewhere = range(8192, 16383, {node("b", 4)});
  const Reply low_without_replica = range(0, 8191, {node("a", 1)});
  const auto map = SlotMap::from_reply(list({low, high}), kAsked);
  ASSERT_TRUE(map);
  EXPECT_TRUE(map->same_masters(*SlotMap::from_reply(list({high, low}), kAsked)));
  EXPECT_TRUE(map->same_masters(*SlotMap::from_reply(list({low_without_replica, high}), kAsked)));
  EXPECT_FALSE(map->same_masters(*SlotMap::from_reply(list({low, high_elsewhere}), kAsked)));
  EXPECT_FALSE(map->same_masters(*SlotMap::from_reply(list({low}), kAsked)));
}

TEST(SlotMapTest, RefusesWhatMakesNoSense) {
  const Reply whole = range(0, 16383, {node("a", 1)});
  const std::vector<std::pair<std::string_view, Reply>> kWrong = {
      {"no list", text("hello")},
      {"nil", Reply()},
      {"an error", error("ERR This instance has cluster support disabled")},
      {"not a list of ranges", list({number(1)})},
      {"a range without nodes", list({range(0, 1, {})})},
      {"a slot that is text", list({list({text("0"), number(1), node("a", 1)})})},
      {"a slot below all", list({range(-1, 1, {node("a", 1)})})},
      {"a slot above all", list({range(0, 16384, {node("a", 1)})})},
      {"a range that runs backwards", list({range(2, 1, {node("a", 1)})})},
      {"a port that is none", list({range(0, 1, {node("a", 0)})})},
      {"a port above all", list({range(0, 1, {node("a", 65536)})})},
      {"a port that is text", list({range(0, 1, {list({text("a"), text("1")})})})},
      {"a host that is a number", list({range(0, 1, {list({number(1), number(1)})})})},
      {"a host that the node does not know", list({range(0, 1, {node("?", 1)})})},
      {"a node without a port", list({range(0, 1, {list({text("a")})})})},
      {"a node that is none", list({range(0, 1, {text("a")})})},
      {"a replica that is none", list({range(0, 1, {node("a", 1), text("b")})})},
      {"a slot with two masters", list({whole, range(5, 5, {node("b", 1)})})},
  };
  for (const auto& [what, reply] : kWrong) {
    const auto map = SlotMap::from_reply(reply, kAsked);
    ASSERT_FALSE(map) << what;
    EXPECT_EQ(map.error(), Errc::store_protocol) << what;
  }
}

TEST(SlotMapTest, AClusterThatServesNothingIsNotAvailable) {
  EXPECT_EQ(SlotMap::from_reply(list({}), kAsked).error(), Errc::store_unavailable);
}

struct Led {
  std::string_view text;
  Redirection to;
};

TEST(RedirectionTest, SaysWhereTo) {
  using Kind = Redirection::Kind;
  const Led kLed[] = {
      {"MOVED 3999 127.0.0.1:6381", {Kind::moved, 3999, {"127.0.0.1", 6381}}},
      {"ASK 0 redis-1.example:6379", {Kind::ask, 0, {"redis-1.example", 6379}}},
      {"MOVED 16383 ::1:6379", {Kind::moved, 16383, {"::1", 6379}}},
      {"ASK 7 :6379", {Kind::ask, 7, {"10.0.0.9", 6379}}},
  };
  for (const Led& led : kLed) {
    EXPECT_EQ(read_redirection(error(std::string(led.text)), kAsked), led.to) << led.text;
  }
}

TEST(RedirectionTest, LeadsNowhereWhenItMakesNoSense) {
  for (const std::string_view wrong : {"ERR unknown command",
                                       "MOVED",
                                       "MOVED ",
                                       "MOVED 1",
                                       "MOVED 1 ",
                                       "MOVED a:b",
                                       "MOVED 16384 a:1",
                                       "MOVED -1 a:1",
                                       "MOVED 1 a",
                                       "MOVED 1 a:",
                                       "MOVED 1 a:0",
                                       "MOVED 1 a:65536",
                                       "MOVED 1 a:1 ",
                                       "MOVED 1 ?:1",
                                       "MOVED 99999999999999999999 a:1",
                                       "MOVEDX 1 a:1",
                                       "ASKING 1 a:1"}) {
    EXPECT_EQ(read_redirection(error(std::string(wrong)), kAsked), std::nullopt) << wrong;
  }
  EXPECT_EQ(read_redirection(text("MOVED 1 a:1"), kAsked), std::nullopt);
}

}  // namespace
}  // namespace hawkcache::redis
