// Gives back what purged responses take in Redis. They are dead from the purge on, whatever lies
// there; this walks the tags' sets (and, after a purge of everything, the names of all responses)
// in small steps and removes what is older than the purge. URLs and prefixes have no sets: their
// responses go with their TTL, or are replaced.
//
// One coroutine on one worker, started by the first purge. add() on any thread.
#pragma once

#include "net/asio.hpp"
#include "net/worker.hpp"
#include "redis/client.hpp"
#include "shared_store/redis_core.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace hawkcache::shared_store {

class RedisSweeper {
 public:
  // Both outlive it; it goes before the worker does, with the worker stopped.
  RedisSweeper(RedisCore& core, net::Worker& worker);
  ~RedisSweeper();

  // Lets go of the sockets; see RedisBackend::close().
  void close() noexcept { client_.reset(); }

  // What `request` names and is older than `stamp` is to be removed. Hard purges only; soft ones
  // leave everything where it is.
  void add(const store::PurgeRequest& request, store::SharedStamp stamp);

 private:
  static net::Awaitable<void> run_forever(RedisSweeper& self);
  net::Awaitable<void> run();
  struct Work {
    std::string tag;  // empty: everything
    store::SharedStamp stamp;
  };
  std::optional<Work> take();
  net::Awaitable<bool> sweep_tag(Work work);
  net::Awaitable<bool> sweep_everything(store::SharedStamp stamp);
  net::Awaitable<bool> remove(std::vector<std::string> names, store::SharedStamp stamp);
  net::Awaitable<bool> remove_some(std::vector<std::string> names, store::SharedStamp stamp);
  net::Awaitable<std::vector<redis::Reply>> call(std::vector<redis::Command> commands);

  RedisCore& core_;
  net::Worker& worker_;
  std::unique_ptr<redis::Client> client_;
  std::mutex mutex_;
  std::map<std::string, store::SharedStamp>
      waiting_;           // by tag; under "" everything; guarded by mutex_
  bool running_ = false;  // guarded by mutex_
};

}  // namespace hawkcache::shared_store
