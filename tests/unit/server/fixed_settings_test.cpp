#include "server/fixed_settings.hpp"

#include "config/keys.hpp"
#include "config/load.hpp"

#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hawkcache::server {

void PrintTo(const FixedChange& change, std::ostream* out) { *out << to_string(change); }

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

config::Config load(const std::string& text) {
  const config::LoadResult loaded =
      config::load_text("upstream: { servers: [\"http://api:8000\"] }\n" + text, "f", {});
  for (const config::ConfigError& error : loaded.errors) ADD_FAILURE() << to_string(error);
  return loaded.config.value_or(config::Config());
}

std::vector<FixedChange> changes(const std::string& before, const std::string& after) {
  return changes_that_need_a_restart(load(before), load(after));
}

std::string redis(const std::string& rest) {
  return "store: { backend: redis, redis: { url: \"redis://u:p@h:1/0\", " + rest + " } }\n";
}

// "limits.variants" and "7" as a file.
std::string file_of(const std::string& key, const std::string& value) {
  const std::size_t section = key.find('.');
  if (section == std::string::npos) return key + ": " + value + "\n";
  const std::size_t inner = key.find('.', section + 1);
  if (inner == std::string::npos) {
    return key.substr(0, section) + ": { " + key.substr(section + 1) + ": " + value + " }\n";
  }
  return key.substr(0, section) + ": { " + key.substr(section + 1, inner - section - 1) + ": { " +
         key.substr(inner + 1) + ": " + value + " } }\n";
}

struct KeyCase {
  std::string key;
  std::string value;   // as written
  std::string before;  // as told: the default
};

// As file and documentation spell them, each with another value than its default.
const KeyCase kFixedKeys[] = {
    {"listen", "127.0.0.1:81", "0.0.0.0:8080"},
    {"pin_threads", "true", "false"},
    {"admin.listen", "127.0.0.1:82", "127.0.0.1:9080"},
    {"store.memory.max_size", "1GiB", "512MiB"},
    {"store.memory.max_entries", "7", "1000000"},
    {"store.memory.max_object", "1MiB", "8MiB"},
    {"store.memory.eviction", "lru", "s3fifo"},
    {"limits.max_connections", "7", "0"},
    {"limits.request_line", "1KiB", "16KiB"},
    {"limits.header_block", "2KiB", "64KiB"},
    {"limits.header_count", "9", "256"},
    {"limits.request_body", "1MB", "0B"},
    {"limits.header_timeout", "1s", "30s"},
    {"limits.keepalive_timeout", "2s", "75s"},
    {"limits.body_timeout", "3s", "1m"},
    {"limits.write_timeout", "1500ms", "1m"},
    {"limits.variants", "7", "64"},
};

TEST(Restart, EachKeyIsNamedWithBothValues) {
  for (const KeyCase& c : kFixedKeys) {
    EXPECT_THAT(changes("", file_of(c.key, c.value)),
                ElementsAre(FixedChange{c.key, c.before, c.value}))
        << c.key;
  }
}

TEST(Restart, OnlyTheKeysThatDocumentationNamesCanChangeMeanwhile) {
  std::set<std::string> fixed;
  for (const KeyCase& c : kFixedKeys) fixed.insert(c.key);
  const std::map<std::string, std::string> free{{"limits.response_header_block", "2KiB"},
                                                {"limits.response_header_count", "9"},
                                                {"limits.admin_body", "2KiB"},
                                                {"limits.tags_per_response", "9"},
                                                {"limits.tag_length", "99"}};
  for (const config::FlatKey& key : config::flat_keys()) {
    if (!key.full_name.starts_with("limits.") && !key.full_name.starts_with("store.memory."))
      continue;
    if (fixed.contains(key.full_name)) continue;
    ASSERT_TRUE(free.contains(key.full_name)) << key.full_name;
    EXPECT_THAT(changes("", file_of(key.full_name, free.at(key.full_name))), IsEmpty())
        << key.full_name;
  }
}

TEST(Restart, ThreadsAreCountedWhereTheFileSaysNone) {
  const std::size_t cores = thread_count(config::Config());
  EXPECT_THAT(changes("", "threads: " + std::to_string(cores)), IsEmpty());
  EXPECT_THAT(
      changes("", "threads: " + std::to_string(cores + 1)),
      ElementsAre(FixedChange{"threads", std::to_string(cores), std::to_string(cores + 1)}));
}

TEST(Restart, AnotherBackendOrRedisNeedsOne) {
  const std::string prefix = "prefix: \"a:\"";
  EXPECT_THAT(changes("", redis(prefix)),
              ElementsAre(FixedChange{"store.backend", "memory", "redis"}));
  EXPECT_THAT(changes(redis(prefix), redis(prefix)), IsEmpty());
  EXPECT_THAT(changes(redis(prefix), redis("prefix: \"b:\"")),
              ElementsAre(FixedChange{"store.redis.prefix", "\"a:\"", "\"b:\""}));
  EXPECT_THAT(changes(redis(prefix), redis(prefix + ", timeout: 1s")),
              ElementsAre(FixedChange{"store.redis.timeout", "50ms", "1s"}));
  EXPECT_THAT(changes(redis(prefix), redis(prefix + ", on_failure: stale_only")),
              ElementsAre(FixedChange{"store.redis.on_failure", "origin", "stale_only"}));
  const std::string unused = "store: { redis: { url: \"redis://h:1/0\", timeout: 1s } }\n";
  EXPECT_THAT(changes("", unused), IsEmpty()) << "nothing of it is used with the memory store";
}

TEST(Restart, ARedisUrlIsToldWithoutItsPassword) {
  const auto with_url = [](const std::string& url) {
    return "store: { backend: redis, redis: { url: \"" + url + "\" } }\n";
  };
  const auto other_host =
      changes(with_url("redis://u:secret@h:1/0"), with_url("redis://u:x@g:1/0"));
  EXPECT_THAT(other_host,
              ElementsAre(FixedChange{"store.redis.url", "redis://h:1", "redis://g:1"}));
  const auto other_password =
      changes(with_url("redis://u:secret@h:1/0"), with_url("redis://u:new@h:1/0"));
  ASSERT_EQ(other_password.size(), 1U);
  EXPECT_EQ(to_string(other_password.front()),
            "`store.redis.url` was changed in its user or password: restart hawkcache, or take the "
            "change back");
}

TEST(Restart, TheLineSaysFromWhatToWhat) {
  EXPECT_EQ(to_string({"listen", "0.0.0.0:80", "[0.0.0.0:80, [::]:80]"}),
            "`listen` was changed from 0.0.0.0:80 to [0.0.0.0:80, [::]:80]: restart hawkcache, or "
            "take the change back");
}

}  // namespace
}  // namespace hawkcache::server
