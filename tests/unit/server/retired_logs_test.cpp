#include "server/retired_logs.hpp"

#include <gtest/gtest.h>

namespace hawkcache::server {
namespace {

class SilentLog final : public observe::AccessLog {
 public:
  void write(const observe::TransactionRecord& /*record*/) noexcept override {}
  std::uint64_t dropped() const noexcept override { return 0; }
};

TEST(RetiredLogs, HoldsEachUntilAllWorkersHaveLetGoOfIt) {
  RetiredLogs retired;
  auto first = std::make_shared<SilentLog>();
  auto second = std::make_shared<SilentLog>();
  const std::weak_ptr<SilentLog> first_seen = first;
  const std::weak_ptr<SilentLog> second_seen = second;
  const RetiredLogs::Users of_first = retired.retire(std::move(first), 2);
  const RetiredLogs::Users of_second = retired.retire(std::move(second), 2);
  --*of_first;
  --*of_second;
  retired.release();
  EXPECT_FALSE(first_seen.expired());
  --*of_first;
  EXPECT_FALSE(first_seen.expired()) << "not by a worker";
  retired.release();
  EXPECT_TRUE(first_seen.expired());
  EXPECT_FALSE(second_seen.expired());
}

}  // namespace
}  // namespace hawkcache::server
