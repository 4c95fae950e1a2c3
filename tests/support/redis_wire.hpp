// The way to a Redis server, and a hand that cuts it in the middle of a reply: what comes is passed
// on both ways, until a connection that asked for something named is closed after the first bytes
// of what it is answered; and what it says of the time may be changed. Any thread; the server
// outlives it.
//
//   RedisWire wire(redis.port());
//   wire.cut({.asked = "MGET", .after = 1000, .times = 1});
//   ...
//   EXPECT_EQ(wire.cuts(), 1U);
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace hawkcache::testing_support {

struct WireCut {
  std::string asked = {};  // words of what the connection sends; empty: whatever it sends
  std::size_t after = 1;   // bytes of the answer that still arrive; more, where a reply ends there
  std::size_t times = std::numeric_limits<std::size_t>::max();
};

class RedisWire {
 public:
  explicit RedisWire(std::uint16_t server);
  ~RedisWire();
  RedisWire(const RedisWire&) = delete;
  RedisWire& operator=(const RedisWire&) = delete;

  std::uint16_t port() const { return port_; }
  // From now on, instead of what was said before.
  void cut(WireCut cut);
  // No more.
  void mend() { cut({.times = 0}); }
  // Answers come so much later from now on.
  void delay(std::chrono::milliseconds delay) { delay_ = delay.count(); }
  // TIME is answered with what `reply` makes of the seconds since 1970, from now on; null: with
  // what the server says. REQUIRES: nothing that is stored looks like such an answer.
  void tell_time(std::function<std::string(long long seconds)> reply);
  // Connections that were cut so far, each of them inside of a reply.
  std::size_t cuts() const { return cuts_; }

 private:
  class Connection;

  void run();
  void accept_one();
  void pass_on_question(Connection& connection);
  void pass_on_answer(Connection& connection);
  std::string with_another_time(std::string bytes);
  void arrive(Connection& connection, std::string_view bytes);
  int until_next_arrival() const;

  const std::uint16_t server_;
  int listener_;
  std::uint16_t port_ = 0;
  int end_ = -1;  // to be read when it is over
  int ends_ = -1;
  std::mutex mutex_;
  WireCut cut_{.times = 0};                             // under mutex_
  std::function<std::string(long long seconds)> time_;  // likewise
  std::atomic<std::size_t> cuts_{0};
  std::atomic<long long> delay_{0};                       // ms
  std::vector<std::unique_ptr<Connection>> connections_;  // of the thread
  std::thread thread_;
};

}  // namespace hawkcache::testing_support
