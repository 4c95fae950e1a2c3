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
  // A cluster is shared: what it forgets it never had for the next test.
  explicit RedisForgets(const Setting& setting)
      : RedisScenario(
            std::get<Deployment>(setting),
            std::get<Deployment>(setting) == Deployment::cluster ? Redis::shared : Redis::own),
        backend_(std::get<Backend>(setting)) {}

  void serve() {
    content.set("old");
    origin.on(kTarget, [this](OriginExchange& exchange) {
      const std::string body = content.get();
      if (exchange.request().number == held_request) exchange.hold("held");
      exchange.respond(body);
    });
    start({.backend = backend_, .routes = kRoutes});
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
    testing_support::RedisCli cli = cli_of(responses[0]);
    set_response_ = {"SET", responses[0], cli.text({"GET", responses[0]}), "PX", "3600000"};
    set_index_ = {"HSET", indexes[0]};
    for (std::string& word : cli.list({"HGETALL", indexes[0]})) {
      set_index_.push_back(std::move(word));
    }
  }
  void put_entry_back() const {
    testing_support::RedisCli cli = cli_of(set_index_[1]);
    cli.text(set_response_);
    cli.number(set_index_);
  }
  // What the servers have now is what they start with after a crash.
  void save() const {
    for (const auto* server : redis.servers()) EXPECT_EQ(server->cli().text({"SAVE"}), "OK");
  }
  // In a cluster: the others do not.
  void crash_and_start_the_server_with_the_fences() {
    redis.crash_and_start(name("{fences}:epoch"));
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
    expect_only(*b, kTarget, "new", lag_of_others(), purged_);
  }
  std::chrono::milliseconds lag_of_others() const {
    return backend_ == Backend::tiered ? kLongestLag : std::chrono::milliseconds(0);
  }
  void expect_back_in_use() {
    for (const auto* node : {&a, &b}) EXPECT_TRUE(eventually([&] { return uses_redis(**node); }));
    EXPECT_TRUE(eventually(
        [this] { return x_cache(*a, kTarget) == "HIT" && x_cache(*b, kTarget) == "HIT"; }));
  }

  std::size_t held_request = 0;

 private:
  const Backend backend_;
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

using Case = std::tuple<Backend, Deployment, Loss>;

std::string name_of_forgetting(const ::testing::TestParamInfo<Case>& one) {
  const auto& [backend, deployment, loss] = one.param;
  return name_of(backend) + "_on_" + name_of(deployment) + "_" + loss.name;
}

class RedisLoses : public RedisForgets, public ::testing::WithParamInterface<Case> {
 protected:
  RedisLoses() : RedisForgets({std::get<Backend>(GetParam()), std::get<Deployment>(GetParam())}) {}

  void lose() const {
    for (testing_support::RedisCli::Words words : std::get<Loss>(GetParam()).commands) {
      // What names nothing is done to every server.
      std::vector<testing_support::RedisServer*> servers = redis.servers();
      for (std::string& word : words) {
        if (!word.starts_with('P') || words.front() == word) continue;
        word = name(word.substr(1));
        servers = {&redis.server_with(word)};
      }
      for (const auto* server : servers) ASSERT_FALSE(server->cli().run(words).is_error());
    }
  }
};

TEST_P(RedisLoses, WhatWasPurgedStaysPurged) {
  serve();
  store_everywhere();
  change_and_purge();
  lose();
  put_entry_back();
  expect_new_everywhere();
  expect_back_in_use();
}

TEST_P(RedisLoses, WhatWasPurgedAndIsAskedForOnANewNodeFirst) {
  serve();
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
  serve();
  held_request = 1;
  Client before = a->client();
  before.send_request("GET", kTarget);
  ASSERT_TRUE(origin.gate("held").wait_for());
  content.set("new");
  ASSERT_EQ(b->purge(R"({"tags": ["item"]})").status, 200);
  const auto purged = std::chrono::steady_clock::now();
  lose();
  origin.gate("held").open();
  EXPECT_EQ(before.read().status, 200);
  expect_only(*b, kTarget, "new");
  // It was purged elsewhere, of which this one's memory may hear later.
  expect_only(*a, kTarget, "new", lag_of_others(), purged);
  expect_only(*b, kTarget, "new");
}

INSTANTIATE_TEST_SUITE_P(Losses,
                         RedisLoses,
                         ::testing::Combine(::testing::ValuesIn(kBackends),
                                            ::testing::ValuesIn(kDeployments),
                                            ::testing::ValuesIn(losses())),
                         name_of_forgetting);

class RedisForgetsOn : public RedisForgets, public ::testing::WithParamInterface<Setting> {
 protected:
  RedisForgetsOn() : RedisForgets(GetParam()) {}
};

TEST_P(RedisForgetsOn, AnIndexThatIsLostIsAMiss) {
  serve();
  get(*a, kTarget);
  const std::string index = names_of("i:").at(0);
  EXPECT_EQ(cli_of(index).number({"DEL", index}), 1);
  EXPECT_EQ(x_cache(*b, kTarget), "MISS");
  EXPECT_EQ(x_cache(*b, kTarget), "HIT");
}

TEST_P(RedisForgetsOn, WhenASoftPurgeWasAskedForIsLost) {
  serve();
  store_everywhere();
  clock.advance(5s);
  change_and_purge(R"({"urls": ["/items/1"], "soft": true})");
  cli_of(name("{fences}:soft")).number({"DEL", name("{fences}:soft")});
  put_entry_back();
  // Who reads the log only now knows no time.
  const auto c = make_another_node();
  expect_only(*c, kTarget, "new");
  expect_new_on_both();
}

// Again and again, and sooner than Redis is looked for where it is lost. A busy machine spoils an
// attempt now and then; a defect, each of them.
TEST_P(RedisForgetsOn, APurgeIsTakenEachTime) {
  a = make_node({.backend = std::get<Backend>(GetParam()), .routes = kRoutes, .timeout = "200ms"});
  const auto takes_a_purge = [this] {
    for (const auto* server : redis.servers()) EXPECT_EQ(server->cli().text({"FLUSHALL"}), "OK");
    return a->purge(R"({"tags": ["item"]})").status == 200;
  };
  bool taken = false;
  for (int i = 0; i < 10 && !taken; ++i) {
    taken = takes_a_purge() && takes_a_purge() && takes_a_purge();
  }
  EXPECT_TRUE(taken);
}

// As somebody would who restores the keys of yesterday.
TEST_P(RedisForgetsOn, ACounterThatRunsBackwardsBeginsAnew) {
  serve();
  store_everywhere();
  testing_support::RedisCli cli = cli_of(name("{fences}:epoch"));
  const std::string counter = cli.text({"GET", name("{fences}:epoch")});
  const std::string log = cli.text({"DUMP", name("{fences}:log")});
  change_and_purge();
  expect_new_on_both();
  cli.text({"RESTORE", name("{fences}:log"), "0", log, "REPLACE"});
  cli.text({"SET", name("{fences}:epoch"), counter});
  put_entry_back();
  EXPECT_TRUE(eventually([&] {
    return cli.run({"GET", name("{fences}:epoch")}).text.substr(0, 16) != counter.substr(0, 16);
  }));
  expect_new_everywhere();
}

INSTANTIATE_TEST_SUITE_P(Settings, RedisForgetsOn, every_setting(), name_of_setting);

// The server, or in a cluster the master, that has the memory of purges.
class RedisRestarts : public RedisForgetsOn {};

TEST_P(RedisRestarts, WithItsDataFromBeforeThePurge) {
  serve();
  store_everywhere();
  save();
  change_and_purge();
  crash_and_start_the_server_with_the_fences();
  ASSERT_EQ(names_of("r:").size(), 1U);
  expect_new_everywhere();
  expect_back_in_use();
}

TEST_P(RedisRestarts, FromItsFileWhileNobodyLooks) {
  serve();
  store_everywhere();
  save();
  change_and_purge();
  a.reset();
  b.reset();
  crash_and_start_the_server_with_the_fences();
  a = make_another_node();
  b = make_another_node();
  ASSERT_EQ(names_of("r:").size(), 1U);
  expect_new_everywhere();
}

TEST_P(RedisRestarts, WithNothing) {
  serve();
  store_everywhere();
  change_and_purge();
  crash_and_start_the_server_with_the_fences();
  put_entry_back();
  expect_new_everywhere();
  expect_back_in_use();
}

// A master that starts again lets two seconds pass before it answers.
INSTANTIATE_TEST_SUITE_P(Settings,
                         RedisRestarts,
                         ::testing::Values(Setting{Backend::redis, Deployment::one_server},
                                           Setting{Backend::tiered, Deployment::one_server},
                                           Setting{Backend::tiered, Deployment::cluster}),
                         name_of_setting);

}  // namespace
}  // namespace hawkcache::scenario
