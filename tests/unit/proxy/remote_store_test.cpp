// Transactions in front of a store that has to ask elsewhere: when it is asked, and what a client
// gets while it cannot be.
#include "unit/proxy/one_worker.hpp"

#include <gtest/gtest.h>

namespace hawkcache::proxy {
namespace {

using observe::Counter;
using store::FindOutcome;

Route rule() { return route("/a"); }

TEST(RemoteStore, WhatIsNearIsServedWithoutAskingFurther) {
  OneWorker world(rule());
  world.store.near = {world.stored(world.parts("near"))};
  const auto asking = world.ask();
  EXPECT_TRUE(asking->at_once);
  EXPECT_TRUE(asking->says("X-Cache: HIT"));
  EXPECT_EQ(world.store.finds, 0);
}

TEST(RemoteStore, WhatIsFarIsAHitLikeAnyOther) {
  OneWorker near_by(rule());
  near_by.store.near = {near_by.stored(near_by.parts("it"))};
  OneWorker world(rule());
  world.store.far = {world.stored(world.parts("it"))};
  const auto asking = world.ask();
  EXPECT_FALSE(asking->at_once);
  EXPECT_EQ(asking->text(), near_by.ask()->text());
  EXPECT_EQ(world.store.finds, 1);
  EXPECT_EQ(world.store.finds_of_all, 0);
  EXPECT_TRUE(world.origin->requests.empty());
  EXPECT_EQ(world.count(Counter::hits), 1U);
}

TEST(RemoteStore, AMissIsFetchedAndStored) {
  OneWorker world(rule());
  const auto asking = world.ask();
  EXPECT_TRUE(asking->says("X-Cache: MISS"));
  EXPECT_TRUE(asking->says("fwd=uri-miss"));
  EXPECT_EQ(world.store.far.size(), 1U);
  EXPECT_TRUE(world.ask()->says("X-Cache: HIT"));
  EXPECT_EQ(world.origin->requests.size(), 1U);
}

TEST(RemoteStore, AllVariantsAreAskedForOnlyWhereTheSelectedOneIsNoHit) {
  OneWorker world(rule());
  world.store.outcome = FindOutcome::selected;
  world.store.far = {world.stored(world.parts("it"))};
  EXPECT_TRUE(world.ask()->says("X-Cache: HIT"));
  EXPECT_EQ(world.store.finds_of_all, 0);
  world.store.far = {world.stored(world.stale_parts("stale"))};
  EXPECT_TRUE(world.ask()->says("fwd=stale"));
  EXPECT_EQ(world.store.finds_of_all, 1);
}

TEST(RemoteStore, AVariantInAnotherSpellingOfTheLanguageIsFoundAmongAll) {
  Route made = rule();
  made.policy.normalize = {"accept-language"};
  OneWorker world(std::move(made));
  world.origin->answer =
      answer_text("Cache-Control: max-age=60\r\nVary: Accept-Language\r\nContent-Language: de\r\n");
  const std::string get(OneWorker::kGet);
  world.ask(get + "Accept-Language: de\n");
  world.store.outcome = FindOutcome::selected;
  EXPECT_TRUE(world.ask(get + "Accept-Language: de;q=0.9, fr;q=0.1\n")->says("X-Cache: HIT"));
  EXPECT_EQ(world.store.finds_of_all, 1);
  EXPECT_EQ(world.origin->requests.size(), 1U);
}

TEST(RemoteStore, WhileItIsAwayTheOriginIsAsked) {
  OneWorker world(rule());
  world.store.far = {world.stored(world.parts("out of reach"))};
  world.store.away = true;
  const auto asking = world.ask();
  EXPECT_TRUE(asking->says("X-Cache: MISS"));
  EXPECT_TRUE(asking->says("\r\n\r\nbody"));
  EXPECT_TRUE(asking->says("; detail=store-unavailable\r\n"));
  EXPECT_FALSE(asking->says("; stored"));
  EXPECT_EQ(world.count(Counter::stored), 0U);
  EXPECT_EQ(world.count(Counter::not_stored), 1U);
  EXPECT_EQ(world.origin->requests.size(), 1U);
}

class SparedOrigin : public ::testing::Test {
 protected:
  SparedOrigin() {
    world.store.away = true;
    world.store.when = store::WhenUnavailable::protect_origin;
  }
  OneWorker world{rule()};
};

TEST_F(SparedOrigin, GetsNoRequestWhereSomethingStaleIsNear) {
  store::StoredParts stale = world.stale_parts("stale");
  stale.meta.freshness.stale_while_revalidate = std::chrono::hours(1);
  world.store.near = {world.stored(stale)};
  const auto asking = world.ask();
  EXPECT_TRUE(asking->says("X-Cache: HIT"));
  EXPECT_TRUE(asking->says("Cache-Status: hawkcache; hit; ttl=-60; detail=store-unavailable"));
  EXPECT_TRUE(asking->says("\r\n\r\nstale"));
  EXPECT_EQ(world.count(Counter::hits_stale), 1U);
  EXPECT_TRUE(world.origin->requests.empty()) << "nor a refresh";
}

TEST_F(SparedOrigin, GetsNoRequestWhereThereIsNothing) {
  const auto asking = world.ask();
  EXPECT_TRUE(asking->says("HTTP/1.1 503 "));
  EXPECT_TRUE(asking->says("Retry-After: 1\r\n"));
  EXPECT_TRUE(asking->says("Content-Type: application/problem+json"));
  EXPECT_TRUE(asking->says("X-Cache: BYPASS"));
  EXPECT_TRUE(asking->says("Cache-Status: hawkcache; detail=store-unavailable"));
  EXPECT_EQ(world.count(Counter::misses), 0U);
  EXPECT_TRUE(world.origin->requests.empty());
}

TEST_F(SparedOrigin, IsNotSparedByWhatMustNotBeServedStale) {
  store::StoredParts forbidden = world.stale_parts("stale");
  forbidden.meta.freshness.stale = caching::StalePermission::forbidden;
  store::StoredParts always = world.parts("to be validated");
  always.meta.freshness.revalidation = caching::Revalidation::always;
  for (const store::StoredParts& parts : {forbidden, always}) {
    world.store.near = {world.stored(parts)};
    EXPECT_TRUE(world.ask()->says("HTTP/1.1 503 "));
  }
}

TEST_F(SparedOrigin, IsAskedWhatNoRuleCaches) {
  EXPECT_TRUE(world.ask("GET /other HTTP/1.1\nHost: api.example.com\n")->says("HTTP/1.1 200 OK"));
}

// A look-up that misses just before another's fetch is stored finds that fetch gone.
TEST(RemoteStore, AMissThatIsOvertakenByAFetchLooksAgain) {
  OneWorker world(rule());
  world.store.hold_next_find = true;
  const auto overtaken = world.begin();
  world.turn_until([&] { return world.store.finds == 1; });
  EXPECT_TRUE(world.ask()->says("X-Cache: MISS"));
  world.turn();
  EXPECT_FALSE(overtaken->done);
  world.store.release_find();
  world.turn_until([&] { return overtaken->done; });
  EXPECT_TRUE(overtaken->says("X-Cache: HIT"));
  EXPECT_EQ(world.origin->requests.size(), 1U);
}

// Its own time is over when it joins; the other's is not.
TEST(RemoteStore, WhoHasWaitedForItDoesNotWaitForWhatAnotherStores) {
  for (const std::string_view answer : {"", "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n"}) {
    OneWorker world(rule());
    if (!answer.empty()) {
      store::StoredParts stale = world.stale_parts("body");
      stale.meta.validators.entity_tag = "\"1\"";
      world.store.far = {world.stored(stale)};
      world.origin->answer = answer;
    }
    world.store.hold_next_put = true;
    const auto leader = world.begin();
    world.turn_until([&] { return world.store.puts == 1; });
    world.store.timeout = Duration(0);
    const auto joined = world.ask();
    EXPECT_TRUE(joined->says("collapsed")) << joined->text();
    EXPECT_TRUE(joined->says("\r\n\r\nbody")) << joined->text();
    EXPECT_FALSE(leader->done);
    world.store.release_put();
    world.turn_until([&] { return leader->done; });
    EXPECT_TRUE(leader->says("\r\n\r\nbody"));
    EXPECT_EQ(world.origin->requests.size(), 1U);
  }
}

TEST(RemoteStore, WhoWaitsForWhatAnotherStoresWaitsForNoLongerThanItsOwnTime) {
  OneWorker world(rule());
  world.store.hold_next_put = true;
  const auto leader = world.begin();
  world.turn_until([&] { return world.store.puts == 1; });
  world.store.timeout = Duration(30);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(world.ask()->says("\r\n\r\nbody"));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, Duration(30));
  EXPECT_FALSE(leader->done);
  world.store.release_put();
  world.turn_until([&] { return leader->done; });
}

TEST(RemoteStore, APurgeThatItDoesNotTakeIsCountedAndTheClientGetsTheAnswer) {
  OneWorker world(rule());
  world.store.away = true;
  const auto asking = world.ask("DELETE /a HTTP/1.1\nHost: api.example.com\n");
  EXPECT_TRUE(asking->says("HTTP/1.1 200 OK"));
  EXPECT_EQ(world.count(Counter::purges), 1U);
  EXPECT_EQ(world.count(Counter::purges_deferred), 1U);
  EXPECT_EQ(world.store.fence().current(), 2U) << "in force here";
}

}  // namespace
}  // namespace hawkcache::proxy
