#include "net/turns.hpp"

#include "unit/net/loop.hpp"

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

namespace hawkcache::net {
namespace {

// What happens, in order.
struct Story {
  asio::io_context context{1};
  Turns turns{context.get_executor()};
  std::string told;

  void tell(char what) { told += what; }
  void begin(Awaitable<void> coroutine) {
    asio::co_spawn(context.get_executor(), std::move(coroutine), asio::detached);
  }
};

Awaitable<void> tell_twice(Story& story, Turns::Place& place, char first, char second) {
  story.tell(first);
  co_await story.turns.wait(place, asio::deferred);
  story.tell(second);
}

Awaitable<void> tell_thrice(Story& story, Turns::Place& place) {
  story.tell('1');
  co_await story.turns.wait(place, asio::deferred);
  story.tell('2');
  co_await story.turns.wait(place, asio::deferred);
  story.tell('3');
}

TEST(Turns, AreTakenInOrderAfterWhatIsReady) {
  Story story;
  Turns::Place a;
  Turns::Place b;
  story.begin(tell_twice(story, a, 'a', 'A'));
  story.begin(tell_twice(story, b, 'b', 'B'));
  asio::post(story.context, [&] { story.tell('-'); });
  story.context.run();
  EXPECT_EQ(story.told, "ab-AB");
}

TEST(Turns, WhoComesBackWaitsForTheNext) {
  Story story;
  Turns::Place a;
  Turns::Place b;
  story.begin(tell_thrice(story, a));
  story.begin(tell_twice(story, b, 'b', 'B'));
  story.context.run();
  EXPECT_EQ(story.told, "1b2B3");
}

TEST(Turns, WhoWasAloneGoesOnWithoutForAWhile) {
  Story story;
  Turns::Place a;
  Turns::Place b;
  EXPECT_TRUE(story.turns.brings_company());
  story.begin(tell_twice(story, a, 'a', 'A'));
  story.begin(tell_twice(story, b, 'b', 'B'));
  story.context.run();
  EXPECT_TRUE(story.turns.brings_company());
  story.context.restart();
  story.begin(tell_twice(story, a, 'a', 'A'));
  story.context.run();
  int without = 0;
  while (!story.turns.brings_company()) ++without;
  EXPECT_EQ(without, 32);
}

TEST(Turns, WhoIsAloneWithoutHavingAskedTellsNothing) {
  Story story;
  Turns::Place a;
  story.begin(tell_twice(story, a, 'a', 'A'));
  story.context.run();
  EXPECT_TRUE(story.turns.brings_company());
}

Awaitable<void> note_turn(Turns& turns, Turns::Place& place, std::vector<std::uint64_t>& seen) {
  seen.push_back(turns.current());
  co_await turns.wait(place, asio::deferred);
  seen.push_back(turns.current());
}

TEST(Turns, HaveANumberWhileTheyAreUnderWay) {
  Story story;
  Turns::Place a;
  Turns::Place b;
  std::vector<std::uint64_t> seen;
  for (int i = 0; i < 2; ++i) {
    story.begin(note_turn(story.turns, a, seen));
    story.begin(note_turn(story.turns, b, seen));
    story.context.run();
    story.context.restart();
  }
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{0, 0, 1, 1, 0, 0, 2, 2}));
}

struct Shown {
  explicit Shown(bool& gone) : gone_(gone) {}
  ~Shown() { gone_ = true; }
  bool& gone_;
};

// The frame owns the place that it waits at, as a connection does.
Awaitable<void> wait_at_own_place(Turns& turns, std::unique_ptr<Shown> shown) {
  Turns::Place place;
  co_await turns.wait(place, asio::deferred);
  shown.reset();
}

TEST(Turns, WhoStillWaitsAtTheEndIsDestroyed) {
  bool gone = false;
  {
    asio::io_context context{1};
    Turns turns(context.get_executor());
    asio::co_spawn(context.get_executor(),
                   wait_at_own_place(turns, std::make_unique<Shown>(gone)),
                   asio::detached);
    context.poll_one();
    EXPECT_FALSE(gone);
  }
  EXPECT_TRUE(gone);
}

struct Thrower {
  void operator()() const { throw std::runtime_error("wrong"); }
};

TEST(Turns, WhatGoesWrongInOneDoesNotCostTheOthersTheirs) {
  Story story;
  Turns::Place a;
  Turns::Place b;
  asio::post(story.context, [&] { story.turns.wait(a, Thrower()); });
  story.begin(tell_twice(story, b, 'b', 'B'));
  EXPECT_THROW(story.context.run(), std::runtime_error);
  EXPECT_EQ(story.turns.current(), 0U);
  story.context.run();
  EXPECT_EQ(story.told, "bB");
}

}  // namespace
}  // namespace hawkcache::net
