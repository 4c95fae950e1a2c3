// A lasting connection to one server: a session that is made when it is needed, and made anew after
// it broke. The first batch starts the connecting; it and those that come meanwhile wait for it,
// each until its own deadline. After a failure to connect, batches fail at once for a while
// (kBackOff) instead of each trying again.
//
// A client has one for each server and lane. Belongs to one worker's thread; may be destroyed on
// another one, with no call under way (or with the worker stopped).
#pragma once

#include "base/clock.hpp"
#include "redis/batch.hpp"
#include "redis/session.hpp"

#include <cstdint>
#include <memory>

namespace hawkcache::redis {

class Connection {
 public:
  static constexpr Duration kBackOff{100};

  Connection(std::shared_ptr<Environment> environment,
             std::shared_ptr<Locator> locator,
             Session::Greeting greeting);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Never waits; see Batch for how its replies are waited for. Fails the batch at once with
  // store_unavailable (no connection for now) or store_overloaded.
  void send(const BatchPtr& batch);
  // Gives up the session; the next batch makes a new one at once.
  void reconnect() noexcept;
  // The same, if the session is still that which this batch went over; returns whether it was.
  bool give_up(const Batch& batch) noexcept;

 private:
  std::shared_ptr<Environment> environment_;
  std::shared_ptr<Locator> locator_;
  Session::Greeting greeting_;
  std::shared_ptr<Session> session_;
  std::uint64_t sessions_ = 0;
};

}  // namespace hawkcache::redis
