// Empties large sets of tags whose members have all died. Redis would free such a set in one go
// when its TTL ends, and answer nobody meanwhile; so it outlives its members by kOutliving
// (tag_scripts.hpp), and before that is over the dead names are taken out in small steps: it ends
// by being empty, whatever its size. In a cluster, where nothing else takes the dead out of a set
// that has members alive, this does so every quarter of an hour.
//
// Which sets these are stands in a register in Redis, with the time at which each is due. Every
// node enters the tags to which it adds, and asks twice a second for one that is due; who gets it
// has it to itself for a while. So it does not matter which node does it, nor whether one is
// restarted, or lost in the middle of it.
//
// Two coroutines on one worker. start() on any thread before the worker starts, note() on any
// thread.
#pragma once

#include "net/asio.hpp"
#include "net/worker.hpp"
#include "redis/client.hpp"
#include "shared_store/redis_core.hpp"
#include "shared_store/tag_scripts.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::shared_store {

class RedisLargeTags {
 public:
  // Both outlive it; it goes before the worker does, with the worker stopped.
  RedisLargeTags(RedisCore& core, net::Worker& worker);
  ~RedisLargeTags();
  void start();
  // Lets go of the sockets; see RedisBackend::close().
  void close() noexcept { client_.reset(); }

  // A response that lives for `ttl` was added to the tag's set, which has `members` now.
  void note(std::string_view tag, std::size_t members, Duration ttl);

 private:
  // What Redis says of a set.
  struct Seen {
    std::size_t members = 0;
    Duration left{-1};  // negative: it has no end
    bool is_large() const noexcept { return members > kLargeSet; }
    bool has_end() const noexcept { return left >= Duration(0); }
    bool is_due() const noexcept { return left <= kOutliving; }
  };
  using Noted = std::map<std::string, SteadyTime, std::less<>>;  // tags; when to look at them first

  static net::Awaitable<void> enter_forever(RedisLargeTags& self);
  static net::Awaitable<void> visit_forever(RedisLargeTags& self);
  Duration next_look(Duration life) const;
  Duration next_look(const Seen& set) const;
  Noted take_noted();
  net::Awaitable<void> enter(Noted noted);
  net::Awaitable<std::optional<std::string>> claim();
  net::Awaitable<void> visit(std::string tag);
  net::Awaitable<std::optional<Seen>> look_at(std::string tag);
  net::Awaitable<bool> take_out_the_dead(std::string tag);
  net::Awaitable<std::vector<redis::Reply>> call(std::vector<redis::Command> commands);
  net::Awaitable<void> pause(Duration duration);

  RedisCore& core_;
  net::Worker& worker_;
  std::unique_ptr<redis::Client> client_;
  std::mutex mutex_;
  Noted noted_;  // guarded by mutex_
};

}  // namespace hawkcache::shared_store
