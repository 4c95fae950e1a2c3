// A real server, and the commands of redis_scripts.hpp and tag_scripts.hpp in short form, for their
// tests.
#pragma once

#include "contract/response_maker.hpp"
#include "shared_store/hex.hpp"
#include "shared_store/redis_scripts.hpp"
#include "shared_store/tag_scripts.hpp"
#include "unit/shared_store/script_runner.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::shared_store {

inline constexpr Hash128 kRedisKey{.low = 7, .high = 1};
inline constexpr Duration kAnHour = std::chrono::hours(1);

class RedisScriptsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<testing_support::RedisServer>(); }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override { cli_.text({"FLUSHALL"}); }

  struct Put {
    std::uint64_t variant = 1;
    std::uint64_t sequence = 1;
    caching::VaryNames vary{};
    Duration ttl = kAnHour;
    std::size_t max_variants = 10;
    WallTime now = store::kNow;
    std::string value = "value";
    std::uint64_t for_all = 0;  // the variant without Vary of the same rule
    std::uint64_t highest_sequence = UINT64_MAX;
  };
  bool put(const Put& put) {
    PutArguments arguments;
    arguments.key = kRedisKey;
    arguments.variant = variant(put.variant);
    arguments.for_all = variant(put.for_all);
    arguments.sequence = put.sequence;
    arguments.vary = &put.vary;
    arguments.value = put.value;
    arguments.highest_sequence = put.highest_sequence;
    arguments.now = put.now;
    arguments.ttl = put.ttl;
    arguments.max_variants = put.max_variants;
    return runner_.number(put_response(names_, arguments)) == 1;
  }
  static Hash128 variant(std::uint64_t number) { return {.low = number, .high = 0}; }
  std::string response_name(std::uint64_t number) const {
    return names_.response(kRedisKey, variant(number));
  }
  std::string index() const { return names_.index(kRedisKey); }
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

  static inline std::unique_ptr<testing_support::RedisServer> server_;
  testing_support::RedisCli cli_ = server_->cli();
  ScriptRunner runner_{cli_};
  RedisNames names_{"hawk:"};
};

}  // namespace hawkcache::shared_store
