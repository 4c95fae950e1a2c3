// The fixture of all scenario tests: an origin, a clock, and the daemon between them and the test's
// clients.
#pragma once

#include "scenario/support/client.hpp"
#include "scenario/support/eventually.hpp"
#include "scenario/support/fake_origin.hpp"
#include "scenario/support/manual_clock.hpp"
#include "scenario/support/proxy_under_test.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hawkcache::scenario {

using namespace std::chrono_literals;

// A text that a test changes while the origin's threads read it.
class SharedText {
 public:
  void set(std::string text) {
    const std::scoped_lock lock(mutex_);
    text_ = std::move(text);
  }
  std::string get() const {
    const std::scoped_lock lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

class Scenario : public ::testing::Test {
 protected:
  // While what the scripts look at is still there.
  void TearDown() override { origin.stop(); }

  void start(const Daemon& daemon) {
    proxy.reset();
    proxy = std::make_unique<ProxyUnderTest>(origin.port(), clock, daemon);
  }
  void start(const std::string& routes) { start(Daemon{.routes = routes}); }

  Client client() const { return proxy->client(); }
  // Each on a connection of its own.
  Response request(std::string_view method,
                   std::string_view target,
                   const Fields& fields = {},
                   std::string_view body = {}) const {
    return client().request(method, target, fields, body);
  }
  Response get(std::string_view target, const Fields& fields = {}) const {
    return request("GET", target, fields);
  }
  // "MISS", "HIT", "BYPASS" or "".
  std::string x_cache(std::string_view target, const Fields& fields = {}) const {
    return get(target, fields).x_cache();
  }
  PurgeAnswer purge(std::string_view json) const { return proxy->purge(json); }

  // Whatever clients have sent so far has been taken up by the daemon when this returns, as far as
  // that can be told from outside: some requests that came later have been answered.
  void let_requests_arrive() const {
    for (int i = 0; i < 6; ++i) get("/let-requests-arrive");
  }

  ManualClock clock;
  SharedText content;  // for scripts: the "database"
  FakeOrigin origin;
  std::unique_ptr<ProxyUnderTest> proxy;
};

}  // namespace hawkcache::scenario
