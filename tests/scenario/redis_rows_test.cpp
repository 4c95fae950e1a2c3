// "When Redis is not well" (docs/operations.md), the rows in which a node has to do without it: for
// all of them the same promises, with Redis alone and with memory in front of it. What is peculiar
// to a row, and the other rows: redis_trouble_test.cpp, redis_unreachable_test.cpp.
#include "scenario/support/redis_rows.hpp"

#include "scenario/support/redis_load.hpp"
#include "scenario/support/redis_trouble.hpp"
#include "support/redis_monitor.hpp"

#include <iterator>
#include <tuple>

namespace hawkcache::scenario {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing_support::RedisMonitor;
using testing_support::SeenCommand;

using RowCase = std::tuple<RedisRow, std::string>;  // row, backend

std::string name_of_row(const ::testing::TestParamInfo<RowCase>& info) {
  return std::get<0>(info.param).name + "_" + std::get<1>(info.param);
}

class RedisRows : public RedisTrouble, public ::testing::WithParamInterface<RowCase> {
 protected:
  using Milliseconds = std::chrono::milliseconds;
  static constexpr auto kPurge = R"({"tags": ["item:1"]})";
  // From Redis's being well again.
  static constexpr Milliseconds kBackInUse{2000};

  static const RedisRow& row() { return std::get<0>(GetParam()); }
  static bool is_trusted_again() { return row().generation == RedisRow::Generation::same; }
  // Complaints are written once a minute, with the prefix or the server's address.
  Daemon daemon_on_row(const UnwellRedis& redis) {
    const auto& [row, backend] = GetParam();
    const std::string prefix = row.name + "-" + backend + "-" + std::to_string(++rounds_) + ":";
    return daemon_on(redis.url(), backend, "prefix: \"" + prefix + "\"");
  }

  // From the loss to the end of it; returns how long Redis was not used after it was well again.
  Milliseconds go_through() {
    const LogLines log;
    const std::unique_ptr<UnwellRedis> redis = row().make();
    const Daemon daemon = daemon_on_row(*redis);
    content.set("one");
    start(daemon);
    EXPECT_TRUE(comes_up());
    for (const std::string target : {"/items/1", "/items/2"}) warm(target);
    const double before = metric(row().counter + "_total");
    redis->begin();
    EXPECT_TRUE(goes_out_of_use());
    expect_away(log);
    EXPECT_GT(metric(row().counter + "_total"), before);
    redis->end();
    const Milliseconds took = expect_back();
    expect_obeyed_by_another(daemon);
    expect_current("/items/1");
    expect_in_use();
    expect_told(log, "-+");
    EXPECT_THAT(log.text(), Not(HasSubstr("secret")));
    other.reset();
    proxy.reset();
    return took;
  }

 private:
  void expect_away(const LogLines& log) {
    expect_origin_only("/items/1");
    content.set("two");
    expect_refused_and_kept(purge_in_time(kPurge));
    for (int i = 0; i < 3; ++i) expect_current("/items/1");
    expect_told(log, "-");
    if (row().said.empty()) return;
    EXPECT_TRUE(eventually([&] { return log.count(row().said) == 1; })) << log.text();
  }
  Milliseconds expect_back() {
    const auto well = std::chrono::steady_clock::now();
    EXPECT_TRUE(comes_up(*proxy, kPatience));
    const auto took = std::chrono::steady_clock::now() - well;
    expect_handed_on();
    EXPECT_EQ(metric("generations_begun_total"), is_trusted_again() ? 0 : 1);
    return std::chrono::duration_cast<Milliseconds>(took);
  }
  // It finds what the first one left in Redis.
  void expect_obeyed_by_another(const Daemon& daemon) {
    other = std::make_unique<ProxyUnderTest>(origin.port(), clock, daemon);
    EXPECT_TRUE(comes_up(*other));
    expect_current(*other, "/items/1");
    const std::string target = "/items/2";  // which nobody has purged
    EXPECT_EQ(get_in_time(*other, target).body,
              body_of(target, is_trusted_again() ? "one" : "two"));
  }

  static inline int rounds_ = 0;  // of all tests: a prefix is used once
};

// The figure of two seconds is that of a machine which has time for it: of some rounds one.
TEST_P(RedisRows, NothingIsLostButTheCache) {
  std::vector<std::int64_t> took;
  do {
    took.push_back(go_through().count());
  } while (took.back() > kBackInUse.count() && took.size() < 4 && !HasFailure());
  EXPECT_LE(took.back(), kBackInUse.count()) << ::testing::PrintToString(took);
}

INSTANTIATE_TEST_SUITE_P(Of,
                         RedisRows,
                         ::testing::Combine(::testing::ValuesIn(redis_rows()),
                                            ::testing::Values("redis", "tiered")),
                         name_of_row);

class KeptPurges : public OnRedis {
 protected:
  // As Redis has carried it out.
  static bool is_purge(const SeenCommand& command) {
    return command.from_script() && command.name == "zadd" && names(command, "htitem:1");
  }
  // Of a stored response, or of a key's index.
  static bool is_of_an_entry(const SeenCommand& command) {
    return command.name != "client" &&
           (names(command, "hawkcache:r:") || names(command, "hawkcache:i:"));
  }

 private:
  static bool names(const SeenCommand& command, std::string_view beginning) {
    return std::any_of(command.arguments.begin(),
                       command.arguments.end(),
                       [&](const std::string& one) { return one.starts_with(beginning); });
  }
};

TEST_P(KeptPurges, AreHandedOnBeforeAnythingIsReadOrWritten) {
  RedisServer redis({.users = {"app on >secret ~* &* +@all"}});
  use("redis://app:secret@127.0.0.1:" + std::to_string(redis.port()) + "/0");
  warm("/items/1");
  redis.cli().text({"ACL", "SETUSER", "app", "off"});
  redis.cli().number({"CLIENT", "KILL", "USER", "app"});
  EXPECT_TRUE(goes_out_of_use());
  content.set("two");
  expect_refused_and_kept(purge_in_time(R"({"tags": ["item:1"]})"));
  RedisMonitor monitor(redis);
  const double found = metric("finds_total");
  // They would read at the first moment at which they may.
  Load load(proxy->port(), {"/items/1", "/items/2"}, longest_request());
  load.require("two");
  redis.cli().text({"ACL", "SETUSER", "app", "on"});
  EXPECT_TRUE(comes_up());
  EXPECT_TRUE(eventually([&] { return metric("finds_total") > found; }));
  load.stop();
  const std::vector<SeenCommand> seen = monitor.take();
  const auto purge = std::find_if(seen.begin(), seen.end(), is_purge);
  const auto entry = std::find_if(seen.begin(), seen.end(), is_of_an_entry);
  EXPECT_NE(purge, seen.end());
  EXPECT_NE(entry, seen.end());
  EXPECT_LT(std::distance(seen.begin(), purge), std::distance(seen.begin(), entry));
  expect_handed_on();
}

INSTANTIATE_TEST_SUITE_P(Of, KeptPurges, ::testing::Values("redis", "tiered"), name_of_backend);

}  // namespace
}  // namespace hawkcache::scenario
