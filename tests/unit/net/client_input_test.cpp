#include "net/client_input.hpp"

#include "unit/net/loop.hpp"

#include <cstring>

#include <gtest/gtest.h>

namespace hawkcache::net::test {
namespace {

constexpr Duration kAMoment{1};
constexpr Duration kNotInThisTest{3600 * 1000};

class ClientInputTest : public testing::Test {
 protected:
  static void receive(ClientInput& input, std::string_view bytes) {
    std::memcpy(input.buffer().space().data(), bytes.data(), bytes.size());
    input.buffer().commit(bytes.size());
  }
  void expire(ClientInput& input) {
    loop.turn_until([&] { return input.deadline().expired(); });
  }

  Loop loop;
  Socket socket{loop.worker.executor()};
};

// A read that has succeeded is not cancelled by the end of the time, and the next one would have no
// end at all.
TEST_F(ClientInputTest, AHeadIsOverdueWhateverCameWithTheEndOfItsTime) {
  ClientInput input(loop.worker, socket, {.keepalive = kNotInThisTest, .header = kAMoment});
  receive(input, "G");
  input.arm_for_head();
  EXPECT_FALSE(input.head_overdue());
  expire(input);
  receive(input, "E");
  input.arm_for_head();
  EXPECT_TRUE(input.head_overdue());
  input.deadline().disarm();
  EXPECT_FALSE(input.head_overdue());
}

TEST_F(ClientInputTest, ARequestThatComesAsTheWaitForItEndsHasItsOwnTime) {
  ClientInput input(loop.worker, socket, {.keepalive = kAMoment, .header = kNotInThisTest});
  input.arm_for_head();
  expire(input);
  receive(input, "G");
  EXPECT_FALSE(input.head_overdue());
  input.arm_for_head();
  EXPECT_FALSE(input.deadline().expired());
}

}  // namespace
}  // namespace hawkcache::net::test
