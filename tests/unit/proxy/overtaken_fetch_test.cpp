// A fetch that a purge has overtaken before its response's head was there: its response will not be
// stored, so nothing of it is kept but what its readers have still to see.
#include "unit/proxy/one_worker.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace hawkcache::proxy {
namespace {

using observe::Counter;

class OvertakenFetch : public testing::Test {
 protected:
  static constexpr int kPieces = 50;

  OvertakenFetch() {
    world.origin->answer =
        "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 500\r\n\r\n";
    world.origin->asked = [this] {
      store::PurgeRequest purge;
      purge.scope = store::PurgeRequest::Scope::everything;
      world.store.fence().raise(purge, world.clock.wall());
      fences = world.store.fence().current();
    };
    world.origin->more = [this] {
      most_used = std::max(most_used, world.fill_budget.used());
      return ++pieces <= kPieces ? std::string(10, 'x') : std::string();
    };
  }

  OneWorker world{route("/a")};
  store::Epoch fences = 0;
  std::uint64_t most_used = 0;
  int pieces = 0;
};

TEST_F(OvertakenFetch, TakesNothingOfWhatBodiesForTheStoreMayTake) {
  const auto client = world.ask();
  world.turn();
  EXPECT_TRUE(client->says("detail=purged-meanwhile"));
  EXPECT_TRUE(client->says(std::string(500, 'x')));
  EXPECT_EQ(most_used, 0U);
  EXPECT_EQ(world.count(Counter::not_stored), 1U);
  EXPECT_EQ(world.count(Counter::not_stored_in_flight), 0U);
  EXPECT_EQ(world.store.puts, 0);
}

TEST_F(OvertakenFetch, SaysNothingAgainstItsKeyNorAgainstWhatIsStored) {
  world.store.near = world.store.far = {OneWorker::stored(world.stale_parts("stale"))};
  EXPECT_TRUE(world.ask()->says(std::string(500, 'x')));
  world.turn();
  EXPECT_EQ(world.store.fence().current(), fences) << "its URL was purged";
  world.origin->asked = nullptr;
  world.origin->more = nullptr;
  world.origin->answer = answer_text("Cache-Control: max-age=60\r\n");
  EXPECT_TRUE(world.ask()->says("stored"));
}

TEST_F(OvertakenFetch, EndsWhenNobodyReadsIt) {
  store::StoredParts stale = world.stale_parts("stale");
  stale.meta.freshness.stale_while_revalidate = std::chrono::hours(1);
  world.store.near = world.store.far = {OneWorker::stored(std::move(stale))};
  EXPECT_TRUE(world.ask()->says("stale"));
  world.turn();
  EXPECT_TRUE(world.origin->cancelled);
  EXPECT_EQ(pieces, 0);
}

}  // namespace
}  // namespace hawkcache::proxy
