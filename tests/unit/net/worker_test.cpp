#include "net/worker.hpp"

#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hawkcache::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

// The cores of the worker's thread, as that thread sees them.
std::vector<std::size_t> cores_of(Worker& worker) {
  std::promise<std::vector<std::size_t>> cores;
  worker.post([&] { cores.set_value(usable_cores()); });
  return cores.get_future().get();
}

TEST(Worker, RunsWhereTheProcessMayUnlessItIsPinned) {
  const std::vector<std::size_t> all = usable_cores();
  ASSERT_THAT(all, Not(IsEmpty()));
  const SystemClock clock;
  Worker worker(0, clock);
  worker.start();
  EXPECT_EQ(cores_of(worker), all);
  for (const std::size_t core : {all.front(), all.back()}) {
    ASSERT_TRUE(worker.pin(core));
    EXPECT_THAT(cores_of(worker), ElementsAre(core));
  }
  EXPECT_EQ(usable_cores(), all) << "other threads stay as they were";
}

TEST(Worker, SaysSoWhereItCannotBePinned) {
  const SystemClock clock;
  Worker worker(0, clock);
  worker.start();
  EXPECT_FALSE(worker.pin(1023)) << "no machine of the tests has so many cores";
  EXPECT_EQ(cores_of(worker), usable_cores());
}

}  // namespace
}  // namespace hawkcache::net
