#include "store/patience.hpp"

#include "unit/net/loop.hpp"

#include <gtest/gtest.h>

namespace hawkcache::store {
namespace {

using std::chrono::milliseconds;

class PatienceTest : public ::testing::Test {
 protected:
  void wait(Patience& patience, Duration time) {
    const Patience::Meter meter(patience, clock_);
    clock_.advance(time);
  }
  net::test::ManualClock clock_;
};

TEST_F(PatienceTest, IsUsedUpByAllWaitsTogether) {
  Patience patience(milliseconds(50));
  EXPECT_EQ(patience.left(), milliseconds(50));
  wait(patience, milliseconds(20));
  clock_.advance(milliseconds(1000));  // spent on other things
  EXPECT_EQ(patience.left(), milliseconds(30));
  const Patience copy = patience;
  wait(patience, milliseconds(29));
  EXPECT_FALSE(patience.is_spent());
  wait(patience, milliseconds(5));
  EXPECT_TRUE(patience.is_spent());
  EXPECT_EQ(patience.left(), Duration::zero());
  EXPECT_EQ(copy.left(), milliseconds(30));
}

TEST_F(PatienceTest, IsWithoutEndWhereNobodyHasToWait) {
  Patience patience;
  wait(patience, std::chrono::hours(1000));
  EXPECT_FALSE(patience.is_spent());
}

}  // namespace
}  // namespace hawkcache::store
