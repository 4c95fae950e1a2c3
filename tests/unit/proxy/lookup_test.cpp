#include "proxy/lookup.hpp"

#include "caching/vary.hpp"
#include "unit/proxy/one_worker.hpp"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace hawkcache::proxy {
namespace {

// Under a rule's own key.
class SharedKeyLookup : public testing::Test {
 protected:
  static constexpr std::string_view kOtherHost =
      "GET /a HTTP/1.1\nHost: other.example.com\nAccept: 1\n";

  static Route rule() {
    Route made = route("/a");
    made.key = rule_template("{path}");
    return made;
  }
  SharedKeyLookup() {
    for (int i = 0; i < 10; ++i) {
      store::StoredParts variant = world.parts("variant " + std::to_string(i));
      variant.meta.vary = std::make_shared<const caching::VaryNames>(caching::VaryNames{"accept"});
      const TestRequest request("GET", "/a", {{"Accept", std::to_string(i)}});
      caching::append_secondary_key(
          variant.meta.secondary_key, *variant.meta.vary, request.head.fields(), {});
      world.store.near.push_back(OneWorker::stored(std::move(variant)));
    }
  }

  OneWorker world{rule()};
};

TEST_F(SharedKeyLookup, OnlyOfTheVariantThatMatchesItIsAskedWhetherItMayAnswerThisUrl) {
  EXPECT_TRUE(world.ask(kOtherHost)->says("variant 1"));
  EXPECT_EQ(world.store.asked_to_stand_for, 1);
}

TEST_F(SharedKeyLookup, WhatThisUrlsPurgeHasTakenIsAsIfItWereNotThere) {
  store::PurgeRequest purge;
  purge.urls = {{"other.example.com", "/a"}};
  world.store.fence().raise(purge, world.clock.wall());
  const auto asking = world.ask(kOtherHost);
  EXPECT_TRUE(asking->says("\r\n\r\nbody"));
  EXPECT_EQ(world.origin->requests.size(), 1U);
  EXPECT_TRUE(world.ask("GET /a HTTP/1.1\nHost: api.example.com\nAccept: 2\n")->says("variant 2"));
}

}  // namespace
}  // namespace hawkcache::proxy
