// Requests that bypass the cache.
#include "unit/proxy/one_worker.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace hawkcache::proxy {
namespace {

// Else the client's body would still be read for a frame that is gone.
TEST(Relay, FinishesItsExchangeWhateverIsThrown) {
  OneWorker world(route("/a"));
  world.origin->answer = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n";
  world.origin->more = []() -> std::string { throw std::logic_error("a defect"); };
  EXPECT_THROW(world.ask("POST /a HTTP/1.1\nHost: api.example.com\nContent-Length: 0\n"),
               std::logic_error);
  EXPECT_EQ(world.origin->finished, 1);
}

}  // namespace
}  // namespace hawkcache::proxy
