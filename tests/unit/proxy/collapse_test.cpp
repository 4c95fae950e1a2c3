// Who joins, who leads, and who is told to look once more. Whole conversations over fills are in
// tests/scenario.
#include "proxy/collapse.hpp"

#include <atomic>
#include <barrier>
#include <memory>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace hawkcache::proxy {
namespace {

using Role = CollapseTable::Role;
using Left = CollapseTable::Left;

class CollapseTest : public ::testing::Test {
 protected:
  std::shared_ptr<Fill> make_fill() {
    FillSubject subject;
    subject.key = key_;
    subject.key_hash = hash128(key_);
    subject.request = std::make_shared<const OwnedFields>(http::FieldsView());
    return std::make_shared<Fill>(std::move(subject), fence_.begin_fetch(WallTime{}));
  }
  JoinRequest request(std::optional<std::uint32_t> arrivals) const {
    JoinRequest request;
    request.key = caching::make_key(key_);
    request.policy = &policy_;
    request.arrivals = arrivals;
    return request;
  }
  std::uint32_t arrivals() const { return table_.arrivals(hash128(key_)); }
  Role join(std::optional<std::uint32_t> arrivals, const std::shared_ptr<Fill>& candidate) {
    const auto joined = table_.join_or_lead(request(arrivals), candidate, context_.get_executor());
    EXPECT_EQ(joined.reader == nullptr, joined.role == Role::look_again);
    return joined.role;
  }

  const std::string key_ = "a key";
  const caching::CachePolicy policy_{};
  store::PurgeFence fence_;
  CollapseTable table_{fence_};
  net::asio::io_context context_{1};
};

TEST_F(CollapseTest, WhoLookedUpBeforeAFetchWasStoredLooksAgainWhenItIsGone) {
  const std::uint32_t before = arrivals();
  const auto fetch = make_fill();
  EXPECT_EQ(join(before, fetch), Role::leader);
  EXPECT_EQ(join(before, make_fill()), Role::follower);
  table_.leave(*fetch, Left::stored);
  const auto late = make_fill();
  EXPECT_EQ(join(before, late), Role::look_again);
  EXPECT_EQ(table_.try_lead(request(before), late), Role::look_again);
  EXPECT_EQ(join(arrivals(), late), Role::leader) << "it has looked again";
}

TEST_F(CollapseTest, WhoHasLookedOftenEnoughLeads) {
  const auto fetch = make_fill();
  EXPECT_EQ(join(arrivals(), fetch), Role::leader);
  table_.leave(*fetch, Left::stored);
  EXPECT_EQ(join(std::nullopt, make_fill()), Role::leader);
}

TEST_F(CollapseTest, AFetchThatStoredNothingIsNoReasonToLookAgain) {
  const std::uint32_t before = arrivals();
  const auto fetch = make_fill();
  EXPECT_EQ(join(before, fetch), Role::leader);
  table_.leave(*fetch, Left::not_stored);
  table_.leave(*fetch, Left::stored);
  EXPECT_EQ(join(before, make_fill()), Role::leader);
}

TEST_F(CollapseTest, AFetchUnderWayIsJoinedWhateverHasArrived) {
  const std::uint32_t before = arrivals();
  const auto first = make_fill();
  EXPECT_EQ(join(before, first), Role::leader);
  table_.leave(*first, Left::stored);
  const auto second = make_fill();
  EXPECT_EQ(join(arrivals(), second), Role::leader);
  EXPECT_EQ(join(before, make_fill()), Role::follower);
  EXPECT_EQ(table_.try_lead(request(before), make_fill()), Role::follower);
}

TEST_F(CollapseTest, NobodyLeadsAgainWhatWasStoredBetweenLookUpAndJoin) {
  constexpr int kRounds = 2000;
  std::atomic<bool> stored{false};
  std::shared_ptr<Fill> fetch;
  std::atomic<int> second_fetches{0};
  std::barrier step(2);
  std::thread asker([&] {
    for (int round = 0; round < kRounds; ++round) {
      step.arrive_and_wait();
      const std::uint32_t before = arrivals();
      const bool hit = stored.load(std::memory_order_relaxed);
      if (!hit && join(before, make_fill()) == Role::leader) ++second_fetches;
      step.arrive_and_wait();
    }
  });
  for (int round = 0; round < kRounds; ++round) {
    stored = false;
    fetch = make_fill();
    EXPECT_EQ(join(std::nullopt, fetch), Role::leader);
    step.arrive_and_wait();
    stored.store(true, std::memory_order_relaxed);
    table_.leave(*fetch, Left::stored);
    step.arrive_and_wait();
  }
  asker.join();
  EXPECT_EQ(second_fetches, 0);
}

}  // namespace
}  // namespace hawkcache::proxy
