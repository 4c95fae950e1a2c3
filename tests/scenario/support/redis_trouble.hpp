// One or two daemons on one Redis that is not always well, and what holds whatever happens to it:
// clients get right answers, in time, and Redis is used again soon after it is back.
#pragma once

#include "scenario/support/log_lines.hpp"
#include "scenario/support/scenario.hpp"
#include "scenario/support/slowness.hpp"
#include "support/redis_server.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::scenario {

using testing_support::RedisCli;
using testing_support::RedisServer;

// The changes of state that the log tells of, in order: '-' where Redis was lost, '+' where it is
// in use again. A node's are "-+-+...".
inline std::string changes_told(const LogLines& log) {
  std::istringstream lines(log.text());
  std::string changes;
  for (std::string line; std::getline(lines, line);) {
    const auto says = [&line](std::string_view words) {
      return line.find(words) != std::string::npos;
    };
    if (says("redis: not used for now") || says("redis: cannot be used")) changes += '-';
    if (says("redis: in use again")) changes += '+';
  }
  return changes;
}

// How many losses, of any node, had no end yet.
inline std::ptrdiff_t still_lost(std::string_view changes) {
  return std::count(changes.begin(), changes.end(), '-') -
         std::count(changes.begin(), changes.end(), '+');
}
// The log has told of these changes, of all nodes. On a busy machine, where Redis does not always
// answer in time, there may be further losses, each with its end.
inline void expect_told(const LogLines& log, std::string_view expected) {
  EXPECT_TRUE(eventually([&] {
    const std::string changes = changes_told(log);
    if (slowness() == 1) return changes == expected;
    return changes.size() >= expected.size() && still_lost(changes) == still_lost(expected);
  })) << log.text();
}
// Of so many losses of any node, or more, and of the end of each.
inline void expect_all_told(const LogLines& log, std::size_t at_least) {
  EXPECT_TRUE(eventually([&] {
    const std::string changes = changes_told(log);
    return changes.size() >= 2 * at_least && still_lost(changes) == 0;
  })) << log.text();
}
// Of one node's, in turn.
inline void expect_told_in_turn(const LogLines& log, std::size_t at_least) {
  expect_all_told(log, at_least);
  EXPECT_THAT(changes_told(log), ::testing::MatchesRegex("(-\\+)*"));
}

class RedisTrouble : public Scenario {
 protected:
  // store.redis.timeout.
  static constexpr std::chrono::milliseconds kTimeout{500};
  // What a request may take in all.
  static std::chrono::milliseconds longest_request(std::chrono::milliseconds timeout = kTimeout) {
    return timeout + slowness() * 1s;
  }
  // From Redis's being back to its being used.
  static std::chrono::milliseconds back_in_use() { return slowness() * 2s; }
  // Until other nodes' memory hears of a change.
  static std::chrono::milliseconds longest_lag() { return slowness() * 1s; }
  static constexpr std::chrono::milliseconds kLongestPurge{5000};

  static constexpr const char* kRoutes =
      "- path: /items/{id}\n  methods: [PUT]\n  invalidates: [\"item:{id}\"]\n"
      "- path: /items/{id}\n  ttl: 60s\n  tags: [items, \"item:{id}\"]\n";

  RedisTrouble() {
    content.set("one");
    origin.otherwise([this](OriginExchange& exchange) {
      exchange.respond(body_of(exchange.request().target, content.get()));
    });
  }

  static std::string body_of(const std::string& target, const std::string& text) {
    return target + " has " + text;
  }

  Daemon daemon_on(const std::string& url,
                   const std::string& backend,
                   const std::string& redis_keys = {}) const {
    std::string store = "backend: " + backend + "\nredis:\n  url: \"" + url +
                        "\"\n  timeout: " + std::to_string(timeout.count()) + "ms\n";
    if (!redis_keys.empty()) store += "  " + redis_keys + "\n";
    return {.routes = kRoutes, .store = store};
  }
  // Returns when it has found Redis, or has not found it.
  void use(const std::string& url, const std::string& backend) {
    start(daemon_on(url, backend));
    EXPECT_TRUE(eventually([this] { return state() != "joining"; }));
  }
  // The second daemon.
  void use_beside(const std::string& url, const std::string& backend) {
    other = std::make_unique<ProxyUnderTest>(origin.port(), clock, daemon_on(url, backend));
    EXPECT_TRUE(eventually([this] { return state_of(*other) != "joining"; }));
  }

  // "up", "joining" or "down", as /readyz says.
  static std::string state_of(const ProxyUnderTest& node) {
    const Response ready = node.admin("GET", "/readyz");
    EXPECT_EQ(ready.status, 200) << ready;
    const std::size_t at = ready.body.find("\"store\":");
    const std::size_t colon = ready.body.find(": ", at);
    if (at == std::string::npos || colon == std::string::npos) return ready.body;
    return ready.body.substr(colon + 2, ready.body.find('"', colon + 2) - colon - 2);
  }
  std::string state() const { return state_of(*proxy); }
  double metric(std::string_view name) const {
    return proxy->metric("hawkcache_redis_" + std::string(name));
  }
  bool comes_up(const ProxyUnderTest& node,
                std::chrono::milliseconds patience = back_in_use()) const {
    return eventually([&] { return state_of(node) == "up"; }, patience);
  }
  bool comes_up() const { return comes_up(*proxy); }
  // Whether it is noticed; with requests, as in life.
  bool goes_out_of_use() {
    return eventually([this] {
      get_in_time(next_target());
      return metric("state") == 2;
    });
  }

  template <class Action>
  static auto within_limit(std::chrono::milliseconds limit, std::string_view what, Action action) {
    const auto begin = std::chrono::steady_clock::now();
    auto result = action();
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begin);
    EXPECT_LE(took.count(), limit.count()) << what;
    return result;
  }
  // No request waits for Redis longer than it may.
  Response get_in_time(const ProxyUnderTest& node, const std::string& target) const {
    return within_limit(
        longest_request(timeout), target, [&] { return node.client().get(target); });
  }
  Response get_in_time(const std::string& target) const { return get_in_time(*proxy, target); }
  PurgeAnswer purge_in_time(std::string_view json) const {
    return within_limit(kLongestPurge, json, [&] { return purge(json); });
  }
  // What the origin has now.
  void expect_current(const ProxyUnderTest& node, const std::string& target) const {
    const Response response = get_in_time(node, target);
    EXPECT_EQ(response.status, 200) << response;
    EXPECT_EQ(response.body, body_of(target, content.get())) << response;
  }
  void expect_current(const std::string& target) const { expect_current(*proxy, target); }

  // In Redis, and given out.
  void warm(const std::string& target) {
    EXPECT_TRUE(eventually([&] { return get(target).x_cache() == "HIT"; })) << state();
  }
  void expect_current_hit(const std::string& target) {
    warm(target);
    expect_current(target);
  }
  // One that nobody asked for yet.
  std::string next_target() { return "/items/next-" + std::to_string(++targets_); }
  // New responses go into Redis, and come out of it.
  void expect_in_use(std::chrono::milliseconds patience = back_in_use()) {
    const double before = metric("stores_total");
    std::string target;
    EXPECT_TRUE(eventually(
        [&] {
          target = next_target();
          expect_current(target);
          return metric("stores_total") > before;
        },
        patience))
        << state() << "\n"
        << proxy->admin("GET", "/v1/stats").body;
    EXPECT_TRUE(comes_up());
    warm(target);
  }

  // What was there is not given out from memory; and Redis is not asked.
  void expect_origin_only(const std::string& warmed) {
    content.set("while away");
    expect_current(warmed);
    const double asked = metric("finds_total");
    for (int i = 0; i < 5; ++i) expect_current(next_target());
    EXPECT_EQ(metric("finds_total"), asked);
    EXPECT_GT(metric("finds_unavailable_total"), 0);
    // Where a probe gets through, it is another one for a moment.
    EXPECT_TRUE(eventually([this] { return metric("state") == 2; })) << state();
  }
  // One purge was asked for in vain: the answer says what that means.
  void expect_refused_and_kept(const PurgeAnswer& purged) const {
    EXPECT_EQ(purged.status, 503) << purged.body;
    for (const char* said : {"in force on this node",
                             "not known to have reached the shared store",
                             "will be handed on",
                             "Asking again is safe"}) {
      EXPECT_THAT(purged.body, ::testing::HasSubstr(said));
    }
    EXPECT_EQ(metric("purges_waiting"), 1);
    EXPECT_EQ(metric("purges_deferred_total"), 1);
  }
  // Until it is handed on, this node does not use Redis; from then on all obey it.
  void expect_handed_on() const {
    EXPECT_TRUE(eventually([this] { return state() == "up"; }));
    EXPECT_EQ(metric("purges_waiting"), 0);
    EXPECT_EQ(metric("purges_handed_on_total"), 1);
  }

  std::chrono::milliseconds timeout = kTimeout;  // of store.redis
  std::unique_ptr<ProxyUnderTest> other;

 private:
  int targets_ = 0;
};

class OnRedis : public RedisTrouble, public ::testing::WithParamInterface<std::string> {
 protected:
  void use(const std::string& url) { RedisTrouble::use(url, GetParam()); }
  void use_beside(const std::string& url) { RedisTrouble::use_beside(url, GetParam()); }
  static bool has_memory() { return GetParam() == "tiered"; }
};

class RedisNotWell : public OnRedis {};

inline std::string name_of_backend(const ::testing::TestParamInfo<std::string>& info) {
  return info.param;
}

}  // namespace hawkcache::scenario
