// A client of real servers. Its loop turns on the test's thread.
#pragma once

#include "support/redis_server.hpp"
#include "unit/net/scripted_origin.hpp"
#include "unit/redis/client_fixture.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace hawkcache::redis::test {

using testing_support::RedisServer;
using testing_support::RedisServerOptions;

class RealServerTest : public ClientTest {
 protected:
  RealServerTest() { settings.timeout = Duration(5000); }

  // Asks until the answer is that, for no longer than the client is patient.
  bool answers_with(const std::string& wanted, const std::function<Command()>& command) {
    const auto until = std::chrono::steady_clock::now() + kLong;
    while (ask(command(), Duration(500)) != wanted) {
      if (std::chrono::steady_clock::now() > until) return false;
    }
    return true;
  }
};

}  // namespace hawkcache::redis::test
