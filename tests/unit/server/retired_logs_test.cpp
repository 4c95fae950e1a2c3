#include "server/retired_logs.hpp"

#include <chrono>
#include <future>

#include <gtest/gtest.h>

namespace hawkcache::server {
namespace {

constexpr std::chrono::seconds kLongest{20};

// Says which thread it ended on.
class NotedLog final : public observe::AccessLog {
 public:
  explicit NotedLog(std::promise<std::thread::id>& ended) : ended_(ended) {}
  ~NotedLog() override { ended_.set_value(std::this_thread::get_id()); }
  void write(const observe::TransactionRecord& /*record*/) noexcept override {}
  std::uint64_t dropped() const noexcept override { return 0; }

 private:
  std::promise<std::thread::id>& ended_;
};

TEST(RetiredLogs, EachGoesWhenAllWorkersHaveLetGoOfIt) {
  std::promise<std::thread::id> first;
  std::promise<std::thread::id> second;
  auto first_ended = first.get_future();
  auto second_ended = second.get_future();
  {
    RetiredLogs retired;
    const auto of_first = retired.retire(std::make_shared<NotedLog>(first), 2);
    const auto of_second = retired.retire(std::make_shared<NotedLog>(second), 2);
    of_first->let_go();
    of_second->let_go();
    EXPECT_EQ(first_ended.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
    of_first->let_go();
    ASSERT_EQ(first_ended.wait_for(kLongest), std::future_status::ready);
    EXPECT_NE(first_ended.get(), std::this_thread::get_id()) << "by a worker";
    EXPECT_EQ(second_ended.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  }
  EXPECT_EQ(second_ended.wait_for(std::chrono::seconds(0)), std::future_status::ready)
      << "the workers have ended";
}

TEST(RetiredLogs, WhereThereWasNoneNobodyWaits) {
  RetiredLogs retired;
  const auto users = retired.retire(nullptr, 1);
  users->let_go();
}

}  // namespace
}  // namespace hawkcache::server
