// A real server, and the commands of fence_scripts.hpp in short form, for their tests.
#pragma once

#include "contract/response_maker.hpp"
#include "shared_store/fence_scripts.hpp"
#include "unit/shared_store/script_runner.hpp"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::shared_store {

// The identities of two servers.
inline constexpr std::uint64_t kFenceServer = 0xfeedfeedfeedfeed;
inline constexpr std::uint64_t kOtherServer = 0x1;

class FenceScriptsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<testing_support::RedisServer>(); }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override { cli_.text({"FLUSHALL"}); }

  SharedCounter open(std::uint64_t generation, std::uint64_t identity = kFenceServer) {
    const redis::Reply reply = runner_.run(fence_open(names_, identity, generation));
    const auto counter = parse_shared_counter(reply.text);
    if (!counter) throw std::runtime_error("no counter: " + reply.text);
    EXPECT_EQ(cli_.text({"GET", names_.epoch()}), reply.text);
    return *counter;
  }
  // The epoch, or what the script says has changed.
  std::string purge(const SharedCounter& expected,
                    const std::vector<std::string>& members,
                    std::size_t max_log = 1000,
                    WallTime now = store::kNow) {
    const redis::Reply reply = runner_.run(fence_purge(names_, expected, now, max_log, members));
    return reply.is(redis::Reply::Type::integer) ? std::to_string(reply.integer) : reply.text;
  }
  std::string purge(const SharedCounter& expected, const store::PurgeRequest& request) {
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
                                 store::Epoch from,
                                 std::size_t limit = 501) {
    return parse_log_reading(runner_.run(fence_read(names_, expected, from, limit)));
  }
  std::string why_not(const SharedCounter& expected) {
    return runner_.run(fence_read(names_, expected, 0, 501)).text;
  }
  static std::string text_of(const std::vector<LoggedPurge>& purges) {
    std::string text;
    for (const LoggedPurge& purge : purges) {
      text +=
          std::to_string(purge.epoch) + (purge.request.kind == store::PurgeKind::soft ? 's' : 'h');
      for (const std::string& member : members_of(purge.request)) text += ' ' + member.substr(1);
      text += "; ";
    }
    return text;
  }
  void set_counter(const SharedCounter& counter) {
    cli_.text({"SET", names_.epoch(), format_shared_counter(counter)});
  }

  static inline std::unique_ptr<testing_support::RedisServer> server_;
  testing_support::RedisCli cli_ = server_->cli();
  ScriptRunner runner_{cli_};
  RedisNames names_{"hawk:"};
};

}  // namespace hawkcache::shared_store
