// What somebody else, or an accident, leaves under our names in Redis: as absent, and counted.
#include "scenario/support/redis_trouble.hpp"

#include <functional>

namespace hawkcache::scenario {
namespace {

constexpr const char* kPrefix = "hawkcache:";

struct Damage {
  std::string name;
  std::function<void(RedisCli&, const std::string& key)> apply;
};

void replace(RedisCli& cli, const std::string& key, RedisCli::Words words) {
  cli.number({"DEL", key});
  words.insert(words.begin() + 1, key);
  cli.run(words);
}

std::string noise(std::size_t size) {
  std::string bytes;
  std::uint32_t state = 12'345;
  for (std::size_t i = 0; i < size; ++i) {
    state = state * 1'664'525 + 1'013'904'223;
    bytes += static_cast<char>(state >> 24);
  }
  return bytes;
}

const std::vector<Damage>& other_types() {
  static const std::vector<Damage> all{
      {"random bytes",
       [](RedisCli& cli, const std::string& key) {
         replace(cli, key, {"SET", noise(300)});
       }},
      {"an empty text",
       [](RedisCli& cli, const std::string& key) {
         replace(cli, key, {"SET", ""});
       }},
      {"a number",
       [](RedisCli& cli, const std::string& key) {
         replace(cli, key, {"SET", "7"});
       }},
      {"a hash",
       [](RedisCli& cli, const std::string& key) {
         replace(cli, key, {"HSET", "f", "v"});
       }},
      {"a hash of random bytes",
       [](RedisCli& cli, const std::string& key) {
         replace(cli, key, {"HSET", noise(32), noise(64), "", ""});
       }},
      {"a list",
       [](RedisCli& cli, const std::string& key) {
         replace(cli, key, {"RPUSH", "v"});
       }},
      {"a set",
       [](RedisCli& cli, const std::string& key) {
         replace(cli, key, {"SADD", "v"});
       }},
      {"a sorted set",
       [](RedisCli& cli, const std::string& key) {
         replace(cli, key, {"ZADD", "9007199254740993", noise(40), "-inf", "x"});
       }},
      {"a stream",
       [](RedisCli& cli, const std::string& key) {
         replace(cli, key, {"XADD", "*", "f", "v"});
       }},
      {"nothing",
       [](RedisCli& cli, const std::string& key) {
         cli.number({"DEL", key});
       }},
  };
  return all;
}

const std::vector<Damage>& altered_values() {
  static const auto set = [](RedisCli& cli, const std::string& key, const std::string& value) {
    cli.text({"SET", key, value, "KEEPTTL"});
  };
  static const std::vector<Damage> all{
      {"half a value",
       [](RedisCli& cli, const std::string& key) {
         const std::string value = cli.text({"GET", key});
         set(cli, key, value.substr(0, value.size() / 2));
       }},
      {"the last byte missing",
       [](RedisCli& cli, const std::string& key) {
         const std::string value = cli.text({"GET", key});
         set(cli, key, value.substr(0, value.size() - 1));
       }},
      {"a byte too many",
       [](RedisCli& cli, const std::string& key) {
         cli.number({"APPEND", key, "x"});
       }},
      {"a bit flipped",
       [](RedisCli& cli, const std::string& key) {
         std::string value = cli.text({"GET", key});
         value[value.size() - 3] = static_cast<char>(value[value.size() - 3] ^ 4);
         set(cli, key, value);
       }},
      {"random bytes", [](RedisCli& cli, const std::string& key) { set(cli, key, noise(1000)); }},
  };
  return all;
}

class Garbage : public OnRedis {
 protected:
  std::vector<std::string> names(const std::string& pattern) const {
    return redis.cli().list({"KEYS", kPrefix + pattern});
  }
  // Everything works as if nothing had been there.
  void expect_recovered() {
    expect_in_use();
    for (const std::string target : {"/items/1", "/items/2"}) expect_current_hit(target);
    content.set(content.get() + "+");
    const PurgeAnswer purged = purge_in_time(R"({"tags": ["items"]})");
    EXPECT_EQ(purged.status, 200) << purged.body;
    for (const std::string target : {"/items/1", "/items/2"}) expect_current(target);
  }
  // Whatever the type of it.
  void expect_harmless(const std::string& pattern) {
    for (const Damage& damage : other_types()) {
      if (HasFailure()) return;
      SCOPED_TRACE(damage.name + " under " + pattern);
      for (const std::string target : {"/items/1", "/items/2"}) warm(target);
      RedisCli cli = redis.cli();
      for (const std::string& name : names(pattern)) damage.apply(cli, name);
      for (const std::string target : {"/items/1", "/items/2", "/items/3"}) {
        const Response response = get_in_time(target);
        EXPECT_EQ(response.status, 200) << response;
        EXPECT_EQ(response.body, body_of(target, content.get()));
      }
      expect_recovered();
    }
  }
  // Memory hears that another value took its place.
  void forget_in_memory(const std::string& target) {
    if (!has_memory()) return;
    EXPECT_TRUE(eventually(
        [&] { return get_in_time(target).body == body_of(target, content.get()); }, longest_lag()));
  }

  RedisServer redis;
};

TEST_P(Garbage, OfAnyTypeUnderEveryName) {
  const LogLines log;
  use(redis.url());
  for (const std::string pattern : {"r:*", "i:*", "tag:*"}) expect_harmless(pattern);
  expect_told(log, "");
  // What damages the memory of purges again while a new generation begins is in its way.
  for (const std::string pattern : {"{fences}:*", "*"}) expect_harmless(pattern);
  expect_told_in_turn(log, 0);
}

// Memory keeps what it knows to be right; another daemon reads what lies there.
TEST_P(Garbage, AlteredValuesAreMissesAndCounted) {
  const LogLines log;
  use(redis.url());
  const double changes = metric("state_changes_total");
  for (const Damage& damage : altered_values()) {
    SCOPED_TRACE(damage.name);
    warm("/items/1");
    content.set(damage.name);
    RedisCli cli = redis.cli();
    for (const std::string& name : names("r:*")) damage.apply(cli, name);
    use_beside(redis.url());
    expect_current(*other, "/items/1");
    EXPECT_EQ(other->metric("hawkcache_redis_values_rejected_total"), 1);
    EXPECT_EQ(state_of(*other), "up");
    forget_in_memory("/items/1");
    expect_current_hit("/items/1");
  }
  EXPECT_EQ(metric("state_changes_total"), changes) << "it never went out of use";
  expect_told(log, "");
  expect_recovered();
}

TEST_P(Garbage, OneEntryIsNotAnotherWhateverItsName) {
  use(redis.url());
  warm("/items/1");
  const std::string first = names("r:*").at(0);
  warm("/items/2");
  std::string second;
  for (const std::string& name : names("r:*")) {
    if (name != first) second = name;
  }
  RedisCli cli = redis.cli();
  content.set("two");
  cli.text({"SET", second, cli.text({"GET", first}), "KEEPTTL"});
  forget_in_memory("/items/2");
  expect_current("/items/2");
  EXPECT_EQ(metric("values_rejected_total"), 1);
  EXPECT_EQ(state(), "up");
  expect_current_hit("/items/2");
}

// A counter that was put back may have forgotten what was purged.
TEST_P(Garbage, ACounterThatRunsBackwards) {
  use(redis.url());
  const std::string counter = std::string(kPrefix) + "{fences}:epoch";
  const std::string before = redis.cli().text({"GET", counter});
  warm("/items/1");
  content.set("two");
  ASSERT_EQ(purge_in_time(R"({"tags": ["item:1"]})").status, 200);
  redis.cli().text({"SET", counter, before});
  EXPECT_TRUE(eventually([&] { return metric("generations_begun_total") > 0; }));
  EXPECT_TRUE(comes_up());
  expect_current("/items/1");
  expect_recovered();
}

INSTANTIATE_TEST_SUITE_P(Of, Garbage, ::testing::Values("redis", "tiered"), name_of_backend);

}  // namespace
}  // namespace hawkcache::scenario
