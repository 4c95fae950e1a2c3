#include "proxy/fetch_lease.hpp"

#include "unit/proxy/one_worker.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::proxy {
namespace {

using store::LeaseEnd;
using store::LeaseState;
using Ends = std::vector<LeaseEnd>;

class FetchLeaseTest : public ::testing::Test {
 protected:
  static Route rule() {
    Route made = route("/a");
    made.coalesce = Coalesce::cluster;
    return made;
  }
  // The answer, when the fetch has ended too.
  std::unique_ptr<OneWorker::Asking> ask(std::string_view lines = OneWorker::kGet) {
    auto asking = world.ask(lines);
    world.turn();
    return asking;
  }
  std::size_t fetches() const { return world.origin->requests.size(); }

  OneWorker world{rule()};
};

TEST_F(FetchLeaseTest, WhoHoldsItFetchesAndSaysWhatCameOfIt) {
  EXPECT_TRUE(ask()->says("X-Cache: MISS"));
  EXPECT_EQ(fetches(), 1U);
  EXPECT_EQ(world.store.lease_ends, Ends{LeaseEnd::stored});
}

TEST_F(FetchLeaseTest, WhatMayNotBeSharedIsSaidToo) {
  world.origin->answer = answer_text("Cache-Control: private\r\n");
  ask();
  EXPECT_EQ(world.store.lease_ends, Ends{LeaseEnd::not_shareable});
}

TEST_F(FetchLeaseTest, AFetchThatFailsLetsOthersTry) {
  world.origin->answer.clear();
  EXPECT_TRUE(ask()->says("HTTP/1.1 502 "));
  EXPECT_EQ(world.store.lease_ends, Ends{LeaseEnd::failed});
}

TEST_F(FetchLeaseTest, WhoWaitsGetsWhatAnotherNodeBrought) {
  world.store.leases = {LeaseState::elsewhere, LeaseState::elsewhere};
  world.store.brought_with_last_lease = world.stored(world.parts("theirs", 7));
  const auto asking = ask();
  EXPECT_TRUE(asking->says("X-Cache: MISS"));
  EXPECT_TRUE(asking->says("Cache-Status: hawkcache; fwd=uri-miss; ttl=60; stored; collapsed"));
  EXPECT_TRUE(asking->says("\r\n\r\ntheirs"));
  EXPECT_EQ(fetches(), 0U);
  EXPECT_EQ(world.count(observe::Counter::collapsed), 1U);
  EXPECT_TRUE(world.store.lease_ends.empty());
}

TEST_F(FetchLeaseTest, WhoGetsItAfterTheOtherHasStoredDoesNotFetch) {
  world.store.leases = {LeaseState::held};
  world.store.brought_with_last_lease = world.stored(world.parts("theirs", 7));
  EXPECT_TRUE(ask()->says("\r\n\r\ntheirs"));
  EXPECT_EQ(fetches(), 0U);
  EXPECT_EQ(world.store.lease_ends, Ends{LeaseEnd::stored});
}

TEST_F(FetchLeaseTest, WhenTheHolderDiesAnotherTakesOver) {
  world.store.leases = {LeaseState::elsewhere, LeaseState::held};
  EXPECT_TRUE(ask()->says("\r\n\r\nbody"));
  EXPECT_EQ(fetches(), 1U);
  EXPECT_EQ(world.store.lease_ends, Ends{LeaseEnd::stored});
}

TEST_F(FetchLeaseTest, WhereNothingIsToBeHadFromOthersTheOriginIsAskedAtOnce) {
  for (const LeaseState state : {LeaseState::unshared, LeaseState::unavailable}) {
    world.store.far.clear();
    world.store.leases = {state};
    EXPECT_TRUE(ask()->says("\r\n\r\nbody"));
  }
  EXPECT_EQ(fetches(), 2U);
  EXPECT_EQ(world.store.lease_tries, 2);
  EXPECT_TRUE(world.store.lease_ends.empty());
}

TEST_F(FetchLeaseTest, WhatWasStoredBeforeAnswersNobodyWhoWaits) {
  world.store.far = {world.stored(world.stale_parts("stale", 3))};
  world.store.leases = {LeaseState::elsewhere, LeaseState::elsewhere};
  world.store.brought_with_last_lease = world.stored(world.parts("older", 2));
  world.store.leases.push_back(LeaseState::held);
  EXPECT_TRUE(ask()->says("\r\n\r\nbody"));
  EXPECT_EQ(fetches(), 1U);
}

TEST_F(FetchLeaseTest, AnotherVariantAnswersNobodyWhoWaits) {
  store::StoredParts other = world.parts("another's", 7);
  other.meta.vary = std::make_shared<const caching::VaryNames>(caching::VaryNames{"accept"});
  other.meta.secondary_key = "another";
  world.store.far = {world.stored(other)};
  world.store.leases = {LeaseState::elsewhere, LeaseState::held};
  EXPECT_TRUE(ask()->says("\r\n\r\nbody"));
  EXPECT_EQ(fetches(), 1U);
}

TEST_F(FetchLeaseTest, AFetchForOneClientAloneTakesNone) {
  ask("GET /a HTTP/1.1\nHost: api.example.com\nIf-Match: \"1\"\n");
  EXPECT_EQ(fetches(), 1U);
  EXPECT_EQ(world.store.lease_tries, 0);
}

TEST_F(FetchLeaseTest, WhoseRuleSharesPerNodeTakesNone) {
  OneWorker other(route("/a"));
  other.ask();
  EXPECT_EQ(other.store.lease_tries, 0);
}

}  // namespace
}  // namespace hawkcache::proxy
