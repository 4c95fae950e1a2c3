// A client of real servers. Its loop turns on the test's thread.
#pragma once

#include "support/redis_server.hpp"
#include "unit/net/scripted_origin.hpp"
#include "unit/redis/client_fixture.hpp"

#include <chrono>
#include <functional>
#include <string>

#include <gtest/gtest.h>

namespace hawkcache::redis::test {

using testing_support::RedisServer;
using testing_support::RedisServerOptions;

class RealServerTest : public ClientTest {
 protected:
  RealServerTest() { settings.timeout = Duration(5000); }

  // Asks until the answer is that. On a busy machine a server that has lost its master may take its
  // time.
  ::testing::AssertionResult answers_with(const std::string& wanted,
                                          const std::function<Command()>& command) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    std::string answer;
    while ((answer = ask(command(), Duration(500))) != wanted) {
      if (std::chrono::steady_clock::now() > until)
        return ::testing::AssertionFailure() << "the last answer was " << answer;
    }
    return ::testing::AssertionSuccess();
  }
};

}  // namespace hawkcache::redis::test
