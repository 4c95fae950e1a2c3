// Redis forgets what was purged, in part or altogether, and even gives back what was there before:
// no node serves what was purged, neither those that knew of the purge nor one that comes later.
#include "scenario/support/redis_scenario.hpp"

#include <tuple>

namespace hawkcache::scenario {
namespace {

constexpr const char* kTarget = "/items/1";
constexpr const char* kRoutes = "- path: /items/{id:int}\n  tags: [item]\n  ttl: 1h\n";

class RedisForgets : public RedisScenario {
 protected:
  RedisForgets() : RedisScenario(Server::own) {}

  void serve(Backend backend) {
    backend_ = backend;
    content.set("old");
    origin.on(kTarget, [this](OriginExchange& exchange) {
      const std::string body = content.get();
      if (exchange.request().number == held_request) exchange.hold("held");
      exchange.respond(body);
    });
    start({.backend = backend, .routes = kRoutes});
  }
  void store_everywhere() {
    for (const auto* node : {&a, &b}) EXPECT_EQ(get(**node, kTarget).body, "old");
    copy_entry();
  }
  // By URL: nobody looks for its entries in order to remove them.
  void change_and_purge(const char* purge = R"({"urls": ["/items/1"]})") {
    content.set("new");
    ASSERT_EQ(a->purge(purge).status, 200);
    purged_ = std::chrono::steady_clock::now();
  }
  std::unique_ptr<ProxyUnderTest> make_another_node() {
    return make_node({.backend = backend_, .routes = kRoutes});
  }

  void copy_entry() {
    const std::vector<std::string> responses = names_of("r:");
    const std::vector<std::string> indexes = names_of("i:");
    ASSERT_EQ(responses.size(), 1U);
    ASSERT_EQ(indexes.size(), 1U);
    set_response_ = {"SET", responses[0], cli().text({"GET", responses[0]}), "PX", "3600000"};
    set_index_ = {"HSET", indexes[0]};
    for (std::string& word : cli().list({"HGETALL", indexes[0]})) {
      set_index_.push_back(std::move(word));
    }
  }
  void put_entry_back() {
    cli().text(set_response_);
    cli().number(set_index_);
  }

  // On each node, and on one that is started now.
  void expect_new_everywhere() {
    expect_new_on_both();
    const auto c = make_another_node();
    expect_only(*c, kTarget, "new");
    expect_new_on_both();
  }
  // What lay in the other node's memory may lag.
  void expect_new_on_both() {
    expect_only(*a, kTarget, "new");
    const bool in_memory = backend_ == Backend::tiered;
    expect_only(
        *b, kTarget, "new", in_memory ? kLongestLag : std::chrono::milliseconds(0), purged_);
  }
  void expect_back_in_use() {
    for (const auto* node : {&a, &b}) EXPECT_TRUE(eventually([&] { return uses_redis(**node); }));
    EXPECT_TRUE(eventually(
        [this] { return x_cache(*a, kTarget) == "HIT" && x_cache(*b, kTarget) == "HIT"; }));
  }

  std::size_t held_request = 0;

 private:
  Backend backend_ = Backend::redis;
  std::chrono::steady_clock::time_point purged_;
  testing_support::RedisCli::Words set_response_;
  testing_support::RedisCli::Words set_index_;
};

// What is lost, as commands; "P" is the prefix.
struct Loss {
  const char* name;
  std::vector<testing_support::RedisCli::Words> commands;
};

const std::vector<Loss>& losses() {
  static const std::vector<Loss> all{
      {"Everything", {{"FLUSHALL"}}},
      {"TheDatabase", {{"FLUSHDB"}}},
      {"TheCounter", {{"DEL", "P{fences}:epoch"}}},
      {"TheLog", {{"DEL", "P{fences}:log"}}},
      {"TheTimesOfSoftPurges", {{"DEL", "P{fences}:soft"}}},
      {"TheCounterAndTheLog", {{"DEL", "P{fences}:epoch", "P{fences}:log"}}},
      {"TheTagsSet", {{"DEL", "Ptag:item"}}},
      {"TheCounterToAnotherType",
       {{"EVAL",
         "redis.call('DEL', KEYS[1]) return redis.call('LPUSH', KEYS[1], 1)",
         "1",
         "P{fences}:epoch"}}},
      {"TheLogToAnotherType", {{"SET", "P{fences}:log", "x"}}},
      {"TheCounterToGarbage", {{"SET", "P{fences}:epoch", "x"}}},
      {"TheNewestOfTheLog", {{"ZREMRANGEBYRANK", "P{fences}:log", "-1", "-1"}}},
  };
  return all;
}

using Case = std::tuple<Backend, Loss>;

std::string name_of_case(const ::testing::TestParamInfo<Case>& one) {
  return name_of(std::get<0>(one.param)) + "_" + std::get<1>(one.param).name;
}

class RedisLoses : public RedisForgets, public ::testing::WithParamInterface<Case> {
 protected:
  void lose() {
    for (testing_support::RedisCli::Words words : std::get<1>(GetParam()).commands) {
      for (std::string& word : words) {
        if (word.starts_with('P') && words.front() != word) word = name(word.substr(1));
      }
      ASSERT_FALSE(cli().run(words).is_error());
    }
  }
};

TEST_P(RedisLoses, WhatWasPurgedStaysPurged) {
  serve(std::get<Backend>(GetParam()));
  store_everywhere();
  change_and_purge();
  lose();
  put_entry_back();
  expect_new_everywhere();
  expect_back_in_use();
}

TEST_P(RedisLoses, WhatWasPurgedAndIsAskedForOnANewNodeFirst) {
  serve(std::get<Backend>(GetParam()));
  store_everywhere();
  change_and_purge();
  lose();
  put_entry_back();
  const auto c = make_another_node();
  expect_only(*c, kTarget, "new");
  put_entry_back();
  expect_new_everywhere();
}

TEST_P(RedisLoses, AFetchThatWasHeldDuringThePurgeIsNotStored) {
  serve(std::get<Backend>(GetParam()));
  held_request = 1;
  Client before = a->client();
  before.send_request("GET", kTarget);
  ASSERT_TRUE(origin.gate("held").wait_for());
  content.set("new");
  ASSERT_EQ(b->purge(R"({"tags": ["item"]})").status, 200);
  lose();
  origin.gate("held").open();
  EXPECT_EQ(before.read().status, 200);
  for (const auto* node : {&b, &a, &b}) expect_only(**node, kTarget, "new");
}

INSTANTIATE_TEST_SUITE_P(Losses,
                         RedisLoses,
                         ::testing::Combine(::testing::ValuesIn(kBackends),
                                            ::testing::ValuesIn(losses())),
                         name_of_case);

class RedisForgetsOn : public RedisForgets, public ::testing::WithParamInterface<Backend> {};

TEST_P(RedisForgetsOn, AnIndexThatIsLostIsAMiss) {
  serve(GetParam());
  get(*a, kTarget);
  EXPECT_EQ(cli().number({"DEL", names_of("i:").front()}), 1);
  EXPECT_EQ(x_cache(*b, kTarget), "MISS");
  EXPECT_EQ(x_cache(*b, kTarget), "HIT");
}

TEST_P(RedisForgetsOn, WhenASoftPurgeWasAskedForIsLost) {
  serve(GetParam());
  store_everywhere();
  clock.advance(5s);
  change_and_purge(R"({"urls": ["/items/1"], "soft": true})");
  cli().number({"DEL", name("{fences}:soft")});
  put_entry_back();
  // Who reads the log only now knows no time.
  const auto c = make_another_node();
  expect_only(*c, kTarget, "new");
  expect_new_on_both();
}

TEST_P(RedisForgetsOn, AServerThatIsRestartedWithItsDataFromBeforeThePurge) {
  serve(GetParam());
  store_everywhere();
  ASSERT_EQ(cli().text({"SAVE"}), "OK");
  change_and_purge();
  redis.kill();
  redis.start();
  ASSERT_EQ(names_of("r:").size(), 1U);
  expect_new_everywhere();
  expect_back_in_use();
}

TEST_P(RedisForgetsOn, AServerThatIsRestartedFromItsFileWhileNobodyLooks) {
  serve(GetParam());
  store_everywhere();
  ASSERT_EQ(cli().text({"SAVE"}), "OK");
  change_and_purge();
  a.reset();
  b.reset();
  redis.kill();
  redis.start();
  a = make_another_node();
  b = make_another_node();
  ASSERT_EQ(names_of("r:").size(), 1U);
  expect_new_everywhere();
}

TEST_P(RedisForgetsOn, AServerThatIsRestartedWithNothing) {
  serve(GetParam());
  store_everywhere();
  change_and_purge();
  redis.kill();
  redis.start();
  put_entry_back();
  expect_new_everywhere();
  expect_back_in_use();
}

// As somebody would who restores the keys of yesterday.
TEST_P(RedisForgetsOn, ACounterThatRunsBackwardsBeginsAnew) {
  serve(GetParam());
  store_everywhere();
  const std::string counter = cli().text({"GET", name("{fences}:epoch")});
  const std::string log = cli().text({"DUMP", name("{fences}:log")});
  change_and_purge();
  expect_new_on_both();
  cli().text({"RESTORE", name("{fences}:log"), "0", log, "REPLACE"});
  cli().text({"SET", name("{fences}:epoch"), counter});
  put_entry_back();
  EXPECT_TRUE(eventually([&] {
    return cli().run({"GET", name("{fences}:epoch")}).text.substr(0, 16) != counter.substr(0, 16);
  }));
  expect_new_everywhere();
}

INSTANTIATE_TEST_SUITE_P(Backends, RedisForgetsOn, ::testing::ValuesIn(kBackends), name_of_backend);

}  // namespace
}  // namespace hawkcache::scenario
