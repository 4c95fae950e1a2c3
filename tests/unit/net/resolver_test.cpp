#include "net/resolver.hpp"

#include "unit/net/loop.hpp"

#include <future>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

namespace hawkcache::net::test {
namespace {

constexpr Duration kPatience{20'000};

// A name server that answers nothing about "slow" until it is told to.
struct NameServer {
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  std::promise<void> asked;
  std::promise<void> answered;

  Resolver::LookUp look_up() {
    return [this](const std::string& host) -> Resolver::Addresses {
      if (host == "unknown") return {};
      if (host == "slow") {
        asked.set_value();
        released.wait();
      }
      const std::shared_ptr<void> at_end(nullptr, [this, host](void*) {
        if (host == "slow") answered.set_value();
      });
      return {asio::ip::make_address("127.0.0.1")};
    };
  }
};

TEST(ResolverTest, FindsWhatTheSystemKnows) {
  Loop loop;
  Resolver resolver(loop.worker.executor(), loop.clock);
  const auto found = loop.run(resolver.resolve("localhost", kPatience));
  ASSERT_FALSE(found.has_error());
  EXPECT_TRUE(found->front().is_loopback());
}

TEST(ResolverTest, TakesALiteralAddressAsItIs) {
  Loop loop;
  Resolver resolver(
      loop.worker.executor(), loop.clock, [](const std::string&) { return Resolver::Addresses{}; });
  EXPECT_EQ(loop.run(resolver.resolve("::1", kPatience))->front(), asio::ip::make_address("::1"));
  EXPECT_EQ(loop.run(resolver.resolve("name", kPatience)).error(), Errc::upstream_unresolved);
}

TEST(ResolverTest, ANameThatIsNotFoundSoonKeepsNoOtherWaiting) {
  NameServer names;
  Loop loop;
  Resolver resolver(loop.worker.executor(), loop.clock, names.look_up());
  EXPECT_EQ(loop.run(resolver.resolve("slow", Duration(5))).error(),
            Errc::upstream_connect_timeout);
  EXPECT_EQ(loop.run(resolver.resolve("quick", kPatience))->size(), 1U);
  EXPECT_EQ(loop.run(resolver.resolve("unknown", kPatience)).error(), Errc::upstream_unresolved);
  names.release.set_value();
  EXPECT_EQ(loop.run(resolver.resolve("slow", kPatience))->size(), 1U);
}

TEST(ResolverTest, ALookUpThatIsUnderWayKeepsNoWorkerFromEnding) {
  NameServer names;
  {
    Loop loop;
    Resolver resolver(loop.worker.executor(), loop.clock, names.look_up());
    EXPECT_EQ(loop.run(resolver.resolve("slow", Duration(5))).error(),
              Errc::upstream_connect_timeout);
    names.asked.get_future().wait();
  }
  names.release.set_value();
  names.answered.get_future().wait();
}

}  // namespace
}  // namespace hawkcache::net::test
